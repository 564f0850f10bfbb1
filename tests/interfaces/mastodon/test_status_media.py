"""Statuses that show pictures."""

import io

import pytest
from PIL import Image


def a_picture():
    """A small PNG file."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
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


@pytest.mark.parametrize(
    "part",
    [
        {"poll": {"options": ["yes", "no"], "expires_in": 300}},
        {"quoted_status_id": "1"},
        {"scheduled_at": "2030-01-01T00:00:00Z"},
    ],
)
async def test_what_cannot_be_taken_yet_is_refused_and_nothing_is_published(world, alice, part):
    answer = await world.client(alice).post("/api/v1/statuses", json={"status": "Hello", **part})

    assert answer.status_code == 422
    assert next(iter(part)) in answer.json()["error"]
    assert await world.home(alice) == []
