"""People change what their account says about itself and how it posts."""

import pytest

from tests.interfaces.mastodon.test_relations import texts

UPDATE = "/api/v1/accounts/update_credentials"


async def change(world, who, **form):
    """Change one's account; the answer."""
    return await world.client(who).patch(UPDATE, json=form)


async def test_a_profile_is_changed_and_shown_to_all(world):
    alice = await world.person("alice")
    assert (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()["display_name"] == ""

    answer = await change(world, alice, display_name="Alice  Martin", note="I like #birds", bot=True, discoverable=True)

    shown = (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()
    for one in (answer.json(), shown):
        assert (one["display_name"], one["bot"], one["discoverable"]) == ("Alice Martin", True, True)
        assert one["note"].startswith("<p>I like <a href=")
    assert answer.json()["source"]["note"] == "I like #birds"
    assert "source" not in shown


async def test_what_is_left_out_stays_and_what_is_emptied_goes(world):
    alice = await world.person("alice", display_name="Alice", note="Hello")

    kept = (await world.client(alice).patch(UPDATE, data={"bot": "1"})).json()
    emptied = (await world.client(alice).patch(UPDATE, data={"display_name": "", "note": ""})).json()

    assert (kept["display_name"], kept["source"]["note"]) == ("Alice", "Hello")
    assert (emptied["display_name"], emptied["note"], emptied["bot"]) == ("", "", True)


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"fields_attributes": [{"name": "Lab", "value": "https://lab.example"}, {"name": "", "value": ""}]}},
        {"json": {"fields_attributes": {"7": {"name": "Lab", "value": "https://lab.example"}}}},
        {"data": {"fields_attributes[0][name]": "Lab", "fields_attributes[0][value]": "https://lab.example"}},
        {
            "files": {
                "fields_attributes[3][name]": (None, "Lab"),
                "fields_attributes[3][value]": (None, "https://lab.example"),
            }
        },
    ],
)
async def test_lines_of_a_profile_come_in_every_form_that_apps_send(world, body):
    alice = await world.person("alice")

    [line] = (await world.client(alice).patch(UPDATE, **body)).json()["fields"]

    assert (line["name"], line["verified_at"]) == ("Lab", None)
    assert line["value"].startswith('<a href="https://lab.example" target="_blank" rel="me nofollow noopener"')
    [source] = (await world.client(alice).get("/api/v1/accounts/verify_credentials")).json()["source"]["fields"]
    assert source["value"] == "https://lab.example"
    assert (await change(world, alice, fields_attributes=[])).json()["fields"] == []


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({"display_name": "x" * 41}, "display_name", "ERR_TOO_LONG"),
        ({"note": "x" * 501}, "note", "ERR_TOO_LONG"),
        ({"fields_attributes": [{"name": str(n), "value": "x"} for n in range(5)]}, "fields", "ERR_TOO_LONG"),
        ({"fields_attributes": [{"name": "Lab", "value": "x" * 256}]}, "fields", "ERR_TOO_LONG"),
        ({"fields_attributes": [{"value": "x"}]}, "fields", "ERR_BLANK"),
        ({"attribution_domains": [f"{n}.example" for n in range(11)]}, "attribution_domains", "ERR_TOO_LONG"),
        ({"attribution_domains": ["no site"]}, "attribution_domains", "ERR_INVALID"),
    ],
)
async def test_what_breaks_a_limit_is_refused_with_its_field(world, form, field, code):
    alice = await world.person("alice", display_name="Alice")

    answer = await change(world, alice, bot=True, **form)

    assert answer.status_code == 422
    assert list(answer.json()["details"]) == [field]
    assert answer.json()["details"][field][0]["error"] == code
    assert not (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()["bot"]


async def test_all_that_is_wrong_is_told_at_once(world):
    alice = await world.person("alice")

    answer = await change(world, alice, display_name="x" * 41, note="x" * 501)

    assert answer.json()["details"].keys() == {"display_name", "note"}


async def test_an_address_counts_in_a_note_as_it_does_in_a_post(world):
    alice = await world.person("alice")

    answer = await change(world, alice, note=f"{'x' * 470} https://lab.example/{'y' * 200}")

    assert answer.status_code == 200


async def test_how_an_account_posts_is_chosen_once(world):
    alice = await world.person("alice")
    client = world.client(alice)

    chosen = await change(world, alice, source={"privacy": "unlisted", "sensitive": True, "language": "fr"})

    source = chosen.json()["source"]
    assert (source["privacy"], source["sensitive"], source["language"]) == ("unlisted", True, "fr")
    preferences = (await client.get("/api/v1/preferences")).json()
    assert preferences["posting:default:visibility"] == "unlisted"
    assert preferences["posting:default:language"] == "fr"
    plain = (await client.post("/api/v1/statuses", json={"status": "Salut"})).json()
    chosen = (
        await client.post(
            "/api/v1/statuses",
            json={"status": "Hi", "visibility": "public", "sensitive": False, "language": "en"},
        )
    ).json()
    assert [(one["visibility"], one["sensitive"], one["language"]) for one in (plain, chosen)] == [
        ("unlisted", True, "fr"),
        ("public", False, "en"),
    ]
    assert await texts(world, None, "/api/v1/timelines/public") == ["Hi"]


async def test_a_default_can_be_taken_back_and_leaves_the_others(world):
    alice = await world.person("alice")
    await change(world, alice, source={"language": "fr", "quote_policy": "nobody"})

    source = (await change(world, alice, source={"language": None})).json()["source"]

    assert (source["language"], source["quote_policy"], source["privacy"]) == (None, "nobody", "public")


@pytest.mark.parametrize(
    "source", [{"privacy": "direct"}, {"privacy": "x"}, {"quote_policy": "some"}, {"language": "not a language"}]
)
async def test_a_default_that_no_post_can_have_is_refused(world, source):
    alice = await world.person("alice")

    assert (await change(world, alice, source=source)).status_code == 422


async def test_sites_may_name_an_account_as_author(world):
    alice = await world.person("alice")

    answer = await change(
        world, alice, attribution_domains=["https://Blog.example/about", "blog.example", "news.example"]
    )

    assert answer.json()["source"]["attribution_domains"] == ["blog.example", "news.example"]


async def test_pictures_are_not_taken_yet_and_say_so(world):
    alice = await world.person("alice")
    files = {"avatar": ("me.png", b"\x89PNG" + bytes(2 << 20), "image/png")}

    answer = await world.client(alice).patch(UPDATE, data={"display_name": "Alice"}, files=files)

    assert answer.status_code == 422
    assert "pictures" in answer.json()["error"]
    assert (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()["display_name"] == ""


@pytest.mark.parametrize("picture", ["avatar", "header"])
async def test_a_picture_that_is_not_there_is_removed(world, picture):
    alice = await world.person("alice")

    answer = await world.client(alice).delete(f"/api/v1/profile/{picture}")

    assert (answer.status_code, answer.json()["source"]["note"]) == (200, "")


async def test_a_profile_shows_what_was_typed_and_what_is_shown(world):
    alice = await world.person("alice")
    client = world.client(alice)

    changed = await client.patch(
        "/api/v1/profile", json={"note": "Hi #birds", "show_media": False, "source": {"privacy": "private"}}
    )

    profile = (await client.get("/api/v1/profile")).json()
    assert profile == changed.json()
    assert (profile["note"], profile["show_media"], profile["show_featured"]) == ("Hi #birds", False, True)
    assert profile["formatted_note"].startswith("<p>Hi <a")
    assert (profile["avatar"], profile["featured_tags"]) == (None, [])
    assert (await client.get("/api/v1/preferences")).json()["posting:default:visibility"] == "public"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", UPDATE),
        ("GET", "/api/v1/profile"),
        ("PATCH", "/api/v1/profile"),
        ("DELETE", "/api/v1/profile/avatar"),
        ("GET", "/api/v1/preferences"),
    ],
)
async def test_a_stranger_has_no_profile(world, method, path):
    assert (await world.client().request(method, path)).status_code == 401
