"""What the program tells about its work, on standard error: lines for people, or JSON for machines.

Called once a process, by the command line. Nothing here knows what is told; those who log keep
addresses, numbers and tokens out of it, and what arrives under a telling name is masked all the same.

What cannot be written is lost: a log that lies on a disk that is full must not end the work that it tells of.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from pinson.lib.config import Log

SECRET = frozenset({"password", "token", "secret", "email", "phone", "authorization", "code"})


def set_up(settings: Log) -> None:
    """Send events, and the lines of libraries, to standard error."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    # The plain traceback: the pretty one prints local variables, and with them passwords and tokens.
    for_people = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    show = structlog.processors.JSONRenderer() if settings.json else for_people
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask,
            *([structlog.processors.format_exc_info] if settings.json else []),
            show,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Losing(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


class _Losing:
    """A stream as loggers need one, which never fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in event.keys() & SECRET:
        event[name] = "***"
    return event
