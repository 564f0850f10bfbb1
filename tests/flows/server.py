"""A live server for tests: the real program in a process of its own, on a port of this machine."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import NamedTuple

import httpx

from tests.ports import a_free_port

PASSWORD = "correct horse battery"
FOR_TESTS = {
    "PINSON_REGISTRATION_MODE": "open",
    "PINSON_REGISTRATION_CONFIRM_EMAIL": "false",
    "PINSON_LIMITS_ENABLED": "false",
    "PINSON_OAUTH_PASSWORD_GRANT": "true",
    "PINSON_INSTANCE_DESCRIPTION": "Where tests meet.",
    "PINSON_OUTGOING_ALLOW_LOOPBACK": "true",
}


class Person(NamedTuple):
    """Someone with an account, made by the command line."""

    username: str
    email: str
    token: str


class Server(NamedTuple):
    """A running server, and the command line beside it."""

    url: str
    data: str
    process: subprocess.Popen

    def pinson(self, *arguments):
        """Run a command of the operator; what it printed."""
        command = [sys.executable, "-m", "pinson.cli", *arguments]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def person(self, username, *, role="user"):
        """Make someone who can sign in with PASSWORD. role: on the server."""
        email = f"{username}@mail.example"
        printed = self.pinson(
            *("account", "create", username, "--email", email, "--password", PASSWORD, "--json"),
            *("--role", role, "--data", self.data),
        )
        return Person(username, email, json.loads(printed)["access_token"])


def environment(**more):
    """The environment of a server for tests, without what this one's own settings say."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PINSON_")}
    return own | FOR_TESTS | more


@contextmanager
def live_server(data, *, workers=1, host="127.0.0.1", port=None, **settings):
    """Serve the folder `data` until the block ends.

    host: in its address; passkeys take a name, not a number. port: of a server that was there before.
    settings: of its environment, besides FOR_TESTS.
    """
    if port is None:
        port = a_free_port()
    url = f"http://{host}:{port}"
    command = [sys.executable, "-m", "pinson.cli", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], env=environment(PINSON_URL=url, **settings), stdout=subprocess.DEVNULL
    )
    try:
        _wait_until_up(url, process)
        yield Server(url, str(data), process)
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_up(url, process):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(f"{url}/health", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")
