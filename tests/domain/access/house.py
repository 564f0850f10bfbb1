"""A server's people and apps, for the tests of access."""

import base64
import hashlib
from datetime import timedelta

from argon2 import PasswordHasher

from pinson.domain import access, accounts
from pinson.domain.access import Passwords, SignUp, Tokens
from pinson.lib import log

CALLBACK = "https://app.example/callback?from=pinson"
PASSWORD = "correct horse"
VERIFIER = "v" * 50
FACTS = (
    access.ConfirmationAsked,
    access.PasswordChanged,
    access.PasswordResetAsked,
    access.TokensRevoked,
    access.UserApproved,
    access.UserChanged,
    access.UserConfirmed,
    access.UserSignedUp,
    accounts.AccountCreated,
    accounts.AccountDeleted,
    accounts.AccountRestored,
    accounts.AccountSuspended,
)


def challenge_of(verifier):
    """The S256 challenge of a verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class House:
    """A server's people and apps, made and used through the public verbs, at a time that tests move."""

    def __init__(self, db, now):
        self.db = db
        self.now = now
        self.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.tokens = Tokens(db)
        self.follower = log.Follower(db, log.Kinds(FACTS), [self.tokens])

    def wait(self, **span):
        self.now += timedelta(**span)

    async def do(self, verb, **arguments):
        return await self.db.write(verb, now=self.now, **arguments)

    async def ask(self, question, *arguments, **named):
        async with self.db.read() as tx:
            return await question(tx, *arguments, **named)

    async def applicant(self, username="newcomer", password=PASSWORD, **form):
        filled_in = SignUp(**{"username": username, "email": f"{username}@mail.example", "agreement": True} | form)
        return await access.prepare(filled_in, password=password, passwords=self.passwords)

    async def person(self, username, **options):
        return await self.do(access.create_person, applicant=await self.applicant(username), **options)

    async def app(self, secret="app secret", scopes="read write follow push", **options):
        details = {"name": "App", "redirect_uris": [CALLBACK], "website": None, "client_id": access.new_secret()}
        return await self.do(access.register_app, secret=secret, asked_scopes=scopes, **details | options)

    async def authorize(self, app, person, code="the code", account=None, **options):
        request = {"redirect_uri": CALLBACK, "scope": "read write", "challenge": "", "challenge_method": ""}
        await self.do(
            access.authorize,
            client_id=app.client_id,
            user_id=person.user.id,
            account_id=(account or person.account).id,
            secret=code,
            **request | options,
        )

    async def exchange(self, app, code="the code", token="the token", **options):
        request = {"client_secret": "app secret", "redirect_uri": CALLBACK, "verifier": ""}
        return await self.do(
            access.exchange_code, client_id=app.client_id, code=code, secret=token, **request | options
        )

    async def token(self, person, token="the token", scopes="read write follow push", account=None):
        """A token of a fresh app for the person, by way of the consent page."""
        app = await self.app(scopes=scopes)
        code = access.new_secret()
        await self.authorize(app, person, code=code, account=account, scope=scopes)
        return await self.exchange(app, code=code, token=token)

    async def sign_in(self, login, password=PASSWORD, cookie="the cookie"):
        proof = await access.prove(self.db, self.passwords, login=login, password=password)
        return await self.do(access.sign_in, proof=proof, secret=cookie, user_agent="A browser")

    async def user(self, person):
        return await self.ask(access.user, person.user.id)

    async def facts(self, *kinds):
        """What the log holds, of these kinds or of all."""
        lines = await self.ask(log.after, 0)
        facts = [log.Kinds(FACTS).decode(line) for line in lines]
        return [fact for fact in facts if not kinds or isinstance(fact, kinds)]
