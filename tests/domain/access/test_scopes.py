from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.access import ALL_SCOPES, MemberRole, UnknownScope, UserRole, covers
from pinson.domain.access.scopes import ADMIN, expand, parse, powers

SCOPES = st.sets(st.sampled_from(ALL_SCOPES), min_size=1).map(" ".join)
MEMBERS, USERS = st.sampled_from(MemberRole), st.sampled_from(UserRole)


@pytest.mark.parametrize(
    ("granted", "needed", "enough"),
    [
        ("write", "write:statuses", True),
        ("write:statuses", "write", False),
        ("write:statuses write:media", "write:media", True),
        ("read", "write:statuses", False),
        ("follow", "read:blocks write:follows", True),
        ("follow", "read:accounts", False),
        ("read write", "follow", False),
        ("read", "profile", False),
        ("profile", "read:accounts", False),
        ("read", "admin:read", False),
        ("admin:read", "admin:read:reports", True),
        ("admin:read", "admin:write:reports", False),
        ("push", "push", True),
    ],
)
def test_a_scope_covers_itself_and_what_stands_below_it(granted, needed, enough):
    assert covers(granted, needed) is enough


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_asking_for_nothing_asks_to_read(text):
    assert parse(text) == "read"


@pytest.mark.parametrize("text", ["read:me", "read Write", "read,write", "read:conversations", "admin", "write:push"])
def test_a_scope_that_does_not_exist_is_refused(text):
    with pytest.raises(UnknownScope):
        parse(text)


@given(st.lists(st.sampled_from(ALL_SCOPES), min_size=1))
def test_order_and_repetition_do_not_matter(asked):
    assert parse("  ".join(asked)) == parse("\n".join(reversed(asked)))
    assert set(parse(" ".join(asked)).split()) == set(asked)


@given(SCOPES, SCOPES, SCOPES)
def test_covering_is_an_order(one, other, third):
    assert covers(one, one)
    if covers(one, other) and covers(other, third):
        assert covers(one, third)
    assert covers(f"{one} {other}", other)


@given(SCOPES, SCOPES)
def test_what_is_covered_is_just_what_expands(granted, needed):
    assert covers(granted, needed) is (expand(needed) <= expand(granted))


@given(SCOPES, MEMBERS, USERS)
def test_a_role_never_adds_to_what_was_granted(granted, member, user):
    assert powers(granted, member=member, user=user) <= expand(granted)


@given(SCOPES, USERS)
def test_a_lesser_role_never_has_more_power(granted, user):
    held = [powers(granted, member=role, user=user) for role in MemberRole]

    assert all(less <= more for more, less in pairwise(held))


@given(SCOPES, MEMBERS)
def test_only_those_who_moderate_administer(granted, member):
    assert powers(granted, member=member, user=UserRole.USER).isdisjoint(ADMIN)
    assert powers(granted, member=None, user=None).isdisjoint(ADMIN)


@given(SCOPES)
def test_an_owner_who_is_an_administrator_has_all_that_was_granted(granted):
    assert powers(granted, member=MemberRole.OWNER, user=UserRole.ADMIN) == expand(granted)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (MemberRole.OWNER, ["read:statuses", "write:statuses", "write:accounts", "follow", "push"], ["admin:read"]),
        (MemberRole.EDITOR, ["read:statuses", "write:statuses", "write:follows", "push"], ["write:accounts", "write"]),
        (MemberRole.AUTHOR, ["read:statuses", "write:media", "push"], ["write:statuses", "write:follows", "follow"]),
        (MemberRole.ANALYST, ["read:statuses", "profile"], ["write:media", "push", "write:statuses"]),
    ],
)
def test_a_members_role_limits_what_a_token_can_do(role, may, may_not):
    held = powers("profile read write follow push admin:read", member=role, user=UserRole.USER)

    assert held.issuperset(may)
    assert held.isdisjoint(may_not)
