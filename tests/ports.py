"""Ports of this machine for servers of tests."""

import itertools
import os
import socket

# Below those that systems give to whoever asks for any: so nobody takes one before its server does. Each process of
# these tests has five hundred of its own, and begins somewhere among them, since other runs may go on beside it.
EACH = 500
_FIRST = 11_000 + EACH * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8)
_NEXT = itertools.count(os.getpid())


def a_free_port():
    """One that nobody listens on; each is given once.

    A port that the system chose for a moment may be somebody else's a moment later.
    """
    for number in itertools.islice(_NEXT, EACH):
        port = _FIRST + number % EACH
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
