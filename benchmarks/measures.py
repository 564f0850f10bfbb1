"""What is measured, and what was asked for.

Called by `__main__.py`. Each part starts its own servers on copies of fresh data, and goes through
its measures round by round in turn, so that whatever else the machine does meets them all alike;
a figure is the median of its rounds, processor time a request too. A round that comes before all others warms the
server up, and does not count.
"""

import gzip
import http.client
import os
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from benchmarks import handing, letters, load, pace, pushes, redirects, streams, texts, world, years
from benchmarks.handing import Handed
from benchmarks.load import Browsing, Publishing, Reading, Script
from benchmarks.server import Server, restarted, serving
from benchmarks.wire import request
from pinson.app import MIGRATIONS
from pinson.domain.deliveries import What
from pinson.lib import dkim
from pinson.lib.db.migrate import steps

T = TypeVar("T")

READERS, WRITERS = 32, 64  # connections
BURSTING = 4000  # connections over which a burst comes
SEVERAL = 16  # connections that post as one account
READING = 200  # homes a second that are read beside letters
SENDING = 400  # letters a second that are asked for
LEVEL = 6  # of compression: what gzip does unless it is told otherwise
BLOCK = 4096  # bytes that are synced to find out what the disk takes
MS, US, KB, MB = 1e3, 1e6, 1024, 1 << 20

AWAY = Callable[[Callable[[Any], T], Any], T]
"""Runs a function of one argument in another process and waits for what it returns."""


class Plan(msgspec.Struct, frozen=True):
    """How much is measured: rounds of so many seconds, on data of this size.

    parts: what is measured unless only some of it is asked for.
    streams: of apps. readers: of one page that is live. letters, browsers: that one message goes to.
    accounts, on_disk, active: of the server that has been there for years: posts on its disk, and who reads.
    """

    parts: tuple[str, ...]

    rounds: int
    seconds: float
    authors: int
    published: int
    streams: int
    readers: int
    streamed: int
    followers: tuple[int, ...]
    letters: int
    browsers: int
    accounts: int = 3000
    on_disk: int = 100_000
    active: int = 300


