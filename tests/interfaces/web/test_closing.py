"""Closing an account from the settings, and what is left of it then; and the members of an account."""

from datetime import timedelta

import apsw
import pytest

from pinson.domain import access
from pinson.domain.access import MemberRole
from pinson.schedule import sweep
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo
from tests.world import PASSWORD

# What may still say who it was, and why.
KEPT = {
    "accounts",  # a tombstone: its id, and its name, so that nobody comes back under it
    "log",  # ids only, until it is trimmed
    "topics",  # an id that nobody looks up any more
    "posts",  # of others, who named it
    "post_words_data",  # an index of words, which lets go of those of deleted rows when it is next merged
    "account_words_data",
}
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana Unforgotten", note="Notes of anaword")


@pytest.fixture
async def visitor(world, ana):
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


def rows_that_say(folder, *words):
    """(table, word) for every table of the database in which a row holds one of the words."""
    found = set()
    for file in folder.glob("*.db"):
        database = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        for (table,) in database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        ):
            for row in database.execute(f'SELECT * FROM "{table}"'):
                text = " ".join(str(value) for value in row).lower()
                found |= {(table, word) for word in words if word in text}
    return found


async def test_closing_takes_the_password(world, ana, visitor):
    again = await visitor.send(await visitor.open("/settings/close"), current="wrong")

    assert again.status == 422
    assert "This is not your password." in again.text
    assert (await world.client().get(f"/api/v1/accounts/{ana.id}")).status_code == 200


async def test_a_closed_account_leaves_nothing_but_its_name(world, ana, visitor):
    ben = await world.person("ben")
    await world.follow(ben, ana)
    await world.follow(ana, ben)
    client = world.client(ana)
    media = (await client.post("/api/v2/media", files={"file": photo(300, 200)})).json()["id"]
    post = await world.publish(ana, "Said by anaword #anatag", media_ids=[media])
    theirs = await world.publish(ben, "Feu vert")
    await world.publish(ben, "@ana anaben", in_reply_to_id=str(post.id))
    for deed in ("favourite", "bookmark", "reblog"):
        await client.post(f"/api/v1/statuses/{theirs.id}/{deed}")
    await client.patch("/api/v1/accounts/update_credentials", files={"avatar": photo(200, 200)})
    await client.post("/api/v1/lists", data={"title": "anaword"})
    await client.post("/api/v2/filters", json={"title": "anaword", "context": ["home"]})
    await client.put("/api/v1/statuses/" + str(post.id), json={"status": "Edited by anaword"})
    await world.settle()
    files = {path for path in (world.folder / "files").rglob("*") if path.is_file()}
    assert files

    page = await visitor.send(await visitor.open("/settings/close"), current=PASSWORD)
    await world.settle()
    world.clock.move(timedelta(days=30))
    await sweep(world.tools)

    assert "The account is closed" in page.text
    assert visitor.session is None
    found = rows_that_say(world.folder, ana.id, "anaword", "unforgotten", "ana@mail.example", str(ana.user_id))
    assert {table for table, _ in found} - KEPT == set()
    assert {word for table, word in found if table in ("accounts", "posts")} == {ana.id}
    assert not [path for path in (world.folder / "files").rglob("*") if path.is_file()]
    assert (await Visitor(world).open("/@ana")).status == 404


async def test_who_has_another_account_stays_signed_in(world, ana, visitor):
    team = await world.person("team")
    await world.write(access.set_member, account_id=team.account_id, user_id=ana.user_id, role=MemberRole.OWNER)

    page = await visitor.open("/settings/close")
    assert "Close the account @ana" in page.text
    assert "erased too" not in page.text
    await visitor.send(page, current=PASSWORD)
    await world.settle()

    assert "The account @team" in (await visitor.open("/settings")).text


async def role_of(world, account, person):
    members = await world.ask(access.members, account.account_id)
    return next((one.role for one in members if one.user_id == person.user_id), None)


async def test_members_are_added_changed_and_removed(world, ana, visitor):
    ben = await world.person("ben")

    page = await visitor.send(await visitor.open("/settings/members"), form=-1, username=" @Ben ", role="author")
    assert await role_of(world, ana, ben) == "author"
    assert "@ben" in page.text
    theirs = next(at for at, one in enumerate(page.forms) if one.fields.get("user_id") == str(ben.user_id))
    await visitor.send(page, form=theirs, role="editor")
    assert await role_of(world, ana, ben) == "editor"
    await visitor.send(page, form=theirs, role="")
    assert await role_of(world, ana, ben) is None


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"username": "nobody", "role": "editor"}, "Nobody here has an account of this name."),
        ({"username": "<b>", "role": "editor"}, "Nobody here has an account of this name."),
        ({"username": "ben", "role": "king"}, "not on its list"),
        ({"username": "ana", "role": "editor"}, "An account keeps at least one owner"),
    ],
)
async def test_members_are_refused_with_words(world, ana, visitor, filled, told):
    await world.person("ben")

    again = await visitor.send(await visitor.open("/settings/members"), form=-1, **filled)

    assert told in again.text
    assert "<b>" not in again.html


async def test_the_last_owner_stays_and_a_stranger_is_no_member(world, ana, visitor):
    ben = await world.person("ben")
    page = await visitor.open("/settings/members")

    last = await visitor.send(page, user_id=str(ana.user_id), role="")
    stranger = await visitor.send(page, user_id=str(ben.user_id), role="owner")

    assert (last.status, stranger.status) == (409, 404)
    assert await role_of(world, ana, ben) is None


async def test_only_owners_see_members_and_close(world, ana, visitor):
    ben = await world.person("ben")
    await world.write(access.set_member, account_id=ben.account_id, user_id=ana.user_id, role=MemberRole.EDITOR)
    visitor.client.cookies.set("__Host-account", ben.id, domain="pinson.example")

    assert (await visitor.open("/settings/members")).status == 403
    assert (await visitor.open("/settings/close")).status == 403
