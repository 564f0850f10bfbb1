"""A server of many years is made as its own commands would have made it, and what must stand there stands there."""

from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from benchmarks import load, measures, world, years
from benchmarks.server import serving


@pytest.mark.thorough
def test_the_years_before_are_as_commands_would_have_left_them(tmp_path):
    data = tmp_path / "data"
    found = years.years(data, accounts=120, published=4000, readers=12, follows=30, tell=lambda _what: None)
    cases = measures._years_cases(found) | {"home": measures._homes(found.homes)}

    with serving(data, url=world.URL) as server, ThreadPoolExecutor(1) as pool:
        jobs = {name: load.Job(server.port, server.pids, script, 4, 0.1) for name, script in cases.items()}
        answers = {name: pool.submit(load.run, job).result() for name, job in jobs.items()}

    assert years.differences(data) == []
    assert years.counted_wrongly(data) == []
    assert world.count_posts(data) >= 4000
    assert not any(result.wrong for result in answers.values())
    assert all(len(home.ids) == world.PAGE for home in found.homes)
    assert any(len(above) > 1 for _, above in found.threads)


@pytest.mark.thorough
def test_followers_by_the_million_are_as_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(world, "CROWD", 5)
    data = tmp_path / "data"
    stages = world.stages(data, (3, 12), lambda id, count: years.more_followers(data, id, count))

    with apsw.Connection(str(data / "pinson.db")) as database:
        followers = [
            database.execute("SELECT account_id FROM follows WHERE topic_id = ? ORDER BY id", (stage.speaker.id,)).get
            for stage in stages
        ]
        alike = "SELECT DISTINCT display_name, created_at FROM accounts WHERE username LIKE 'more%'"
        assert len(database.execute(alike).fetchall()) == 1

    assert [len(found) for found in followers] == [3, 12]
    assert all((found[0], found[-1]) == (stages[0].readers[0].id, stages[0].readers[1].id) for found in followers)
    assert years.counted_wrongly(data) == []
