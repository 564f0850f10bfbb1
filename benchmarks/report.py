"""What was found: as a table, as JSON, and as docs/benchmarks.md with its plot.

Called by `__main__.py`. The document bears no date: it says of which machine and which versions it is.
"""

import os
import platform
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import apsw
import msgspec
from rich.table import Table

import pinson
from benchmarks.measures import Row

DOCUMENT = Path("docs/benchmarks.md")
PLOT = Path("docs/benchmarks/throughput.svg")
MARKS = {True: "reached", False: "missed", None: ""}

# Of the plot, in pixels.
WIDTH, LINE, LEFT, RIGHT, BAR = 860, 44, 300, 110, 18


def machine(fsync: float | None) -> dict[str, Any]:
    """On what it was measured. fsync: microseconds, if that was measured."""
    found: dict[str, Any] = {
        "pinson": pinson.__version__,
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
    }
    return found if fsync is None else found | {"fsync_us": round(fsync)}


def table(rows: Sequence[Row]) -> Table:
    """For the terminal."""
    shown = Table("measure", "figure", "target", "in detail", title="Pinson's benchmarks", title_justify="left")
    for row in rows:
        colour = "red" if row.wrong else {True: "green", False: "yellow", None: "default"}[row.met]
        details = f"{row.details} [red]WRONG: {_wrong(row)}[/]" if row.wrong else row.details
        shown.add_row(row.name, f"[{colour}]{row.figure}[/]", row.target, details)
    return shown


class Found(msgspec.Struct, frozen=True):
    """What one run found: on which machine, by which plan."""

    machine: dict[str, Any]
    plan: str
    rows: list[Row]


def as_json(rows: Sequence[Row], *, plan: str) -> bytes:
    """For programs."""
    found = Found(machine(_fsync(rows)), plan, list(rows))
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def write_documents(rows: Sequence[Row], root: Path, *, plan: str) -> None:
    """docs/benchmarks.md and the plot that it shows.

    What this run found is kept beside it, and the page says what was last found by the big plan and by another: each
    takes its time, and is run by itself.
    """
    kept = {name: root / PLOT.parent / f"{name}.json" for name in ("ordinary", "big")}
    kept["ordinary"].parent.mkdir(parents=True, exist_ok=True)
    kept["big" if plan == "big" else "ordinary"].write_bytes(as_json(rows, plan=plan))
    ordinary, big = (
        msgspec.json.decode(path.read_bytes(), type=Found) if path.exists() else None for path in kept.values()
    )
    if ordinary is not None:
        (root / PLOT).write_text(plot([row for row in ordinary.rows if row.unit == "/s"]), encoding="utf-8")
        (root / DOCUMENT).write_text(document(ordinary, big), encoding="utf-8")


def document(found: Found, big: Found | None = None) -> str:
    """The text of docs/benchmarks.md. big: what the big plan found."""
    on = found.machine
    disk = f", a disk that takes {on['fsync_us']} µs for an fsync" if "fsync_us" in on else ""
    lines = [
        "# Benchmarks",
        "",
        "<!-- Written by `pinson bench --write-docs`: change benchmarks/report.py, then run it. -->",
        "",
        f"Pinson {on['pinson']} on {on['cores']} cores, {on['system']}, Python {on['python']}, "
        f"SQLite {on['sqlite']}{disk}.",
        "The load generator runs on the same cores, in a process of its own. `make bench` measures your machine.",
        *(["Measured by the quick plan: fewer and shorter rounds, on less data."] if found.plan == "quick" else []),
        "",
        f"![Throughput against its targets]({PLOT.relative_to(DOCUMENT.parent)})",
        "",
        *_lines(found.rows),
    ]
    if big is not None:
        lines += ["", BIG, "", *_lines(big.rows)]
    return "\n".join(lines) + NOTES


def _lines(rows: Sequence[Row]) -> list[str]:
    lines = ["| Measure | Figure | Target | | In detail |", "|---|---|---|---|---|"]
    for row in rows:
        mark = f"wrong: {_wrong(row)}" if row.wrong else "reached, and stretch" if row.beyond else MARKS[row.met]
        target = f"{row.target}; stretch {row.stretch}" if row.stretch else row.target
        lines.append(f"| {row.name} | **{row.figure}** | {target} | {mark} | {row.details} |")
    return lines


