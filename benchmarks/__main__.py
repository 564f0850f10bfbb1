"""`python -m benchmarks`, which is `pinson bench` and `make bench`."""

import resource
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import report
from benchmarks.measures import ORDINARY, PLANS, Bench, Row
from pinson.lib.config import Log
from pinson.lib.logs import set_up

PARTS = (*ORDINARY, "volume")
ROOT = Path(__file__).parents[1]
PAPER = 170  # columns of a table that is not shown on a terminal
ON_DISK = Path("/var/tmp")  # noqa: S108  (a place, not a name: /tmp is often memory, where fsync costs nothing)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--plan",
    type=click.Choice([*PLANS]),
    default="full",
    show_default=True,
    help="quick: about two minutes, fewer rounds and shorter ones. big: 5 million posts, made first, in some minutes.",
)
@click.option("--quick", "plan", flag_value="quick", help="The same as --plan quick.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Measure this part only; may be repeated.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results here too."
)
@click.option("--write-docs", is_flag=True, help="Write docs/benchmarks.md and its plot.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the servers' data lies, on the disk to be measured.  [default: /var/tmp, if there is one]",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the data of the big plan, 5 GB, is kept for the next time.  [default: nowhere]",
)
def main(
    plan: str, only: Sequence[str], json_file: Path | None, write_docs: bool, folder: Path | None, keep: Path | None
) -> None:
    """Measure this machine: reads, durable writes, live streams."""
    _allow_many_files()
    set_up(Log(level="warning"))
    console = Console() if sys.stdout.isatty() else Console(width=PAPER)
    rows = _measured(console, plan=plan, only=only, folder=folder, keep=keep)
    console.print(report.table(rows))
    if json_file is not None:
        json_file.write_bytes(report.as_json(rows, plan=plan))
    if write_docs:
        report.write_documents(rows, ROOT, plan=plan)
    if any(row.wrong for row in rows):
        sys.exit(1)


def _measured(console: Console, *, plan: str, only: Sequence[str], folder: Path | None, keep: Path | None) -> list[Row]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    parts = only or PLANS[plan].parts
    on_disk = folder or (ON_DISK if ON_DISK.is_dir() else None)
    columns = SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="pinson-bench-", dir=on_disk) as name,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        task = progress.add_task("", total=len(parts))
        bench = Bench(
            Path(name),
            PLANS[plan],
            away=lambda work, job: pool.submit(work, job).result(),
            tell=lambda what: progress.update(task, description=what),
            kept=keep,
        )
        for part in (part for part in PARTS if part in parts):
            rows += getattr(bench, part)()
            progress.advance(task)
    return rows


def _allow_many_files() -> None:
    """Raise the limit of open files, ours and the servers', to what the system lets us: each stream is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