ORDINARY = (
    "reads",
    "pages",
    "redirects",
    "posts",
    "bursts",
    "workers",
    "streams",
    "followers",
    "pushes",
    "letters",
    "texts",
)
FULL = Plan(
    parts=ORDINARY,
    rounds=5,
    seconds=4,
    authors=6000,
    published=30_000,
    streams=5000,
    readers=1000,
    streamed=20,
    followers=(10, 10_000, 100_000),
    letters=5000,
    browsers=4000,
)
QUICK = Plan(
    parts=ORDINARY,
    rounds=3,
    seconds=0.8,
    authors=5100,
    published=8000,
    streams=5000,
    readers=1000,
    streamed=8,
    followers=(10, 1000, 10_000),
    letters=1000,
    browsers=1000,
)
BIG = msgspec.structs.replace(
    FULL,
    parts=("volume", "followers"),
    followers=(10, 10_000, 1_000_000),
    accounts=100_000,
    on_disk=5_000_000,
    active=10_000,
)
PLANS = {"full": FULL, "quick": QUICK, "big": BIG}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One measure.

    figure, details: as people read them. target: what issue 7 asks for; "" if it asks for nothing of the kind.
    met: whether the figure reaches it; None if that cannot be said.
    stretch: what it asks for at best; "" if nothing. beyond: whether the figure reaches that too.
    value, wanted: the figure and the target as one number each, for the plot; in `unit`.
    wrong: what was wrong with answers, and how often.
    numbers: everything that was found.
    """

    part: str
    name: str
    figure: str
    details: str
    target: str = ""
    met: bool | None = None
    stretch: str = ""
    beyond: bool = False
    value: float = 0
    wanted: float = 0
    unit: str = ""
    wrong: dict[str, int] = {}
    numbers: dict[str, Any] = {}


class Bench:
    """One run: where it works, how much it measures, and who loads the servers."""

    def __init__(
        self, folder: Path, plan: Plan, away: AWAY[Any], tell: Callable[[str], None], kept: Path | None = None
    ) -> None:
        """
        Args:
            folder: an empty one, on the disk that is to be measured.
            tell: told what is being done, before each step.
            kept: where data that takes minutes to make is kept for the next time; None: nowhere.
        """
        self._folder = folder
        self._plan = plan
        self._away = away
        self._tell = tell
        self._kept = kept or folder
        self._names = 0

    def reads(self) -> Iterator[Row]:
        """Pages and single posts from memory."""
        town, data = self._town()
        cases = {
            "home": _homes(town.homes),
            "wide": _homes(town.wide_homes),
            "public": _reading([("/api/v1/timelines/public", "", town.public)]),
            "one": _reading([(f"/api/v1/statuses/{id}", "", [id]) for id in town.posts]),
        }
        with self._serving(data) as server:
            found = self._read_in_turn({name: (server, case) for name, case in cases.items()})
        narrow = _rate(found["home"])
        yield _read_row("home timeline, 20 posts, follows 200", found["home"], 8000, p99=15, stretch=(12_000, 10))
        yield _read_row(
            "home timeline, 20 posts, follows 5,000", found["wide"], 0.6 * narrow, stretch=(0.8 * narrow, None)
        )
        yield _read_row("public timeline, 20 posts", found["public"], 8000, p99=15, stretch=(12_000, 10))
        yield _read_row("one post by id", found["one"], 12_000, stretch=(20_000, None))

    def pages(self) -> Iterator[Row]:
        """Pages of the web, as strangers read them who have no proxy in between."""
        town, data = self._town()
        profiles = town.profiles
        with self._serving(data) as server:
            known = [(one, _page(server, one.path)) for one in profiles]
            cases = {
                "profile": _browsing([(one.path, one.ids) for one in profiles]),
                "known profile": Browsing(
                    [(request("GET", one.path, headers=f"If-None-Match: {page.etag}\r\n"), []) for one, page in known],
                    status=304,
                ),
                "post page": _browsing([(one.path, one.ids) for one in town.threads]),
                "tag page": _browsing([(one.path, one.ids) for one in town.tags]),
                "front page": _browsing([("/", [])]),
                "feed": _browsing([(f"{one.path}/feed.atom", one.ids) for one in profiles]),
            }
            found = self._read_in_turn({name: (server, case) for name, case in cases.items()})
        yield _read_row("web: profile, 20 posts", found["profile"], 2000, part="pages")
        yield _read_row("web: profile that the browser knows (304)", found["known profile"], 2000, part="pages")
        yield _read_row("web: post with what it answers", found["post page"], part="pages")
        yield _read_row("web: hashtag, 20 posts", found["tag page"], part="pages")
        yield _read_row("web: front page", found["front page"], part="pages")
        yield _read_row("web: Atom feed, 20 posts", found["feed"], part="pages")
        yield _weight_row([page.body for _, page in known])

    def redirects(self) -> Iterator[Row]:
        """Short links that are followed: each visit counted."""
        data = self._folder / "shop"
        self._tell("making short links")
        shop = redirects.shop(data)
        with self._serving(data) as server:
            astray = redirects.astray(server, shop.codes)
            found = self._in_turn({"redirects": self._loader(server, redirects.script(shop.codes), READERS)})
        answered = sum(result.right_in_all for result in found["redirects"]) + redirects.LINKS
        people, machines = redirects.counted(data, shop.account_id)
        wrong = {"leads elsewhere": astray, "not counted, or twice": abs(answered - people - machines)}
        rate, p99 = _rate(found["redirects"]), _latency(found["redirects"], 2) * MS
        yield _load_row(
            "redirects",
            "short links, followed and counted",
            found["redirects"],
            target="10,000/s, p99 ≤ 10 ms",
            met=rate >= 10_000 and p99 <= 10,
            wanted=10_000,
            wrong={what: count for what, count in wrong.items() if count},
        )

    def letters(self) -> Iterator[Row]:
        """One message to many by e-mail, from the post to the last letter taken, beside readers and without."""
        town, data = self._town()
        city, count = town.posters[0], self._plan.letters
        self._tell(f"making {count:,} readers by e-mail")
        letters.ask_for(data, city.id, readers=count)
        with (
            handing.receiving(letters.Taking) as receiver,
            self._serving(data, more=letters.settings(receiver.port)) as server,
        ):
            ids: list[str] = []

            def send() -> Handed:
                said = {"status": f"{letters.TEXT} {len(ids)}"}
                ids.append(_call(server, "POST", "/api/v1/statuses", city.token, said)["id"])
                return letters.wait_for(receiver, server, letters=count)

            found = self._in_turn({"letters": send})["letters"]
            flow = pace.Flow("reads", _homes(town.homes), ((count / SENDING, READING),), READERS)
            self._tell("reads beside letters")
            self._away(pace.run, pace.Job(server.port, (msgspec.structs.replace(flow, phases=((1, READING),)),)))
            [alone] = self._away(pace.run, pace.Job(server.port, (flow,)))
            with ThreadPoolExecutor(1) as pool:
                sending = pool.submit(send)
                [beside] = self._away(pace.run, pace.Job(server.port, (flow,)))
                found_beside = sending.result()
        counted = letters.in_ledger(data, ids)
        wrong = {f"{what} in the ledger": abs(counted[what] - count * len(ids)) for what in (What.ASKED, What.SENT)}
        yield letters_row(found, found_beside, alone, beside, wrong=wrong | alone.wrong | beside.wrong)

    def texts(self) -> Iterator[Row]:
        """Texts handed to a mobile network over SMPP, by one process."""
        found = self._in_turn({"texts": lambda: texts.hand_over(self._plan.seconds)})["texts"]
        yield texts_row(found)

    def pushes(self) -> Iterator[Row]:
        """One message to everybody who allowed their browser to ring, by one process, while homes are read."""
        town, data = self._town()
        holders, homes, speaker = self._plan.browsers, _homes(town.homes), town.posters[0]
        with handing.receiving(pushes.Taking) as service:
            self._tell(f"making {holders:,} alerts in browsers")
            pushes.subscribe(data, speaker.id, port=service.port, holders=holders)
            with self._serving(data, more=pushes.SETTINGS) as server:
                flow = pace.Flow("reads", homes, ((self._plan.seconds, pushes.READS),), pushes.READERS)
                quiet = self._in_turn({"reads alone": lambda: self._away(pace.run, pace.Job(server.port, (flow,)))[0]})[
                    "reads alone"
                ]

                def measure() -> pushes.Round:
                    self._names += 1
                    text = pushes.TEXT.format(self._names)
                    job = pushes.Job(server.port, speaker.token, text, homes, self._plan.seconds)
                    return pushes.measure(service, lambda: self._away(pushes.publish, job), holders=holders, text=text)

                found = self._in_turn({"pushes": measure})["pushes"]
        miscounted = pushes.miscounted(data, [one.post_id for one in found], holders=holders)
        yield pushes_row(found, quiet, miscounted)

    def posts(self) -> Iterator[Row]:
        """Durable posts over HTTP: many at once, and one after the other."""
        town, data = self._town()
        before = world.count_posts(data)
        with self._serving(data) as server:
            found = self._in_turn(
                {
                    "many": self._poster(server, town.posters, WRITERS),
                    "alone": self._poster(server, town.posters[:1], 1),
                }
            )
            syncs = self._in_turn({"fsync": lambda: bare_fsync(self._folder, 0.5 * self._plan.seconds)})["fsync"]
        acknowledged = sum(result.right_in_all for results in found.values() for result in results)
        lost = before + acknowledged - world.count_posts(data)
        many, alone = found["many"], found["alone"]
        yield _load_row(
            "posts",
            "durable posts, 64 connections",
            many,
            target="2,500/s, p99 ≤ 60 ms",
            met=_rate(many) >= 2500 and _latency(many, 2) * MS <= 60,
            stretch="5,000/s",
            beyond=_rate(many) >= 5000,
            wanted=2500,
            wrong={"acknowledged and lost": lost} if lost > 0 else {},
        )
        fsync, middle = statistics.median(syncs), _latency(alone, 0)
        above = (middle - fsync) * MS
        yield Row(
            part="posts",
            name="one poster alone, above the bare fsync",
            figure=f"{above:.2f} ms",
            details=f"answered in {middle * MS:.2f} ms, p99 {_latency(alone, 2) * MS:.2f}; "
            f"fsync of {BLOCK >> 10} KB {fsync * US:.0f} µs; CPU {_cpu(alone) * US:.0f} µs",
            target="≤ 1.5 ms",
            met=above <= 1.5,
            stretch="0.7 ms",
            beyond=above <= 0.7,
            wrong=_wrong(alone),
            numbers={"above_ms": above, "fsync_us": fsync * US, **_numbers(alone)},
        )

    def bursts(self) -> Iterator[Row]:
        """Reads beside posts, each at its own pace; and more posts than there is time for."""
        town, data = self._town()
        before, seconds = world.count_posts(data), self._plan.rounds * self._plan.seconds
        burst = seconds / 2  # ten seconds, unless it is a quick run
        names = [one.token for one in town.posters]
        with self._serving(data) as server:
            self._tell("reads beside posts")
            flows = (
                pace.Flow("reads", _homes(town.homes), ((seconds, 1000),), READERS),
                pace.Flow("posts", Publishing(names, "beside"), ((seconds, 1000),), WRITERS),
            )
            self._away(pace.run, pace.Job(server.port, (msgspec.structs.replace(flows[0], phases=((1, 500),)),)))
            reads, posts = self._away(pace.run, pace.Job(server.port, flows))
            self._tell("a burst of posts")
            phases = ((2.0, 200.0), (burst, 5000.0), (burst, 200.0))
            [rush] = self._away(
                pace.run, pace.Job(server.port, (pace.Flow("burst", Publishing(names, "burst"), phases, BURSTING),))
            )
        lost = before + posts.answers + rush.answers - world.count_posts(data)
        p50, p90, p99 = (latency * MS for latency in reads.latencies)
        yield Row(
            part="bursts",
            name="home at 1,000 reads/s beside 1,000 posts/s, p99",
            figure=f"{p99:.1f} ms",
            details=f"p50 {p50:.1f}, p90 {p90:.1f} ms; posts p50 {posts.latencies[0] * MS:.1f}, "
            f"p99 {posts.latencies[2] * MS:.1f} ms; both in an open loop",
            target="≤ 25 ms",
            met=p99 <= 25,
            stretch="10 ms",
            beyond=p99 <= 10,
            wrong=reads.wrong | posts.wrong,
            numbers={"reads": msgspec.to_builtins(reads), "posts": msgspec.to_builtins(posts)},
        )
        yield Row(
            part="bursts",
            name=f"5,000 posts/s asked for {burst:.0f} s: drained after",
            figure=f"{rush.drained:.1f} s",
            details=f"{rush.answers:,} of {rush.asked:,} published, {rush.refused:,} told to come later; "
            f"{BURSTING} connections",
            target="≤ 5 s, nothing acknowledged lost",
            met=rush.drained <= 5 and lost <= 0,
            wrong=rush.wrong | ({"acknowledged and lost": lost} if lost > 0 else {}),
            numbers=msgspec.to_builtins(rush),
        )

    def workers(self) -> Iterator[Row]:
        """Two processes on the same data, against one."""
        town, data = self._town()
        again = self._folder / "two"
        shutil.copytree(data, again)
        with self._serving(data) as one, self._serving(again, workers=2) as two:
            homes = _homes(town.homes)
            found = self._read_in_turn({"read by one": (one, homes), "read by two": (two, homes)})
            found |= self._in_turn(
                {
                    "posted to one": self._poster(one, town.posters, WRITERS),
                    "posted to two": self._poster(two, town.posters, WRITERS),
                }
            )
        for name, key, least in (("reads", "read by", 1.3), ("writes", "posted to", 0.9)):
            alone, both = found[f"{key} one"], found[f"{key} two"]
            ratios = [b.rate / a.rate for a, b in zip(alone, both, strict=True) if a.rate]
            ratio = statistics.median(ratios) if ratios else 0.0
            yield Row(
                part="workers",
                name=f"two processes, {name}, against one",
                figure=f"{ratio:.2f} ×",
                details=f"{_rate(both):,.0f}/s, p99 {_latency(both, 2) * MS:.1f} ms; one {_rate(alone):,.0f}/s; "
                f"{both[-1].resident / MB:.0f} MB in both",
                target=f"≥ {least} ×",
                met=ratio >= least,
                wrong=_wrong(alone) | _wrong(both),
                numbers={"ratio": ratio, "one": _numbers(alone), "two": _numbers(both)},
            )

    def streams(self) -> Iterator[Row]:
        """One post to all open streams: of home, of a page, of a wall."""
        data = self._folder / "square"
        self._tell(f"making {self._plan.streams:,} listeners")
        square = world.square(data, listeners=self._plan.streams)
        most, few = self._plan.streams, self._plan.readers
        kinds: tuple[tuple[Literal["websocket", "sse", "page", "wall"], int, str, int, int, int], ...] = (
            ("websocket", most, "WebSocket streams", 150, 12, 5000),
            ("sse", most, "SSE streams", 250, 18, 5000),
            ("page", few, "readers of a live page", 250, 18, 1000),
            ("wall", few, "readers of a wall", 250, 18, 1000),
        )
        for kind, count, name, most_ms, most_kb, at in kinds:
            with self._serving(data) as server:
                self._tell(f"{count:,} {name}")
                job = streams.Job(
                    port=server.port,
                    pids=server.pids,
                    kind=kind,
                    tokens=[one.token for one in square.listeners[:count]],
                    speaker=square.speaker.token,
                    posts=self._plan.streamed,
                )
                result = self._away(streams.run, job)
            last = [seconds * MS for seconds in result.to_last] or [float("inf")]
            middle, kb = statistics.median(last), result.bytes_a_stream / KB
            worst = load.percentiles(last)[2]
            cpu = result.server_cpu / max(1, len(result.to_last)) / count
            yield Row(
                part="streams",
                name=f"one post to the last of {count:,} {name}",
                figure=f"{middle:.0f} ms",
                details=f"p99 {worst:.0f} ms; to the middle one {_median(result.to_middle) * MS:.0f} ms; "
                f"{kb:.1f} KB a stream; CPU {cpu * US:.0f} µs a stream",
                target=f"{most_ms} ms, ≤ {most_kb} KB a stream, at {at:,}",
                met=None if count < at else middle <= most_ms and kb <= most_kb,
                stretch="80 ms, 6 KB" if kind == "websocket" else "",
                beyond=kind == "websocket" and count >= at and middle <= 80 and kb <= 6,
                wrong=result.wrong,
                numbers={"median_ms": middle, "p99_ms": worst, **msgspec.to_builtins(result)},
            )

    def followers(self) -> Iterator[Row]:
        """Processor time of a post, by how many follow its author."""
        data = self._folder / "stages"
        self._tell(f"making {max(self._plan.followers):,} followers")
        stages = world.stages(data, self._plan.followers, partial(years.more_followers, data))
        with self._serving(data) as server:
            found = self._in_turn({stage.followers: self._poster(server, [stage.speaker], SEVERAL) for stage in stages})
            missing = sum(not _is_at_home(server, stage) for stage in stages)
        cpu = {followers: _cpu(results) * US for followers, results in found.items()}
        ratio = cpu[stages[-1].followers] / cpu[stages[0].followers]
        wrong = {"not at home when it was answered": missing} if missing else {}
        for results in found.values():
            wrong |= _wrong(results)
        yield Row(
            part="followers",
            name="CPU of a post with " + ", ".join(f"{followers:,}" for followers in cpu) + " followers",
            figure=", ".join(f"{one:.0f}" for one in cpu.values()) + " µs",
            details=f"{ratio:.2f} × from the fewest to the most; at home of the first and the last at the answer",
            target="the same within noise",
            met=0.85 <= ratio <= 1.15 and not missing,
            wrong=wrong,
            numbers={"cpu_us": {str(followers): one for followers, one in cpu.items()}, "ratio": ratio},
        )

    def volume(self) -> Iterator[Row]:
        """A server that has been there for years, against one that is new; and how it starts."""
        plan = self._plan
        big, data = self._volume()
        small, small_data = self._few()
        home = request("GET", "/api/v1/timelines/home", token=big.homes[0].token, headers="Connection: close\r\n")
        is_right = _reading([("", "", big.homes[0].ids)]).is_right
        starts = []
        for number in range(plan.rounds + 1):
            self._tell(f"a start on {plan.on_disk:,} posts, round {number}")
            right = lambda whole: is_right(0, whole.partition(b"\r\n\r\n")[2])  # noqa: E731
            starts.append(restarted(data, url=world.URL, request=home, is_right=right))
        with self._serving(data) as at_big, self._serving(small_data) as at_small:
            readers = [home.token for home in big.homes] * 2 + big.readers
            ids: list[list[str] | None] = [home.ids for home in big.homes] * 2 + [None] * len(big.readers)
            all_homes = _reading([("/api/v1/timelines/home", *one) for one in zip(readers, ids, strict=True)])
            self._tell(f"{plan.active:,} readers come for the first time")
            first = self._away(load.run, load.Job(at_big.port, at_big.pids, all_homes, READERS, 1, patience=600))
            cases = {
                f"{name}, {size}": (server, script)
                for size, server, scripts in (
                    ("many", at_big, _years_cases(big) | {"home": all_homes}),
                    ("few", at_small, _town_cases(at_small, small)),
                )
                for name, script in scripts.items()
            }
            found = self._read_in_turn(dict(sorted(cases.items())))
        for name in VOLUME:
            yield _volume_row(name, found[f"{name}, many"], found[f"{name}, few"], plan)
        resident = max(result.resident for results in found.values() for result in results)
        yield Row(
            part="volume",
            name=f"memory once {plan.active:,} people have read",
            figure=f"{resident / MB:.0f} MB",
            details="resident, without mapped files; after all that is read above",
            target="≤ 400 MB",
            met=resident <= 400 * MB,
            wrong=first.wrong,
            numbers={"resident_bytes": resident},
        )
        starts = starts[1:]  # the first may have compiled the program
        middle, cpu = (statistics.median(column) for column in zip(*starts, strict=True))
        yield Row(
            part="volume",
            name="from starting the server to the first right page",
            figure=f"{middle:.2f} s",
            details=f"a home, at worst {max(starts)[0]:.2f} s; CPU {cpu:.2f} s; its files in the system's memory",
            target="≤ 2 s",
            met=middle <= 2,
            stretch="0.5 s",
            beyond=middle <= 0.5,
            numbers={"seconds": starts},
        )

    def _volume(self) -> tuple[years.Years, Path]:
        """The server of many years: as it was kept, if its plan and schema are the same."""
        plan = self._plan
        name = f"volume-{plan.accounts}-{plan.on_disk}-{plan.active}-{len(steps(MIGRATIONS))}"
        data, known = self._kept / name, self._kept / f"{name}.json"
        if not known.exists():
            shutil.rmtree(data, ignore_errors=True)
            made = years.years(
                data,
                accounts=plan.accounts,
                published=plan.on_disk,
                readers=plan.active,
                follows=200,
                tell=self._tell,
            )
            known.write_bytes(msgspec.json.encode(made))
        return msgspec.json.decode(known.read_bytes(), type=years.Years), data

    def _few(self) -> tuple[world.Town, Path]:
        self._tell("making a server with 1,000 posts")
        data = self._folder / "few"
        return world.town(data, authors=210, published=1000, follows=200, wide=200), data

    def _town(self) -> tuple[world.Town, Path]:
        """A town, built once a run, and a copy of its data to serve."""
        original, known = self._folder / "town", self._folder / "town.json"
        if not known.exists():
            self._tell("making people, follows and posts")
            plan = self._plan
            town = world.town(original, authors=plan.authors, published=plan.published, follows=200, wide=5000)
            known.write_bytes(msgspec.json.encode(town))
        copy = self._folder / "data"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(original, copy)
        return msgspec.json.decode(known.read_bytes(), type=world.Town), copy

    def _serving(self, data: Path, *, workers: int = 1, more: Mapping[str, str] | None = None) -> Any:
        self._tell("starting a server" if workers == 1 else f"starting a server of {workers} processes")
        return serving(data, url=world.URL, workers=workers, more=more)

    def _in_turn(self, measures: Mapping[Any, Callable[[], T]]) -> dict[Any, list[T]]:
        """Each measure once a round."""
        found: dict[Any, list[T]] = {name: [] for name in measures}
        for number in range(self._plan.rounds):
            for name, measure in measures.items():
                self._tell(f"{name if isinstance(name, str) else f'{name:,} followers'}, round {number + 1}")
                found[name].append(measure())
        return found

    def _read_in_turn(self, servers: Mapping[str, tuple[Server, Script]]) -> dict[str, list[load.Result]]:
        """The same for what is read, once all of it was read for as long as a round: of that, only faults count."""
        loaders = {name: self._loader(server, script, READERS) for name, (server, script) in servers.items()}
        faults: dict[str, list[load.Result]] = {}
        for name, measure in loaders.items():
            self._tell(f"{name}, to warm up")
            if (result := measure()).wrong:
                faults[name] = [result]
        return {name: faults.get(name, []) + results for name, results in self._in_turn(loaders).items()}

    def _loader(self, server: Server, script: Script, connections: int) -> Callable[[], load.Result]:
        job = load.Job(server.port, server.pids, script, connections, self._plan.seconds)
        return lambda: self._away(load.run, job)

    def _poster(self, server: Server, posters: Sequence[world.Voice], connections: int) -> Callable[[], load.Result]:
        def measure() -> load.Result:
            self._names += 1
            script = Publishing([one.token for one in posters], f"load{self._names:03}")
            return self._loader(server, script, connections)()

        return measure


def bare_fsync(folder: Path, seconds: float) -> float:
    """What the disk takes to make one block durable that is appended to a file: the median, in seconds."""
    path, took = folder / "fsync", list[float]()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until:
            os.write(file, bytes(BLOCK))
            os.fdatasync(file)
            took.append(time.perf_counter() - began)
    finally:
        os.close(file)
        path.unlink()
    return _median(took)


VOLUME = ("home", "profile", "thread", "one", "public", "tag")


def _years_cases(big: years.Years) -> dict[str, Reading]:
    """What is read of the server of many years, but homes."""
    tag, under = big.tag
    return _cases(big.profiles, big.threads, big.posts, big.public, tag, under)


def _town_cases(server: Server, town: world.Town) -> dict[str, Reading]:
    """The same of a new one."""
    ids = {
        one.path: _call(server, "GET", f"/api/v1/accounts/lookup?acct={one.path[2:]}", "")["id"]
        for one in town.profiles
    }
    profiles = [(ids[one.path], one.ids) for one in town.profiles]
    threads = [(one.ids[-1], one.ids[:-1]) for one in town.threads if len(one.ids) > 1]
    tag = town.tags[0]
    return _cases(profiles, threads, town.posts, town.public, tag.path.rpartition("/")[2], tag.ids) | {
        "home": _homes(town.homes)
    }


def _cases(
    profiles: Sequence[tuple[str, list[str]]],
    threads: Sequence[tuple[str, list[str]]],
    posts: Sequence[str],
    public: list[str],
    tag: str,
    under: list[str],
) -> dict[str, Reading]:
    return {
        "profile": _reading(
            [
                (f"/api/v1/accounts/{id}/statuses?exclude_replies=true&exclude_reblogs=true", "", ids)
                for id, ids in profiles
            ]
        ),
        "thread": _reading([(f"/api/v1/statuses/{id}/context", "", ids) for id, ids in threads]),
        "one": _reading([(f"/api/v1/statuses/{id}", "", [id]) for id in posts]),
        "public": _reading([("/api/v1/timelines/public", "", public)]),
        "tag": _reading([(f"/api/v1/timelines/tag/{tag}", "", under)]),
    }


def _volume_row(name: str, many: Sequence[load.Result], few: Sequence[load.Result], plan: Plan) -> Row:
    """CPU of a read where there is much, against where there is little; of both in the same round."""
    pairs = zip(many[-plan.rounds :], few[-plan.rounds :], strict=True)  # before these may come faulty ones
    ratio = _median([(a.server_cpu / max(1, a.answers)) / (b.server_cpu / max(1, b.answers)) for a, b in pairs])
    what = {"one": "one post", "home": f"homes of {plan.active:,} readers in turn"}.get(name, name)
    return Row(
        part="volume",
        name=f"{what}: with {plan.on_disk:,} posts, against 1,000",
        figure=f"{ratio:.2f} ×",
        details=f"CPU {_cpu(many) * US:.0f} µs, against {_cpu(few) * US:.0f}; {_rate(many):,.0f}/s, "
        f"p99 {_latency(many, 2) * MS:.1f} ms; {many[-1].length / KB:.1f} KB, against {few[-1].length / KB:.1f}",
        target="≤ 1.3 ×",
        met=ratio <= 1.3,
        wrong=_wrong(many) | _wrong(few),
        numbers={"ratio": ratio, "many": _numbers(many), "few": _numbers(few)},
    )


def _homes(homes: Sequence[world.Home]) -> Reading:
    return _reading([("/api/v1/timelines/home", home.token, home.ids) for home in homes])


def _browsing(asked: Sequence[tuple[str, list[str]]]) -> Browsing:
    return Browsing([(request("GET", path), ids) for path, ids in asked])


def _page(server: Server, path: str) -> "Page":
    """A page of the web, and the name of its version."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Page(answer.read(), answer.headers.get("etag", ""))
    finally:
        connection.close()


