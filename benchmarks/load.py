"""Many requests at once: how many are answered, how fast, how many wrongly.

Called by `measures.py` in a process of its own (`run`). Closed loop: every connection sends its
next request when its last one is answered, so the server is never idle and never overrun, and
latency is that of a busy server. One loop over all sockets, without asyncio: what this process takes of two cores, the
server does not have.

Every answer is checked for its status and its length, one in a hundred (97) is parsed and
compared with what must stand in it; each distinct request is first made once, unmeasured, and checked
whole, and its length is what all later answers to it are held to.
"""

import gc
import select
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Protocol

import msgspec

from benchmarks.server import cpu_seconds, resident_bytes
from benchmarks.wire import ROOM, Answer, Line, NotUnderstood, request

NOTHING = -1, 0.0  # turn and moment of a request that was not made
ANY = 20  # posts on a page of which no more is known
PARSED = 97  # one in so many answers: a prime, so that in time every one of the requests has its turn


class Script(Protocol):
    """What is asked, turn by turn, and what must come back."""

    @property
    def status(self) -> int:
        """What every answer must have."""
        ...

    @property
    def rehearsal(self) -> int:
        """How many turns come first, unmeasured, to learn from."""
        ...

    def ask(self, turn: int) -> bytes:
        """The request of this turn."""
        ...

    def is_right(self, turn: int, body: bytes) -> bool:
        """Whether the parsed answer holds what it must."""
        ...

    def is_as_long(self, length: int, learnt: int) -> bool:
        """Whether an answer may have this length, when the same turn of the rehearsal had the other."""
        ...


class Browsing(msgspec.Struct, frozen=True):
    """Open web pages in turn, as a browser of somebody who is not signed in.

    asked: requests, each with the ids of the posts that must stand on the page, in order.
    status: 200, or 304 if the requests name the version that they have.
    """

    asked: list[tuple[bytes, list[str]]]
    status: int = 200

    @property
    def rehearsal(self) -> int:
        return len(self.asked)

    def ask(self, turn: int) -> bytes:
        return self.asked[turn % len(self.asked)][0]

    def is_right(self, turn: int, body: bytes) -> bool:
        if self.status == 304:
            return not body
        page = Posts()
        page.feed(body.decode())
        page.close()
        return page.ids == self.asked[turn % len(self.asked)][1] and page.is_whole

    def is_as_long(self, length: int, learnt: int) -> bool:
        return length == learnt


class Posts(HTMLParser):
    """The ids of the posts on a page or in an Atom feed, in order, and whether it ends as it should."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.is_whole = False
        self._is_in_entry = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, tag = dict(attrs), tag.rpartition(":")[2]
        if tag == "article":
            self.ids.append((given.get("id") or "").removeprefix("p"))
        elif tag == "entry":
            self._is_in_entry = True
        elif tag == "link" and self._is_in_entry:
            self._is_in_entry = False
            self.ids.append((given.get("href") or "").rpartition("/")[2])

    def handle_endtag(self, tag: str) -> None:
        self.is_whole = self.is_whole or tag.rpartition(":")[2] in ("html", "feed")


class Reading(msgspec.Struct, frozen=True):
    """Read pages, single posts or threads in turn. Nothing changes meanwhile, so every answer is as long as the first.

    asked: requests, each with the ids that must come back, in order: of a thread, of what is above. None: any 20, the
        newest first.
    """

    asked: list[tuple[bytes, list[str] | None]]
    status: int = 200

    @property
    def rehearsal(self) -> int:
        return len(self.asked)

    def ask(self, turn: int) -> bytes:
        return self.asked[turn % len(self.asked)][0]

    def is_right(self, turn: int, body: bytes) -> bool:
        found = msgspec.json.decode(body)
        if isinstance(found, dict):
            found = found.get("ancestors", [found])
        due, ids = self.asked[turn % len(self.asked)][1], [one["id"] for one in found]
        if due is None:
            return len(ids) == ANY and ids == sorted(ids, key=int, reverse=True)
        return ids == due and all((one["content"] or one["reblog"]) and one["account"]["username"] for one in found)

    def is_as_long(self, length: int, learnt: int) -> bool:
        return length == learnt


class Publishing(msgspec.Struct, frozen=True):
    """Publish as many accounts in turn, each post with a text and an idempotency key of its own."""

    tokens: list[str]
    name: str  # of this load: no two on one server have the same
    status: int = 200

    @property
    def rehearsal(self) -> int:
        return len(self.tokens)

    def text(self, turn: int) -> str:
        """The text of this turn's post: as long for every turn."""
        return f"{self.name} {turn:08}: le train de midi part du quai deux, avec dix minutes de retard. #ligne7"

    def ask(self, turn: int) -> bytes:
        body = msgspec.json.encode({"status": self.text(turn), "language": "fr", "visibility": "public"})
        headers = f"Idempotency-Key: {self.name}-{turn}\r\n"
        return request(
            "POST", "/api/v1/statuses", token=self.tokens[turn % len(self.tokens)], headers=headers, body=body
        )

    def is_right(self, turn: int, body: bytes) -> bool:
        status = msgspec.json.decode(body)
        return self.text(turn).partition("#")[0] in status["content"] and status["visibility"] == "public"

    def is_as_long(self, length: int, learnt: int) -> bool:
        return abs(length - learnt) <= 16  # the author's counters grow, and their account may have a first post


