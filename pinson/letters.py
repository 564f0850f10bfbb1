"""E-mails to people about their own account: confirm an address, choose a new password, come in, what was decided.

Called as reactions to what happened to a user; see `reactions.py`. A reaction may run late or
twice, so each asks first whether there is still something to write. A link's secret is made
for each attempt and only its digest is kept, so every attempt is a message of its own: were
a second one to carry the id of the first, a mailbox could drop it, and with it the only link
that works.

Not here: how e-mail travels (lib/mail), what a link does (access, web), news for followers.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
import structlog

from pinson.domain import access, accounts, archives, moderation
from pinson.domain.access import (
    ConfirmationAsked,
    Factor,
    FactorChanged,
    PasswordResetAsked,
    Purpose,
    SignUpRepeated,
    User,
    UserApproved,
    UserSignedUp,
)
from pinson.domain.accounts import AccountId
from pinson.domain.archives import ArchiveMade
from pinson.domain.moderation import (
    Appeal,
    AppealAnswered,
    Appealed,
    Notice,
    NoticeAnswer,
    NoticeAnswered,
    Noticed,
    Outcome,
    Sanction,
    Strike,
    Struck,
)
from pinson.lib import dates, letterhead
from pinson.lib.clock import to_ms
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang, negotiate
from pinson.lib.letterhead import Block, Button, Paragraph, Style
from pinson.lib.mail import MailFailed, Message
from pinson.tools import Tools

events = structlog.get_logger("pinson.letters")


class Letter(msgspec.Struct, frozen=True):
    """What is written: paragraphs around one link. `action` says what the link does."""

    subject: str
    before: Sequence[str]
    action: str
    link: str
    after: Sequence[str]

    def message(self, *, id: str, to: str, lang: Lang, style: Style) -> Message:
        """The letter as an e-mail, in plain text and in HTML."""
        blocks: list[Block] = [Paragraph(text) for text in self.before]
        blocks += [Button(self.action, self.link), *(Paragraph(text) for text in self.after)]
        html = letterhead.html(self.subject, blocks, lang=lang, style=style)
        return Message(id=id, to=to, subject=self.subject, text=letterhead.plain(blocks), html=html)


async def send_confirmation(tools: Tools, fact: UserSignedUp | ConfirmationAsked) -> None:
    """A link that shows that an address is its user's. Nothing if it was shown meanwhile."""
    secret = access.new_secret()
    user = await tools.db.write(
        access.new_mail_token, user_id=fact.user_id, purpose=Purpose.CONFIRM, secret=secret, now=tools.clock.now()
    )
    if user is not None:
        link = f"{tools.settings.url}/auth/confirm?token={secret}"
        await _send_user(tools, user, confirmation(tools, link, lang=_lang(user.locale)), id=_unique("confirmation"))


async def send_password_reset(tools: Tools, fact: PasswordResetAsked) -> None:
    """A link that leads to a new password."""
    secret = access.new_secret()
    user = await tools.db.write(
        access.new_mail_token, user_id=fact.user_id, purpose=Purpose.RESET, secret=secret, now=tools.clock.now()
    )
    if user is not None:
        link = f"{tools.settings.url}/auth/password/edit?token={secret}"
        await _send_user(
            tools, user, password_reset(tools, link, lang=_lang(user.locale)), id=_unique("password-reset")
        )


async def send_welcome(tools: Tools, fact: UserApproved) -> None:
    """That a moderator let the user in."""
    async with tools.db.read() as tx:
        user = await access.user(tx, fact.user_id)
    if user is not None and user.approved_at is not None and user.disabled_at is None:
        await _send_user(tools, user, approved(tools, lang=_lang(user.locale)), id=f"welcome.{fact.user_id}")


async def send_address_in_use(tools: Tools, fact: SignUpRepeated) -> None:
    """That somebody signs up with the user's address: the page they see does not say that it is taken."""
    async with tools.db.read() as tx:
        user = await access.user(tx, fact.user_id)
    if user is not None:
        id = f"address-in-use.{fact.user_id}.{to_ms(fact.at)}"
        await _send_user(tools, user, address_in_use(tools, lang=_lang(user.locale)), id=id)


