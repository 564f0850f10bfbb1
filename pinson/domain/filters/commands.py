"""Make and change filters, each in one transaction. All is done by their owner: what is somebody else's is not there.

Apps of before filters had several keywords (`/api/v1/filters`) know each keyword as a filter of
its own; `change_alone` and `delete_alone` are for them.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain import posts
from pinson.domain.accounts import AccountId
from pinson.domain.filters import queries, rules, store
from pinson.domain.filters.facts import FiltersChanged
from pinson.domain.filters.model import Action, Context, Filter, FilteredPost, Keyword, Whole
from pinson.domain.filters.rules import FilterNotFound
from pinson.domain.posts import PostId, Reader
from pinson.lib import log
from pinson.lib.db import WriteTx


class KeywordEdit(msgspec.Struct, frozen=True):
    """What is to happen to a keyword: without an id it is added. None keeps what is.

    destroy: it goes.
    """

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = False


async def create(
    tx: WriteTx,
    *,
    account_id: AccountId,
    title: str,
    contexts: Sequence[Context],
    action: Action = Action.WARN,
    expires_in: int | None = None,
    keywords: Sequence[KeywordEdit] = (),
    now: datetime,
) -> Whole:
    """Make a filter.

    Args:
        expires_in: seconds; None is never.
    Raises:
        TitleBlank, TitleTooLong, NoContext, KeywordBlank, KeywordTooLong, TooManyFilters, TooManyKeywords.
        FilterNotFound: a keyword is to be changed, and there is none yet.
    """
    rules.check(title, contexts)
    if len(await store.of_account(tx, account_id)) >= rules.MOST_FILTERS:
        raise rules.TooManyFilters(limit=rules.MOST_FILTERS)
    until = rules.expiry(expires_in, now=now)
    made = Filter(tx.new_id(account_id, now), account_id, title, tuple(dict.fromkeys(contexts)), action, until)
    await store.insert(tx, made)
    return await _edit_keywords(tx, Whole(made, (), ()), keywords, now)


async def change(
    tx: WriteTx,
    *,
    account_id: AccountId,
    filter_id: int,
    title: str | None = None,
    contexts: Sequence[Context] | None = None,
    action: Action | None = None,
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET,
    keywords: Sequence[KeywordEdit] = (),
    now: datetime,
) -> Whole:
    """Change a filter and its keywords. What is None keeps what is; so does an expiry that is not set.

    Raises:
        FilterNotFound: there is none, or it has no such keyword.
        TitleBlank, TitleTooLong, NoContext, KeywordBlank, KeywordTooLong, TooManyKeywords.
    """
    whole = await queries.one(tx, account_id, filter_id)
    new = _changed(whole.filter, title=title, contexts=contexts, action=action, expires_in=expires_in, now=now)
    await store.update(tx, new)
    return await _edit_keywords(tx, msgspec.structs.replace(whole, filter=new), keywords, now)


async def delete(tx: WriteTx, *, account_id: AccountId, filter_id: int, now: datetime) -> None:
    """Remove a filter.

    Raises:
        FilterNotFound.
    """
    if await store.one(tx, account_id, filter_id) is None:
        raise FilterNotFound
    await store.delete(tx, filter_id)
    await _record(tx, account_id, now)


async def delete_all(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Remove all filters of an account that is being closed: there are few."""
    for one in await store.of_account(tx, account_id):
        await store.delete(tx, one.id)
    await _record(tx, account_id, now)


# --- keywords -----------------------------------------------------------------------------------------------------


async def add_keyword(
    tx: WriteTx, *, account_id: AccountId, filter_id: int, keyword: str, whole_word: bool, now: datetime
) -> Keyword:
    """Let a filter look for something more.

    Raises:
        FilterNotFound, KeywordBlank, KeywordTooLong, TooManyKeywords.
    """
    whole = await queries.one(tx, account_id, filter_id)
    edit = KeywordEdit(keyword=keyword, whole_word=whole_word)
    return (await _edit_keywords(tx, whole, [edit], now)).keywords[-1]


