"""People change what their account says about itself and how it posts."""

import pytest
from PIL import Image

from pinson.domain import access, accounts
from tests.interfaces.mastodon.test_relations import texts
from tests.lib.pictures import PLACE, bomb, long_gif, moving, moving_gif, photo

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
        ({"avatar_description": "x" * 151}, "avatar_description", "ERR_TOO_LONG"),
        ({"header_description": "x" * 151}, "header_description", "ERR_TOO_LONG"),
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


def file_of(world, url):
    """A picture as anybody fetches it."""
    return Image.open(world.tools.blobs.path(url.rpartition("/")[2]))


def files_left(world):
    """How many files there are once what nobody names is swept."""
    return sum(file.is_file() for file in (world.folder / "files").rglob("*"))


@pytest.mark.parametrize("path", [UPDATE, "/api/v1/profile"])
async def test_pictures_are_cut_to_shape_and_shown_to_all(world, path):
    alice = await world.person("alice")
    files = {"avatar": photo(1200, 800), "header": photo(600, 900, "WEBP")}

    answer = await world.client(alice).patch(path, data={"avatar_description": "Me, smiling"}, files=files)

    shown = (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()
    assert answer.status_code == 200, answer.text
    for name, size in (("avatar", (400, 400)), ("header", (600, 200))):
        assert answer.json()[name] == shown[name] == shown[f"{name}_static"]
        assert (await world.client().get(shown[name])).status_code == 200
        with file_of(world, shown[name]) as picture:
            assert picture.size == size
            assert PLACE not in picture.tobytes()
    assert (shown["avatar_description"], shown["header_description"]) == ("Me, smiling", "")


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (photo(format="PNG"), "png"),
        (photo(format="WEBP"), "webp"),
        (photo(format="AVIF", speed=10), "jpg"),
        (photo(format="HEIF"), "jpg"),
        (moving_gif(), "png"),
    ],
)
async def test_every_kind_of_picture_becomes_one_that_stands_still(world, content, suffix):
    alice = await world.person("alice")

    shown = (await world.client(alice).patch(UPDATE, files={"avatar": content})).json()["avatar_static"]

    assert shown.endswith(f".{suffix}")
    with file_of(world, shown) as picture:
        assert picture.width == picture.height
        assert not getattr(picture, "is_animated", False)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
async def test_what_moves_moves_beside_the_picture_that_stands_still(world, format):
    alice = await world.person("alice")
    client = world.client(alice)

    shown = (await client.patch(UPDATE, files={"avatar": moving(format)})).json()

    assert shown["avatar"] != shown["avatar_static"]
    with file_of(world, shown["avatar"]) as picture:
        assert (picture.format, picture.n_frames, picture.size) == ("WEBP", 3, (48, 48))
        assert "exif" not in picture.info
    with file_of(world, shown["avatar_static"]) as picture:
        assert picture.size == (48, 48)
    assert (await world.client().get(shown["avatar"])).headers["content-type"] == "image/webp"
    still = (await client.patch(UPDATE, files={"avatar": photo(60, 60)})).json()
    assert still["avatar"] == still["avatar_static"]
    await world.tools.blobs.sweep(now=world.clock.now())
    assert files_left(world) == 1


@pytest.mark.parametrize("most", ["MOVING_PIXELS", "MOST_FRAMES"])
async def test_what_moves_too_much_stands_still(world, most):
    alice = await world.person("alice")
    content = {"MOVING_PIXELS": long_gif(1000, 1000, 41), "MOST_FRAMES": long_gif(4, 4, 121)}[most]

    shown = (await world.client(alice).patch(UPDATE, files={"avatar": content})).json()

    assert shown["avatar"] == shown["avatar_static"]
    assert "avatar.png" not in shown["avatar"]


async def test_a_moving_picture_is_taken_away_whole(world):
    alice = await world.person("alice")
    await world.client(alice).patch(UPDATE, files={"avatar": moving_gif()})

    await world.client(alice).delete("/api/v1/profile/avatar")
    await world.tools.blobs.sweep(now=world.clock.now())

    assert files_left(world) == 0


