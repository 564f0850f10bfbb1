"""What the durability tests write, and how they tell that nothing of it was lost or torn.

One tag is two rows and a fact, written by one body: whatever happens to the process or to the
disk, all three are there or none is, and all three are if the writer was answered.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

import apsw
import msgspec

import pinson
from pinson.lib import log
from pinson.lib.clock import SystemClock
from pinson.lib.db import CannotWrite, WriteTx
from pinson.lib.db.migrate import migrate, steps
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.errors import Kind, Refusal
from pinson.lib.log import Fact

ROOT = Path(pinson.__file__).parents[1]
MIGRATIONS = ROOT / "pinson" / "migrations"
REFUSED = 10  # of so many bodies one changes its mind halfway


class TagMade(Fact, frozen=True):
    """There is a new tag."""

    id: int


class ChangedItsMind(Refusal):
    """The body has written one of its rows, and gives up."""

    kind, code, text = Kind.INVALID, "changed_its_mind", "No."


def prepare(data: Path) -> None:
    """Bring the folder to the schema."""
    migrate(data, steps=steps(MIGRATIONS), now=SystemClock().now())


async def make_tag(tx: WriteTx, *, name: str, text: str, refused: bool, now: datetime) -> int:
    """A body: two rows and a fact, or a refusal after the first row."""
    id = tx.new_id(None, now)
    await tx.run(
        "INSERT INTO tags (id, name, display_name, created_at) VALUES (:id, :name, :text, :now)",
        id=id,
        name=name,
        text=text,
        now=now,
    )
    if refused:
        raise ChangedItsMind
    await tx.run("INSERT INTO topics (id, head) VALUES (:id, :id)", id=id)
    await log.record(tx, TagMade(at=now, id=id))
    return id


async def keep_writing(
    db: Sqlite, *, writer: int, text: str, acknowledge: Callable[[int], Awaitable[None]], most: int | None = None
) -> None:
    """Make tags one after the other, and pass on the id of each once it is promised to be kept.

    Returns when the disk takes no more, or after `most` tags.
    """
    now = SystemClock().now()
    for number in count() if most is None else range(most):
        refused = number % REFUSED == writer % REFUSED
        # Times make names unique over many runs on the same folder.
        name = f"{writer}-{number}-{SystemClock().now().timestamp()}"
        try:
            with suppress(ChangedItsMind):
                await acknowledge(await db.write(make_tag, name=name, text=text, refused=refused, now=now))
        except CannotWrite:
            return


def what_is_wrong(data: Path, *, acknowledged: Iterable[int]) -> list[str]:
    """What does not hold in the database of a folder after a crash; empty if all is well."""
    connection = apsw.Connection(str(data / "pinson.db"))
    try:
        verdict = connection.execute("PRAGMA integrity_check").get
        tags = {id for (id,) in connection.execute("SELECT id FROM tags")}
        topics = {id for (id,) in connection.execute("SELECT id FROM topics")}
        facts = [msgspec.json.decode(text)["id"] for (text,) in connection.execute("SELECT payload FROM log")]
        last_id = connection.execute("SELECT id FROM last_id").get
    except apsw.Error as error:
        return [f"unreadable: {error!r}"]
    finally:
        connection.close()
    checks = {
        f"integrity: {verdict}": verdict != "ok",
        f"lost: {len(set(acknowledged) - tags)} acknowledged": not tags.issuperset(acknowledged),
        f"half: {len(tags ^ topics)} with one row of two": tags != topics,
        f"log: {len(tags ^ set(facts))} differ from the tables": tags != set(facts),
        "order: ids do not grow with the log": facts != sorted(set(facts)),
        "ids: an id could be given out again": last_id < max(tags, default=0),
    }
    return [problem for problem, found in checks.items() if found]
