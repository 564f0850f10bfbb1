"""Publish, edit and delete, each in one transaction.

Whom a post reaches is decided by those who listen to its facts: timelines and streams in
memory, and what `reactions.py` names.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from pinson.domain import accounts, links, media, relations, shortlinks
from pinson.domain.accounts import AccountId, Author, QuotePolicy
from pinson.domain.links import LinkId
from pinson.domain.media import Media, MediaId, Preview, Said
from pinson.domain.posts import polls, queries, rules, store
from pinson.domain.posts import text as texts
from pinson.domain.posts.facts import (
    CorrectedGone,
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostImported,
    PostMoved,
    PostPublished,
    QuotePolicyChanged,
    QuoteRevoked,
    RepliesOrphaned,
)
from pinson.domain.posts.model import (
    Draft,
    EventId,
    Post,
    PostId,
    Prepared,
    QuoteState,
    Removed,
    Shape,
    Tag,
    Version,
    Visibility,
)
from pinson.domain.posts.rules import (
    AnotherTag,
    BadTag,
    CannotRevoke,
    NotPast,
    NotYourPost,
    PollWithMedia,
    PostNotFound,
    Reader,
    TagNotUsable,
)
from pinson.domain.relations import lists
from pinson.domain.shortlinks import Channel
from pinson.lib import ids, log
from pinson.lib.db import WriteTx
from pinson.lib.paging import NEWEST

KEY_LASTS = timedelta(hours=1)  # https://docs.joinmastodon.org/methods/statuses/#create


async def publish(
    tx: WriteTx,
    *,
    author: Reader,
    author_id: AccountId,
    prepared: Prepared,
    base_url: str,
    now: datetime,
    event_id: EventId | None = None,
) -> Post:
    """Store a new post and record that it was published.

    When db.write returns, the post is on disk and its fact is too, or neither is. A draft
    whose idempotency key made a post within the last hour gives that post again.

    Args:
        author: the author as a reader: they can only answer and quote what they may see.
        now: moment of publication, UTC.
        event_id: the live event that it is part of, in whose team the author is, as far as it is public.
    Raises:
        AccountNotFound: the author is gone or suspended.
        PostNotFound: the post replied to, quoted or corrected is gone, or the author may not see or not quote it.
        CannotCorrect: see `rules.check_correction`.
        MustMention, UnexpectedMentions: whom it mentions.
        CannotAttach, TooManyAttached, MixedKinds, NotReady: its pictures, films or sounds.
        TagNotUsable: moderators keep one of its hashtags from being used.
    """
    draft = prepared.draft
    account = await accounts.author(tx, author_id)
    id = PostId(tx.new_id(author_id, now))
    key = draft.idempotency_key
    if key and (made := await _made_before(tx, key, id, author_id, now)) is not None:
        return made
    prepared = await _shortened(tx, prepared, id, author_id, draft.visibility, now)
    post = await accepted(tx, id, account, author, prepared, base_url, now, at=now, event_id=event_id)
    count = await _store(tx, post, draft, now)
    await log.record(tx, PostPublished(at=now, post=post.shape, count=count))
    if post.corrects_id is not None:
        await _correct(tx, post.corrects_id, post.id, now)
    return post


async def import_post(
    tx: WriteTx,
    *,
    author: Reader,
    prepared: Prepared,
    created_at: datetime,
    base_url: str,
    now: datetime,
    event_id: EventId | None = None,
) -> Post:
    """Store a post that was written elsewhere in the past: it takes its place by its date, and is news for nobody.

    It shows no card of what it shares: whole archives are imported, and we would knock at thousands of doors at once.

    Args:
        author: the author as a reader: they can only answer and quote what they may see.
        prepared: its idempotency key does not count.
        created_at: when it was written, UTC.
        event_id: see `publish`.
    Raises:
        NotPast: that is not in the past.
        AccountNotFound, PostNotFound, CannotCorrect, MustMention, UnexpectedMentions, CannotAttach, TooManyAttached,
        MixedKinds, NotReady: as for `publish`.
    """
    assert author.id is not None
    if created_at >= now:
        raise NotPast
    account = await accounts.author(tx, author.id)
    id = ids.at(created_at, owner=author.id)
    while await store.shapes(tx, [id]):
        id = ids.next_to(id)
    prepared = msgspec.structs.replace(prepared, url=None)
    post = await accepted(tx, PostId(id), account, author, prepared, base_url, now, at=created_at, event_id=event_id)
    await _store(tx, post, prepared.draft, now)
    await log.record(tx, PostImported(at=now, post=post.shape))
    if post.corrects_id is not None:
        await _correct(tx, post.corrects_id, post.id, now)
    return post


async def edit(
    tx: WriteTx,
    *,
    id: PostId,
    author_id: AccountId,
    prepared: Prepared,
    base_url: str,
    now: datetime,
    said: Mapping[MediaId, Said] = MappingProxyType({}),
    keep_poll: bool = False,
    previews: Mapping[MediaId, Preview] = MappingProxyType({}),
) -> Post:
    """Let one's post say something else. Nothing is recorded if it says the same as before.

    Whom it is for, what it answers and what it quotes stay. Its versions are kept, the first one too. A poll that
    asks something else begins anew; one that only ends at another time, or hides its figures or not, is no edit,
    and neither is a change of who may quote the post.

    Args:
        prepared: see `rules.revise`.
        keep_poll: whether what it asks stays as it is, ended or not, whatever the draft says.
        said: what is said from now on about media that it shows. previews: what stands for them.
    Raises:
        AccountNotFound: the author is gone or suspended.
        PostNotFound: there is none.
        NotYourPost: it is somebody else's, or a boost.
        PollWithMedia: it keeps a poll, and would show something.
        CannotAttach, TooManyAttached, MixedKinds, NotReady: its pictures, films or sounds.
        TagNotUsable: moderators keep one of its hashtags from being used.
    """
    await accounts.active(tx, author_id)
    post = await queries.post(tx, id)
    rules.check_own(post, author_id)
    prepared = await _shortened(tx, prepared, id, author_id, post.visibility, now)
    draft = prepared.draft
    shown_before = (await media.of_posts(tx, [id])).get(id, []) if post.media else []
    asked_before = (await polls.of_posts(tx, [id])).get(id) if post.poll else None
    keep_poll = keep_poll and post.poll
    if keep_poll and draft.media_ids:
        raise PollWithMedia
    new = rules.revise(
        post,
        prepared,
        mentions=await _mentions(tx, prepared.parsed, base_url),
        tags=await _tags(tx, prepared.parsed, now),
        link_id=await _link(tx, prepared, post.visibility, now),
        base_url=base_url,
        now=now,
    )
    if keep_poll:
        new = msgspec.structs.replace(new, poll=True)
    shown = shown_before
    if [one.id for one in shown_before] != list(draft.media_ids):
        shown = await media.attach(tx, ids=draft.media_ids, account_id=author_id, post_id=id)
    shown = [
        await media.update(
            tx,
            id=one.id,
            account_id=author_id,
            post_id=id,
            said=said[one.id],
            preview=previews.get(one.id),
            now=now,
        )
        if one.id in said
        else one
        for one in shown
    ]
    asks_else = not keep_poll and await polls.revise(tx, asked_before, draft.poll, post_id=id, now=now)
    if rules.says_the_same(new, post) and shown == shown_before and not asks_else:
        return await set_quote_policy(tx, id=id, author_id=author_id, policy=new.quote_policy, now=now)
    joined = tuple(topic for topic in new.topics if topic not in post.topics)
    left = tuple(topic for topic in post.topics if topic not in new.topics)
    asked = (await polls.of_posts(tx, [id])).get(id) if new.poll else None
    if post.edited_at is None:
        await store.add_version(tx, id, Version.of(post, post.created_at, shown_before, asked_before))
    await store.add_version(tx, id, Version.of(new, now, shown, asked))
    await store.update(tx, new, joined=joined, left=left)
    if post.link_id != new.link_id:
        await _unlink(tx, post.link_id, now)
    mentioned = tuple(named for named in new.mentions if named not in post.mentions)
    await log.record(tx, PostEdited(at=now, post=new.shape, joined=joined, left=left, mentioned=mentioned))
    return new


async def set_event(tx: WriteTx, *, id: PostId, event_id: EventId | None, now: datetime) -> Post:
    """Make a public post part of a live event, or of none, without its saying anything else. Twice changes nothing.

    Raises:
        PostNotFound: there is none.
    """
    post = await queries.post(tx, id)
    if post.event_id == event_id or post.visibility is not Visibility.PUBLIC or post.boost_of_id is not None:
        return post
    left = tuple(topic for topic in (post.event_id,) if topic is not None)
    joined = tuple(topic for topic in (event_id,) if topic is not None)
    under = (*(topic for topic in post.topics if topic not in left), *joined)
    new = msgspec.structs.replace(post, topics=under, event_id=event_id)
    await store.update(tx, new, joined=joined, left=left)
    await log.record(tx, PostMoved(at=now, post=new.shape, joined=joined, left=left))
    return new


async def set_quote_policy(
    tx: WriteTx, *, id: PostId, author_id: AccountId, policy: QuotePolicy, now: datetime
) -> Post:
    """Say who may quote one's post from now on. What is not for everyone stays quoted by nobody.

    Raises:
        PostNotFound: there is none.
        NotYourPost: it is somebody else's, or a boost.
    """
    post = await queries.post(tx, id)
    rules.check_own(post, author_id)
    new = rules.with_quote_policy(post, policy)
    if new != post:
        await store.update(tx, new, joined=(), left=())
        await log.record(tx, QuotePolicyChanged(at=now, post=new.shape))
    return new


async def revoke_quote(tx: WriteTx, *, id: PostId, quoting_id: PostId, reader: Reader, now: datetime) -> Post:
    """Have one's post no longer shown in another that quotes it; the other, which stays. Twice changes nothing.

    Raises:
        PostNotFound: there is no such post, or not for this reader, or it is not quoted there.
        CannotRevoke: the quoted post is somebody else's.
    """
    quoted = await queries.visible(tx, id, reader=reader)
    post = await queries.post(tx, quoting_id)
    if post.quote_of_id != id:
        raise PostNotFound
    if quoted.author_id != reader.id:
        raise CannotRevoke
    if post.quote_state is QuoteState.REVOKED:
        return post
    new = msgspec.structs.replace(post, quote_state=QuoteState.REVOKED)
    await store.update(tx, new, joined=(), left=())
    await store.count(tx, id, quotes=-1)
    await log.record(tx, QuoteRevoked(at=now, post=new.shape))
    return new


async def delete(tx: WriteTx, *, id: PostId, author_id: AccountId, now: datetime, with_media: bool = False) -> Removed:
    """Remove one's post for good; what it was, so that it can be written anew.

    Args:
        with_media: whether what it showed goes too; else it can be attached again, for a day.
    Raises:
        PostNotFound: there is none.
        NotYourPost: it is somebody else's.
    """
    post = await queries.post(tx, id)
    if post.author_id != author_id:
        raise NotYourPost
    asked = (await polls.of_posts(tx, [id])).get(id) if post.poll else None
    deleted = await media.delete_of_post(tx, post_id=id, now=now) if with_media else []
    return Removed(post, await remove(tx, post.shape, now) or deleted, asked)


async def delete_all(tx: WriteTx, *, author_id: AccountId, now: datetime, limit: int = 500) -> int:
    """Remove up to `limit` posts of an account that is being closed; how many went. Call again until none."""
    shapes = await queries.by_author(tx, author_id, limit=limit)
    for shape in shapes:
        await remove(tx, shape, now)
    return len(shapes)


async def clear_after(tx: WriteTx, *, id: PostId, now: datetime, limit: int = 200) -> int:
    """Remove up to `limit` of each thing that hung on a deleted post; how many. Call again until none.

    Its boosts, marks and votes go; what answered it stays, and leads nowhere. What quoted it shows that it is gone.
    """
    boosts = await store.boosts_of(tx, id, before=NEWEST, after=0, limit=limit)
    for boost in boosts:
        await remove(tx, boost, now)
    orphans = await store.orphan(tx, id, limit=limit)
    if orphans:
        await log.record(tx, RepliesOrphaned(at=now, ids=tuple(orphans)))
    votes = await polls.forget_votes(tx, id, limit=limit)
    return len(boosts) + len(orphans) + votes + await store.delete_marks_on(tx, id, limit=limit)


async def remove(tx: WriteTx, shape: Shape, now: datetime) -> list[Media]:
    """Take a post away, whoever asks; what it showed. For commands of this package."""
    if shape.corrected_by_id is not None:
        corrections = await store.corrections_of(tx, shape.id, limit=1000)
        await store.corrects_nothing(tx, shape.id)
        await log.record(tx, CorrectedGone(at=now, ids=tuple(one.id for one in corrections)))
    await store.delete(tx, shape)
    if shape.corrects_id is not None:
        await _correct(tx, shape.corrects_id, shape.id, now)
    shown = await media.detach(tx, post_id=shape.id, now=now)
    await _unlink(tx, shape.link_id, now)
    await shortlinks.displace(tx, post_id=shape.id)
    if shape.in_reply_to_id is not None:
        await store.count(tx, shape.in_reply_to_id, replies=-1)
    if shape.boost_of_id is not None:
        await store.count(tx, shape.boost_of_id, boosts=-1)
    if shape.quote_of_id is not None and shape.quote_state is QuoteState.ACCEPTED:
        await store.count(tx, shape.quote_of_id, quotes=-1)
    await accounts.count_posts(tx, shape.author_id, -1)
    await log.record(
        tx,
        PostDeleted(
            at=now,
            id=shape.id,
            author_id=shape.author_id,
            in_reply_to_id=shape.in_reply_to_id,
            topics=shape.topics,
            boost_of_id=shape.boost_of_id,
            quote_of_id=shape.quote_of_id,
        ),
    )
    return shown


async def tag_named(tx: WriteTx, *, name: str, now: datetime) -> Tag:
    """The hashtag of this name, made if nobody has used it: it can be followed before its first post.

    Raises:
        BadTag: no hashtag can have this name.
    """
    folded = rules.tag_name(name)
    found = await store.tags(tx, [folded])
    return found[0] if found else await _new_tag(tx, folded, name.lstrip("#＃"), now)


async def follow_tag(tx: WriteTx, *, name: str, account_id: AccountId, now: datetime) -> Tag:
    """Follow a hashtag, used or not. Following it twice changes nothing.

    Raises:
        BadTag: no hashtag can have this name.
    """
    tag = await tag_named(tx, name=name, now=now)
    await relations.follow_tag(tx, account_id=account_id, tag_id=tag.id, now=now)
    return tag


async def add_tags_to_list(
    tx: WriteTx, *, names: Sequence[str], account_id: AccountId, list_id: int, now: datetime
) -> None:
    """Put hashtags into one of an account's lists, used or not; those in it already change nothing.

    Raises:
        BadTag: no hashtag can have one of these names.
        ListNotFound, TooManyTags.
    """
    tags = [await tag_named(tx, name=name, now=now) for name in names]
    await lists.add_tags(tx, account_id=account_id, list_id=list_id, tag_ids=[tag.id for tag in tags], now=now)


async def change_tag(
    tx: WriteTx,
    *,
    id: int,
    now: datetime,
    display_name: str | None = None,
    usable: bool | None = None,
    listable: bool | None = None,
    trendable: bool | None = None,
) -> Tag:
    """A moderator changes how a hashtag is shown and what it may be used for; None keeps what is.

    Raises:
        TagNotFound.
        AnotherTag: the name would be another hashtag's.
    """
    tag = await queries.tag_by_id(tx, id)
    shown = tag.display_name
    if display_name is not None:
        shown = display_name.lstrip("#＃")
        try:
            is_same = rules.tag_name(shown) == tag.name
        except BadTag:
            is_same = False
        if not is_same:
            raise AnotherTag
    changed = Tag(
        id,
        tag.name,
        shown,
        tag.usable if usable is None else usable,
        tag.listable if listable is None else listable,
        tag.trendable if trendable is None else trendable,
    )
    await store.change_tag(tx, changed)
    return changed


async def forget_keys(tx: WriteTx, *, now: datetime) -> int:
    """Forget idempotency keys that no longer count; how many."""
    return await store.forget_keys(tx, until=now - KEY_LASTS)


async def accepted(
    tx: WriteTx,
    id: PostId,
    author: Author,
    reader: Reader,
    prepared: Prepared,
    base_url: str,
    now: datetime,
    *,
    at: datetime,
    event_id: EventId | None = None,
) -> Post:
    """The post that a draft becomes, not stored yet: for commands of this package.

    Args:
        reader: the author as a reader.
        at: when it was written.
    """
    draft = prepared.draft
    return rules.accept(
        prepared,
        id=id,
        author=author,
        answered=await queries.original(tx, draft.in_reply_to_id, reader=reader) if draft.in_reply_to_id else None,
        quoted=await queries.quotable(tx, draft.quote_of_id, reader=reader) if draft.quote_of_id else None,
        mentions=await _mentions(tx, prepared.parsed, base_url),
        tags=await _tags(tx, prepared.parsed, now),
        link_id=await _link(tx, prepared, draft.visibility, now),
        event_id=event_id,
        corrected=await queries.visible(tx, draft.corrects_id, reader=reader) if draft.corrects_id else None,
        base_url=base_url,
        now=at,
    )


async def _made_before(tx: WriteTx, key: str, id: PostId, author_id: AccountId, now: datetime) -> Post | None:
    """The post that a key has made; if it has made none that is still there, it makes this one."""
    since = now - KEY_LASTS
    if await store.claim_key(tx, author_id, key, id, now, since=since):
        return None
    made = await store.post_of_key(tx, author_id, key, since=since)
    if made is not None and (found := await store.posts(tx, [made])):
        return found[0]
    await store.keep_key(tx, author_id, key, id, now)
    return None


async def _store(tx: WriteTx, post: Post, draft: Draft, now: datetime) -> int:
    """Store a new post with all that it holds, and count it; how many its author has now."""
    await store.insert(tx, post)
    if draft.media_ids:
        await media.attach(tx, ids=draft.media_ids, account_id=post.author_id, post_id=post.id)
    if draft.poll is not None:
        await polls.ask(tx, draft.poll, post_id=post.id, now=post.created_at)
    if post.in_reply_to_id is not None:
        await store.count(tx, post.in_reply_to_id, replies=1)
    if post.quote_of_id is not None:
        await store.count(tx, post.quote_of_id, quotes=1)
    return await accounts.count_posts(tx, post.author_id, 1, last_post_at=post.created_at)


async def _correct(tx: WriteTx, id: PostId, by_id: PostId, now: datetime) -> None:
    """A post began to correct another, or is gone: the other leads to the latest one that does."""
    latest = await store.corrections_of(tx, id, limit=1)
    await store.set_corrected(tx, id, latest[0].id if latest else None)
    for corrected in await store.shapes(tx, [id]):
        await log.record(tx, PostCorrected(at=now, post=corrected, by_id=by_id))


async def _mentions(tx: WriteTx, parsed: texts.Parsed, base_url: str) -> dict[str, texts.Mention]:
    if not parsed.handles:
        return {}
    found = await accounts.by_accts(tx, parsed.handles)
    return {
        handle: texts.Mention(account.id, account.username, account.acct, account.url(base_url))
        for handle, account in found.items()
    }


async def _tags(tx: WriteTx, parsed: texts.Parsed, now: datetime) -> list[Tag]:
    names = parsed.tags
    if not names:
        return []
    known = {tag.name: tag for tag in await store.tags(tx, list(names))}
    if unusable := [names[name] for name, tag in known.items() if not tag.usable]:
        raise TagNotUsable(names=", ".join(unusable))
    return [known.get(name) or await _new_tag(tx, name, shown, now) for name, shown in names.items()]


async def _link(tx: WriteTx, prepared: Prepared, visibility: Visibility, now: datetime) -> LinkId | None:
    """What a post shares. A direct one shares nothing: we would knock at an address that was told in confidence."""
    if prepared.url is None or visibility is Visibility.DIRECT:
        return None
    return await links.share(tx, url=prepared.url, now=now)


async def _shortened(
    tx: WriteTx, prepared: Prepared, id: PostId, author_id: AccountId, visibility: Visibility, now: datetime
) -> Prepared:
    """What was prepared, with short links where the author wants them; those that a post has already stay its own.

    Never in a direct post: its clicks would tell what one person reads.
    """
    plan = prepared.shortening
    if plan is None:
        return prepared
    there = await shortlinks.coded(tx, list(plan.there.values()))
    await shortlinks.place(tx, ids=[one.link_id for one in there.values()], account_id=author_id, post_id=id)
    short = {}
    if plan.wanted and visibility is not Visibility.DIRECT:
        codes = await shortlinks.codes_in_post(tx, id)
        new = {wish.target: wish for wish in plan.wanted.values() if wish.target not in codes}
        made = await shortlinks.make(tx, account_id=author_id, wishes=list(new.values()), post_id=id, now=now)
        codes |= {one.link.target: one.codes[Channel.MESSAGE] for one in made}
        short = {url: f"{plan.base}/{codes[wish.target]}" for url, wish in plan.wanted.items()}
    leads_to = {url: there[code].target for url, code in plan.there.items() if code in there}
    return rules.shortened(prepared, short, leads_to)


async def _unlink(tx: WriteTx, id: LinkId | None, now: datetime) -> None:
    """A post does not share this any more."""
    if id is not None and not await store.is_shared(tx, id):
        await links.let_go(tx, id=id, now=now)


async def _new_tag(tx: WriteTx, name: str, display_name: str, now: datetime) -> Tag:
    tag = Tag(tx.new_id(None, now), name, display_name)
    await store.new_tag(tx, tag, now)
    return tag
