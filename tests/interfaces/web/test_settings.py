"""The settings: what an account says of itself, and how it posts."""

import pytest

from pinson.domain import access, accounts
from pinson.domain.access import MemberRole
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo

PATHS = ["/settings/profile", "/settings/posting"]


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana")


@pytest.fixture
async def visitor(world, ana):
    """Ana's browser."""
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


async def profile_of(world, person):
    return await world.ask(accounts.profile, person.account_id)


@pytest.mark.parametrize("path", ["/settings", *PATHS])
async def test_settings_are_for_those_who_signed_in(world, path):
    answer = await world.client().get(path)

    assert answer.headers["location"].startswith("/auth/sign_in?next=%2Fsettings")


@pytest.mark.parametrize("path", PATHS)
async def test_only_owners_change_an_account(world, ana, path):
    ben = await world.person("ben")
    await world.write(access.set_member, account_id=ana.account_id, user_id=ben.user_id, role=MemberRole.EDITOR)
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    visitor.client.cookies.set("__Host-account", ana.id, domain="pinson.example")
    token = (await visitor.open("/auth/sign_out")).forms[0].fields["csrf"]

    shown = await visitor.open(path)
    sent = await visitor.client.post(path, data={"csrf": token, "display_name": "Mine", "visibility": "private"})

    assert (shown.status, sent.status_code) == (403, 403)
    assert (await profile_of(world, ana)).display_name == "Ana"
    assert path not in (await visitor.open("/settings")).html


async def test_a_profile_is_changed_and_comes_back_as_it_is(world, ana, visitor):
    page = await visitor.open("/settings/profile")
    filled = {"display_name": " Ana  Lo ", "note": "Ciel\r\nbleu", "lines[0][name]": "Site", "lines[0][value]": "a.ch"}

    after = await visitor.send(page, **filled, locked="1", bot="1", discoverable="1", indexable="1")

    profile = await profile_of(world, ana)
    assert (profile.display_name, profile.note) == ("Ana Lo", "Ciel\nbleu")
    assert [(line.name, line.value) for line in profile.fields] == [("Site", "a.ch")]
    assert (profile.locked, profile.bot, profile.discoverable, profile.indexable) == (True, True, True, True)
    assert profile.hide_collections is False
    assert "It is saved." in after.text
    again = after.forms[0].fields
    assert (again["display_name"], again["lines[0][value]"], again["locked"]) == ("Ana Lo", "a.ch", "1")


async def test_a_box_that_is_not_ticked_is_off(world, ana, visitor):
    await visitor.send(await visitor.open("/settings/profile"), locked="1", bot="1")
    page = await visitor.open("/settings/profile")
    del page.forms[0].fields["locked"]

    await visitor.send(page)

    profile = await profile_of(world, ana)
    assert (profile.locked, profile.bot) == (False, True)


async def test_what_is_refused_comes_back_with_what_was_typed(world, ana, visitor):
    page = await visitor.open("/settings/profile")
    typed = {"display_name": "<b>" + "x" * 50, "note": "<i>", "lines[2][value]": "<u>"}

    again = await visitor.send(page, **typed, bot="1")

    assert again.status == 422
    assert "A name has at most 40 characters." in again.text
    assert "A line that has a content needs a name." in again.text
    assert again.forms[0].fields["display_name"] == typed["display_name"]
    assert again.forms[0].fields["bot"] == "1"
    assert not {"<b>", "<i>", "<u>"} & {tag for tag in ("<b>", "<i>", "<u>") if tag in again.html}
    assert (await profile_of(world, ana)).bot is False


async def test_a_picture_is_shown_replaced_and_removed(world, ana, visitor):
    page = await visitor.open("/settings/profile")
    fields, files = page.forms[0].fields, {"avatar": photo(1200, 800), "header": photo(600, 900, "WEBP")}
    for name in files:
        fields.pop(name)
    await visitor.client.post("/settings/profile", data={**fields, "avatar_description": "Me"}, files=files)

    profile = await profile_of(world, ana)
    assert profile.avatar
    assert profile.header
    assert profile.avatar_description == "Me"
    page = await visitor.open("/settings/profile")
    assert f'src="/media/{profile.avatar}"' in page.html
    await visitor.send(page, avatar_remove="1", header_remove="1")
    profile = await profile_of(world, ana)
    assert (profile.avatar, profile.header, profile.avatar_description) == (None, None, "")


async def test_a_file_that_is_no_picture_is_refused_at_its_field(world, ana, visitor):
    page = await visitor.open("/settings/profile")
    fields = {name: value for name, value in page.forms[0].fields.items() if name not in ("avatar", "header")}

    answer = await visitor.client.post("/settings/profile", data=fields, files={"avatar": ("me.png", b"words")})

    assert answer.status_code == 422
    assert '<a href="#avatar">This file cannot be shown here' in answer.text


async def test_how_one_posts_is_kept(world, ana, visitor):
    page = await visitor.open("/settings/posting")
    assert page.forms[0].fields["visibility"] == "public"

    await visitor.send(page, visibility="private", quotes="followers", language="fr", sensitive="1")

    kept = await world.ask(accounts.defaults, ana.account_id)
    assert (kept.visibility, kept.quote_policy, kept.language, kept.sensitive) == ("private", "followers", "fr", True)
    page = await visitor.open("/settings/posting")
    assert 'value="fr" selected' in page.html
    await visitor.send(page, language="")
    assert (await world.ask(accounts.defaults, ana.account_id)).language is None


@pytest.mark.parametrize("odd", [{"visibility": "direct"}, {"quotes": "x"}, {"language": "<b>"}, {"visibility": ""}])
async def test_what_is_on_no_list_is_refused(world, ana, visitor, odd):
    again = await visitor.send(await visitor.open("/settings/posting"), **odd)

    assert again.status == 422
    assert "not on its list" in again.text
    assert "<b>" not in again.html
    assert await world.ask(accounts.defaults, ana.account_id) == accounts.Defaults()
