"""Ids: 63 bits that sort by time and carry the slot of their owner.

    41 bits  milliseconds since 2006-01-01T00:00Z (until 2075)
    10 bits  sequence within that millisecond
    12 bits  slot: which shard the owner's rows live on, on a sharded database

They are given out inside the write (`tx.new_id`), never by the caller, so that a page read
after an acknowledged write can never find a newer row with an older id. The next id is
always above the last one given, whatever the clock says: a clock that jumps back makes ids
run ahead of it for a while, and never reorders. What has a date of its own, in the past, takes
an id of then (`at`) that is free, below all live ones.
"""

from datetime import UTC, datetime

from pinson.lib.clock import from_ms, to_ms

START_MS = to_ms(datetime(2006, 1, 1, tzinfo=UTC))
SEQUENCE_BITS, SLOT_BITS = 10, 12
MS_SHIFT = SEQUENCE_BITS + SLOT_BITS
MAX = 2**63 - 1


def following(last: int, *, now: datetime, owner: int | None) -> int:
    """The id to give out after `last`: newer than it, and no older than `now`.

    Args:
        last: the newest id given so far, 0 if none.
        owner: id of the account (or other root) the new row belongs to, whose slot it
            shares. None makes the row its own root, on a slot of its own.
    """
    stamp = max((to_ms(now) - START_MS) << SEQUENCE_BITS, (last >> SLOT_BITS) + 1)
    slot = _spread(stamp) if owner is None else slot_of(owner)
    return stamp << SLOT_BITS | slot


def at(moment: datetime, *, owner: int) -> int:
    """The first id for something of `owner` that is older than whatever is given out live: see `next_to`.

    Args:
        moment: when it was made; what is older than 2006 has the oldest ids there are.
    """
    return max(1, first_at(moment) >> SLOT_BITS) << SLOT_BITS | slot_of(owner)


def next_to(id: int) -> int:
    """The next id of the same owner: for `at`, if that is taken."""
    return id + (1 << SLOT_BITS)


def slot_of(id: int) -> int:
    """The shard slot, 0 to 4095, of the row with this id and of all that its owner has."""
    return id & (1 << SLOT_BITS) - 1


def moment_of(id: int) -> datetime:
    """The millisecond at which `id` was given out (or later, if the clock had jumped back)."""
    return from_ms((id >> MS_SHIFT) + START_MS)


def first_at(moment: datetime) -> int:
    """The smallest id that could have been given out at `moment`: a bound for paging by date.

    Of a moment when ids will have run out, the largest that there can be.
    """
    return min(max(0, to_ms(moment) - START_MS) << MS_SHIFT, MAX)


def _spread(stamp: int) -> int:
    # Fibonacci hashing: neighbouring stamps land on slots far apart.
    return (stamp * 0x9E3779B97F4A7C15 >> 40) & (1 << SLOT_BITS) - 1