class Page(NamedTuple):
    """A page that a browser has."""

    body: bytes
    etag: str


def _reading(asked: Sequence[tuple[str, str, list[str] | None]]) -> Reading:
    return Reading([(request("GET", path, token=token), ids) for path, token, ids in asked])


def _is_at_home(server: Server, stage: world.Stage) -> bool:
    """Whether a post is at the home of the first and the last follower once its author has the answer."""
    posted = _call(server, "POST", "/api/v1/statuses", stage.speaker.token, {"status": f"to {stage.followers}"})
    homes = [_call(server, "GET", "/api/v1/timelines/home?limit=1", one.token) for one in stage.readers]
    return all(home and home[0]["id"] == posted["id"] for home in homes)


def _call(server: Server, method: str, path: str, token: str, body: Any = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, body and msgspec.json.encode(body), headers if token else {})
        return msgspec.json.decode(connection.getresponse().read())
    finally:
        connection.close()


def _read_row(
    name: str,
    results: Sequence[load.Result],
    least: float = 0,
    p99: float | None = None,
    *,
    stretch: tuple[float, float | None] | None = None,
    part: str = "reads",
) -> Row:
    """least, p99: answers a second and milliseconds that are asked for; 0 if none are. stretch: both, at best."""
    if not least:
        return _load_row(part, name, results, target="", met=None, wanted=0)

    def said(least: float, p99: float | None) -> str:
        return f"{least:,.0f}/s" + (f", p99 ≤ {p99:g} ms" if p99 else "")

    def reached(least: float, p99: float | None) -> bool:
        return _rate(results) >= least and (p99 is None or _latency(results, 2) * MS <= p99)

    return _load_row(
        part,
        name,
        results,
        target=said(least, p99),
        met=reached(least, p99),
        wanted=least,
        stretch="" if stretch is None else said(*stretch),
        beyond=stretch is not None and reached(*stretch),
    )


