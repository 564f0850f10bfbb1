"""Pictures stand for shortcodes as long as whoever runs the server offers them."""

import pytest
from PIL import Image

from pinson.domain import instance
from pinson.domain.media import Upload
from pinson.lib.images import Version
from tests.domain.media.desk import upload
from tests.lib.pictures import drawing, encoded


async def offer(world, shortcode, category=""):
    """Offer an emoji."""
    picture = encoded(drawing(40, 40), "PNG")
    sent: Upload = upload(picture)
    key = await world.tools.studio.still(sent, Version(128 * 128, faithful=True), most=1 << 20, now=world.clock.now())
    return await world.write(instance.add_emoji, shortcode=shortcode, key=key, category=category)


async def test_the_emojis_are_listed_for_everybody(world):
    assert (await world.client().get("/api/v1/custom_emojis")).json() == []
    await offer(world, "dog")
    await offer(world, "cat", "Animals")

    answer = await world.client().get("/api/v1/custom_emojis")

    cat, dog = answer.json()
    assert "max-age" in answer.headers["cache-control"]
    assert (cat["shortcode"], cat["category"], cat["visible_in_picker"]) == ("cat", "Animals", True)
    assert cat["static_url"] == cat["url"]
    assert "category" not in dog
    with Image.open(world.tools.blobs.path(cat["url"].rpartition("/")[2])) as picture:
        assert picture.size == (40, 40)
    assert (await world.client().get(cat["url"])).status_code == 200


async def test_an_emoji_appears_in_what_was_written_and_goes_again(world):
    alice = await world.person("alice", display_name="Alice :cat:", note="I am a :dog:")
    client = world.client(alice)
    fields = {"fields_attributes": [{"name": ":owl:", "value": "x"}]}
    await client.patch("/api/v1/accounts/update_credentials", json=fields)
    post = await world.publish(alice, "A :cat: and a :cow:", spoiler_text=":dog:")

    async def shown():
        status = (await client.get(f"/api/v1/statuses/{post.id}")).json()
        versions = (await client.get(f"/api/v1/statuses/{post.id}/history")).json()
        assert versions[0]["emojis"] == status["emojis"]
        return [[one["shortcode"] for one in where["emojis"]] for where in (status, status["account"])]

    assert await shown() == [[], []]
    for shortcode in ("cat", "dog", "owl"):
        await offer(world, shortcode)
    assert await shown() == [["dog", "cat"], ["cat", "dog", "owl"]]

    await world.write(instance.remove_emoji, shortcode="cat")

    assert await shown() == [["dog"], ["dog", "owl"]]


@pytest.mark.parametrize("shortcode", ["a", "é", "two words", "x" * 101, ":cat:"])
async def test_what_nobody_could_write_is_no_shortcode(world, shortcode):
    with pytest.raises(instance.BadShortcode):
        await offer(world, shortcode)


async def test_a_shortcode_stands_for_one_picture(world):
    await offer(world, "cat")
    with pytest.raises(instance.EmojiTaken):
        await offer(world, "cat")
    with pytest.raises(instance.EmojiNotFound):
        await world.write(instance.remove_emoji, shortcode="dog")
