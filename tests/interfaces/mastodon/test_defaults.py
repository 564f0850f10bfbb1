"""How an account posts is asked once, and anew when it has changed."""

from pinson.domain.accounts import RememberedDefaults


async def test_a_change_of_defaults_counts_for_the_next_post(world):
    ana = await world.person("ana")
    client = world.client(ana)
    before = (await client.post("/api/v1/statuses", json={"status": "Un"})).json()

    await client.patch("/api/v1/accounts/update_credentials", data={"source[privacy]": "unlisted"})
    after = (await client.post("/api/v1/statuses", json={"status": "Deux"})).json()

    assert (before["visibility"], after["visibility"]) == ("public", "unlisted")


async def test_only_those_who_posted_last_are_remembered(world):
    ana, bob = await world.people("ana", "bob")
    defaults = RememberedDefaults(keep=1)
    async with world.tools.db.read() as tx:
        asked = [await defaults.of(tx, one.account_id) for one in (ana, ana, bob, bob, ana)]
        assert tx.statements == 3

    assert {one.visibility for one in asked} == {"public"}