def _weight_row(pages: Sequence[bytes]) -> Row:
    """What pages weigh on the wire, behind a proxy that compresses them as most do."""
    sizes = [len(gzip.compress(page, LEVEL)) / KB for page in pages]
    middle, most, plain = statistics.median(sizes), max(sizes), statistics.median(map(len, pages)) / KB
    return Row(
        part="pages",
        name="web: weight of a profile of 20 posts, compressed",
        figure=f"{middle:.1f} KB",
        details=f"at most {most:.1f} KB; {plain:.1f} KB before; gzip at level {LEVEL}",
        target="≤ 15 KB",
        met=most <= 15,
        numbers={"median_kb": middle, "most_kb": most},
    )


def _load_row(
    part: str,
    name: str,
    results: Sequence[load.Result],
    *,
    target: str,
    met: bool | None,
    wanted: float,
    wrong: Mapping[str, int] | None = None,
    stretch: str = "",
    beyond: bool = False,
) -> Row:
    p50, p90, p99 = (_latency(results, place) * MS for place in range(3))
    return Row(
        part=part,
        name=name,
        figure=f"{_rate(results):,.0f}/s",
        details=f"p50 {p50:.1f}, p90 {p90:.1f}, p99 {p99:.1f} ms; CPU {_cpu(results) * US:.0f} µs; "
        f"{results[-1].length / KB:.1f} KB; {results[-1].resident / MB:.0f} MB resident",
        target=target,
        met=met,
        stretch=stretch,
        beyond=beyond,
        value=_rate(results),
        wanted=wanted,
        unit="/s",
        wrong=_wrong(results) | dict(wrong or {}),
        numbers=_numbers(results),
    )


