"""Pages of groups are what anybody would cut by hand from the list of all that was told."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from pinson.domain import accounts, notifications
from pinson.domain.notifications import GROUPABLE, Kind, Selection
from pinson.domain.notifications.queries import SAMPLED
from pinson.domain.notifications.rules import hour_of
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.paging import NEWEST, Page
from tests.domain.town import START
from tests.schema import make_ready

SENDERS = 10  # the last of them is limited: what they do is kept apart
POSTS = (901, 902)
KINDS = (Kind.FAVOURITE, Kind.BOOST, Kind.FOLLOW, Kind.MENTION)

senders, about, kinds, which = (
    st.integers(0, SENDERS - 1),
    st.sampled_from(POSTS),
    st.sampled_from(KINDS),
    st.integers(0, 99),
)
step = st.one_of(
    st.tuples(st.just("tell"), kinds, senders, about),
    st.tuples(st.just("tell"), kinds, senders, about),
    st.tuples(st.just("many"), kinds, about),
    st.tuples(st.just("wait"), st.sampled_from((1, 6, 11, 12))),
    st.tuples(st.just("dismiss"), which),
    st.tuples(st.just("dismiss group"), which),
    st.tuples(st.just("forget post"), about),
    st.tuples(st.just("suspend"), senders),
    st.tuples(st.just("restore"), senders),
    st.tuples(st.just("accept")),
    st.tuples(st.just("repeat"), which),
)
question = st.tuples(
    st.sampled_from(["max", "since", "min", "between", "from the end"]),
    which,
    which,
    st.integers(1, 5),
    st.sets(kinds, min_size=1),
    st.none() | st.sets(st.sampled_from([Kind.FAVOURITE, Kind.FOLLOW])),
    st.booleans(),
    st.none() | senders,
)


class Told(msgspec.Struct):
    """A notification in the model. shown: "yes", "apart" or "hidden"; key: of its group, if it is in one."""

    id: int
    kind: Kind
    sender: int
    about: int
    shown: str
    key: tuple | None


class House:
    """A real database, and beside it the list of all that was told."""

    def __init__(self, db):
        self.db = db
        self.now = START
        self.told = []
        self.accepted = set()
        self.suspended = set()

    async def populate(self):
        made = [await self.write(accounts.create, username=f"u{n}") for n in range(SENDERS + 1)]
        self.me, *self.senders = [account.id for account in made]
        await self.write(accounts.limit, account_id=self.senders[-1])

    async def write(self, verb, **arguments):
        return await self.db.write(verb, **arguments, now=self.now)

    async def take(self, step):
        match step:
            case ("tell", kind, sender, about):
                await self.tell(kind, sender, 0 if kind is Kind.FOLLOW else about)
            case ("many", kind, about):
                for sender in range(SENDERS):
                    await self.tell(kind, sender, 0 if kind is Kind.FOLLOW else about)
            case ("repeat", n) if self.told:
                one = self.told[n % len(self.told)]
                await self.tell(one.kind, one.sender, one.about)
            case ("wait", hours):
                self.now += timedelta(hours=hours)
            case ("dismiss", n) if self.told:
                one = self.told.pop(n % len(self.told))
                await self.db.write(notifications.dismiss, account_id=self.me, id=one.id)
            case ("dismiss group", n) if self.told:
                key = self.told[n % len(self.told)].key
                if key:
                    name = "-".join(str(part) for part in key if part)
                    while await self.db.write(notifications.dismiss_group, account_id=self.me, key=name, limit=3):
                        pass
                    self.told = [one for one in self.told if one.key != key]
            case ("forget post", about):
                while await self.db.write(notifications.forget_post, id=about, limit=3):
                    pass
                self.told = [one for one in self.told if one.about != about]
            case ("suspend" | "restore" as verb, sender):
                await self.write(getattr(accounts, verb), account_id=self.senders[sender])
                while await self.db.write(notifications.follow_standing, account_id=self.senders[sender], limit=3):
                    pass
                self.follow_standing(verb, sender)
            case ("accept",):
                await self.accept()

    async def tell(self, kind, sender, about):
        await self.write(
            notifications.notify,
            account_ids=[self.me],
            kind=kind,
            from_id=self.senders[sender],
            about=about,
            at=self.now,
        )
        if sender in self.suspended or any((o.kind, o.sender, o.about) == (kind, sender, about) for o in self.told):
            return
        async with self.db.read() as tx:
            id = await tx.one(int, "SELECT max(id) FROM notifications")
        if sender == SENDERS - 1 and sender not in self.accepted:
            self.told.append(Told(id, kind, sender, about, "apart", None))
        else:
            self.told.append(Told(id, kind, sender, about, "yes", self.key(id, kind, about)))

    def key(self, id, kind, about):
        """A group takes in what comes within twelve hours of its first hour; then another begins."""
        if kind not in GROUPABLE:
            return None
        hour = hour_of(id)
        open_groups = [one.key for one in self.told if one.key and one.key[:2] == (kind, about)]
        return max((key for key in open_groups if hour < key[2] + 12), default=(kind, about, hour))

    def follow_standing(self, verb, sender):
        getattr(self.suspended, "add" if verb == "suspend" else "discard")(sender)
        for one in self.told:
            if one.sender == sender and verb == "suspend" and not one.shown.startswith("hidden"):
                one.shown, one.key = f"hidden {one.shown}", None
            elif one.sender == sender and verb == "restore":
                one.shown = one.shown.removeprefix("hidden ")

    async def accept(self):
        """Accept the limited sender, if they wait."""
        async with self.db.read() as tx:
            waiting = await notifications.requests(tx, self.me, Page(None, None, None, 10))
        asks = [o for o in self.told if o.shown == "apart" and o.kind is Kind.MENTION]
        assert [(one.count, one.last_post_id) for one in waiting] == ([(len(asks), asks[-1].about)] if asks else [])
        for one in waiting:
            await self.write(notifications.accept_senders, account_id=self.me, ids=[one.id])
            while await self.write(notifications.merge, account_id=self.me, from_id=one.from_id):
                pass
            self.accepted.add(SENDERS - 1)
            for told in self.told:
                told.shown = "yes" if told.shown == "apart" else told.shown

    async def ask(self, question):
        """The same page from both."""
        way, one, other, limit, chosen, grouped, apart, sender = question
        ids = sorted(told.id for told in self.told) or [0]
        low, high = sorted((ids[one % len(ids)], ids[other % len(ids)]))
        page = {
            "max": Page(high, None, None, limit),
            "since": Page(None, low, None, limit),
            "min": Page(None, None, low, limit),
            "between": Page(high, None, low, limit),
            "from the end": Page(None, None, None, limit),
        }[way]
        kinds = GROUPABLE if grouped is None else frozenset(grouped)
        selection = Selection(frozenset(chosen), None if sender is None else self.senders[sender], apart)
        async with self.db.read() as tx:
            found = await notifications.group_page(tx, self.me, page, selection, grouped=kinds)
            singles = await notifications.page(tx, self.me, page, selection)
        shown = {"yes", "apart"} if apart or sender is not None else {"yes"}
        rows = [
            told
            for told in self.told
            if told.kind in chosen and told.shown in shown and (sender is None or told.sender == sender)
        ]
        assert [self.plain(group) for group in found] == by_hand(rows, page, kinds)
        within = cut(rows, page, lambda told: told.id)
        assert [told.id for told in singles] == sorted((told.id for told in within), reverse=True)

    def plain(self, group):
        return group.size, group.oldest_id, group.newest.id, [self.senders.index(id) for id in group.from_ids]


def cut(rows, page, key):
    """The rows of a page that has room for so many keys."""
    after = page.since_id if page.min_id is None else page.min_id
    within = [told for told in rows if (after or 0) < told.id < (page.max_id or NEWEST)]
    within.sort(key=lambda told: told.id, reverse=page.min_id is None)
    seen, taken = set(), []
    for told in within:
        if len(seen) == page.limit:
            break
        seen.add(key(told))
        taken.append(told)
    return taken


def by_hand(rows, page, grouped):
    """The groups of a page."""

    def key(told):
        return told.key if told.key and told.kind in grouped else told.id

    groups = {}
    for told in cut(rows, page, key):
        groups.setdefault(key(told), []).append(told.id)
    pages = []
    for name, ids in groups.items():
        whole = sorted((told for told in rows if key(told) == name and told.id <= max(ids)), key=lambda told: -told.id)
        pages.append((len(whole), min(ids), max(ids), [told.sender for told in whole[:SAMPLED]]))
    return sorted(pages, key=lambda group: -group[2])


async def replay(story, questions):
    with tempfile.TemporaryDirectory() as folder:
        make_ready(folder)
        db = Sqlite(Path(folder))
        try:
            house = House(db)
            await house.populate()
            for number, step in enumerate(story):
                house.now += timedelta(seconds=1)
                await house.take(step)
                if number % 4 == 3:
                    await house.ask(questions[number % len(questions)])
            for question in questions:
                await house.ask(question)
        finally:
            await db.close()


ALL = {*KINDS}
EDGE = [
    ("max", 0, 1, 2, ALL, None, False, None),
    ("min", 1, 2, 2, ALL, None, False, None),
    ("from the end", 0, 0, 5, ALL, None, False, None),
]


def favourites(hours):
    """Two favourites of a post, so many hours apart, and a mention between them."""
    first, second = (("tell", Kind.FAVOURITE, sender, 901) for sender in (0, 1))
    return [first, ("tell", Kind.MENTION, 2, 901), ("wait", hours), second]


@settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
@given(st.lists(step, min_size=5, max_size=25), st.lists(question, min_size=5, max_size=10))
@example(favourites(11), EDGE)
@example(favourites(12), EDGE)
@example([("many", Kind.FAVOURITE, 901), ("many", Kind.BOOST, 902), *favourites(2)], EDGE)
def test_a_page_of_groups_is_what_one_would_cut_by_hand(story, questions):
    asyncio.run(replay(story, questions))
