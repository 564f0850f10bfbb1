"""The files themselves, as browsers and apps fetch them."""

import os

import pytest

from pinson.lib import blobs

CONTENT = os.urandom(700_000)


@pytest.fixture
async def keep(world):
    """`keep(suffix)`: the path of a file that is kept."""

    async def run(suffix, content=CONTENT):
        with world.tools.blobs.workshop() as folder:
            (folder / f"x.{suffix}").write_bytes(content)
            [key] = await world.tools.blobs.keep([folder / f"x.{suffix}"], now=world.clock.now())
        await world.write(blobs.claim, keys=[key])
        return f"/media/{key}"

    return run


@pytest.fixture
async def film(keep):
    return await keep("mp4")


async def get(world, path, **headers):
    return await world.client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("suffix", "type"),
    [
        ("jpg", "image/jpeg"),
        ("png", "image/png"),
        ("webp", "image/webp"),
        ("gif", "image/gif"),
        ("mp4", "video/mp4"),
        ("mp3", "audio/mpeg"),
    ],
)
async def test_a_file_has_the_type_that_we_gave_it_and_can_do_nothing_else(world, keep, suffix, type):
    answer = await get(world, await keep(suffix, b"<html><script>alert(1)</script>"))

    assert (answer.status_code, answer.headers["content-type"]) == (200, type)
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= {*policy}
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers


async def test_a_whole_file_may_be_kept_for_ever(world, film):
    answer = await get(world, film)

    assert answer.content == CONTENT
    assert answer.headers["content-length"] == "700000"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=0-", 0, 700_000),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=699999-", 699_999, 700_000),
        ("bytes=600000-900000", 600_000, 700_000),
        ("bytes=-10", 699_990, 700_000),
        ("bytes=-900000", 0, 700_000),
    ],
)
async def test_a_part_of_a_file_is_served(world, film, asked, start, stop):
    answer = await get(world, film, range=asked)

    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/700000"
    assert answer.headers["content-length"] == str(stop - start)
    assert answer.content == CONTENT[start:stop]


@pytest.mark.parametrize("asked", ["bytes=700000-", "bytes=900000-900001", "bytes=-0", "bytes=" + "9" * 18 + "-"])
async def test_a_part_that_is_not_there_is_refused(world, film, asked):
    answer = await get(world, film, range=asked)

    assert (answer.status_code, answer.headers["content-range"], answer.content) == (416, "bytes */700000", b"")


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=0-1,5-6", "bytes=-", "bytes=a-b", "items=0-1", "bytes=٣-٤", "bytes=" + "9" * 5000 + "-"],
)
async def test_a_range_that_means_nothing_is_ignored(world, film, asked):
    answer = await world.client().get(film, headers={b"range": asked.encode()})

    assert (answer.status_code, len(answer.content)) == (200, 700_000)


async def test_a_part_is_served_only_of_the_file_that_was_meant(world, film):
    etag = (await get(world, film)).headers["etag"]

    assert (await get(world, film, range="bytes=0-1", if_range=etag)).status_code == 206
    assert (await get(world, film, range="bytes=0-1", if_range='"other"')).status_code == 200


async def test_a_file_that_is_known_is_not_sent_again(world, film):
    etag = (await get(world, film)).headers["etag"]

    for known in (etag, f'"other", {etag}', f"W/{etag}"):
        answer = await get(world, film, if_none_match=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await get(world, film, if_none_match='"other"')).status_code == 200


async def test_head_says_what_get_would(world, film):
    answer = await world.client().head(film)

    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer.headers["content-length"], answer.headers["content-type"]) == ("700000", "video/mp4")


async def test_what_was_sent_is_served_to_nobody(world, keep):
    for suffix in ("upload", "html", "svg", "txt"):
        assert (await get(world, await keep(suffix))).status_code == 404


async def test_no_path_leads_out_of_the_folder(world, film):
    (world.folder / "files" / "secret.jpg").write_text("not for you")

    for path in (
        *("/media/", "/media", "/media/secret.jpg", "/media/../secret.jpg", "/media/%2e%2e%2fsecret.jpg"),
        *("/media/..%2f..%2fpinson.db", "/media/unfinished", f"{film}%00.jpg", film.upper(), f"{film}/x"),
    ):
        answer = await get(world, path)
        assert answer.status_code == 404, path
        assert b"not for you" not in answer.content


async def test_a_file_that_is_not_there_is_not_remembered(world):
    answer = await get(world, f"/media/{'0' * 32}.jpg")

    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_browser_may_ask_first(world, film):
    answer = await world.client().options(film, headers={"access-control-request-headers": "range"})

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-headers"] == "*"
    assert (await world.client().post(film)).status_code == 405