def _numbers(results: Sequence[load.Result]) -> dict[str, Any]:
    return {
        "rate": _rate(results),
        "p50_ms": _latency(results, 0) * MS,
        "p90_ms": _latency(results, 1) * MS,
        "p99_ms": _latency(results, 2) * MS,
        "server_cpu_us": _cpu(results) * US,
        "load_cpu_us": sum(one.load_cpu for one in results) / max(1, sum(one.answers for one in results)) * US,
        "answers": sum(one.answers for one in results),
        "bytes": results[-1].length,
        "resident_bytes": results[-1].resident,
        "rates": [one.rate for one in results],
    }


def _rate(results: Sequence[load.Result]) -> float:
    return _median([one.rate for one in results])


def _latency(results: Sequence[load.Result], place: int) -> float:
    return _median([one.latencies[place] for one in results])


def _cpu(results: Sequence[load.Result]) -> float:
    """Of the server, seconds an answer."""
    return _median([one.server_cpu / max(1, one.answers) for one in results])


def _wrong(results: Sequence[load.Result]) -> dict[str, int]:
    wrong: dict[str, int] = {}
    for result in results:
        for what, count in result.wrong.items():
            wrong[what] = wrong.get(what, 0) + count
    return wrong


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


def texts_row(found: Sequence[Handed]) -> Row:
    """What came of handing texts over."""
    how = f"a window of {texts.WINDOW}"
    return _handed_row(found, part="texts", name="texts handed to a network over SMPP", how=how, wanted=1000)


