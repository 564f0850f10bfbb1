"""Anybody finds what the server says of itself, in their language."""

from datetime import timedelta

import pytest

from pinson.domain import instance
from pinson.domain.instance import Said
from tests.lib.pictures import photo

DESCRIBED = {"instance.description": "Birds & more", "instance.contact_account": "alice"}


@pytest.mark.parametrize("settings", [DESCRIBED])
async def test_the_page_shows_what_was_written_and_nothing_of_it_is_markup(world, visitor):
    await world.person("alice", display_name="Alice <b>")
    await world.write(instance.describe, text="All <birds>.\n\nhttps://birds.example")
    french = {"fr": Said("Soyez gentils", "Vraiment")}
    await world.write(instance.add_rule, text="Be <i>kind</i>", hint="Really", translations=french)

    english = (await visitor.open("/about?lang=en")).html
    french = (await visitor.open("/about?lang=fr")).html

    assert "Birds &amp; more" in english
    assert '<p>All &lt;birds&gt;.</p><p><a href="https://birds.example"' in english
    assert "Be &lt;i&gt;kind&lt;/i&gt;<br><small>Really</small>" in english
    assert "Soyez gentils<br><small>Vraiment</small>" in french
    assert '<a href="/@alice"><bdi>Alice &lt;b&gt;</bdi></a>' in english
    assert "/terms-of-service" not in english


@pytest.mark.parametrize(
    "settings", [{"instance.contact_email": "mairie@birds.example", "instance.languages": ("fr", "en", "br")}]
)
async def test_people_and_authorities_find_where_to_write_and_in_which_languages(visitor):
    page = await visitor.open("/about")

    assert "authorities included, you can write to us in these languages: French, English, br." in page.text
    assert "mailto:mairie@birds.example" in page.links
    assert "/notice" in page.links


async def test_a_server_of_which_nothing_is_said_has_a_page_all_the_same(visitor):
    page = await visitor.open("/about")

    assert page.status == 200
    assert "<ol>" not in page.html


@pytest.mark.parametrize(("lang", "words"), [("en", "hash of your password"), ("fr", "mot de passe")])
async def test_what_is_kept_is_told_in_the_readers_language(world, visitor, lang, words):
    assert words in (await visitor.open(f"/privacy-policy?lang={lang}")).html
    urls = (await world.client().get("/api/v2/instance")).json()["configuration"]["urls"]
    assert urls["privacy_policy"] == "https://pinson.example/privacy-policy"
    assert (urls["about"], urls["terms_of_service"]) == ("https://pinson.example/about", None)


async def test_terms_say_from_when_on_and_until_when(world, visitor):
    assert (await visitor.open("/terms-of-service")).status == 404
    today = world.clock.now().replace(hour=0, minute=0)
    for text, days in (("Be good.", 0), ("Be better.", 30)):
        await world.write(instance.publish_terms, text=text, effective_at=today + timedelta(days=days))

    page = (await visitor.open("/terms-of-service?lang=en")).html

    assert "<p>Be good.</p>" in page
    assert "From Monday 30 March 2026 on" in page
    assert "to be replaced on Wednesday 29 April 2026" in page
    assert "/terms-of-service" in (await visitor.open("/about")).html
    urls = (await world.client().get("/api/v2/instance")).json()["configuration"]["urls"]
    assert urls["terms_of_service"] == "https://pinson.example/terms-of-service"


async def test_a_profile_and_its_posts_show_the_picture_of_their_account(world, visitor):

    alice = await world.person("alice")
    await world.publish(alice, "Hello")
    before = (await visitor.open("/@alice")).html
    files = {"avatar": photo(90, 60)}
    avatar = (await world.client(alice).patch("/api/v1/accounts/update_credentials", files=files)).json()["avatar"]

    after = (await visitor.open("/@alice")).html

    path = avatar.removeprefix("https://pinson.example")
    assert path not in before
    assert after.count(f'src="{path}"') == 2