async def send_decision(tools: Tools, fact: Struck) -> None:
    """What moderators decided about an account, and why. Nothing if the account is gone meanwhile."""
    if not fact.by_letter:
        return
    async with tools.db.read() as tx:
        strike = (await moderation.strikes_by_ids(tx, [fact.strike_id])).get(fact.strike_id)
        account = await accounts.by_id(tx, fact.account_id)
        user = await access.owner(tx, fact.account_id)
    if strike is not None and account is not None and user is not None:
        letter = decided(tools, strike, account.acct, lang=_lang(user.locale))
        await _send_user(tools, user, letter, id=f"decision.{strike.id}")


async def send_appeal_waits(tools: Tools, fact: Appealed) -> None:
    """That somebody asked for a decision to be looked at again, to all who moderate; nothing if it was answered since.

    Not to whoever the decision is about, if they moderate too.
    """
    async with tools.db.read() as tx:
        appeal = (await moderation.appeals_by_ids(tx, [fact.strike_id])).get(fact.strike_id)
        account = await accounts.by_id(tx, fact.account_id)
        if appeal is None or appeal.answered_at is not None or account is None:
            return
        staff = await _staff(tx, but=fact.account_id)
    for user in staff:
        letter = appeal_waits(tools, appeal, account.acct, lang=_lang(user.locale))
        await _send_user(tools, user, letter, id=f"appeal-waits.{appeal.id}.{user.id}")


async def send_appeal_answer(tools: Tools, fact: AppealAnswered) -> None:
    """What came of asking that a decision be looked at again. Nothing if the account is gone meanwhile."""
    async with tools.db.read() as tx:
        strike = (await moderation.strikes_by_ids(tx, [fact.strike_id])).get(fact.strike_id)
        appeal = (await moderation.appeals_by_ids(tx, [fact.strike_id])).get(fact.strike_id)
        user = await access.owner(tx, fact.account_id)
    if strike is not None and appeal is not None and user is not None:
        letter = looked_at_again(tools, strike, appeal, lang=_lang(user.locale))
        await _send_user(tools, user, letter, id=f"appeal.{strike.id}")


async def send_notice_arrived(tools: Tools, fact: Noticed) -> None:
    """That a notice arrived: to whoever made it, and to all who moderate, as long as it waits for an answer.

    One that is contested arrives again, for moderators alone: its page has told the other one.
    """
    async with tools.db.read() as tx:
        notice = (await moderation.notices_by_ids(tx, [fact.report_id])).get(fact.report_id)
        report = (await moderation.reports_by_ids(tx, [fact.report_id])).get(fact.report_id)
        if notice is None or report is None or report.resolved_at is not None:
            return
        staff = await _staff(tx, but=report.target_id)
    again = "again." if notice.objection else ""
    if notice.email and not again:
        letter = notice_arrived(tools, notice, lang=_lang(notice.lang))
        await _send(tools, notice.email, letter, lang=_lang(notice.lang), id=f"notice.{notice.id}")
    for user in staff:
        waits = notice_waits(tools, notice, lang=_lang(user.locale))
        await _send_user(tools, user, waits, id=f"notice-waits.{again}{notice.id}.{user.id}")


async def send_notice_answer(tools: Tools, fact: NoticeAnswered) -> None:
    """What moderators answer to a notice, and why. Nothing if no address was given, or it is forgotten."""
    async with tools.db.read() as tx:
        notice = (await moderation.notices_by_ids(tx, [fact.report_id])).get(fact.report_id)
    if notice is not None and notice.email and notice.answers:
        lang = _lang(notice.lang)
        letter = notice_answered(tools, notice, notice.answers[-1], lang=lang)
        await _send(tools, notice.email, letter, lang=lang, id=f"notice-answer.{notice.id}.{len(notice.answers)}")


async def send_factor_changed(tools: Tools, fact: FactorChanged) -> None:
    """That there is another way of signing in as the user, or one less: it may not have been them."""
    async with tools.db.read() as tx:
        user = await access.user(tx, fact.user_id)
        passkeys = await access.passkeys_of(tx, fact.user_id)
    if user is None:
        return
    name = next((one.name for one in passkeys if one.id == fact.passkey_id), "")
    zone = ZoneInfo(user.time_zone or tools.settings.instance.time_zone)
    when = dates.moment(fact.at, lang=_lang(user.locale), zone=zone)
    letter = factor_changed(tools, fact.change, when, name, lang=_lang(user.locale))
    await _send_user(tools, user, letter, id=f"factor.{fact.user_id}.{fact.change}.{to_ms(fact.at)}")