def letters_row(
    found: Sequence[Handed], busy: Handed, alone: pace.Result, beside: pace.Result, *, wrong: Mapping[str, int]
) -> Row:
    """What came of sending letters. busy: while homes were read, as `beside` says; alone: the same reads before."""
    p99, before = beside.latencies[2] * MS, alone.latencies[2] * MS
    how = (
        f"signed with RSA of {dkim.BITS} bits; beside {READING} reads of homes a second {busy.rate:,.0f}/s, "
        f"and those p99 {p99:.1f} ms ({before:.1f} ms without letters)"
    )
    row = _handed_row(
        [*found], part="letters", name="e-mails through the worker, from the post on", how=how, wanted=SENDING
    )
    more = {"beside_rate": busy.rate, "read_p99_ms": p99, "read_alone_p99_ms": before}
    wrong = row.wrong | {what: count for what, count in wrong.items() if count}
    return msgspec.structs.replace(row, wrong=wrong, numbers=row.numbers | more)


def pushes_row(found: Sequence[pushes.Round], quiet: Sequence[pace.Result], miscounted: int) -> Row:
    """What came of pushes. quiet: homes read while nothing was pushed."""
    rate = _median([one.rate for one in found])
    beside, alone = (
        _median([one.latencies[2] for one in results]) * MS for results in ([one.reads for one in found], quiet)
    )
    wrong = Counter({"lines of the ledger": miscounted} if miscounted else {})
    for one in found:
        wrong.update(one.wrong)
        wrong.update(one.reads.wrong)
    return Row(
        part="pushes",
        name="pushes encrypted and posted, from the message to the last browser",
        figure=f"{rate:,.0f}/s",
        details=f"{found[0].sent:,} browsers, each with keys of its own; homes at {pushes.READS}/s meanwhile: "
        f"p99 {beside:.1f} ms, {alone:.1f} ms without",
        target="800/s",
        met=rate >= 800,
        value=rate,
        wanted=800,
        unit="/s",
        wrong=dict(wrong),
        numbers={"rate": rate, "rates": [one.rate for one in found], "home_p99_ms": beside, "home_alone_p99_ms": alone},
    )


def _handed_row(found: Sequence[Handed], *, part: str, name: str, how: str, wanted: int) -> Row:
    rate = statistics.median(one.rate for one in found)
    cpu = sum(one.cpu for one in found) / sum(one.sent for one in found)
    wrong = {"missing": sum(one.missing for one in found), "came twice": sum(one.doubled for one in found)}
    return Row(
        part=part,
        name=name,
        figure=f"{rate:,.0f}/s",
        details=f"CPU {cpu * US:.0f} µs; {how}",
        target=f"{wanted:,}/s",
        met=rate >= wanted,
        value=rate,
        wanted=wanted,
        unit="/s",
        wrong={what: count for what, count in wrong.items() if count},
        numbers={"rate": rate, "cpu_us": cpu * US},
    )
