"""A small world for tests: the real machine on a folder of its own, with people in it.

What a person does goes through the real application, as an app would do it. Time stands still
until `world.clock` is moved, passwords cost nothing, e-mail goes into a folder, and no limits
apply unless a test asks for them.

    async def test_a_follower_finds_the_post_at_home(world):
        alice, bob = await world.people("alice", "bob")
        await world.follow(bob, alice)
        await world.publish(alice, "Hello")
        assert [post.text for post in await world.home(bob)] == ["Hello"]

A test that needs other settings overrides the fixture `settings`:

    @pytest.mark.parametrize("settings", [{"registration.mode": "closed"}])
"""

import email
import email.policy
import functools
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
from argon2 import PasswordHasher

from pinson import app
from pinson.domain import access, posts
from pinson.domain.access import Passwords, SignUp, UserRole, oauth
from pinson.lib import config
from pinson.lib.clock import ManualClock
from pinson.lib.i18n import Catalogs
from tests.contract import answers
from tests.schema import make_ready

URL = "https://pinson.example"
PASSWORD = "correct horse"
NOW = datetime(2026, 3, 30, 13, 6, tzinfo=UTC)  # a Monday
SETTINGS = {
    "url": URL,
    "registration.mode": "open",
    "registration.confirm_email": False,
    "limits.enabled": False,
    "mail.backend": "folder",
    "mail.folder": "mail",
}


class Person(NamedTuple):
    """Someone with an account of their own, and an app that may do everything for them."""

    username: str
    account_id: int
    user_id: int
    token: str

    @property
    def id(self):
        """Of the account, as the API writes it."""
        return str(self.account_id)


class World:
    """See the module."""

    def __init__(self, machine, clock, folder):
        self.machine = machine
        self.tools = machine.tools
        self.clock = clock
        self.folder = folder
        self._letters = []  # files

    async def people(self, *usernames):
        """Make people, in order."""
        return [await self.person(username) for username in usernames]

    async def person(self, username, *, role=UserRole.USER, **profile):
        """Make someone; `profile` may hold a display_name and a note."""
        form = SignUp(username, f"{username}@mail.example", agreement=True)
        applicant = await access.prepare(form, password=PASSWORD, passwords=self.tools.passwords)
        made = await self.write(access.create_person, applicant=applicant, role=role, **profile)
        token = access.new_secret()
        await self.write(access.operator_token, user_id=made.user.id, account_id=made.account.id, secret=token)
        return Person(username, made.account.id, made.user.id, token)

    async def limited(self, person, scopes):
        """The same person with another app, which has these scopes only."""
        names = {"name": "Limited", "redirect_uris": [access.OUT_OF_BAND], "website": None}
        app = await self.write(
            access.register_app, **names, asked_scopes=scopes, client_id=access.new_secret(), secret=access.new_secret()
        )
        token = access.new_secret()
        owner = {"user_id": person.user_id, "account_id": person.account_id}
        await self.write(oauth.issue, app_id=app.id, **owner, granted=scopes, secret=token)
        return person._replace(token=token)

    def client(self, person=None, *, address="192.0.2.1", application=None):
        """An HTTP client: a person's app, or a stranger's browser. address: where it is.

        An answer that is not what the OpenAPI document says fails the test.
        """
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(application or self.machine.application, client=(address, 50000)),
            base_url=self.tools.settings.url,
            headers={"authorization": f"Bearer {person.token}"} if person else {},
            event_hooks={"response": [_keep_contract]},
        )

    async def follow(self, follower, followed):
        """One person follows another."""
        answer = await self.client(follower).post(f"/api/v1/accounts/{followed.id}/follow")
        assert answer.json()["following"], answer.text

    async def publish(self, author, text, **status):
        """Publish a post; `status` holds further parameters of the API."""
        answer = await self.client(author).post("/api/v1/statuses", json={"status": text, **status})
        assert answer.status_code == 200, answer.text
        return (await self._posts([answer.json()]))[0]

    async def home(self, person):
        """The posts that a person finds at home, newest first."""
        answer = await self.client(person).get("/api/v1/timelines/home")
        assert answer.status_code == 200, answer.text
        return await self._posts(answer.json())

    def letters(self):
        """E-mails that were sent, oldest first. `settle` before."""
        self._look_for_letters()
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in self._letters]

    async def settle(self):
        """Do all reactions that are due, and those they cause."""
        await self.machine.settle()
        self._look_for_letters()

    async def write(self, verb, **arguments):
        """One command of the domain, now."""
        return await self.tools.db.write(verb, now=self.clock.now(), **arguments)

    async def ask(self, question, *arguments, **named):
        """One question of the domain."""
        async with self.tools.db.read() as tx:
            return await question(tx, *arguments, **named)

    def _look_for_letters(self):
        """Those of one look are in the order of their times on disk, which go by ticks of some milliseconds."""
        new = set((self.folder / "mail").glob("*.eml")).difference(self._letters)
        self._letters += sorted(new, key=lambda file: (file.stat().st_mtime_ns, file.name))

    async def _posts(self, statuses):
        ids = [int(status["id"]) for status in statuses]
        found = await self.ask(posts.posts, ids)
        return [found[id] for id in ids]


@functools.cache
def _catalogs():
    """The words of every language: they are the same in each world."""
    return Catalogs.load(app.LOCALE)


async def _keep_contract(response):
    answers.check(response, await response.aread())


@asynccontextmanager
async def open_world(folder, settings):
    """A world in a folder, until the block ends. settings: by key, besides those of every world."""
    clock = ManualClock(NOW)
    make_ready(folder)
    chosen = config.load(folder, environ={}, overrides=SETTINGS | settings)
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with app.machine(chosen, folder, clock=clock, passwords=passwords, catalogs=_catalogs()) as machine:
        yield World(machine, clock, folder)