async def send_archive(tools: Tools, fact: ArchiveMade) -> None:
    """That what somebody asked for is there. Nothing if it is gone meanwhile."""
    async with tools.db.read() as tx:
        archive = await archives.of_account(tx, fact.account_id)
        account = await accounts.by_id(tx, fact.account_id)
        user = await access.user(tx, access.UserId(fact.user_id))
    if archive is not None and archive.id == fact.archive_id and account is not None and user is not None:
        await _send_user(
            tools, user, archive_made(tools, account.acct, lang=_lang(user.locale)), id=f"archive.{archive.id}"
        )


def confirmation(tools: Tools, link: str, *, lang: Lang) -> Letter:
    """Confirm your address."""
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("Confirm your e-mail address for {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("somebody, you we hope, has signed up on {server} with this address.").format(server=_server(tools)),
        ],
        action=_("Confirm my e-mail address"),
        link=link,
        after=[
            _("The link works once, for two days."),
            _("If it was not you, ignore this message: nothing will happen without the link."),
        ],
    )


def password_reset(tools: Tools, link: str, *, lang: Lang) -> Letter:
    """Choose a new password."""
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("A new password for {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("somebody, you we hope, asked for a new password on {server}.").format(server=_server(tools)),
        ],
        action=_("Choose a new password"),
        link=link,
        after=[
            _("The link works once, for one hour. You will have to sign in again everywhere."),
            _("If it was not you, ignore this message: your password stays as it is."),
        ],
    )


def approved(tools: Tools, *, lang: Lang) -> Letter:
    """You can come in."""
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("Welcome to {server}").format(server=_server(tools)),
        before=[_("Hello,"), _("your request to join {server} was accepted.").format(server=_server(tools))],
        action=_("Sign in"),
        link=f"{tools.settings.url}/auth/sign_in",
        after=[],
    )


def address_in_use(tools: Tools, *, lang: Lang) -> Letter:
    """You have an account already."""
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("You already have an account on {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _(
                "somebody, you perhaps, has just tried to sign up on {server} with this address, which already has an "
                "account. No other account was opened."
            ).format(server=_server(tools)),
            _("If it was you, sign in with this address. If you have forgotten your password, choose a new one."),
        ],
        action=_("Choose a new password"),
        link=f"{tools.settings.url}/auth/password",
        after=[_("If it was not you, ignore this message: whoever it was has learnt nothing about you.")],
    )


def decided(tools: Tools, strike: Strike, acct: str, *, lang: Lang) -> Letter:
    """What moderators decided about your account, on which grounds, and whom to ask to look at it again.

    Source: Regulation (EU) 2022/2065, article 17.
    """
    _ = tools.catalogs.translations(lang).gettext
    done = {
        Sanction.NONE: _("the moderators of {server} write to you about your account @{acct}."),
        Sanction.HIDE: _(
            "the moderators of {server} have hidden posts of your account @{acct}. Nobody but you sees them. Your "
            "other posts stay as they are."
        ),
        Sanction.SENSITIVE: _(
            "the moderators of {server} have decided that all pictures, films and sounds of your account @{acct} are "
            "hidden behind a warning."
        ),
        Sanction.DISABLE: _(
            "the moderators of {server} have decided that you cannot use your account @{acct} any more for now. What "
            "you published stays where it is."
        ),
        Sanction.SILENCE: _(
            "the moderators of {server} have decided that what your account @{acct} publishes reaches only those who "
            "follow it."
        ),
        Sanction.SUSPEND: _(
            "the moderators of {server} have suspended your account @{acct}. Nobody sees it or what it published, and "
            "you cannot use it."
        ),
    }[strike.action]
    contact = tools.settings.instance.contact_email
    return Letter(
        subject=_("About your account on {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            done.format(server=_server(tools), acct=acct),
            *([_("The reasons:"), strike.text] if strike.text else []),
            _("A person decided this. If you think it is wrong, say so there, and it will be looked at again."),
        ],
        action=_("See the decision, or answer it"),
        link=_contest(tools, strike),
        after=[_("Or write to {address}.").format(address=contact)] if contact else [],
    )


