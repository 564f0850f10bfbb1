"""Somebody else's web site, on this machine: for tests of what we fetch from others. A real server on a real socket."""

import asyncio
from contextlib import asynccontextmanager


class Site:
    """See the module. `pages`: by path, a whole answer, or an async function that is given the writer.

    asked: the requests that came, in order, as text.
    """

    def __init__(self):
        self.pages = {}
        self.asked = []
        self.url = ""

    def put(self, path, body, *, type="text/html; charset=utf-8", status="200 OK", headers=""):
        """Let there be something at a path."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {len(body)}\r\n{headers}"
        self.pages[path] = head.encode() + b"Connection: close\r\n\r\n" + body
        return self.url + path

    def page(self, path, title, *, head="", **answer):
        """Let there be a page with this title, and more in its head."""
        html = f"<!doctype html><html lang=fr><head><title>{title}</title>{head}</head><body>…</body></html>"
        return self.put(path, html.encode(), **answer)

    @property
    def paths(self):
        """The paths that were asked for, in order."""
        return [request.split(" ")[1] for request in self.asked]

    async def answer(self, reader, writer):
        """Answer one request."""
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        page = self.pages.get(self.paths[-1], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        if callable(page):
            await page(writer)
        else:
            writer.write(page)
        writer.close()


@asynccontextmanager
async def a_site():
    """A site with nothing on it, until the block ends."""
    site = Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    site.url = f"http://{host}:{port}"
    try:
        yield site
    finally:
        server.close()
