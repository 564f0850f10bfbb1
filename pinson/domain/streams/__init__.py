"""Streams: the same topics and rules as timelines, listened to instead of read.

Called by interfaces, which open a `Listener` for each subscription and send what it hears.
A listener is a bounded mailbox: one that does not keep up is told to close, so that a slow
network never costs this server memory. Not here: frames, sockets, JSON (interfaces).
"""

from pinson.domain.streams.hub import Ear, Ending, Heard, HeardKind, Hub, Listener

__all__ = ["Ear", "Ending", "Heard", "HeardKind", "Hub", "Listener"]
