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


def as_json(rows: Sequence[Row], *, quick: bool) -> bytes:
    """For programs."""
    found = {"machine": machine(_fsync(rows)), "quick": quick, "rows": rows}
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def write_documents(rows: Sequence[Row], root: Path) -> None:
    """docs/benchmarks.md and the plot that it shows."""
    (root / PLOT).parent.mkdir(parents=True, exist_ok=True)
    (root / PLOT).write_text(plot([row for row in rows if row.unit == "/s"]), encoding="utf-8")
    (root / DOCUMENT).write_text(document(rows), encoding="utf-8")


def document(rows: Sequence[Row]) -> str:
    """The text of docs/benchmarks.md."""
    on = machine(_fsync(rows))
    disk = f", a disk that takes {on['fsync_us']} µs for an fsync" if "fsync_us" in on else ""
    lines = [
        "# Benchmarks",
        "",
        "<!-- Written by `pinson bench --write-docs`: change benchmarks/report.py, then run it. -->",
        "",
        f"Pinson {on['pinson']} on {on['cores']} cores, {on['system']}, Python {on['python']}, "
        f"SQLite {on['sqlite']}{disk}.",
        "The load generator runs on the same cores, in a process of its own. `make bench` measures your machine.",
        "",
        f"![Throughput against its targets]({PLOT.relative_to(DOCUMENT.parent)})",
        "",
        "| Measure | Figure | Target | | In detail |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        mark = f"wrong: {_wrong(row)}" if row.wrong else MARKS[row.met]
        lines.append(f"| {row.name} | **{row.figure}** | {row.target} | {mark} | {row.details} |")
    return "\n".join(lines) + NOTES


NOTES = """

## How it is measured

- A real server (`pinson serve`) on fresh data that the program's own commands made; limits are off, everything else is
  as installed. Reads are answered from memory, as on any server that has run for a minute.
- Requests are sent one after the other on each of so many connections; latency is that of a busy server.
- Each answer's status and length are checked, one in a hundred is parsed and compared with what must stand in it,
  worked out from the data by definition. Posts carry an idempotency key, as apps send one, and are counted in the
  database afterwards: none that was acknowledged may be missing.
- Measures are taken in rounds, in turn; a figure is the median of its rounds. CPU is the server's processor time (user
  and kernel, all threads) by request, the most comparable of the figures: other work on the machine hardly changes it.
- "One poster alone" is the median answer to a connection that posts one by one, less the time that the same disk takes
  to make one block of a file durable.
- Streams are opened by as many accounts, each with a token of its own; the clock starts just before the request that
  publishes is written, and stops when the last stream has the post. Readers of a live page are strangers.
- Web pages are asked for without a proxy in between and without compression; the ids of the posts on them are compared.
- Reads beside posts, and bursts, come at a pace of their own: latency counts from the moment a request was due, also
  while it waits for a free connection. Refusals (503, 429) are counted apart; whatever was acknowledged must be there.

## Where the time goes

Processor time of one request inside the process, without HTTP (which adds about 50 µs), sampled. All on one machine
that had much else to do, in turn: a figure is worth what it is against that of the home timeline. Throughput on such a
machine says nothing; `make bench` on a quiet one fills the table above.

| | µs | against home | before | what costs more than a tenth of it |
|---|---|---|---|---|
| home timeline, 20 posts | 150 | 1 | 150 | its posts 41 % (rules alone 22 %), joining pieces 23 % |
| web: profile, 20 posts | 320–530 | 2.1–3.5 | 2,000 | cards 21 %, the account 12 %, pins 12 %, its posts 11 % |
| web: hashtag, 20 posts | 300 | 2.0 | | cards 37 %, its posts 13 %, answering 10 % |
| web: post with what it answers | 400, and 550 in a thread | 6.3 | | reading its thread: more than half |
| web: front page | 59 | 0.4 | 420 | language and cookies 20 %, headers 20 % |
| web: Atom feed | 540 | 3.6 | 1,500 | its posts from tables 31 %, entries 18 % |
| publishing a post | 217, and 190 in the writer | 2.7 | 590 | statements in the writer 35 %, the answer 17 % |

Found and taken out on the way:

- SQLite looked into what was bound to a statement to plan it, and prepared many anew at each run: a profile by its key
  took 150 µs, and takes 18. Every connection now asks for stable plans.
- Half of a page's frame was looking up words, drawings and addresses of files that never change: templates are folded
  when they are compiled. A page for strangers is kept with the facts it was made of, and is rendered again only if
  they differ: to compare them takes 5 µs, to render a profile 400. It is never out of date.
- Strangers on one live page were each told in a rendering of their own: 1,000 of them heard of a message after 980 ms,
  and hear after 76.
- A stream kept the request that opened it, and a task or three: it lets go of both, and 5,000 take a sixth of the
  memory and a third of the processor time ([decision 22](decisions/0022-streams-outlive-their-request.md)).
- The pattern library lets other threads run during each match, which costs 20 µs while the writer is at work.
- Beyond 2,000 changes that wait for the disk, a request that would make another is told to come again in 5 seconds.

Next steps: the counters of an author are read back for each answer to a post (a fifth of the loop's part), and could
come with the fact; threads could be kept as facts are; feeds could keep entries, as pages keep cards.

Not measured yet: 100,000 accounts with 5 million posts, and the first paint of a page, which waits for one style sheet
the first time that somebody comes.
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
