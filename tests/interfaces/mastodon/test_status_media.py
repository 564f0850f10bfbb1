"""Statuses that show pictures."""

import io
from base64 import b64encode
from datetime import timedelta

import pytest
from PIL import Image

from pinson import schedule


def a_picture(size=(64, 48)):
    """A small PNG file."""
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
async def uploaded(world, alice):
    """Ids of two pictures that belong to no status yet."""
    client, ids = world.client(alice), []
    for text in ("The control room", "The curve"):
        answer = await client.post("/api/v2/media", files={"file": ("x.png", a_picture())}, data={"description": text})
        assert answer.status_code == 200, answer.text
        ids.append(answer.json()["id"])
    return ids


async def test_a_status_shows_its_pictures_in_order_wherever_it_is_read(world, alice, uploaded):
    sent = await world.client(alice).post(
        "/api/v1/statuses", json={"status": "You are there", "media_ids": uploaded[::-1]}
    )

    assert [one["id"] for one in sent.json()["media_attachments"]] == uploaded[::-1]
    for path in ("/api/v1/timelines/home", "/api/v1/timelines/public", f"/api/v1/accounts/{alice.id}/statuses"):
        [status] = (await world.client(alice).get(path)).json()
        assert [one["description"] for one in status["media_attachments"]] == ["The curve", "The control room"]


async def test_a_picture_needs_no_words(world, alice, uploaded):
    sent = await world.client(alice).post("/api/v1/statuses", json={"media_ids": uploaded[:1]})

    assert sent.status_code == 200
    assert sent.json()["content"] == ""


async def test_a_picture_is_shown_by_one_status_of_its_uploader_only(world, alice, uploaded):
    bob = await world.person("bob")
    await world.client(alice).post("/api/v1/statuses", json={"status": "Mine", "media_ids": uploaded[:1]})

    for person, ids in ((alice, uploaded[:1]), (bob, uploaded[1:])):
        answer = await world.client(person).post("/api/v1/statuses", json={"status": "Again", "media_ids": ids})
        assert answer.status_code == 422
    assert len(await world.home(alice)) == 1


async def test_a_deleted_status_can_be_written_anew_with_its_picture(world, alice, uploaded):
    client = world.client(alice)
    sent = await client.post("/api/v1/statuses", json={"status": "Teh curve", "media_ids": uploaded[:1]})

    deleted = await client.delete(f"/api/v1/statuses/{sent.json()['id']}")
    again = await client.post("/api/v1/statuses", json={"status": "The curve", "media_ids": uploaded[:1]})

    assert [one["id"] for one in deleted.json()["media_attachments"]] == uploaded[:1]
    assert [one["id"] for one in again.json()["media_attachments"]] == uploaded[:1]


async def test_media_deleted_with_a_status_are_gone(world, alice, uploaded):
    client = world.client(alice)
    sent = await client.post("/api/v1/statuses", json={"status": "Oops", "media_ids": uploaded[:1]})

    await client.delete(f"/api/v1/statuses/{sent.json()['id']}", params={"delete_media": "true"})

    again = await client.post("/api/v1/statuses", json={"status": "Again", "media_ids": uploaded[:1]})
    assert again.status_code == 422


async def test_an_edit_says_which_pictures_stay(world, alice, uploaded):
    client = world.client(alice)
    sent = (await client.post("/api/v1/statuses", json={"status": "Two", "media_ids": uploaded})).json()

    edited = await client.put(f"/api/v1/statuses/{sent['id']}", json={"status": "Two", "media_ids": uploaded[1:]})

    assert [one["id"] for one in edited.json()["media_attachments"]] == uploaded[1:]
    assert edited.json()["edited_at"] is not None


