"""Frames: whatever comes, in whatever pieces, is read as if it had come at once, or refused by a code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib.serving.frames import BrokenFrame, Opcode, Reader, closing, frame, unmasked
from tests.wires import client_frame

MOST = 1000
some_frames = st.builds(
    client_frame,
    st.sampled_from([0, 1, 2, 8, 9, 10, 3]),
    st.one_of(st.text(max_size=40).map(str.encode), st.binary(max_size=300)),
    final=st.booleans(),
    mask=st.binary(min_size=4, max_size=4),
    reserved=st.sampled_from([0, 0, 0, 0x40]),
)
bytes_that_come = st.one_of(st.binary(max_size=80), st.lists(some_frames, max_size=6).map(b"".join))


def read(pieces):
    """What is read of bytes in pieces, and the code by which they are refused, if they are."""
    reader, found = Reader(MOST), []
    try:
        for piece in pieces:
            found += reader.feed(piece)
    except BrokenFrame as broken:
        return found, broken.code
    return found, None


@settings(max_examples=300, deadline=None)
@given(bytes_that_come, st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_how_bytes_are_cut_makes_no_difference(came, sizes):
    pieces, at = [], 0
    while at < len(came):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(came[at : at + size])
        at += size

    assert read(pieces) == read([came])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5), st.integers(1, 7))
def test_texts_in_any_pieces_are_read_as_they_were_written(texts, size):
    sent = b""
    for text in texts:
        said = text.encode()
        parts = [said[at : at + size] for at in range(0, len(said), size)] or [b""]
        for number, part in enumerate(parts):
            sent += client_frame(0 if number else 1, part, final=number == len(parts) - 1)
            sent += client_frame(9, b"between") if number < len(parts) - 1 else b""

    found, code = read([sent])

    assert code is None
    assert [one.text for one in found if one.opcode is Opcode.TEXT] == texts


@given(st.binary(max_size=70), st.binary(min_size=4, max_size=4), st.integers(0, 20))
def test_unmasking_is_a_key_for_each_byte_in_turn(data, mask, offset):
    assert unmasked(data, mask, offset) == bytes(byte ^ mask[(offset + at) % 4] for at, byte in enumerate(data))


def test_a_reader_at_rest_keeps_nothing_and_empty_pieces_do_not_add_up():
    reader = Reader(MOST)
    list(reader.feed(client_frame(1, b"", final=False)))
    for _ in range(1000):
        list(reader.feed(client_frame(0, b"", final=False)))
    assert reader._texts == []
    assert [one.text for one in reader.feed(client_frame(0, b"end"))] == ["end"]

    assert (reader._head, reader._payload, reader._texts, reader._decoder, reader._open) == (
        b"",
        None,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("size", "head"), [(125, b"\x81\x7d"), (126, b"\x81\x7e\x00\x7e"), (65535, b"\x81\x7e\xff\xff")]
)
def test_a_frame_says_how_long_it_is_as_short_as_it_can(size, head):
    assert frame(Opcode.TEXT, b"*" * size) == head + b"*" * size
    assert frame(Opcode.TEXT, b"*" * 65536)[:10] == b"\x81\x7f" + (65536).to_bytes(8, "big")


def test_a_reason_is_cut_so_that_it_fits():
    assert closing(1008, "é" * 200)[4:].decode() == "é" * 61
