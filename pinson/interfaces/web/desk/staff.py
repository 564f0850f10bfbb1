"""What the pages of the desk share: who may come in, the frame they stand in, how moments are said. No routes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, moderation, posts
from pinson.domain.access import UserRole
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.moderation import Moderator, Sanction, Strike
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call, NotSignedIn
from pinson.interfaces.web.writing import BadMoment
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.paging import Page

PAGE = 20


class NotStaff(Refusal):
    """This is for those who moderate, or who run the server: nobody else need know that it is there."""

    kind, code = Kind.MISSING, "not_staff"
    text = "The address may be mistyped, or out of date."


class ReasonMissing(Refusal):
    """A decision about somebody without a word of why."""

    kind, code = Kind.INVALID, "reason_missing"
    text = "Say why: whoever it is about, or another moderator, will want to know."


class Words(msgspec.Struct):
    """A text in each language of these pages."""

    fr: str = ""
    en: str = ""

    @classmethod
    def of(cls, text: str, translations: Mapping[str, str]) -> Self:
        """What is kept, as a form holds it: what is in no language that is named is taken for French."""
        return cls(translations.get("fr", "" if translations else text), translations.get("en", ""))

    @property
    def text(self) -> str:
        """What stands for it where no language is asked for."""
        return self.fr.strip() or self.en.strip()

    @property
    def translations(self) -> dict[str, str]:
        """The languages in which it is given."""
        return {lang: text.strip() for lang, text in (("fr", self.fr), ("en", self.en)) if text.strip()}

    def fields(self, name: str) -> dict[str, str]:
        """As a form sends it."""
        return {f"{name}[{lang}]": text for lang, text in (("fr", self.fr), ("en", self.en))}


class Undo(msgspec.Struct, frozen=True):
    """What undoes the thing just done: a form, and what it was that is gone from a list."""

    action: str
    fields: Mapping[str, str]
    what: str


class One(msgspec.Struct):
    """Something, by the id in the path."""

    id: int


class OneAccount(msgspec.Struct):
    """An account, by the id in the path."""

    id: AccountId


class Listed(msgspec.Struct):
    """Parameters of every list. max_id: only what is older."""

    max_id: str | None = None

    @property
    def page(self) -> Page:
        """The page that is asked for; one row more than is shown, so that it is known whether it goes on.

        Raises:
            BadCursor.
        """
        return Page.of(max_id=self.max_id, default=PAGE + 1, maximum=PAGE + 1)


def moderator(call: Call, *, least: UserRole = UserRole.MODERATOR) -> Moderator:
    """Who decides.

    Args:
        least: what they must be to the server.
    Raises:
        NotSignedIn.
        NotStaff: they are less than that.
    """
    if call.user is None or call.acting is None:
        raise NotSignedIn
    if not call.user.role.covers(least):
        raise NotStaff
    return Moderator(call.acting.account_id, call.user.role)


def reason(text: str) -> str:
    """What somebody gave as their reason.

    Raises:
        ReasonMissing.
    """
    if not text.strip():
        raise ReasonMissing
    return text.strip()


async def page(call: Call, template: str, at: str, *, undo: Undo | None = None, **facts: Any) -> Response:
    """Answer with a page of the desk.

    Args:
        at: the tab that is open.
        undo: what undoes the thing just done, if it is that which the page answers.
    """
    waiting = call.waiting
    if waiting is None:  # a form comes back
        async with call.tools.db.read() as tx:
            waiting = await moderation.waiting(tx)
    return call.page(f"desk/{template}", at=at, waiting=waiting, undo=undo, **facts)


def cut(rows: Sequence[Any]) -> tuple[Sequence[Any], int | None]:
    """The rows of a page that was asked for with `Listed.page`, and the cursor that leads on, None where it ends."""
    shown = rows[:PAGE]
    return shown, shown[-1].id if len(rows) > PAGE else None


async def people(tx: ReadTx, ids: Iterable[AccountId | None]) -> dict[AccountId, Profile]:
    """Those of the accounts that exist. One statement."""
    return await accounts.profiles(tx, list({id for id in ids if id is not None}))


async def hidden(tx: ReadTx, strikes: Sequence[Strike]) -> Mapping[int, int]:
    """How many posts each of the decisions still hides; those that hide none are left out. One statement, or none."""
    hiding = [one.id for one in strikes if one.action is Sanction.HIDE]
    return Counter((await posts.hidden_by(tx, hiding)).values()) if hiding else {}


def moment_of(call: Call, typed: str) -> datetime | None:
    """The moment that was typed as it is where the reader lives; None if none was.

    Raises:
        BadMoment.
    """
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=call.zone).astimezone(UTC)
    except ValueError:
        raise BadMoment from None


def day_of(typed: str) -> datetime | None:
    """The beginning of the day that was typed, UTC; None if none was.

    Raises:
        BadMoment.
    """
    if not typed.strip():
        return None
    try:
        return datetime.strptime(typed.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadMoment from None


def typed(call: Call, at: datetime) -> str:
    """A moment as a form holds it; see `moment_of`."""
    return f"{at.astimezone(call.zone):%Y-%m-%dT%H:%M}"


def when(call: Call, at: datetime) -> str:
    """A moment, as the reader says it."""
    return dates.moment(at, lang=call.lang, zone=call.zone)