BIG = """And on a server that has been there for two years, with 100,000 accounts and 5 million posts, in a run of its
own (`make bench-big`, which makes them first, in ten minutes):"""


NOTES = """

## How it is measured

- A real server (`pinson serve`) on fresh data that the program's own commands made; limits are off, everything else is
  as installed. Reads are answered from memory, as on any server that has run for a minute.
- Requests are sent one after the other on each of so many connections; latency is that of a busy server.
- Each answer's status and length are checked, one in a hundred is parsed and compared with what must stand in it,
  worked out from the data by definition. Posts carry an idempotency key, as apps send one, and are counted in the
  database afterwards: none that was acknowledged may be missing.
- Measures are taken in rounds, in turn; a figure is the median of its rounds. What is read is read for as long before
  the first of them, so that all are measured warm. CPU is the server's processor time (user and kernel, all threads)
  by request, the most comparable of the figures; but it too grows by half while others use the machine's caches.
- "One poster alone" is the median answer to a connection that posts one by one, less the time that the same disk takes
  to make one block of a file durable.
- Streams are opened by as many accounts, each with a token of its own; the clock starts just before the request that
  publishes is written, and stops when the last stream has the post. Readers of a live page are strangers.
- Web pages are asked for without a proxy in between and without compression; the ids of the posts on them are compared.
- Pushes: one account publishes, and as many browsers have confirmed alerts of it, each with keys and an endpoint of its
  own; the clock runs from the request that publishes to the last push. The push service is a process of its own that
  takes all (201) over connections that are kept, counts them, and reads one in a hundred with the keys of the browser
  that it is for. The ledger must count the same. All that runs while homes are read.
- The server that has been there for two years: commands made its accounts and the posts of its last hours; the years
  before are rows like these, each by somebody else, of another time and in another thread, with all that is counted and
  indexed; a test compares them with what plain SQL finds. It is read in turn with a server of 1,000 posts, and a figure
  is the median of the rounds' ratios. Homes are those of 10,000 readers, one after the other.
- Reads beside posts, and bursts, come at a pace of their own: latency counts from the moment a request was due, also
  while it waits for a free connection. Refusals (503, 429) are counted apart; whatever was acknowledged must be there.

## Where the time goes

Processor time of one request inside the process, sampled, each against what it was before, in turn on one machine
that had much else to do: a figure is worth what it is against the others. Throughput on such a machine says nothing;
`make bench` on a quiet one fills the table above. HTTP itself (reading the request, its task, writing the answer)
adds 30 µs and what the kernel takes, and 10 more for the 40 KB of a timeline.

| | µs | before | what costs more than a tenth of it |
|---|---|---|---|
| home timeline, 20 posts | 77 | 150 | joining pieces 40 %; no other a tenth: the link onward 7 % |
| the same, follows 5,000 | 65 | 170 | the same |
| public timeline, 20 posts | 51 | 77 | joining pieces 50 %, the link onward 11 % |
| account's posts, 20; hashtag, 20 | 80; 55 | 150; 95 | joining pieces 40 %, what was asked for 12 % |
| one post by id | 29 | 29 | joining its pieces 22 %, the way there and headers 41 % |
| web: profile, 20 posts; hashtag; post with its thread | 14 | 415; 320; 11,000 | language 18 %, the way there 45 % |
| the same, once what it shows has changed | 415 | | cards 25 %, its posts 12 %, the account 11 % |
| web: front page | 58 | 58 | language and cookies 20 %, headers 20 % |
| web: Atom feed | 540 | 540 | its posts from tables 31 %, entries 18 % |
| publishing a post | 360 | 410; at first 760 | see below |

**A home** is decided, then joined. Which twenty posts stand on it is remembered with the timeline, and found again
only when something new joined one of its topics, when a post became another or went, when an account's standing
changed, or when the reader's circle did; a test compares it, step by step, with a view that remembers nothing. What
is left is 20 statuses, each joined from its post, its author and what the reader did with it: 32 µs. *Next*: keep a
page's bytes for readers without filters and marks; it would spare half of that, for 40 KB of memory a reader.

**A page for strangers** is kept whole with the ids of all that it shows. A fact of the log names what it changes: if
it names one of them, the page no longer stands, and kinds of fact that nobody listed make every page stale. Nothing
is read and nothing rendered for a page that stands, nor for a browser that knows it. What only the clock tells (an
event is over, a poll has ended) is late by ten seconds at most, as behind any proxy; pages with an open poll are not
kept so. *Next*: live pages and feeds, which are read and compared each time.

**One post by id** is half HTTP, of which nothing is a tenth of the whole any more: answers are sent in one go, and no
timer is set for each. *Next*: begin without a task what waits for nothing: 5 µs.

**Two processes** share two cores with the load generator. It takes a fifth to a quarter of what a home takes of the
server, nearly all of it in the kernel; so two processes can read at most 1.6 times what one does that fills its core.

**Years of posts** cost nothing that grows with them: what is read is found by key, and the newest of each topic when
somebody first reads it, not at the start. What is left of a difference is the distance to memory: 10,000 homes in turn
show 20,000 posts, 40 MB of pieces, and keep 18 KB for each reader (31 before: the ids in a circle were objects of their
own), so that much of each answer comes from outside of the processor's caches. *Next*: circles as arrays, half of what
is kept for a reader. A start took 1.2 s of processor time on that busy machine: 0.95 to load 1,400 modules, 0.1 to read
the French words, next to nothing for the data. *Next*: load what few requests need when they come; 0.5 s is out of
reach without that.

**Publishing** took 410 µs and takes 360, each in turn with the other: 14 % less at the median of 24 rounds, 9 % at the
best of each. A post costs the same after 90,000 others. It is spent so:

| part | share |
|---|---|
| a dozen statements: the post 6 %, its topics and heads 5 %, its author 4 %, its key 2 %, the log 2 %, ... | 26 % |
| HTTP: reading the request 6 %, who asks and what the form says 6 %, the answer written to the socket 8 % | 23 % |
| all reactions together, of which search, which reads and splits what the post says: 7 % | 13 % |
| the commit: pages checked, written to the log and synced, for all that wait at once | 11 % |
| the answer: the status rendered, with its author, and joined | 10 % |
| views that hear of it 5 %, reading what it says 3 %, the language 0 | 8 % |

Two threads share one interpreter: while the writer runs Python, the loop waits, and the other way around. So both
count, and about three quarters of all is Python. In turn in one slow hour of a machine, for the whole server and with
64 connections: 618 µs and 1,728 posts a second before the last steps, 566 µs and 1,774 after. *Next*: the search
index in a process beside it (7 %); an account's counters and its standing in one statement (1 %). What is
left is flat: 5,000 a second means another language for this path, or more processes, since a post's text, its HTML and
its answer need not be made by the one that writes.

Tried, and left: to run the bodies of transactions in the event loop and only commit in the thread. The hand-overs of
the interpreter are gone, but the pages of the cache go from one processor to the other and back for each commit: 480
µs became 526.

Found and taken out on the way:

- A thread was found by reading all posts: SQLite took the table for the outer loop, since it knows nothing of how few
  a thread has. 26 ms with 30,000 posts, 9 µs now, however many there are.
- Reactions that had nothing to do for a post read, decoded and wrote all the same: alerts twice, each with an fsync
  of its own. A reaction now looks at a batch of facts first, with one statement for 200; 3,000 posts had 6,458
  commits, and have 306.
- The garbage collector went through all that is kept several times a minute, 100 to 600 ms each, with every request
  waiting: the worst of the latencies beside posts. What is there for good is left out now.
- SQLite looked into what was bound to a statement to plan it, and prepared many anew at each run: a profile by its
  key took 150 µs, and takes 18. Every connection now asks for stable plans. What rows of a statement are is found out
  once, not at each run.
- Half of a page's frame was looking up words, drawings and addresses of files that never change: templates are folded
  when they are compiled.
- Strangers on one live page were each told in a rendering of their own: 1,000 of them heard of a message after 980
  ms, and hear after 76.
- Each of a dozen reactions read and decoded the same lines of the log, and looked for failures after every batch. One
  reads for all. Reactions to feeds and alerts look at a batch first. With answers in one write: 581 to 479 µs a post.
- A name of a language was looked up in the CLDR for each post that says its own: 15 µs, a tenth of all then.
- Of an author only two figures change with a post; the rest of the account is rendered once. One statement enters all
  topics of a post, one looks up its key and keeps it: 490 to 446 µs.
- SQLite moved its log into the database inside every second commit under load, with two more fsyncs, and those who
  had written waited. It is done after they are answered, and four times as seldom: 577 to 496 µs, a fifth more posts.
- What a transaction may have to undo went into a file in /var/tmp once one body had changed 16 pages, and for the rest
  of the commit: 15 pages a post, each with two calls, five times what the log took. It is kept in memory: 3 to 9 %
  less, and what is not published yet stands nowhere outside of the folder of data.
- The row of a post, 35 columns, went through two dictionaries to be bound by name; what is counted of its author was
  written to the index of followers as well. The body of a post takes 11 % less without.
- To index a post all of it was read, media and polls of those without any too, and split by a pattern library that lets
  other threads run during each match: 5 % of a post.
- Two processes: whoever had written took the lock again before the other was awake, for up to ten commits. They take
  turns, and what is written is taken from the queue when it is one's turn: a third more posts a second on a busy
  machine, 11 % less for each.
- Whether anybody asked to be told of an author's posts was found by going through all who had: 200 ms in the event
  loop with a million of them, 10 µs now. So with alerts, and with subscribers of feeds.
- The pattern library lets other threads run during each match, which costs 20 µs while the writer is at work.
- Deliveries of a batch all began in one turn of the event loop: 100 pushes are encrypted in 25 ms, and handed to the
  client in as many more, with every request waiting. Now others have their turn after each: the p99 of homes beside
  pushes went from 150 ms to 30 on a busy machine.
- Beyond 2,000 changes that wait for the disk, a request that would make another is told to come again in 5 seconds.
- The heads of all topics were read at the start, most of which nobody reads.
- Whether an account is there, and which hashtag has which name, was asked for each of their pages.

Not measured yet: 1,000,000 accounts, and the first paint of a page, which waits for one style sheet the first time that
somebody comes.
"""


