"""How connections are served: HTTP with deadlines, and streams that outlive the request that opened them.

`app.py` hands `Connection` to uvicorn, which makes one for each connection. What a request asks for is answered by the
application as anywhere. But a stream, of Server-Sent Events or a WebSocket, takes the connection over and lets go of
the request: what is left of it is an `Outlet`, which costs no task and little memory while nothing is said.

Whoever holds the outlets' clock calls `Connection.check` and `Outlet.check` every `TICK` seconds: one timer for all.

Not here: what streams say (interfaces), TLS and compression (the proxy in front).
"""

from pinson.lib.serving.connections import Connection
from pinson.lib.serving.events import EventStream
from pinson.lib.serving.outlets import TICK, Outlet, Owner
from pinson.lib.serving.sockets import WebSocket

__all__ = ["TICK", "Connection", "EventStream", "Outlet", "Owner", "WebSocket"]
