"""What goes into an archive, read a page at a time: each page is one look at the data, in a thread."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from pinson.domain import accounts, media, posts, relations
from pinson.domain.accounts import Account, AccountId
from pinson.domain.media import Media
from pinson.domain.posts import Mark, Post, PostId, polls
from pinson.domain.posts.polls import Poll
from pinson.domain.relations import lists
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST, Page

PAGE = 200  # posts, or rows of a list

Row = Sequence[str]


class Batch(msgspec.Struct, frozen=True):
    """A page of posts, newest first, with what it takes to tell them.

    media, polls: by post. people: those who wrote what the posts answer, quote or pass on, and whom they mention.
    """

    posts: list[Post]
    media: Mapping[int, list[Media]]
    polls: Mapping[int, Poll]
    people: Mapping[AccountId, Account]


class Reading(Protocol):
    """Runs a question of one account in a thread."""

    def __call__(
        self, question: Callable[..., Coroutine[Any, Any, Any]], /, **arguments: Any
    ) -> Coroutine[Any, Any, Any]: ...


async def posts_before(tx: ReadTx, *, account_id: AccountId, before: PostId | None) -> Batch:
    """A page of an account's posts, whomever they are for, with all that belongs to them. Five statements."""
    shapes = await posts.by_author(tx, account_id, before=NEWEST if before is None else before, limit=PAGE)
    found = await posts.posts(tx, [shape.id for shape in shapes])
    wrote = [found[shape.id] for shape in shapes if shape.id in found]
    people = {account_id}
    for post in wrote:
        people.update(post.mentions)
        people.update(
            id
            for id in (post.in_reply_to_author_id, post.boost_of_author_id, post.quote_of_author_id)
            if id is not None
        )
    return Batch(
        wrote,
        await media.of_posts(tx, [post.id for post in wrote if post.media]),
        await polls.of_posts(tx, [post.id for post in wrote if post.poll]),
        await accounts.by_ids(tx, sorted(people)),
    )


