"""Other sites show what everybody may see."""

import pytest

PATH = "/api/oembed"


async def embed(world, url, **parameters):
    return await world.client().get(PATH, params={"url": url, **parameters})


async def test_a_status_is_quoted_with_its_author_and_leads_back(world):
    alice = await world.person("alice", display_name="Alice <3")
    post = await world.publish(alice, "Look at <this> #birds", language="en")
    url = f"https://pinson.example/@alice/{post.id}"

    shown = (await embed(world, url, maxwidth=300)).json()

    assert (shown["type"], shown["version"], shown["width"]) == ("rich", "1.0", 300)
    assert (shown["author_name"], shown["author_url"]) == ("Alice <3", "https://pinson.example/@alice")
    height = shown["height"]
    frame = f'<iframe src="{url}/embed" width="300" height="{height}" title="Alice &lt;3" loading="lazy"></iframe>'
    assert shown["html"] == frame
    assert (await embed(world, url, maxheight=100)).json()["height"] == 100
    assert "Look at &lt;this&gt;" in (await world.client().get(f"{url}/embed")).text


async def test_what_not_everybody_may_see_is_not_shown(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "Friends", visibility="private")

    assert (await embed(world, f"https://pinson.example/@alice/{post.id}")).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://pinson.example/@alice",
        "https://pinson.example/@alice/1",
        "https://pinson.example/@alice/x",
        "https://pinson.example/@alice/" + "9" * 400,
        "https://pinson.example/@/1",
        "https://elsewhere.example/@alice/1",
        "not an address",
    ],
)
async def test_there_is_nothing_to_show_elsewhere(world, url):
    assert (await embed(world, url)).status_code == 404


async def test_an_address_is_needed(world):
    assert (await world.client().get(PATH)).status_code == 400