def plot(rows: Sequence[Row]) -> str:
    """Bars of throughput, each with a mark at its target, as SVG. Readable on a light and on a dark page."""
    most = max((max(row.value, row.wanted) for row in rows), default=1)
    scale = (WIDTH - LEFT - RIGHT) / most
    height = LINE * len(rows) + 10
    shapes = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
        '     font-family="system-ui, sans-serif" font-size="14" role="img">',
        "<title>Throughput against its targets</title>",
        "<style>text { fill: #57606a } @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } }</style>",
    ]
    for place, row in enumerate(rows):
        top = LINE * place + 12
        middle, end, target = top + BAR - 4, LEFT + row.value * scale, LEFT + row.wanted * scale
        shapes += [
            f'<text x="{LEFT - 12}" y="{middle}" text-anchor="end">{escape(row.name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{end - LEFT:.0f}" height="{BAR}" rx="2" fill="#2f81f7"/>',
            f'<text x="{max(end, target) + 8:.0f}" y="{middle}">{escape(row.figure)}</text>',
        ]
        if row.wanted:
            shapes.append(f'<rect x="{target:.0f}" y="{top - 5}" width="2" height="{BAR + 10}" fill="#d29922"/>')
    return "\n".join([*shapes, "</svg>"]) + "\n"


def _fsync(rows: Sequence[Row]) -> float | None:
    return next((row.numbers["fsync_us"] for row in rows if "fsync_us" in row.numbers), None)


def _wrong(row: Row) -> str:
    return ", ".join(f"{count} × {what}" for what, count in row.wrong.items())
