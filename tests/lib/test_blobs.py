import os
from datetime import timedelta

import pytest

from pinson.lib import blobs
from pinson.lib.blobs import Blobs, TookTooLong
from pinson.lib.db import CannotWrite


@pytest.fixture
def store(tmp_path, db):
    return Blobs(tmp_path / "files", db)


async def kept(store, content, *, now, suffix=".txt"):
    with store.workshop() as folder:
        file = folder / f"private name{suffix}"
        file.write_bytes(content)
        [key] = await store.keep([file], now=now)
    return key


async def read(store, key, start=0, stop=None):
    blob = await store.open(key)
    return b"".join([piece async for piece in blob.pieces(start, blob.size if stop is None else stop)])


def files(folder):
    return [name for _, _, names in os.walk(folder) for name in names]


async def test_what_was_kept_is_read_whole_or_in_part(store, now):
    content = os.urandom(600_000)

    key = await kept(store, content, now=now)

    assert await read(store, key) == content
    assert await read(store, key, 300_000, 300_010) == content[300_000:300_010]
    assert (await store.open(key)).size == 600_000


async def test_a_key_holds_nothing_of_a_name_and_no_two_are_alike(store, now):
    keys = {await kept(store, b"same", now=now) for _ in range(10)}

    assert len(keys) == 10
    assert all(blobs.KEY.fullmatch(key) and key.endswith(".txt") for key in keys)


async def test_nothing_but_keys_opens_a_file(store, now, tmp_path):
    (tmp_path / "files" / "secret.txt").write_text("secret")
    key = await kept(store, b"x", now=now)

    tried = ["../secret.txt", "secret.txt", key.upper(), f"../{key[:2]}/{key}", "", f"{key}\n", "0" * 32 + ".txt"]

    assert [await store.open(one) for one in tried] == [None] * len(tried)


async def test_a_file_that_no_row_claims_goes_after_a_day(store, db, now):
    key = await kept(store, b"x", now=now)

    assert await store.sweep(now=now + timedelta(hours=23)) == 0
    assert await read(store, key) == b"x"
    assert await store.sweep(now=now + timedelta(hours=25)) == 1
    assert await store.open(key) is None


async def test_a_claimed_file_stays_until_it_is_abandoned(store, db, now):
    key = await kept(store, b"x", now=now)
    await db.write(blobs.claim, keys=[key], now=now)

    await store.sweep(now=now + timedelta(days=30))
    assert await read(store, key) == b"x"
    await db.write(blobs.abandon, keys=[key], now=now)
    await store.sweep(now=now)

    assert await store.open(key) is None
    assert await store.sweep(now=now + timedelta(days=30)) == 0


async def test_a_file_is_claimed_once_and_in_time(store, db, now):
    first, late = [await kept(store, b"x", now=now) for _ in range(2)]
    await db.write(blobs.claim, keys=[first], now=now)

    for keys in ([first], [late, "0" * 32 + ".txt"]):
        with pytest.raises(TookTooLong):
            await db.write(blobs.claim, keys=keys, now=now)
    with pytest.raises(TookTooLong):
        await db.write(blobs.claim, keys=[late], now=now + timedelta(days=1))


async def test_a_claim_stands_only_with_its_transaction(store, db, now):
    key = await kept(store, b"x", now=now)

    async def claims_and_fails(tx):
        await blobs.claim(tx, [key], now=now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.write(claims_and_fails)

    assert await store.sweep(now=now + timedelta(days=2)) == 1


async def test_what_a_killed_process_left_unfinished_goes_after_a_day(store, now, tmp_path):
    left = tmp_path / "files" / "unfinished" / "left"
    left.mkdir()
    (left / "half").write_bytes(b"half a film")
    os.utime(left, (now.timestamp(), now.timestamp()))

    await store.sweep(now=now + timedelta(hours=23))
    assert left.exists()
    await store.sweep(now=now + timedelta(hours=25))

    assert not left.exists()


async def test_a_disk_that_takes_nothing_is_refused_in_words_and_leaves_no_file(store, now, tmp_path):
    with store.workshop() as folder, pytest.raises(CannotWrite):
        await store.keep([folder / "never written.txt"], now=now)

    assert files(tmp_path / "files") == []
