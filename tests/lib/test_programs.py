import asyncio
import sys

import pytest

from pinson.lib.programs import MOST_SAID, ProgramFailed, run

LIMITS = {"seconds": 20, "memory": 1 << 30, "output": 1 << 20}


async def python(text, *arguments, **limits):
    return await run(sys.executable, "-I", "-S", "-c", text, *arguments, **LIMITS | limits)


async def test_what_a_program_writes_is_handed_back():
    assert await python("print('hello')") == b"hello\n"


async def test_a_program_that_fails_says_why():
    with pytest.raises(ProgramFailed, match="nobody is here"):
        await python("raise SystemExit('nobody is here')")


async def test_a_program_is_stopped_when_its_time_is_over_and_so_is_what_it_started(tmp_path):
    alive = tmp_path / "alive"
    child = "import sys, time\nfor _ in range(200): open(sys.argv[1], 'w').close(); time.sleep(0.05)"
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1], sys.argv[2]])"

    for seconds in (1, 4, 16):  # until the child had time to begin
        async with asyncio.timeout(10 * seconds):
            with pytest.raises(ProgramFailed, match="took more than"):
                await python(parent, child, alive, seconds=seconds)
        if alive.exists():
            break

    alive.unlink()
    await asyncio.sleep(0.3)
    assert not alive.exists()


async def test_a_program_cannot_take_more_memory_than_it_is_given():
    with pytest.raises(ProgramFailed, match="MemoryError"):
        await python("x = bytearray(400 << 20)", memory=200 << 20)


async def test_a_program_cannot_write_a_larger_file_than_it_may(tmp_path):
    with pytest.raises(ProgramFailed):
        await python("import sys; open(sys.argv[1], 'wb').write(bytes(2 << 20))", tmp_path / "large")

    assert (tmp_path / "large").stat().st_size <= 1 << 20


async def test_a_program_that_talks_without_end_does_not_fill_our_memory():
    said = await python("import sys; [sys.stdout.write('x' * 65536) for _ in range(64)]")

    assert len(said) == MOST_SAID


async def test_a_program_does_not_see_our_environment(monkeypatch):
    monkeypatch.setenv("PINSON_MAIL_SMTP_PASSWORD", "secret")

    assert await python("import os; print('PINSON_MAIL_SMTP_PASSWORD' in os.environ)") == b"False\n"
