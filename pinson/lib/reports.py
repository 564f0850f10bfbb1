"""What mail servers and mailboxes report about a message of ours: it could not be delivered, or somebody complains.

Called with messages that came to addresses that only such reports use. Read by hand, one level deep: a report is a list
of parts, the second of which is for machines, and nothing here descends into parts of parts, however deep they go.
Everything is cut off somewhere: headers, parts, addresses.

What is no report (a holiday notice, an answer in words) is None.

Source: RFC 3464 (bounces) and 3463 (their codes); RFC 5965 (complaints); RFC 2046, section 5.1 (parts).
"""

import re
from collections.abc import Sequence

import msgspec

from pinson.lib.mail import is_for_now, is_gone

HEAD = 64 << 10  # bytes of headers that are looked at
MOST_FIELDS = 500
MOST_PARTS = 10
MOST_RECIPIENTS = 20
LONGEST_FIELD = 2000

_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[A-Za-z0-9.-]{1,253}")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_PLAIN = re.compile(r"^[^;]*;\s*([245]\d\d)\b")
_BOUNDARY = re.compile(
    r";\s*boundary\s*=\s*(?:\"([\x20-\x21\x23-\x7e]{1,200})\"|([\x21\x23-\x3a\x3c-\x7e]{1,200}))", re.I
)
_LIKES_IT = "not-spam"
_TRACES = ("original-mail-from", "return-path", "list-unsubscribe", "x-original-to")


class Bounce(msgspec.Struct, frozen=True):
    """It could not be delivered, and will not be.

    status: enhanced code, such as 5.1.1. gone: whether nobody has the address. why: in the server's words, without
        addresses. for_now: whether the mailbox, or the way to it, failed, and may take another message.
    """

    status: str
    gone: bool
    why: str
    for_now: bool = False


class Complaint(msgspec.Struct, frozen=True):
    """Somebody does not want it. kind: abuse, opt-out … traces: addresses of ours that it was sent with."""

    kind: str
    traces: Sequence[str]


def read(content: bytes) -> Bounce | Complaint | None:
    """A report. None if it is none, or says that there is still hope."""
    head, body = _split(content.replace(b"\r\n", b"\n"))
    fields = _fields(head)
    kind, boundary = _type(fields.get("content-type", ""))
    if not kind.startswith("multipart/") or not boundary:
        return None
    parts = [(_type(_fields(head).get("content-type", ""))[0], body) for head, body in _parts(body, boundary)]
    for kind, said in parts:
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            return _bounce(said)
        if kind == "message/feedback-report":
            return _complaint(said, [body for kind, body in parts if kind in ("message/rfc822", "text/rfc822-headers")])
    return None


def _bounce(said: bytes) -> Bounce | None:
    """The first recipient whom it could not be delivered to: there was only one."""
    for block in re.split(rb"\n[ \t]*\n", said.strip())[1 : MOST_RECIPIENTS + 1]:
        fields = _fields(block)
        if fields.get("action", "").lower() != "failed":
            continue
        diagnosis = fields.get("diagnostic-code", "")
        status = _code(fields.get("status", ""))
        if status in ("", "5.0.0") and (finer := _code(diagnosis)):
            status = finer
        plain = _PLAIN.match(diagnosis)
        unknown = status in ("", "5.0.0") and plain is not None and plain[1] in ("550", "551", "553")
        why = _ADDRESS.sub("…", diagnosis or fields.get("status", ""))[:200]
        status, gone = status or "5.0.0", is_gone(status) or unknown
        return Bounce(status, gone, why, not gone and is_for_now(status))
    return None


def _complaint(said: bytes, originals: Sequence[bytes]) -> Complaint | None:
    """What was complained about is told by the addresses that we sent it with."""
    fields = _fields(said)
    kind = fields.get("feedback-type", "").lower()
    if not kind or kind == _LIKES_IT:
        return None
    places = [fields, *(_fields(_split(original)[0]) for original in originals)]
    found = (_ADDRESS.findall(place.get(name, "")) for place in places for name in _TRACES)
    return Complaint(kind[:40], list(dict.fromkeys(address for some in found for address in some)))


def _parts(body: bytes, boundary: str) -> list[tuple[bytes, bytes]]:
    """Head and body of each part of the first level."""
    pieces = (b"\n" + body).split(b"\n--" + boundary.encode("ascii", "replace"), MOST_PARTS + 1)[1:]
    parts = []
    for piece in pieces[:MOST_PARTS]:
        rest, found, content = piece.partition(b"\n")
        if not found or rest.strip():  # the last line has "--" after the boundary, and others begin like ours
            break
        parts.append(_split(content))
    return parts


def _split(content: bytes) -> tuple[bytes, bytes]:
    if content.startswith(b"\n"):
        return b"", content[1:]
    head, _, body = content.partition(b"\n\n")
    return head, body


def _fields(head: bytes) -> dict[str, str]:
    """Headers by name, the first of each; lines that belong together joined."""
    lines = head[:HEAD].decode("utf-8", "replace").split("\n")
    fields: dict[str, str] = {}
    name = ""
    for line in lines[: MOST_FIELDS * 4]:
        if line[:1] in (" ", "\t"):
            if name and len(fields[name]) < LONGEST_FIELD:
                fields[name] += line
            continue
        before, found, after = line.partition(":")
        name = before.strip().lower() if found else ""
        if name in fields or len(fields) >= MOST_FIELDS:
            name = ""
        elif name:
            fields[name] = after.strip()[:LONGEST_FIELD]
    return fields


def _type(value: str) -> tuple[str, str]:
    """A content type, and its boundary if it has one. By hand: `email` fails on some parameters that are broken."""
    found = _BOUNDARY.search(value)
    return value.partition(";")[0].strip().lower(), (found[1] or found[2]) if found else ""


def _code(text: str) -> str:
    found = _ENHANCED.search(text)
    return found[1] if found else ""
