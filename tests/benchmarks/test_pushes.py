"""What counts as a mistake in pushes: missing, twice, for another browser, saying something else."""

import msgspec
import pytest

from benchmarks import pushes
from pinson.lib import webpush

HELLO = msgspec.json.encode({"notification": {"body": "Hello"}})


def sealed(number, message=HELLO):
    """A push for a browser."""
    return webpush.encrypt(message, p256dh=pushes._point(number), auth=pushes._auth(number)).body


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        ([b"0 " + sealed(0), b"1 "], {}),
        ([b"0 "], {"missing": 1}),
        ([b"0 ", b"1 ", b"1 ", b"1 "], {"came twice": 2}),
        ([b"0 " + sealed(1), b"1 "], {"says something else": 1}),
        ([b"0 " + sealed(0, HELLO.replace(b"lo", b"p!")), b"1 "], {"says something else": 1}),
        ([b"0 " + sealed(0, b"{}"), b"1 "], {"says something else": 1}),
    ],
)
def test_mistakes_are_counted(seen, wrong):
    assert pushes.faults(seen, holders=2, text="Hello") == wrong
