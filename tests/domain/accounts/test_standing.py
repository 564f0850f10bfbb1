import msgspec
import pytest

from pinson.domain import accounts
from pinson.domain.accounts import (
    AccountCreated,
    AccountDeleted,
    AccountLimited,
    AccountRestored,
    AccountSuspended,
    AccountUnlimited,
    Standing,
)
from pinson.domain.accounts.store import HIDDEN_IDS, LIMITED_IDS
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Follower, Kinds

KINDS = Kinds(
    [AccountCreated, AccountSuspended, AccountRestored, AccountLimited, AccountUnlimited, AccountDeleted],
)


@pytest.fixture
async def standing(db):
    view = Standing()
    await Follower(db, KINDS, [view]).start()
    return view


@pytest.fixture
async def alice(db, now):
    return await db.write(accounts.create, username="alice", now=now)


@pytest.mark.parametrize(
    ("verbs", "is_hidden"),
    [
        ([], False),
        ([accounts.suspend], True),
        ([accounts.delete], True),
        ([accounts.suspend, accounts.restore], False),
        ([accounts.suspend, accounts.restore, accounts.delete], True),
        ([accounts.suspend, accounts.delete], True),
    ],
)
async def test_what_is_suspended_or_deleted_is_hidden_at_once(db, standing, alice, now, verbs, is_hidden):
    for verb in verbs:
        await db.write(verb, account_id=alice.id, now=now)

    loaded_later = Standing()
    async with db.read() as tx:
        await loaded_later.load(tx)

    assert (alice.id in standing.hidden) is is_hidden
    assert loaded_later.hidden == standing.hidden


@pytest.mark.parametrize(
    ("verbs", "is_limited"),
    [
        ([accounts.limit], True),
        ([accounts.limit, accounts.suspend], True),
        ([accounts.limit, accounts.unlimit], False),
        ([accounts.limit, accounts.delete], False),
    ],
)
async def test_a_limited_account_is_known_at_once(db, standing, alice, now, verbs, is_limited):
    for verb in verbs:
        await db.write(verb, account_id=alice.id, now=now)

    loaded_later = Standing()
    async with db.read() as tx:
        await loaded_later.load(tx)

    assert (alice.id in standing.limited) is is_limited
    assert loaded_later.limited == standing.limited


async def test_applying_a_fact_twice_changes_nothing(standing, alice, now):
    for _ in range(2):
        standing.apply(AccountSuspended(at=now, account_id=alice.id))
    assert standing.hidden == {alice.id}

    for _ in range(2):
        standing.apply(AccountRestored(at=now, account_id=alice.id))
    assert standing.hidden == set()


async def test_another_process_hides_it_once_it_has_caught_up(db, alice, now, tmp_path):
    there = Sqlite(tmp_path)
    standing = Standing()
    follower = Follower(there, KINDS, [standing])
    await follower.start()

    await db.write(accounts.suspend, account_id=alice.id, now=now)
    assert follower.behind
    await follower.catch_up()

    assert standing.hidden == {alice.id}
    await there.close()


@pytest.mark.parametrize(("ask", "index"), [(HIDDEN_IDS, "accounts_hidden"), (LIMITED_IDS, "accounts_limited")])
async def test_what_it_loads_is_found_in_an_index_and_not_by_reading_every_account(db, ask, index):
    async with db.read() as tx:
        [plan] = await tx.all(Plan, f"EXPLAIN QUERY PLAN {ask}")

    assert f"INDEX {index}" in plan.detail


class Plan(msgspec.Struct):
    id: int
    parent: int
    notused: int
    detail: str