def appeal_waits(tools: Tools, appeal: Appeal, acct: str, *, lang: Lang) -> Letter:
    """Somebody asks moderators to look at a decision again. What they write stays on the page, for staff alone."""
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("A decision is contested on {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("@{acct} asks for a decision about their account to be looked at again.").format(acct=acct),
            _("They are owed an answer with reasons; best from somebody who did not decide the first time."),
        ],
        action=_("Read and answer"),
        link=f"{tools.settings.url}/moderation/appeals/{appeal.id}",
        after=[],
    )


def looked_at_again(tools: Tools, strike: Strike, appeal: Appeal, *, lang: Lang) -> Letter:
    """We have looked at it again, and why it stays or not.

    Source: Regulation (EU) 2022/2065, article 20.
    """
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("Our answer about your account on {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("you asked {server} to look at a decision about your account again.").format(server=_server(tools)),
            _("The decision was taken back.") if appeal.granted else _("The decision stays."),
            *([_("The reasons:"), appeal.answer] if appeal.answer else []),
        ],
        action=_("See the decision and the answer"),
        link=_contest(tools, strike),
        after=[],
    )


def notice_arrived(tools: Tools, notice: Notice, *, lang: Lang) -> Letter:
    """Your notice is here. It repeats nothing of what they wrote: whoever reads this may be another.

    Source: Regulation (EU) 2022/2065, article 16(4).
    """
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("Your report has arrived at {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("you have told the moderators of {server} about this page:").format(server=_server(tools)),
            notice.address,
            _("A person will read it, decide, and write to you what was decided and why."),
        ],
        action=_("See what becomes of it"),
        link=_notice(tools, notice),
        after=[_("If it was not you, ignore this message: nobody writes to you about anything else.")],
    )


def notice_waits(tools: Tools, notice: Notice, *, lang: Lang) -> Letter:
    """Somebody without an account tells of something, or contests the answer. What they write stays on the page."""
    _ = tools.catalogs.translations(lang).gettext
    told = _("somebody without an account says that this is against the law:")
    contested = _("somebody asks for the answer to their report to be looked at again. It was about this:")
    return Letter(
        subject=_("A report waits on {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            contested if notice.objection else told,
            notice.address,
            _("They are owed an answer with reasons, soon."),
        ],
        action=_("Read and decide"),
        link=f"{tools.settings.url}/moderation/reports/{notice.id}",
        after=[],
    )


def notice_answered(tools: Tools, notice: Notice, answer: NoticeAnswer, *, lang: Lang) -> Letter:
    """What was decided, why, and where to contest it.

    Source: Regulation (EU) 2022/2065, article 16(5).
    """
    _ = tools.catalogs.translations(lang).gettext
    came_of_it = {
        Outcome.KEPT: _("It stays as it is."),
        Outcome.GONE: _("It is not to be seen any more."),
        Outcome.WARNED: _("It stays, and whoever published it was warned."),
        Outcome.HIDE: _("It is hidden: nobody but its author sees it."),
        Outcome.SENSITIVE: _("All pictures, films and sounds of the account are hidden behind a warning."),
        Outcome.DISABLE: _("Whoever published it cannot use the account any more for now. What is published stays."),
        Outcome.SILENCE: _("What the account publishes reaches only those who follow it."),
        Outcome.SUSPEND: _("The account is suspended: nobody sees it or what it published."),
    }[answer.outcome]
    may_object = moderation.may_object(notice, now=tools.clock.now())
    ways = [
        _("A person decided this. If you think it is wrong, say so there, once: it will be looked at again."),
    ]
    last = _("You may also turn to a court, or to a body that settles such disputes out of court.")
    return Letter(
        subject=_("Our answer to your report, from {server}").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("you have told the moderators of {server} about this page:").format(server=_server(tools)),
            notice.address,
            came_of_it,
            *([_("The reasons:"), answer.text] if answer.text else []),
            *(ways if may_object else []),
        ],
        action=_("See the answer, or contest it") if may_object else _("See the answer"),
        link=_notice(tools, notice),
        after=[last],
    )


