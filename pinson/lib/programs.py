"""Other programs, run within limits.

Called by `images.py` and `video.py`. What these programs read was sent by strangers and they
are written in C, so each may hang, crash, or ask for all the memory there is. It runs by
itself, bounded in time, memory and what it writes, below the server's own priority, and
without the server's environment, which may hold passwords. Not here: what a failure means.
"""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

MOST_SAID = 256 << 10  # bytes kept of each of stdout and stderr

# Limits are inherited: the shell sets them for itself, then becomes the program. The processor's time bounds a
# program whose server was killed too, and whom nobody else will stop.
WITHIN = 'ulimit -c 0 && ulimit -v "$1" && ulimit -f "$2" && ulimit -t "$3" && shift 3 && exec nice -n 10 "$@"'


class ProgramFailed(Exception):
    """It ended with an error, or one of its limits ended it. No refusal: whoever ran it knows what it means."""

    def __init__(self, program: str, why: str) -> None:
        super().__init__(f"{Path(program).name}: {why}")


async def run(*command: str | Path, seconds: float, memory: int, output: int) -> bytes:
    """Run a program to its end; what it wrote to stdout, the first 256 KiB.

    Args:
        command: absolute path of the program, then its arguments.
        seconds: how long it may take. Of the processor, on all cores together, it gets four times that.
        memory: bytes of address space.
        output: bytes that a file it writes may have.
    Raises:
        ProgramFailed: it did not end by itself and with success.
    """
    limits = (memory >> 10, output >> 9, int(4 * seconds))  # KiB, blocks of 512 bytes, seconds
    process = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", WITHIN, "sh", *map(str, limits), *map(str, command)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(seconds):
            said, complained, code = await asyncio.gather(
                _beginning(process.stdout), _beginning(process.stderr), process.wait()
            )
    except TimeoutError:
        raise ProgramFailed(str(command[0]), f"took more than {seconds:g} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if code:
        raise ProgramFailed(str(command[0]), f"ended with {code}: {complained[-500:].decode(errors='replace').strip()}")
    return said


async def _beginning(stream: asyncio.StreamReader) -> bytes:
    """Read all of it, so that who writes never waits, and keep the first part."""
    kept = bytearray()
    while piece := await stream.read(64 << 10):
        kept += piece[: MOST_SAID - len(kept)]
    return bytes(kept)
