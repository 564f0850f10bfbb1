"""Accounts, as moderators look for them and see them."""

from enum import StrEnum
from functools import partial

from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.access import UserRole
from pinson.domain.moderation import Wanted
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed, OneAccount
from pinson.interfaces.web.site import Call
from pinson.lib.paging import Page

routes = Routes()

REPORTS = 20  # that are shown with an account, open ones and closed ones each


class Standing(StrEnum):
    """Which accounts."""

    ANY = ""
    ACTIVE = "active"
    LIMITED = "limited"
    SENSITIZED = "sensitized"
    DISABLED = "disabled"
    SUSPENDED = "suspended"
    STAFF = "staff"


class Search(Listed):
    """Parameters of the list. q: the beginning of a username, or of an e-mail address if it holds an @ in its midst;
    name: a part of the name that is shown."""

    q: str = ""
    name: str = ""
    standing: Standing = Standing.ANY

    def wanted(self) -> Wanted:
        """What the domain calls it."""
        typed = self.q.strip().removeprefix("@")
        by_email = "@" in typed
        return Wanted(
            username="" if by_email else typed,
            email=typed if by_email else "",
            display_name=self.name.strip(),
            active=self.standing is Standing.ACTIVE,
            limited=self.standing is Standing.LIMITED,
            sensitized=self.standing is Standing.SENSITIZED,
            disabled=self.standing is Standing.DISABLED,
            suspended=self.standing is Standing.SUSPENDED,
            roles=(UserRole.MODERATOR, UserRole.ADMIN) if self.standing is Standing.STAFF else None,
        )


@routes.get("/moderation/accounts")
async def search(call: Call, form: Search) -> Response:
    """The accounts that fit, newest first.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    staff.moderator(call)
    found = await call.tools.db.read_in_thread(moderation.dossiers, wanted=form.wanted(), page=form.page)
    shown, older = staff.cut(found)
    async with call.tools.db.read() as tx:
        people = await staff.people(tx, (one.id for one in shown))
    return await staff.page(
        call,
        "accounts",
        "accounts",
        form=form,
        standings=list(Standing),
        dossiers=shown,
        people=people,
        older=older,
        when=partial(staff.when, call),
    )


@routes.get("/moderation/accounts/{id}")
async def show(call: Call, form: OneAccount) -> Response:
    """One account: what it is, what can be done about it, what was reported and decided before.

    Raises:
        NotSignedIn, NotStaff, AccountNotFound.
    """
    by = staff.moderator(call)
    page = Page(None, None, None, REPORTS)
    async with call.tools.db.read() as tx:
        dossier = await moderation.dossier(tx, form.id)
        strikes = await moderation.strikes_of(tx, form.id)
        hidden = await staff.hidden(tx, strikes)
        reports = [
            report
            for resolved in (False, True)
            for report in await moderation.reports(tx, page=page, resolved=resolved, target_id=form.id)
        ]
        named = (form.id, dossier.invited_by, *(one.by_id for one in strikes), *(one.account_id for one in reports))
        people = await staff.people(tx, named)
    return await staff.page(
        call,
        "account",
        "accounts",
        dossier=dossier,
        profile=people[form.id],
        in_power=by.account_id != form.id and not (dossier.role and dossier.role.covers(by.role)),
        strikes=strikes,
        hidden=hidden,
        reports=reports,
        people=people,
        when=partial(staff.when, call),
    )