def archive_made(tools: Tools, acct: str, *, lang: Lang) -> Letter:
    """Your archive is there; come and take it."""
    _ = tools.catalogs.translations(lang).gettext
    return Letter(
        subject=_("Your archive from {server} is ready").format(server=_server(tools)),
        before=[
            _("Hello,"),
            _("the archive that you asked for, with all that your account @{acct} holds, is ready.").format(acct=acct),
        ],
        action=_("Download the archive"),
        link=f"{tools.settings.url}/settings/archive",
        after=[
            _("It stays there for seven days. It holds private messages too: keep it where nobody else reads it."),
            _("If it was not you who asked, change your password, and look at your sign-ins in the settings."),
        ],
    )


def factor_changed(tools: Tools, change: Factor, when: str, name: str, *, lang: Lang) -> Letter:
    """One signs in as you by other means than before; what to do if it was not you.

    Args:
        when: in the user's time zone.
        name: of the passkey, if it has one and is still there.
    """
    _ = tools.catalogs.translations(lang).gettext
    done, page = {
        Factor.SECOND_STEP_ON: (
            _("the second step was turned on: signing in now takes a code from a phone, after the password."),
            "second_step",
        ),
        Factor.SECOND_STEP_OFF: (
            _("the second step was turned off: the password alone is enough again to sign in."),
            "second_step",
        ),
        Factor.PASSKEY_ADDED: (
            _("a passkey was added: whoever has that device can sign in without the password."),
            "passkeys",
        ),
        Factor.PASSKEY_REMOVED: (
            _("a passkey was removed: that device cannot sign in any more without the password."),
            "passkeys",
        ),
    }[change]
    contact = tools.settings.instance.contact_email
    return Letter(
        subject=_("Signing in to {server} has changed").format(server=_server(tools)),
        before=[
            _("Hello,"),
            done,
            *([_("The passkey is called “{name}”.").format(name=name)] if name else []),
            _("That was on {when}. If it was you, there is nothing to do.").format(when=when),
        ],
        action=_("See it in the settings"),
        link=f"{tools.settings.url}/settings/{page}",
        after=[
            _(
                "If it was not you: choose a new password at once, here: {address}. All browsers are then signed out. "
                "Then sign in, and remove every passkey and app that you do not know."
            ).format(address=f"{tools.settings.url}/auth/password"),
            *([_("If you cannot sign in any more, write to {address}.").format(address=contact)] if contact else []),
        ],
    )


def _contest(tools: Tools, strike: Strike) -> str:
    """Where the owner of an account sees a decision about it, and says what they think of it."""
    return f"{tools.settings.url}/appeals/{strike.id}?key={strike.key}"


def _notice(tools: Tools, notice: Notice) -> str:
    """Where whoever made a notice sees what became of it."""
    return f"{tools.settings.url}/notices/{notice.key}"


async def _staff(tx: ReadTx, *, but: AccountId) -> Sequence[User]:
    """All who moderate, but for the owner of this account."""
    owners = [await access.owner(tx, id) for id in await access.staff(tx) if id != but]
    return list({one.id: one for one in owners if one is not None}.values())


async def _send_user(tools: Tools, user: User, letter: Letter, *, id: str) -> None:
    await _send(tools, user.email, letter, lang=_lang(user.locale), id=id)


async def _send(tools: Tools, to: str, letter: Letter, *, lang: Lang, id: str) -> None:
    """Hand the letter over. One that no mail server would ever take is noted and given up.

    Raises:
        MailFailed: it is worth another attempt.
    """
    try:
        await tools.mailer.send(letter.message(id=id, to=to, lang=lang, style=tools.style))
    except MailFailed as failure:
        if not failure.permanent:
            raise
        events.warning("letter_refused", letter=id, why=str(failure))


def _lang(locale: str) -> Lang:
    return negotiate(locale, None, None)


def _server(tools: Tools) -> str:
    """How a letter names this server: its title, and the host that people type."""
    return f"{tools.settings.instance.title} ({tools.settings.url.partition('://')[2]})"


def _unique(name: str) -> str:
    return f"{name}.{access.new_secret()}"
