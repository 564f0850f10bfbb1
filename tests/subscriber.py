"""A program that subscribes to feeds: a real server on this machine, which is asked, answers, and is sent things."""

import contextlib

from aiohttp import web


class Subscriber:
    """Confirms what it wants, keeps what it is sent, and answers as it is told.

    wants: modes that it confirms. questions: what it was asked, by name. sent: path, headers and body of each thing.
    answers: statuses of the next answers to what is sent; 204 once there is none.
    """

    def __init__(self):
        self.wants = {"subscribe", "unsubscribe"}
        self.says = "{}"
        self.questions = []
        self.sent = []
        self.answers = []
        self.headers = {}
        self.url = ""

    async def ask(self, request):
        self.questions.append((request.path, dict(request.query)))
        if request.query["hub.mode"] not in self.wants:
            return web.Response(status=404)
        return web.Response(text=self.says.format(request.query["hub.challenge"]))

    async def take(self, request):
        self.sent.append((request.path, request.headers.copy(), await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 204, headers=self.headers)


@contextlib.asynccontextmanager
async def a_subscriber():
    """One that listens on this machine, until the block ends."""
    subscriber = Subscriber()
    app = web.Application()
    app.router.add_get("/{path:.*}", subscriber.ask)
    app.router.add_post("/{path:.*}", subscriber.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    subscriber.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield subscriber
    finally:
        await runner.cleanup()
