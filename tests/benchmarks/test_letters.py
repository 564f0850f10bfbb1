"""Letters through a real server, and what the bench says of them."""

import pytest

from benchmarks import handing, letters, measures, world
from benchmarks.handing import Handed
from benchmarks.pace import Result
from benchmarks.server import serving
from pinson.domain.deliveries import What

READS = Result(asked=10, answers=10, refused=0, wrong={}, latencies=(0.001, 0.002, 0.003), drained=0)


@pytest.mark.thorough
def test_a_real_server_sends_each_letter_once_and_counts_it(tmp_path):
    town = world.town(tmp_path / "data", authors=3, published=10, follows=1, wide=1)
    city = town.posters[0]
    letters.ask_for(tmp_path / "data", city.id, readers=30)

    with (
        handing.receiving(letters.Taking) as receiver,
        serving(tmp_path / "data", url=world.URL, more=letters.settings(receiver.port)) as server,
    ):
        post = measures._call(server, "POST", "/api/v1/statuses", city.token, {"status": letters.TEXT})
        found = letters.wait_for(receiver, server, letters=30)

    assert (found.missing, found.doubled) == (0, 0)
    assert letters.in_ledger(tmp_path / "data", [post["id"]]) == {What.ASKED: 30, What.SENT: 30}


def test_the_row_of_letters_says_what_is_wrong_and_how_reads_fared():
    found = Handed(sent=800, seconds=1, cpu=0.4, missing=1, doubled=0)

    row = measures.letters_row([found], found, READS, READS, wrong={"sent in the ledger": 2, "asked in the ledger": 0})

    assert (row.figure, row.met) == ("800/s", True)
    assert row.wrong == {"missing": 1, "sent in the ledger": 2}
    assert "p99 3.0 ms" in row.details
