"""People who bring Elk or Phanpy: whole journeys with their library, masto, against a live server.

The journeys are written in its language, in masto/journeys.mjs; here each is run and has to end well.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.server import live_server

FOLDER = Path(__file__).parent / "masto"
JOURNEYS = re.findall(r'^  async "(.+)"\(\)', (FOLDER / "journeys.mjs").read_text(encoding="utf-8"), re.MULTILINE)
PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "fay", "gil", "hal")


@pytest.fixture(scope="module")
def node():
    """Path of Node.js, with the library installed beside the journeys as its lock file says."""
    programs = Path(sys.executable).parent  # a development requirement brings them
    if not (FOLDER / "node_modules" / "masto").exists():
        command = [programs / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
    return programs / "node"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A live server with people in it, as the journeys read it."""
    with live_server(tmp_path_factory.mktemp("data")) as server:
        tokens = {name: server.person(name).token for name in PEOPLE}
        tokens["mod"] = server.person("mod", role="admin").token
        yield json.dumps({"url": server.url, "people": tokens})


@pytest.mark.parametrize("journey", JOURNEYS)
def test_an_app_built_on_masto(node, house, journey):
    command = [node, "journeys.mjs", journey]

    done = subprocess.run(command, cwd=FOLDER, input=house, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr


def test_there_are_journeys_of_every_kind():
    assert len(JOURNEYS) >= 15