async def test_the_history_shows_the_pictures_of_each_version_as_they_were_described_then(world, alice, uploaded):
    client, (one, two) = world.client(alice), uploaded
    path = f"/api/v1/statuses/{(await client.post('/api/v1/statuses', json={'media_ids': uploaded})).json()['id']}"
    said = [{"id": one, "description": "The room", "focus": "0.5,-0.5"}, {"id": two}, {"id": "1", "description": "?"}]

    again = await client.put(path, json={"media_ids": uploaded, "media_attributes": said})
    await client.put(path, json={"media_ids": [two], "media_attributes": []})
    world.clock.move(timedelta(days=3))
    await schedule.sweep(world.tools)  # what an earlier version showed is not loose

    assert again.json()["edited_at"] is not None
    assert again.json()["media_attachments"][0]["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    versions = (await client.get(f"{path}/history")).json()
    assert [[one["description"] for one in version["media_attachments"]] for version in versions] == [
        ["The control room", "The curve"],
        ["The room", "The curve"],
        ["The curve"],
    ]
    assert "focus" not in versions[0]["media_attachments"][0]["meta"]
    shown = versions[0]["media_attachments"][0]["url"].removeprefix(world.tools.settings.url)
    assert (await world.client().get(shown)).status_code == 200


async def test_the_same_again_with_the_same_pictures_is_no_edit(world, alice, uploaded):
    client = world.client(alice)
    sent = (await client.post("/api/v1/statuses", json={"status": "Two", "media_ids": uploaded})).json()
    said = [{"id": uploaded[0], "description": "The control room"}]

    same = await client.put(
        f"/api/v1/statuses/{sent['id']}", json={"status": "Two", "media_ids": uploaded, "media_attributes": said}
    )

    assert same.json()["edited_at"] is None
    assert len((await client.get(f"/api/v1/statuses/{sent['id']}/history")).json()) == 1


async def test_what_a_deleted_status_showed_before_its_edits_goes_with_it(world, alice, uploaded):
    client = world.client(alice)
    sent = (await client.post("/api/v1/statuses", json={"media_ids": uploaded})).json()
    await client.put(f"/api/v1/statuses/{sent['id']}", json={"media_ids": uploaded[:1]})

    deleted = await client.delete(f"/api/v1/statuses/{sent['id']}")

    assert [one["id"] for one in deleted.json()["media_attachments"]] == uploaded[:1]
    world.clock.move(timedelta(days=1))
    await schedule.sweep(world.tools)
    assert (await client.get(f"/api/v1/media/{uploaded[1]}")).status_code == 404


async def test_pictures_and_a_poll_do_not_go_together(world, alice, uploaded):
    poll = {"options": ["yes", "no"], "expires_in": 300}

    answer = await world.client(alice).post("/api/v1/statuses", json={"media_ids": uploaded, "poll": poll})

    assert (answer.status_code, "poll" in answer.json()["error"]) == (422, True)


async def test_an_edit_brings_another_picture_to_stand_for_one(world, alice, uploaded):
    client, one = world.client(alice), uploaded[0]
    sent = (await client.post("/api/v1/statuses", json={"status": "Two", "media_ids": uploaded})).json()
    path, before = f"/api/v1/statuses/{sent['id']}", [shown["preview_url"] for shown in sent["media_attachments"]]
    picture = b64encode(a_picture(size=(30, 20))).decode()

    def edit(thumbnail):
        said = [{"id": one, "thumbnail": thumbnail}]
        return client.put(path, json={"status": "Two", "media_ids": uploaded, "media_attributes": said})

    edited = await edit(f"data:image/png;base64,{picture}")
    refused = [
        await edit(bad) for bad in ("data:image/png;base64,?", "https://x.example/x.png", "data:;base64,aGVsbG8=")
    ]

    first, second = edited.json()["media_attachments"]
    assert first["preview_url"] != before[0]
    assert second["preview_url"] == before[1]
    assert first["meta"]["small"]["size"] == "30x20"
    assert edited.json()["edited_at"] is not None
    assert (await world.client().get(first["preview_url"].removeprefix(world.tools.settings.url))).status_code == 200
    assert [answer.status_code for answer in refused] == [422] * 3
