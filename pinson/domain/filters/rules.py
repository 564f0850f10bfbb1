"""What a filter may be. Pure.

Source: https://docs.joinmastodon.org/methods/filters, the lengths by Mastodon 4.6.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from pinson.domain.filters.model import Context
from pinson.lib.errors import Kind, Refusal

MAX_TITLE, MAX_KEYWORD = 256, 512
# Of one account. Far above what people have; with all of them, a page of new posts takes milliseconds to look through.
MOST_FILTERS, MOST_KEYWORDS, MOST_POSTS = 200, 1000, 1000
FOR_EVER = timedelta(days=36_525)  # a filter that lasts a century does not expire


class FilterNotFound(Refusal):
    """There is no such filter, keyword or filtered post, or it is somebody else's: all look the same."""

    kind, code = Kind.MISSING, "filter_not_found"
    text = "Record not found"


class TitleBlank(Refusal):
    """A filter without a name."""

    kind, code = Kind.INVALID, "filter_title_blank"
    text = "Validation failed: Title can't be blank"


class TitleTooLong(Refusal):
    """Its name is longer than we take."""

    kind, code = Kind.INVALID, "filter_title_too_long"
    text = "Validation failed: Title is too long (maximum is {limit} characters)"


class NoContext(Refusal):
    """It is meant to work nowhere."""

    kind, code = Kind.INVALID, "filter_context_missing"
    text = "Validation failed: Context None or invalid context supplied"


class KeywordBlank(Refusal):
    """It looks for nothing."""

    kind, code = Kind.INVALID, "filter_keyword_blank"
    text = "Validation failed: Keyword can't be blank"


class KeywordTooLong(Refusal):
    """What it looks for is longer than we take."""

    kind, code = Kind.INVALID, "filter_keyword_too_long"
    text = "Validation failed: Keyword is too long (maximum is {limit} characters)"


class TooManyFilters(Refusal):
    """The account has as many filters as it may."""

    kind, code = Kind.INVALID, "too_many_filters"
    text = "Validation failed: you can have at most {limit} filters"


class TooManyKeywords(Refusal):
    """Its filters look for as many words as they may."""

    kind, code = Kind.INVALID, "too_many_filter_keywords"
    text = "Validation failed: your filters can have at most {limit} keywords"


class TooManyPosts(Refusal):
    """Its filters name as many single posts as they may."""

    kind, code = Kind.INVALID, "too_many_filtered_posts"
    text = "Validation failed: your filters can name at most {limit} posts"


class SeveralKeywords(Refusal):
    """An app that knows only single keywords would change what others share."""

    kind, code = Kind.INVALID, "filter_has_several_keywords"
    text = (
        "These parameters cannot be changed from this application because they apply to more than one filter keyword. "
        "Use a more recent application or the web interface."
    )


def check(title: str, contexts: Collection[Context]) -> None:
    """
    Raises:
        TitleBlank, TitleTooLong, NoContext.
    """
    if not title.strip():
        raise TitleBlank
    if len(title) > MAX_TITLE:
        raise TitleTooLong(limit=MAX_TITLE)
    if not contexts:
        raise NoContext


def check_keyword(keyword: str) -> None:
    """
    Raises:
        KeywordBlank, KeywordTooLong.
    """
    if not keyword.strip():
        raise KeywordBlank
    if len(keyword) > MAX_KEYWORD:
        raise KeywordTooLong(limit=MAX_KEYWORD)


def expiry(seconds: int | None, *, now: datetime) -> datetime | None:
    """When a filter that is to last so long expires; None is never, and a past moment is now."""
    if seconds is None or seconds >= FOR_EVER.total_seconds():
        return None
    return now + timedelta(seconds=max(seconds, 0))