@pytest.mark.parametrize("picture", ["avatar", "header"])
@pytest.mark.parametrize(
    "content", [b"not a picture", photo()[:2000], photo() + bytes((8 << 20) + 1), bomb(9000, 9000)]
)
async def test_what_cannot_be_shown_is_refused_with_its_field_and_changes_nothing(world, picture, content):
    alice = await world.person("alice")

    answer = await world.client(alice).patch(UPDATE, data={"bot": "1"}, files={picture: content})

    assert answer.status_code == 422
    assert answer.json()["details"][picture][0]["error"] == "ERR_INVALID"
    assert not (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()["bot"]
    assert files_left(world) == 0


@pytest.mark.parametrize("picture", ["avatar", "header"])
async def test_a_picture_takes_the_place_of_the_last_and_what_was_said_of_it(world, picture):
    alice = await world.person("alice")
    client = world.client(alice)
    first = (await client.patch(UPDATE, data={f"{picture}_description": "One"}, files={picture: photo(90, 60)})).json()

    kept = (await client.patch(UPDATE, data={"bot": "1"})).json()
    second = (await client.patch(UPDATE, files={picture: photo(60, 90)})).json()

    assert (kept[picture], kept[f"{picture}_description"]) == (first[picture], "One")
    assert second[picture] != first[picture]
    assert second[f"{picture}_description"] == ""
    await world.tools.blobs.sweep(now=world.clock.now())
    assert files_left(world) == 1
    assert (await world.client().get(second[picture])).status_code == 200


@pytest.mark.parametrize("picture", ["avatar", "header"])
async def test_a_picture_is_taken_away_as_often_as_one_likes(world, picture):
    alice = await world.person("alice")
    client = world.client(alice)
    await client.patch(UPDATE, data={f"{picture}_description": "One"}, files={picture: photo(90, 60)})

    for _ in range(2):
        answer = await client.delete(f"/api/v1/profile/{picture}")

        assert answer.json()[picture] == f"https://pinson.example/static/{picture}.png"
        assert answer.json()[f"{picture}_description"] == ""
        assert (await client.get("/api/v1/profile")).json()[picture] is None
    await world.tools.blobs.sweep(now=world.clock.now())
    assert files_left(world) == 0


async def test_nobody_sees_the_pictures_of_a_suspended_account_and_they_go_with_it(world):
    alice = await world.person("alice")
    form = {"avatar_description": "Me"}
    await world.client(alice).patch(UPDATE, data=form, files={"avatar": photo(90, 60), "header": photo(90, 60)})

    await world.write(accounts.suspend, account_id=alice.account_id)

    shown = (await world.client().get(f"/api/v1/accounts/{alice.id}")).json()
    assert (shown["avatar"], shown["avatar_description"]) == ("https://pinson.example/static/avatar.png", "")
    assert shown["header"] == "https://pinson.example/static/header.png"
    await world.write(accounts.delete, account_id=alice.account_id)
    await world.tools.blobs.sweep(now=world.clock.now())
    assert files_left(world) == 0


@pytest.mark.parametrize(
    ("role", "shown", "permissions"),
    [("user", [], "0"), ("moderator", ["Moderator"], "1052"), ("admin", ["Admin"], "8388607")],
)
async def test_a_role_is_shown_beside_the_name_as_soon_as_somebody_has_it(world, role, shown, permissions):
    alice = await world.person("alice")
    client = world.client(alice)
    assert (await client.get(f"/api/v1/accounts/{alice.id}")).json()["roles"] == []

    await world.write(access.set_role, user_id=alice.user_id, role=access.UserRole(role))

    assert [one["name"] for one in (await client.get(f"/api/v1/accounts/{alice.id}")).json()["roles"]] == shown
    own = (await client.get("/api/v1/accounts/verify_credentials")).json()
    assert [one["name"] for one in own["roles"]] == shown
    assert (own["role"]["permissions"], own["role"]["highlighted"]) == (permissions, bool(shown))
    assert (own["role"]["id"] == "-99") == (not shown)


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
