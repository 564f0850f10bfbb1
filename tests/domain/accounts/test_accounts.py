from datetime import timedelta

import pytest

from pinson.domain import accounts
from pinson.domain.accounts import (
    AccountCreated,
    AccountDeleted,
    AccountNotFound,
    AccountRestored,
    AccountSuspended,
    FieldRefused,
    Flaw,
    UsernameTaken,
)
from pinson.lib import log

FACTS = log.Kinds([AccountCreated, AccountSuspended, AccountRestored, AccountDeleted])


@pytest.fixture
async def alice(db, now):
    return await db.write(accounts.create, username="Alice", display_name="Alice A.", note="Hello", now=now)


async def facts(db):
    async with db.read() as tx:
        return [FACTS.decode(line) for line in await log.after(tx, 0)]


async def test_a_new_account_is_found_under_every_spelling_of_its_name(db, alice):
    async with db.read() as tx:
        found = [
            await accounts.by_acct(tx, acct, local_domain="social.example")
            for acct in ("alice", "@ALICE", "alice@social.example")
        ]

    assert found == [alice, alice, alice]
    assert alice.acct == "Alice"


async def test_a_new_account_starts_with_nothing_counted(db, alice, now):
    async with db.read() as tx:
        shown = await accounts.profile(tx, alice.id)

    assert (shown.display_name, shown.followers, shown.following, shown.posts) == ("Alice A.", 0, 0, 0)
    assert (shown.last_post_at, shown.created_at) == (None, now)


async def test_two_accounts_cannot_differ_in_case_only(db, alice, now):
    with pytest.raises(UsernameTaken):
        await db.write(accounts.create, username="aLICE", now=now)


async def test_a_bad_username_makes_no_account(db, now):
    with pytest.raises(FieldRefused) as refused:
        await db.write(accounts.create, username="security", now=now)

    assert refused.value.flaw is Flaw.RESERVED
    assert await facts(db) == []


async def test_many_accounts_come_in_one_question(db, alice, now):
    bob = await db.write(accounts.create, username="bob", now=now)

    async with db.read() as tx:
        by_id = await accounts.by_ids(tx, [alice.id, bob.id, 7])
        by_address = await accounts.by_accts(tx, ["alice", "bob@elsewhere.example", "nobody"])
        shown = await accounts.profiles(tx, [bob.id, alice.id])

        assert tx.statements == 3
    assert by_id == {alice.id: alice, bob.id: bob}
    assert by_address == {"alice": alice}
    assert shown.keys() == {alice.id, bob.id}


async def test_counters_add_up(db, alice, now):
    async def published(tx, at):
        await accounts.count_follows(tx, alice.id, followers=2, following=1)
        return await accounts.count_posts(tx, alice.id, 1, last_post_at=at)

    moments = [now, now - timedelta(days=900), None]  # the second is imported: older than what is there
    assert [await db.write(published, at=at) for at in moments] == [1, 2, 3]

    async with db.read() as tx:
        shown = await accounts.profile(tx, alice.id)
    assert (shown.posts, shown.followers, shown.following, shown.last_post_at) == (3, 6, 3, now)


async def test_a_suspended_account_takes_no_part_until_it_is_restored(db, alice, now):
    await db.write(accounts.suspend, account_id=alice.id, now=now)

    async with db.read() as tx:
        with pytest.raises(AccountNotFound):
            await accounts.active(tx, alice.id)
        assert (await accounts.by_id(tx, alice.id)).suspended_at == now

    await db.write(accounts.restore, account_id=alice.id, now=now)
    async with db.read() as tx:
        assert await accounts.active(tx, alice.id) == alice


async def test_suspending_or_restoring_twice_is_told_once(db, alice, now):
    for verb in (accounts.suspend, accounts.suspend, accounts.restore, accounts.restore):
        await db.write(verb, account_id=alice.id, now=now)

    assert [type(fact) for fact in await facts(db)] == [AccountCreated, AccountSuspended, AccountRestored]


async def test_a_deleted_account_leaves_only_its_handle(db, alice, now):
    await db.write(accounts.delete, account_id=alice.id, now=now)

    async with db.read() as tx:
        assert await accounts.by_id(tx, alice.id) is None
        assert await accounts.profile(tx, alice.id) is None
        assert await accounts.by_acct(tx, "alice", local_domain="social.example") is None
        assert await accounts.local_count(tx) == 0
        kept = await tx.one(str, "SELECT username || display_name || note FROM accounts WHERE id = :id", id=alice.id)
    assert kept == "alice"
    with pytest.raises(UsernameTaken):
        await db.write(accounts.create, username="alice", now=now)


async def test_what_is_deleted_cannot_be_suspended_restored_or_deleted_again(db, alice, now):
    await db.write(accounts.suspend, account_id=alice.id, now=now)
    await db.write(accounts.delete, account_id=alice.id, now=now)

    for verb in (accounts.suspend, accounts.restore, accounts.delete):
        with pytest.raises(AccountNotFound):
            await db.write(verb, account_id=alice.id, now=now)
