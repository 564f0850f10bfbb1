"""What members do by text in the name of their account: publish, write to somebody alone, pass on, like, block, report.

Called by `answering`, which has seen to it that the telephone is theirs and that its digits are right: first `weigh`,
which reads, then `do`, within the write in which the answer is asked for. What cannot be done is said, and nothing is
half done.
"""

from datetime import datetime

import msgspec

from pinson.domain import accounts, alerts, moderation, posts, relations
from pinson.domain.accounts import AccountId, AccountNotFound, Profile
from pinson.domain.alerts import Withdrawn
from pinson.domain.moderation import Category
from pinson.domain.posts import Draft, PostId, Prepared, Reader, Visibility
from pinson.lib.db import ReadTx, WriteTx
from pinson.texting import names
from pinson.texting.commands import Block, Deed, Direct, Like, Repeat, Report, Words
from pinson.texting.wording import Speech
from pinson.tools import Tools

Action = Words | Deed


class Weighed(msgspec.Struct, frozen=True):
    """Something that is to be done, and what it takes.

    username: of the account in whose name. name: as it was written; target: whose that is, if anybody's.
    last: their latest message; text: what it says. prepared: what is to be written, if anything is.
    """

    action: Action
    username: str
    reader: Reader
    name: str = ""
    target: Profile | None = None
    last: PostId | None = None
    text: str = ""
    prepared: Prepared | None = None


async def weigh(
    tx: ReadTx, tools: Tools, action: Action, *, account_id: AccountId, username: str, key: str, now: datetime
) -> Weighed:
    """Look up whom something is about, and read what is to be written.

    Args:
        key: the same for the same text from the same telephone: what it writes, it writes once within an hour.
    Raises:
        BlankPost, PostTooLong: what is to be written.
    """
    reader = Reader(await tools.circles.of(tx, account_id, now=now), tools.standing)
    shorten = (await accounts.defaults(tx, account_id)).shorten_links
    if isinstance(action, Words):
        draft = Draft(action.text, Visibility.PUBLIC, idempotency_key=key)
        return Weighed(action, username, reader, prepared=_prepared(tools, draft, shorten=shorten))
    target = await names.profile(tx, action.name)
    if target is None or target.id in tools.standing.hidden:
        return Weighed(action, username, reader, name=action.name)
    weighed = Weighed(action, username, reader, name=names.called(target), target=target)
    if isinstance(action, Direct):
        draft = Draft(
            f"@{target.acct} {action.text}",
            Visibility.DIRECT,
            idempotency_key=key,
            allowed_mentions=(target.id,),  # whoever else is named must not read it too
        )
        return msgspec.structs.replace(weighed, prepared=_prepared(tools, draft, shorten=shorten))
    last = await names.latest(tx, target.id, reader=reader)
    if last is None:
        return weighed
    return msgspec.structs.replace(weighed, last=last, text=posts.summary_of(await posts.post(tx, last)))


async def do(tx: WriteTx, tools: Tools, weighed: Weighed, speech: Speech, *, now: datetime) -> str:
    """Do it; what is answered.

    Raises:
        Refusal: as publishing, passing on and reporting have them.
    """
    account_id = weighed.reader.id
    assert account_id is not None
    try:
        await accounts.active(tx, account_id)
    except AccountNotFound:
        return speech.not_at_present()
    if isinstance(weighed.action, Words):
        post = await _publish(tx, tools, weighed, now=now)
        return speech.published(f"{tools.settings.url}/@{weighed.username}/{post}")
    target, name, last = weighed.target, weighed.name, weighed.last
    if target is None:
        return speech.nobody(name)
    if target.id == account_id and not isinstance(weighed.action, Repeat | Like):
        return speech.oneself()
    if isinstance(weighed.action, Direct | Repeat | Like) and await relations.are_apart(tx, account_id, target.id):
        return speech.apart(name)
    match weighed.action:
        case Direct():
            await _publish(tx, tools, weighed, now=now)
            return speech.sent(name)
        case Repeat() if last is not None:
            public = Visibility.PUBLIC
            await posts.boost(tx, booster=weighed.reader, id=last, visibility=public, app_id=None, now=now)
            return speech.repeated(name, weighed.text)
        case Like() if last is not None:
            await posts.favourite(tx, reader=weighed.reader, id=last, now=now)
            return speech.liked(name, weighed.text)
        case Block():
            await relations.block(tx, account_id=account_id, target_id=target.id, now=now)
            how = Withdrawn.SMS
            await alerts.leave_account(tx, account_id=account_id, target_id=target.id, how=how, now=now)
            return speech.blocked(name)
        case Report(_, why):
            await moderation.report(
                tx,
                reporter=weighed.reader,
                target_id=target.id,
                post_ids=[last] if last is not None else [],
                category=Category.OTHER,
                comment=why,
                rule_ids=[],
                now=now,
            )
            return speech.reported(name)
        case _:
            return speech.no_message(name)


async def _publish(tx: WriteTx, tools: Tools, weighed: Weighed, *, now: datetime) -> PostId:
    assert weighed.prepared is not None
    assert weighed.reader.id is not None
    post = await posts.publish(
        tx,
        author=weighed.reader,
        author_id=weighed.reader.id,
        prepared=weighed.prepared,
        base_url=tools.settings.url,
        now=now,
    )
    return post.id


def _prepared(tools: Tools, draft: Draft, *, shorten: bool) -> Prepared:
    return posts.prepare(
        draft,
        max_characters=tools.settings.posts.max_characters,
        local_domain=tools.settings.url.partition("://")[2],
        detect=tools.languages.of,
        shortener=tools.shortener(wanted=shorten),
    )
