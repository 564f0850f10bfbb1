"""Killing the server while it makes a film shows nobody half of it, and the work is done by the next one."""

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pinson.domain.media import State
from pinson.lib.clock import SystemClock
from tests.domain.media import victim
from tests.lib.pictures import film


async def until(happened):
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110  (another process does it)
            await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_a_film_whose_maker_was_killed_is_made_anew_and_nothing_is_left_over(film_desk, alice, tmp_path):
    desk, unfinished = film_desk, tmp_path / "files" / "unfinished"
    sent = film(tmp_path, "long.webm", "-c:v", "libvpx", "-deadline", "realtime", size="1280x720", seconds=4)
    taken = await desk.send(alice, sent.read_bytes())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", victim.__name__, str(tmp_path), str(taken.id), cwd=Path(victim.__file__).parents[3]
    )

    await until(lambda: list(unfinished.glob("*/shown.mp4")))
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    left = await desk.loose(taken.id, alice)
    await desk.studio.process(taken.id, now=desk.now)
    await desk.blobs.sweep(now=SystemClock().now() + timedelta(days=2))

    assert (left.state, left.key, left.preview_key) == (State.PROCESSING, None, None)
    ready = await desk.loose(taken.id, alice)
    assert (ready.state, round(ready.details.seconds)) == (State.READY, 4)
    assert desk.files() == {ready.key, ready.preview_key}
