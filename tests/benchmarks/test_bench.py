"""The whole: a real server under a small load, and what is said of it."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from benchmarks import load, measures, report, world
from benchmarks.measures import Row
from benchmarks.server import serving


@pytest.mark.slow
def test_a_real_server_answers_rightly(tmp_path):
    town = world.town(tmp_path / "data", authors=40, published=300, follows=10, wide=30)
    homes = measures._homes([*town.homes, *town.wide_homes])
    posting = load.Publishing([one.token for one in town.posters], "test")

    with serving(tmp_path / "data", url=world.URL) as server, ThreadPoolExecutor(1) as pool:
        read, posted = (
            pool.submit(load.run, load.Job(server.port, server.pids, script, 4, 1)).result()
            for script in (homes, posting)
        )

    assert (read.wrong, posted.wrong) == ({}, {})
    assert read.answers > 0 < posted.answers
    assert read.server_cpu > 0 < posted.server_cpu
    assert world.count_posts(tmp_path / "data") == 300 + posted.right_in_all


ROWS = [
    Row(part="reads", name="home & away", figure="9,000/s", details="", met=True, value=9000, wanted=8000, unit="/s"),
    Row(
        part="posts",
        name="posts",
        figure="2/s",
        details="",
        met=False,
        value=2,
        wanted=9,
        unit="/s",
        wrong={"length": 3},
    ),
]


def test_the_document_says_what_was_reached_missed_and_wrong():
    lines = report.document(
        report.Found({"pinson": "1", "cores": 2, "system": "", "python": "", "sqlite": ""}, "full", ROWS)
    ).splitlines()

    assert "| home & away | **9,000/s** |  | reached |  |" in lines
    assert "| posts | **2/s** |  | wrong: 3 × length |  |" in lines


def test_the_plot_shows_each_measure_and_its_target():
    plot = report.plot(ROWS)

    assert "home &amp; away" in plot
    assert plot.count("<rect") == 4


def test_the_json_holds_everything():
    found = msgspec.json.decode(report.as_json(ROWS, plan="quick"))

    assert found["rows"][1]["wrong"] == {"length": 3}
    assert found["machine"]["cores"] >= 1