async def change_keyword(
    tx: WriteTx, *, account_id: AccountId, id: int, keyword: str | None, whole_word: bool | None, now: datetime
) -> Keyword:
    """Let a filter look for something else.

    Raises:
        FilterNotFound, KeywordTooLong.
    """
    old = await queries.keyword(tx, account_id, id)
    new = await _edit_keyword(tx, old, KeywordEdit(id, keyword, whole_word))
    await _record(tx, account_id, now)
    return new


async def delete_keyword(tx: WriteTx, *, account_id: AccountId, id: int, now: datetime) -> None:
    """Let a filter look for something no longer.

    Raises:
        FilterNotFound.
    """
    await queries.keyword(tx, account_id, id)
    await store.delete_keyword(tx, id)
    await _record(tx, account_id, now)


# --- single posts -------------------------------------------------------------------------------------------------


async def add_post(tx: WriteTx, *, reader: Reader, filter_id: int, post_id: PostId, now: datetime) -> FilteredPost:
    """Let a filter match a single post; of a boost, the post in it. One that it matches so already stays.

    Raises:
        FilterNotFound, TooManyPosts.
        PostNotFound: there is none, or not for this reader.
    """
    assert reader.id is not None
    whole = await queries.one(tx, reader.id, filter_id)
    shown = await posts.original(tx, post_id, reader=reader)
    for one in whole.posts:
        if one.post_id == shown.id:
            return one
    if len(await store.posts(tx, reader.id)) >= rules.MOST_POSTS:
        raise rules.TooManyPosts(limit=rules.MOST_POSTS)
    made = FilteredPost(tx.new_id(reader.id, now), filter_id, shown.id)
    await store.add_post(tx, made)
    await _record(tx, reader.id, now)
    return made


async def remove_post(tx: WriteTx, *, account_id: AccountId, id: int, now: datetime) -> None:
    """Let a filter match that post no longer.

    Raises:
        FilterNotFound.
    """
    await queries.filtered_post(tx, account_id, id)
    await store.delete_post(tx, id)
    await _record(tx, account_id, now)


# --- for apps that know single keywords only ------------------------------------------------------------------------


async def create_alone(
    tx: WriteTx,
    *,
    account_id: AccountId,
    keyword: str,
    whole_word: bool,
    contexts: Sequence[Context],
    hide: bool,
    expires_in: int | None,
    now: datetime,
) -> tuple[Filter, Keyword]:
    """Make a filter of one keyword, after which it is called.

    Raises:
        KeywordBlank, KeywordTooLong, NoContext, TooManyFilters, TooManyKeywords.
    """
    rules.check_keyword(keyword)
    whole = await create(
        tx,
        account_id=account_id,
        title=_title(keyword),
        contexts=contexts,
        action=Action.HIDE if hide else Action.WARN,
        expires_in=expires_in,
        keywords=[KeywordEdit(keyword=keyword, whole_word=whole_word)],
        now=now,
    )
    return whole.filter, whole.keywords[0]


async def change_alone(
    tx: WriteTx,
    *,
    account_id: AccountId,
    keyword_id: int,
    keyword: str | None = None,
    whole_word: bool | None = None,
    contexts: Sequence[Context] | None = None,
    hide: bool | None = None,
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET,
    now: datetime,
) -> tuple[Filter, Keyword]:
    """Change a keyword and the filter that it is alone in, whose title follows it if it was the same.

    Args:
        hide: whether the filter hides what it matches; of the actions that do not, the one that is stays.
    Raises:
        FilterNotFound, NoContext, KeywordTooLong.
        SeveralKeywords: the filter would change, and has others.
    """
    old = await queries.keyword(tx, account_id, keyword_id)
    whole = await queries.one(tx, account_id, old.filter_id)
    filter = whole.filter
    action = filter.action
    if hide is not None and hide is not (action is Action.HIDE):
        action = Action.HIDE if hide else Action.WARN
    new = _changed(filter, title=None, contexts=contexts, action=action, expires_in=expires_in, now=now)
    if len(whole.keywords) == 1 and filter.title == _title(old.keyword) and keyword is not None:
        new = msgspec.structs.replace(new, title=_title(keyword))
    if new != filter and len(whole.keywords) > 1:
        raise rules.SeveralKeywords
    await store.update(tx, new)
    changed = await _edit_keyword(tx, old, KeywordEdit(keyword_id, keyword, whole_word))
    await _record(tx, account_id, now)
    return new, changed