class Job(msgspec.Struct, frozen=True):
    """A load on a server.

    pids: processes whose processor time and memory are looked at.
    patience: seconds to wait for the last answers once time is up.
    """

    port: int
    pids: tuple[int, ...]
    script: Script
    connections: int
    seconds: float
    patience: float = 10


class Result(msgspec.Struct, frozen=True):
    """What came of it.

    answers: right ones, within the measured time. wrong: what was wrong, and how often, rehearsal included.
    seconds: how long it took. latencies: p50, p90, p99, in seconds.
    right_in_all: right answers, rehearsal included. length: bytes of the last body.
    server_cpu, load_cpu: seconds of processor time. resident: bytes of the server's memory in the end.
    """

    answers: int
    wrong: dict[str, int]
    seconds: float
    latencies: tuple[float, float, float]
    right_in_all: int
    length: int
    server_cpu: float
    load_cpu: float
    resident: int

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return self.answers / self.seconds


def run(job: Job) -> Result:
    """Do it, in this process."""
    gc.disable()  # a pause of ours would look like one of the server's
    return measure(job)


def measure(job: Job) -> Result:
    """Do it, in this thread."""
    return _Load(job).run()


class _Load:
    """A job under way."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._turn = 0
        self._last_turn = 0  # nothing is sent from this turn on ...
        self._until = 0.0  # ... nor from this moment on
        self._lines: dict[int, Line] = {}  # by the number of their file
        self._waiting: dict[int, tuple[int, float]] = {}  # turn and moment of the request under way
        self._poll = select.epoll()
        self._learnt: dict[int, int] = {}  # by turn of the rehearsal: how long a body is
        self._whole: dict[int, int] = {}  # the same with its head
        self._room = bytearray(ROOM)
        self._good = b"HTTP/1.1 %d " % job.script.status
        self._wrong: Counter[str] = Counter()
        self._latencies = array("d")
        self._right = 0
        self._length = 0

    def run(self) -> Result:
        job = self._job
        for _ in range(job.connections):
            line = Line(job.port, self._room)
            self._lines[line.socket.fileno()] = line
            self._poll.register(line.socket, select.EPOLLIN)
        self._phase(turns=job.script.rehearsal, seconds=job.patience)
        self._latencies = array("d")
        cpu, own_cpu, began = cpu_seconds(job.pids), time.process_time(), time.perf_counter()
        self._phase(turns=1 << 62, seconds=job.seconds)
        took = time.perf_counter() - began
        result = Result(
            answers=len(self._latencies),
            wrong=dict(self._wrong),
            seconds=took,
            latencies=percentiles(self._latencies),
            right_in_all=self._right,
            length=self._length,
            server_cpu=cpu_seconds(job.pids) - cpu,
            load_cpu=time.process_time() - own_cpu,
            resident=resident_bytes(job.pids),
        )
        for line in self._lines.values():
            line.socket.close()
        self._poll.close()
        return result

    def _phase(self, *, turns: int, seconds: float) -> None:
        """Let all connections send, so many turns in all and no longer than that, and wait for the answers."""
        now = time.perf_counter()
        self._last_turn, self._until = self._turn + turns, now + seconds
        end = self._until + self._job.patience
        for number in [*self._lines]:
            self._next(number, now)
        while self._waiting and now < end:
            self._look(self._poll.poll(end - now))
            now = time.perf_counter()
        if self._waiting:
            self._wrong["no answer"] += len(self._waiting)
        for number in [*self._waiting]:  # an answer that comes yet would be taken for that of the next request
            self._hang_up(number)

    def _look(self, events: Sequence[tuple[int, int]]) -> None:
        """Something came on these connections: nearly always a whole answer, just as long as the first of its turn.

        That is most of what this process does, so it is written out, where calls would take as much again.
        """
        room, lines, waiting, whole = self._room, self._lines, self._waiting, self._whole
        ask, rehearsal, good, clock = self._job.script.ask, self._job.script.rehearsal, self._good, time.perf_counter
        last, until = self._last_turn, self._until
        for number, _ in events:
            line, (turn, sent) = lines[number], waiting.get(number, NOTHING)
            try:
                came = line.receive()
                now = clock()
                if came != whole.get(turn % rehearsal) or turn % PARSED == 0 or not room.startswith(good):
                    answer = line.answer(came)
                    if answer is None:
                        continue
                    if wrong := self._fault(turn, answer, came):
                        self._wrong[wrong] += 1
                        self._next(number, now)
                        continue
                self._right += 1
                self._latencies.append(now - sent)
                if (turn := self._turn) < last and now < until:
                    line.socket.send(ask(turn))
                    waiting[number] = turn, now
                    self._turn = turn + 1
                else:
                    del waiting[number]
            except (NotUnderstood, OSError) as why:
                if self._hang_up(number):
                    self._wrong[f"no answer: {why}"] += 1

    def _next(self, number: int, now: float) -> None:
        self._waiting.pop(number, None)
        if self._turn < self._last_turn and now < self._until:
            self._waiting[number] = self._turn, now
            self._turn += 1
            self._lines[number].socket.send(self._job.script.ask(self._turn - 1))

    def _hang_up(self, number: int) -> bool:
        """Hang up; whether an answer was waited for."""
        self._poll.unregister(number)
        self._lines.pop(number).socket.close()
        return self._waiting.pop(number, None) is not None

    def _fault(self, turn: int, answer: Answer, came: int) -> str | None:
        """What is wrong with an answer. came: how long it is with its head."""
        if turn < 0:
            return "an answer that nobody asked for"
        script, length = self._job.script, len(answer.body)
        self._length = length
        if answer.status != script.status:
            return f"status {answer.status}"
        learnt = self._learnt.get(turn % script.rehearsal)
        if learnt is None or turn % PARSED == 0:
            try:
                right = script.is_right(turn, bytes(answer.body))
            except (ValueError, LookupError, TypeError):  # not JSON, or not of the shape that it must have
                right = False
            if not right:
                return "content"
            learnt = self._learnt.setdefault(turn % script.rehearsal, length)
            self._whole.setdefault(turn % script.rehearsal, came)
        return None if script.is_as_long(length, learnt) else "length"


def percentiles(latencies: Sequence[float]) -> tuple[float, float, float]:
    """p50, p90 and p99; zeros if there are none."""
    ranked = sorted(latencies)
    if not ranked:
        return 0.0, 0.0, 0.0
    p50, p90, p99 = (ranked[min(len(ranked) - 1, int(len(ranked) * share))] for share in (0.5, 0.9, 0.99))
    return p50, p90, p99
