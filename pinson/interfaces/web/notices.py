"""Anybody tells of what is against the law, with or without an account: `/notice`. Whoever did comes back to
`/notices/KEY`, which stands in the receipt, to see what was decided and why, and may contest it there, once.

Source: Regulation (EU) 2022/2065, article 16: the exact address, why it is against the law, name and e-mail address
unless it is about the abuse of a child, and a statement of good faith.

Not here: members who report by the menu of a post (reports.py), what moderators make of it (desk/reports.py).
"""

import re
from functools import partial
from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from pinson.domain import access, accounts, events, moderation, posts
from pinson.domain.accounts import AccountId
from pinson.domain.events import EventNotFound
from pinson.domain.moderation import Subject
from pinson.domain.posts import PostId
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

TELLING = Limit(20, 3600)  # forms from one place, mistyped ones too
LETTERS = Limit(5, 24 * 3600)  # receipts to one address: it may be a stranger's
CONTESTING = Limit(20, 3600)
MOST_ADDRESS = 1000
OF_POST = re.compile(r"/posts/(\d{1,19})(?:/|$)|/@[^/]+/(\d{1,19})(?:/|$)")
OF_ACCOUNT = re.compile(r"/(?:@|users/|s/)([^/]+)")
OF_EVENT = re.compile(r"/(?:s/)?e/([^/]+)")


class NotHere(Refusal):
    """What the address leads to is none of ours, or nobody's in particular."""

    kind, code = Kind.INVALID, "notice_not_here"
    text = "We find no message, account or live event at this address. Copy it from the top of your browser."


class NotInGoodFaith(Refusal):
    """They did not tick that they believe it."""

    kind, code = Kind.INVALID, "notice_not_in_good_faith"
    text = "Tick that what you write is right, as far as you know."


class Told(msgspec.Struct):
    """The form. address: of what it is about."""

    address: str = ""
    subject: Subject | None = None
    text: str = ""
    name: str = ""
    email: str = ""
    good_faith: bool = False


class NoSubject(Refusal):
    """They did not say which law it is about."""

    kind, code = Kind.INVALID, "notice_without_subject"
    text = "Choose what is against the law."


class Contested(msgspec.Struct):
    """A notice, by its key; text: what is said against the answer. new: it was made just now."""

    key: str
    text: str = ""
    new: bool = False


@routes.get("/notice")
async def show(call: Call, form: Told) -> Response:
    """The form; `?address=` fills in what it is about."""
    return call.page("notice", form=form, name_most=moderation.MOST_NAME, most=moderation.MOST_TEXT)


@routes.post("/notice", again=show)
async def tell(call: Call, form: Told) -> Response:
    """Tell moderators; the page that follows is the receipt, which goes out by e-mail too.

    Raises:
        NotHere, NoSubject, NotInGoodFaith, EmailBlank, EmailInvalid, AccountNotFound, PostNotFound, NoticeEmpty,
            NoticeTooLong, NameMissing, NameTooLong, TooManyAttempts.
    """
    call.limit("notices", call.origin, TELLING)
    if form.subject is None:
        raise NoSubject
    async with call.tools.db.read() as tx:
        found = await _target(tx, call, form.address.strip()[:MOST_ADDRESS])
    if found is None:
        raise NotHere
    target_id, post_ids, address = found
    email = form.email.strip()
    if email or form.subject is not Subject.CHILD:
        email = access.checked_email(email)
    if not form.good_faith:
        raise NotInGoodFaith
    if email:
        call.limit("notices to", email.casefold(), LETTERS)
    notice = await call.tools.db.write(
        moderation.give_notice,
        key=moderation.new_key(),
        target_id=target_id,
        post_ids=post_ids,
        address=address,
        subject=form.subject,
        text=form.text.strip(),
        name=form.name.strip(),
        email=email,
        phone="",
        lang=call.lang,
        now=call.now,
    )
    return call.redirect(f"/notices/{notice.key}?new=1")


@routes.get("/notices/{key}")
async def show_one(call: Call, form: Contested) -> Response:
    """What becomes of a notice: received, or answered and why, and the form to contest that.

    Raises:
        NoticeNotFound.
    """
    async with call.tools.db.read() as tx:
        report, notice = await moderation.notice_by_key(tx, form.key)
    return call.page(
        "notice_one",
        form=form,
        report=report,
        notice=notice,
        may_object=moderation.may_object(notice, now=call.now),
        when=partial(dates.moment, lang=call.lang, zone=call.zone),
    )


@routes.post("/notices/{key}", again=show_one)
async def contest(call: Call, form: Contested) -> Response:
    """Ask that what was decided be looked at again.

    Raises:
        NoticeNotFound, ObjectedAlready, AppealTooLate, AppealEmpty, TextTooLong, TooManyAttempts.
    """
    call.limit("contests", call.origin, CONTESTING)
    await call.tools.db.write(moderation.object_to, key=form.key, text=form.text, now=call.now)
    return call.redirect(f"/notices/{form.key}")


async def _target(tx: ReadTx, call: Call, address: str) -> tuple[AccountId, list[PostId], str] | None:
    """Whose it is what an address of ours leads to, which post if it is one, and that address as we write it (so that
    letters hold nothing that a stranger wrote); None if it leads to nothing. Whoever may see a post, everybody may tell
    of it: what they learn is that it is there.
    """
    try:
        parts = urlsplit(address if "//" in address or address.startswith("/") else f"//{address}")
    except ValueError:
        return None
    if parts.netloc and parts.netloc.lower() != call.local_domain:
        return None
    path, ids, account = parts.path, list[PostId](), None
    if of_post := OF_POST.match(path):
        id = int(of_post[1] or of_post[2])
        post = (await posts.posts(tx, [PostId(id)])).get(PostId(id)) if id < 1 << 63 else None
        account = await accounts.by_id(tx, post.author_id) if post is not None else None
        ids = [PostId(id)]
    elif of_event := OF_EVENT.match(path):
        try:
            event = await events.by_slug(tx, of_event[1])
        except EventNotFound:
            return None
        return event.account_id, [], f"{call.base_url}/e/{event.slug}"
    elif of_account := OF_ACCOUNT.match(path):
        account = await accounts.by_acct(tx, of_account[1], local_domain=call.local_domain)
    if account is None:
        return None
    return account.id, ids, "/".join((call.base_url, f"@{account.acct}", *map(str, ids)))