async def delete_alone(tx: WriteTx, *, account_id: AccountId, keyword_id: int, now: datetime) -> None:
    """Remove a keyword, and its filter if it then looks for nothing.

    Raises:
        FilterNotFound.
    """
    old = await queries.keyword(tx, account_id, keyword_id)
    whole = await queries.one(tx, account_id, old.filter_id)
    await store.delete_keyword(tx, keyword_id)
    if len(whole.keywords) == 1 and not whole.posts:
        await store.delete(tx, old.filter_id)
    await _record(tx, account_id, now)


def _title(keyword: str) -> str:
    return keyword[: rules.MAX_TITLE]


def _changed(
    filter: Filter,
    *,
    title: str | None,
    contexts: Sequence[Context] | None,
    action: Action | None,
    expires_in: int | msgspec.UnsetType | None,
    now: datetime,
) -> Filter:
    """
    Raises:
        TitleBlank, TitleTooLong, NoContext.
    """
    until = filter.expires_at if expires_in is msgspec.UNSET else rules.expiry(expires_in, now=now)
    new = msgspec.structs.replace(
        filter,
        title=filter.title if title is None else title,
        contexts=filter.contexts if contexts is None else tuple(dict.fromkeys(contexts)),
        action=filter.action if action is None else action,
        expires_at=until,
    )
    rules.check(new.title, new.contexts)
    return new


async def _edit_keywords(tx: WriteTx, whole: Whole, edits: Sequence[KeywordEdit], now: datetime) -> Whole:
    """Change, add and remove keywords of a filter, and record that something changed.

    Raises:
        FilterNotFound: the filter has no such keyword.
        KeywordBlank, KeywordTooLong, TooManyKeywords.
    """
    keywords = {one.id: one for one in whole.keywords}
    account_id = whole.filter.account_id
    for edit in edits:
        if edit.id is None:
            if edit.keyword is None and edit.whole_word is None:
                continue  # an empty row of a form
            whole_word = True if edit.whole_word is None else edit.whole_word
            made = Keyword(tx.new_id(account_id, now), whole.filter.id, edit.keyword or "", whole_word)
            rules.check_keyword(made.keyword)
            await store.add_keyword(tx, made)
            keywords[made.id] = made
        elif edit.id not in keywords:
            raise FilterNotFound
        elif edit.destroy:
            await store.delete_keyword(tx, keywords.pop(edit.id).id)
        else:
            keywords[edit.id] = await _edit_keyword(tx, keywords[edit.id], edit)
    if len(keywords) > len(whole.keywords) and len(await store.keywords(tx, account_id)) > rules.MOST_KEYWORDS:
        raise rules.TooManyKeywords(limit=rules.MOST_KEYWORDS)
    await _record(tx, account_id, now)
    return msgspec.structs.replace(whole, keywords=tuple(keywords.values()))


async def _edit_keyword(tx: WriteTx, old: Keyword, edit: KeywordEdit) -> Keyword:
    """
    Raises:
        KeywordBlank, KeywordTooLong.
    """
    new = msgspec.structs.replace(
        old,
        keyword=old.keyword if edit.keyword is None else edit.keyword,
        whole_word=old.whole_word if edit.whole_word is None else edit.whole_word,
    )
    rules.check_keyword(new.keyword)
    await store.update_keyword(tx, new)
    return new


async def _record(tx: WriteTx, account_id: AccountId, now: datetime) -> None:
    await log.record(tx, FiltersChanged(at=now, account_id=account_id))