async def following(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Whom the account follows."""
    async for follow, account in _followed(read, "following"):
        languages = ", ".join(follow.languages or ())
        yield _acct(account, host), _said(follow.boosts), _said(follow.notify), languages


async def followers(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Who follows the account."""
    async for _follow, account in _followed(read, "followers"):
        yield (_acct(account, host),)


async def followed_hashtags(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Which hashtags it follows."""
    before = NEWEST
    while page := await read(_tags_before, before=before):
        for id, name in page:
            yield (f"#{name}",)
            before = id


async def in_lists(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Who is in its lists."""
    for title, people, _tags in await read(_lists):
        for account in people:
            yield title, _acct(account, host)


async def hashtags_in_lists(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Which hashtags are in its lists, which Mastodon's cannot hold."""
    for title, _people, tags in await read(_lists):
        for name in tags:
            yield title, f"#{name}"


async def blocked(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Whom it blocks."""
    before = NEWEST
    while page := await read(_blocks_before, before=before):
        for id, account in page:
            if account is not None:
                yield (_acct(account, host),)
            before = id


async def muted(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Whom it mutes, without mutes that end by themselves."""
    before = NEWEST
    while page := await read(_mutes_before, before=before, now=now):
        for mute, account in page:
            if account is not None and mute.expires_at is None:
                yield _acct(account, host), _said(mute.notifications)
            before = mute.id


async def blocked_domains(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """Which servers it does not want to see."""
    before = NEWEST
    while page := await read(_domains_before, before=before):
        for one in page:
            yield (one.domain,)
            before = one.id


async def bookmarks(read: Reading, *, host: str, base: str, now: datetime) -> AsyncIterator[Row]:
    """The posts that it kept."""
    async for row in marked(read, Mark.BOOKMARK, base=base):
        yield row


async def marked(read: Reading, mark: Mark, *, base: str) -> AsyncIterator[Row]:
    """The addresses of the posts that it marked so, the latest mark first."""
    before = NEWEST
    while page := await read(_marked_before, mark=mark, before=before):
        for id, post, author in page:
            if post is not None and author is not None:
                yield (note_address(author, post, base),)
            before = id


LISTS: Mapping[str, Callable[..., AsyncIterator[Row]]] = {
    "following_accounts": following,
    "followers": followers,
    "followed_hashtags": followed_hashtags,
    "lists": in_lists,
    "list_hashtags": hashtags_in_lists,
    "blocked_accounts": blocked,
    "muted_accounts": muted,
    "blocked_domains": blocked_domains,
    "bookmarks": bookmarks,
}
"""The sheets of an archive, by the names that Mastodon's exports have."""


def actor_address(account: Account, base: str) -> str:
    """By what other servers know an account."""
    return f"{base}/users/{account.username}"


def note_address(author: Account, id: int, base: str) -> str:
    """By what other servers know a post."""
    return f"{actor_address(author, base)}/statuses/{id}"


async def _followed(read: Reading, which: str) -> AsyncIterator[tuple[relations.Follow, Account]]:
    before = NEWEST
    while page := await read(_follows_before, which=which, before=before):
        for follow, account in page:
            if account is not None:
                yield follow, account
            before = follow.id


async def _follows_before(
    tx: ReadTx, *, account_id: AccountId, which: str, before: int
) -> list[tuple[relations.Follow, Account | None]]:
    if which == "following":
        found = await relations.following(tx, account_id, before=before, after=0, limit=PAGE)
        people = {one.id: AccountId(one.topic_id) for one in found}
    else:
        found = await relations.followers(tx, account_id, before=before, after=0, limit=PAGE)
        people = {one.id: one.account_id for one in found}
    known = await accounts.by_ids(tx, list(people.values()))
    return [(one, known.get(people[one.id])) for one in found]


async def _tags_before(tx: ReadTx, *, account_id: AccountId, before: int) -> list[tuple[int, str]]:
    found = await relations.followed_tags(tx, account_id, before=before, after=0, limit=PAGE)
    known = await posts.tags_by_ids(tx, [one.topic_id for one in found])
    return [(one.id, known[one.topic_id].display_name) for one in found if one.topic_id in known]


async def _lists(tx: ReadTx, *, account_id: AccountId) -> list[tuple[str, list[Account], list[str]]]:
    """All lists at once: there are at most fifty."""
    told = []
    for one in await lists.of_account(tx, account_id):
        shape = await lists.shape(tx, account_id, one.id)
        people = await accounts.by_ids(tx, sorted(shape.accounts))
        tags = await posts.tags_by_ids(tx, sorted(shape.tags))
        told.append((one.title, list(people.values()), [tag.display_name for tag in tags.values()]))
    return told


async def _blocks_before(tx: ReadTx, *, account_id: AccountId, before: int) -> list[tuple[int, Account | None]]:
    found = await relations.blocks(tx, account_id, before=before, after=0, limit=PAGE)
    known = await accounts.by_ids(tx, [one.account_id for one in found])
    return [(one.id, known.get(one.account_id)) for one in found]


async def _mutes_before(
    tx: ReadTx, *, account_id: AccountId, before: int, now: datetime
) -> list[tuple[relations.Mute, Account | None]]:
    found = await relations.mutes(tx, account_id, now=now, before=before, after=0, limit=PAGE)
    known = await accounts.by_ids(tx, [one.target_id for one in found])
    return [(one, known.get(one.target_id)) for one in found]


async def _domains_before(tx: ReadTx, *, account_id: AccountId, before: int) -> list[relations.DomainBlock]:
    return await relations.domain_blocks(tx, account_id, before=before, after=0, limit=PAGE)


async def _marked_before(
    tx: ReadTx, *, account_id: AccountId, mark: Mark, before: int
) -> list[tuple[int, PostId | None, Account | None]]:
    page = Page(max_id=before, since_id=None, min_id=None, limit=PAGE)
    found = await posts.marked_by(tx, account_id, mark, page)
    known = await posts.posts(tx, [PostId(one.of_id) for one in found])
    people = await accounts.by_ids(tx, sorted({post.author_id for post in known.values()}))
    return [
        (one.id, post.id, people.get(post.author_id))
        if (post := known.get(PostId(one.of_id)))
        else (one.id, None, None)
        for one in found
    ]


def _acct(account: Account, host: str) -> str:
    """How one addresses an account from anywhere."""
    return f"{account.username}@{account.domain or host}"


def _said(yes: bool) -> str:
    return "true" if yes else "false"
