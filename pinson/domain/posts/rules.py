"""What a post may be, and who may see it. Pure.

Called by commands, by every way of reading (timelines, streams, single posts), and by
interfaces through `prepare`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from pinson.domain import links, shortlinks
from pinson.domain.accounts import Account, AccountId, Author, QuotePolicy
from pinson.domain.links import LinkId
from pinson.domain.posts import text as texts
from pinson.domain.posts import topics
from pinson.domain.posts.model import (
    Draft,
    EventId,
    Post,
    PostId,
    Prepared,
    QuoteState,
    Shape,
    Shortening,
    Tag,
    Visibility,
)
from pinson.domain.posts.polls import rules as polls
from pinson.domain.posts.standing import Standing
from pinson.domain.relations import Circle
from pinson.lib.errors import Kind, Refusal

MOST_PINS = 5
LONGEST_PLACE = 100
LONGEST_TAG = 500  # characters of one that is named by itself; one in a post is as short as the post
SUMMARY = 200  # characters of a post that stand for it
KEEP_NOTES = 10_000  # as HTML, about 1 KB each: accounts are shown anew whenever their counters change


class BlankPost(Refusal):
    """There is nothing in it."""

    kind, code = Kind.INVALID, "blank_post"
    text = "Validation failed: Text can't be blank"


class PostTooLong(Refusal):
    """It is longer than this server takes."""

    kind, code = Kind.INVALID, "post_too_long"
    text = "Validation failed: Text character limit of {limit} exceeded (this post has {length})"


class PlaceTooLong(Refusal):
    """No place is called that."""

    kind, code = Kind.INVALID, "place_too_long"
    text = "The name of a place has at most {limit} characters; this one has {length}."


class PollWithMedia(Refusal):
    """A post shows something or asks something, not both."""

    kind, code = Kind.INVALID, "poll_with_media"
    text = "Validation failed: a post cannot have both a poll and media"


class MustMention(Refusal):
    """A direct post quotes somebody whom it is not for."""

    kind, code = Kind.INVALID, "must_mention_quoted"
    text = "Validation failed: a direct post must mention whomever it quotes"


class UnexpectedMentions(Refusal):
    """It would mention others than its author expects: `ids`, accounts."""

    kind, code = Kind.INVALID, "unexpected_mentions"
    text = "Validation failed: the post would mention accounts that were not expected"

    def __init__(self, ids: Sequence[AccountId]) -> None:
        super().__init__()
        self.ids = ids


class PostNotFound(Refusal):
    """There is no such post, or not for this reader: the two look the same."""

    kind, code = Kind.MISSING, "post_not_found"
    text = "Record not found"


class NotYourPost(PostNotFound):
    """The reader may see the post, but it is somebody else's."""

    code = "not_your_post"


class CannotRevoke(Refusal):
    """Only the author of a quoted post can have it taken out of another."""

    kind, code = Kind.FORBIDDEN, "cannot_revoke"
    text = "This action is not allowed"


class CannotCorrect(Refusal):
    """A correction is of what one said oneself, or of what the team of one's event said."""

    kind, code = Kind.INVALID, "cannot_correct"
    text = "One can correct one’s own messages, and those of an event in whose team one is, for the same readers."


class NotPast(Refusal):
    """What is imported was written before."""

    kind, code = Kind.INVALID, "not_past"
    text = "Validation failed: a post that is imported must have a date in the past"


class CannotPin(Refusal):
    """It is somebody else's, a boost, or not for everyone who follows."""

    kind, code = Kind.INVALID, "cannot_pin"
    text = "Validation failed: you can pin only what you wrote yourself, and no direct posts"


class TooManyPins(Refusal):
    """The profile has as many pinned posts as it may."""

    kind, code = Kind.INVALID, "too_many_pins"
    text = "Validation failed: you can pin at most {limit} posts"


class TagNotUsable(Refusal):
    """Moderators let no post be under it."""

    kind, code = Kind.INVALID, "tag_not_usable"
    text = "Validation failed: Text contained a disallowed hashtag: {names}"


class TagNotFound(Refusal):
    """There is no such hashtag."""

    kind, code = Kind.MISSING, "tag_not_found"
    text = "Record not found"


class AnotherTag(Refusal):
    """It would be shown by a name that is another hashtag's."""

    kind, code = Kind.INVALID, "another_tag"
    text = "Validation failed: Display name must differ from the hashtag only in case and accents"


class BadTag(Refusal):
    """No hashtag can have this name."""

    kind, code = Kind.MISSING, "bad_tag"
    text = "Record not found"


def tag_name(name: str) -> str:
    """The folded name of a hashtag, typed with or without its sign.

    Raises:
        BadTag: it could not be written as a hashtag.
    """
    bare = name.lstrip("#＃")
    if len(bare) > LONGEST_TAG:
        raise BadTag
    spans = texts.parse(f"#{bare}", local_domain="").spans
    if len(spans) != 1 or spans[0].kind is not texts.SpanKind.TAG or spans[0].name != bare:
        raise BadTag
    return texts.fold_tag(bare)


@lru_cache(KEEP_NOTES)
def note_html(note: str, *, base_url: str) -> str:
    """What an account says about itself, as HTML: links and hashtags work, mentions stay text."""
    return texts.to_html(texts.parse(note, local_domain=""), {}, base_url=base_url)


def line_html(line: str, *, base_url: str) -> str:
    """The content of a line of a profile, as HTML. Its links say that they lead to the same person."""
    return texts.to_inline_html(texts.parse(line, local_domain=""), base_url=base_url, rel=f"me {texts.REL}")


class Shortener(msgspec.Struct, frozen=True):
    """What it takes to shorten the addresses of a text.

    base: where new short links are. bases: where short links of ours may be.
    closed: see `shortlinks.checked`. wanted: whether the author wants addresses to be shortened.
    """

    base: str
    bases: frozenset[str]
    closed: Mapping[str, str]
    wanted: bool


def prepare(
    draft: Draft,
    *,
    max_characters: int,
    local_domain: str,
    detect: Callable[[str], str | None] | None = None,
    shortener: Shortener | None = None,
) -> Prepared:
    """Read the text and hold it to the limits: all that can be done before the transaction.

    What has a content warning is sensitive. Where there is nothing else, the warning is the text.

    Args:
        detect: tells the language of a text; None leaves it unknown if the draft does not say it.
        shortener: None leaves all addresses as they are.
    Raises:
        BlankPost, PostTooLong, PlaceTooLong, PollWithMedia, BadPoll, BadDuration.
    """
    if draft.spoiler and not draft.sensitive:
        draft = msgspec.structs.replace(draft, sensitive=True)
    if not draft.text.strip() and draft.quote_of_id is None:
        draft = msgspec.structs.replace(draft, text=draft.spoiler, spoiler="")
        if not draft.text.strip() and not draft.media_ids:
            raise BlankPost
    if draft.poll is not None:
        if draft.media_ids:
            raise PollWithMedia
        draft = msgspec.structs.replace(draft, poll=polls.prepare(draft.poll))
    if texts.at_most(draft.text, draft.spoiler) > max_characters:
        length = texts.length(draft.text, draft.spoiler)
        if length > max_characters:
            raise PostTooLong(length=length, limit=max_characters)
    if draft.place is not None:
        draft = msgspec.structs.replace(draft, place=check_place(draft.place))
    parsed = texts.parse(draft.text, local_domain=local_domain)
    if draft.language is None and detect is not None:
        draft = msgspec.structs.replace(draft, language=detect(parsed.prose))
    shortening = None if shortener is None else _shortening(parsed.urls, shortener, local_domain)
    return Prepared(draft, parsed, links.shared(parsed.urls, local_domain=local_domain), shortening)


def check_place(name: str) -> str:
    """The name of a place as it is kept: on one line.

    Raises:
        PlaceTooLong.
    """
    name = " ".join(name.split())
    if len(name) > LONGEST_PLACE:
        raise PlaceTooLong(limit=LONGEST_PLACE, length=len(name))
    return name


def shortened(prepared: Prepared, short: Mapping[str, str], leads_to: Mapping[str, str]) -> Prepared:
    """What was prepared, with short links in the place of addresses; what it shares stays what they lead to.

    Args:
        short: address as typed -> short link.
        leads_to: short link in the text -> its target.
    """
    assert prepared.shortening is not None
    text, pieces, spans, end, length = prepared.draft.text, list[str](), [], 0, 0
    for span in prepared.parsed.spans:
        address = short.get(span.name) if span.kind is texts.SpanKind.URL else None
        between, shown = text[end : span.start], address or text[span.start : span.end]
        start = length + len(between)
        end, length = span.end, start + len(shown)
        pieces += between, shown
        spans.append(texts.Span(span.kind, start, length, address or span.name))
    text = "".join((*pieces, text[end:]))
    shared = (leads_to.get(url, url) for url in prepared.parsed.urls)
    return msgspec.structs.replace(
        prepared,
        draft=msgspec.structs.replace(prepared.draft, text=text),
        parsed=texts.Parsed(text, tuple(spans)),
        url=links.shared(shared, local_domain=prepared.shortening.local_domain),
    )


def foreseen(text: str, *, local_domain: str, shortener: Shortener) -> str:
    """A text as it will stand once it is published: short links in the place of addresses, with codes that are none."""
    parsed = texts.parse(text, local_domain=local_domain)
    plan = _shortening(parsed.urls, shortener, local_domain)
    if plan is None or not plan.wanted:
        return text
    link = f"{plan.base}/{'x' * shortlinks.LENGTH}"
    return shortened(Prepared(Draft(text), parsed, None, plan), dict.fromkeys(plan.wanted, link), {}).draft.text


def short_link_in(text: str, *, bases: frozenset[str]) -> str | None:
    """The short link of ours by which a text shares what it shares; None if it does so by another address.

    Args:
        bases: where short links of ours may be; our own address is among them.
    """
    if not any(f"{base}/" in text for base in bases):
        return None
    urls = texts.parse(text, local_domain="").urls
    ours = shortlinks.codes_in(urls, bases=bases)
    local = tuple(f"{base}/" for base in bases)
    first = next((url for url in urls if url in ours or not url.startswith(local)), None)
    return first if first in ours else None


def _shortening(urls: Sequence[str], shortener: Shortener, local_domain: str) -> Shortening | None:
    """What becomes of the addresses of a text; pages of ours stay, since apps know them and open them inside."""
    there = shortlinks.codes_in(urls, bases=shortener.bases)
    wanted = {}
    for url in urls if shortener.wanted else ():
        if url in there or url.partition("://")[2].partition("/")[0].lower() == local_domain:
            continue
        try:
            target = shortlinks.checked_target(url, bases=shortener.bases, closed=shortener.closed)
        except Refusal:
            continue  # it stays as it was typed
        wanted[url] = shortlinks.Checked(target=target)
    return Shortening(shortener.base, local_domain, wanted, there) if there or wanted else None


def accept(
    prepared: Prepared,
    *,
    id: PostId,
    author: Author,
    answered: Shape | None,
    quoted: Shape | None,
    mentions: Mapping[str, texts.Mention],
    tags: Sequence[Tag],
    link_id: LinkId | None,
    event_id: EventId | None = None,
    corrected: Shape | None = None,
    base_url: str,
    now: datetime,
) -> Post:
    """The post that a draft becomes.

    What a limited account wants to be public is unlisted; what quotes a private post is for followers at most.

    Args:
        answered: the post it replies to.
        quoted: the post it quotes, which its author may.
        mentions: the accounts that its handles turned out to be.
        tags: its hashtags, in order.
        link_id: what it shares.
        event_id: the live event that it is part of, if it is public.
        corrected: the post that it corrects.
    Raises:
        MustMention, UnexpectedMentions.
        CannotCorrect: that is neither its author's nor of the same event.
    """
    draft, visibility = prepared.draft, prepared.draft.visibility
    mentioned = tuple(dict.fromkeys(AccountId(mention.id) for mention in mentions.values()))
    answered_author_id = answered.author_id if answered else None
    if visibility is Visibility.PUBLIC and author.limited_at is not None:
        visibility = Visibility.UNLISTED
    if draft.allowed_mentions is not None and (others := set(mentioned) - set(draft.allowed_mentions)):
        raise UnexpectedMentions(sorted(others))
    if quoted is not None:
        if quoted.visibility is Visibility.FOLLOWERS and visibility is not Visibility.DIRECT:
            visibility = Visibility.FOLLOWERS
        if visibility is Visibility.DIRECT and quoted.author_id not in (author.id, *mentioned):
            raise MustMention
    if visibility is not Visibility.PUBLIC:
        event_id = None
    if corrected is not None:
        check_correction(corrected, author.id, visibility, event_id)
    return Post(
        id=id,
        author_id=author.id,
        created_at=now,
        visibility=visibility,
        text=draft.text,
        html=texts.to_html(prepared.parsed, mentions, base_url=base_url),
        spoiler=draft.spoiler,
        sensitive=draft.sensitive,
        language=draft.language,
        in_reply_to_id=answered.id if answered else None,
        in_reply_to_author_id=answered_author_id,
        mentions=mentioned,
        tags=tuple(tag.name for tag in tags),
        topics=tuple(_topics(visibility, author.id, answered_author_id, mentioned, tags, link_id, event_id)),
        app_id=draft.app_id,
        conversation_id=answered.conversation_id if answered else id,
        media=len(draft.media_ids),
        link_id=link_id,
        poll=draft.poll is not None,
        quote_of_id=quoted.id if quoted else None,
        quote_of_author_id=quoted.author_id if quoted else None,
        quote_policy=_quote_policy(visibility, draft.quote_policy),
        event_id=event_id,
        corrects_id=corrected.id if corrected else None,
        place=draft.place or "",
    )


def revise(
    post: Post,
    prepared: Prepared,
    *,
    mentions: Mapping[str, texts.Mention],
    tags: Sequence[Tag],
    link_id: LinkId | None,
    base_url: str,
    now: datetime,
) -> Post:
    """The post that an edit makes of `post`. Whom it mentioned before may go on reading it.

    Args:
        prepared: whom it is for, what it answers and what it quotes do not count; a language, a place and
            a policy for quotes that are not given stay as they were.
        mentions, tags, link_id: as for `accept`.
    """
    draft = prepared.draft
    named = tuple(dict.fromkeys(AccountId(mention.id) for mention in mentions.values()))
    silent = tuple(id for id in post.mentions if id not in named)
    to_whom = post.in_reply_to_author_id
    under = _topics(post.visibility, post.author_id, to_whom, named + silent, tags, link_id, post.event_id)
    return msgspec.structs.replace(
        post,
        text=draft.text,
        html=texts.to_html(prepared.parsed, mentions, base_url=base_url),
        spoiler=draft.spoiler,
        sensitive=draft.sensitive,
        language=draft.language or post.language,
        mentions=named + silent,
        silent=silent,
        tags=tuple(tag.name for tag in tags),
        topics=tuple(under),
        edited_at=now,
        media=len(draft.media_ids),
        link_id=link_id,
        poll=draft.poll is not None,
        quote_policy=_quote_policy(post.visibility, draft.quote_policy or post.quote_policy),
        place=post.place if draft.place is None else draft.place,
    )


def says_the_same(one: Post, other: Post) -> bool:
    """Whether an edit changed nothing of what a post says."""
    return (one.text, one.spoiler, one.sensitive, one.language, one.place) == (
        other.text,
        other.spoiler,
        other.sensitive,
        other.language,
        other.place,
    )


def pass_on(
    original: Shape, *, id: PostId, booster: Account, visibility: Visibility, app_id: int | None, now: datetime
) -> Post:
    """The boost of a post: an entry of its own, under its booster alone, that shows another.

    Raises:
        PostNotFound: the post is not to be passed on: it is direct, or private and somebody else's.
    """
    if original.visibility is Visibility.DIRECT:
        raise PostNotFound
    if original.visibility is Visibility.FOLLOWERS:
        if original.author_id != booster.id:
            raise PostNotFound
        visibility = Visibility.FOLLOWERS
    if visibility is Visibility.PUBLIC and booster.limited_at is not None:
        visibility = Visibility.UNLISTED
    return Post(
        id=id,
        author_id=booster.id,
        created_at=now,
        visibility=visibility,
        text="",
        html="",
        spoiler="",
        sensitive=False,
        language=None,
        in_reply_to_id=None,
        in_reply_to_author_id=None,
        mentions=(),
        tags=(),
        topics=(booster.id,),
        app_id=app_id,
        conversation_id=id,
        boost_of_id=original.id,
        boost_of_author_id=original.author_id,
    )


def check_pin(post: Shape, account_id: AccountId) -> None:
    """
    Raises:
        CannotPin: this is not something to have on one's profile for long.
    """
    if post.author_id != account_id or post.boost_of_id is not None or post.visibility is Visibility.DIRECT:
        raise CannotPin


def with_quote_policy(post: Post, policy: QuotePolicy) -> Post:
    """The post once its author has said who may quote it."""
    return msgspec.structs.replace(post, quote_policy=_quote_policy(post.visibility, policy))


def check_own(post: Post | Shape, account_id: AccountId) -> None:
    """
    Raises:
        NotYourPost: it is somebody else's, or a boost, which holds nothing of its own.
    """
    if post.author_id != account_id or post.boost_of_id is not None:
        raise NotYourPost


def check_correction(corrected: Shape, author_id: AccountId, visibility: Visibility, event_id: EventId | None) -> None:
    """A correction is for those for whom the corrected post was: each leads to the other.

    Raises:
        CannotCorrect: it is a boost or direct, for others, or of another author and not of the event that the
            author writes in.
    """
    is_open = (Visibility.PUBLIC, Visibility.UNLISTED)
    same_readers = corrected.visibility is visibility or (corrected.visibility in is_open and visibility in is_open)
    if corrected.boost_of_id is not None or visibility is Visibility.DIRECT or not same_readers:
        raise CannotCorrect
    if corrected.author_id != author_id and (event_id is None or corrected.event_id != event_id):
        raise CannotCorrect


def _quote_policy(visibility: Visibility, wanted: QuotePolicy | None) -> QuotePolicy:
    """Who may quote a post: what is not for everyone is quoted by nobody, whatever its author wishes."""
    if visibility in (Visibility.FOLLOWERS, Visibility.DIRECT):
        return QuotePolicy.NOBODY
    return wanted or QuotePolicy.PUBLIC


def _topics(
    visibility: Visibility,
    author_id: AccountId,
    answered_author_id: AccountId | None,
    mentioned: Sequence[AccountId],
    tags: Sequence[Tag],
    link_id: LinkId | None,
    event_id: EventId | None,
) -> list[int]:
    if visibility is Visibility.DIRECT:
        return [topics.addressed_to(id) for id in dict.fromkeys((author_id, *mentioned))]
    under: list[int] = [author_id]
    if visibility is Visibility.PUBLIC:
        under += [tag.id for tag in tags]
        if link_id is not None:
            under.append(link_id)
        if event_id is not None:
            under.append(event_id)
        if answered_author_id in (None, author_id):  # replies to others are no news for everyone
            under += [topics.EVERYTHING, topics.LOCAL]
    return under


class Reader:
    """Somebody, or nobody, who looks at posts.

    circle: what they follow, and whom they keep away; None for a stranger.
    suspended: accounts whose posts nobody sees.
    limited: accounts whose posts only those see who follow them or look for them; see `is_out_of_reach`.
    hidden: posts that moderators hid, which only their authors see.
    """

    __slots__ = ("circle", "hidden", "id", "limited", "standing", "suspended")

    def __init__(self, circle: Circle | None, standing: Standing) -> None:
        self.circle = circle
        self.id = circle.account_id if circle else None
        self.standing = standing
        self.suspended = standing.hidden
        self.limited = standing.limited
        self.hidden = standing.posts


def summary_of(post: Post) -> str:
    """Plain text that stands for a post in a title or a preview: its warning, or how it begins."""
    said = post.spoiler or " ".join(post.text.split())
    return said if len(said) <= SUMMARY else f"{said[: SUMMARY - 1]}…"


def can_see(post: Shape, reader: Reader) -> bool:
    """Whether `reader` may read `post`. Every way of reading a post ends here.

    Strangers see what the web shows. A suspended author's posts are seen by nobody, one that moderators hid by its
    author alone, and two of whom one blocks the other see nothing of each other, boosts by third parties included.
    """
    circle = reader.circle
    if post.author_id in reader.suspended or post.boost_of_author_id in reader.suspended:
        return False
    if reader.hidden and is_hidden(post, reader):
        return False
    if circle is not None and (circle.blocked or circle.blocked_by):  # most people block nobody
        authors = post.author_id, post.boost_of_author_id
        if not (circle.blocked.isdisjoint(authors) and circle.blocked_by.isdisjoint(authors)):
            return False
    if post.visibility is Visibility.PUBLIC or post.visibility is Visibility.UNLISTED:
        return True
    if circle is None:
        return False
    if post.author_id == reader.id or reader.id in post.mentions:
        return True
    return post.visibility is Visibility.FOLLOWERS and post.author_id in circle.topics


def is_hidden(post: Shape, reader: Reader) -> bool:
    """Whether moderators hid it, or what it passes on, from `reader`: from everybody but whoever wrote it."""
    if post.id not in reader.hidden and post.boost_of_id not in reader.hidden:
        return False
    return reader.id is None or reader.id != (post.boost_of_author_id or post.author_id)


def is_out_of_reach(post: Shape, reader: Reader) -> bool:
    """Whether its author is limited and the reader does not follow them.

    Such a post stands nowhere that people come across it (public pages, hashtags, search, threads);
    on its author's page, and by its address, whoever may see it finds it.
    """
    if post.author_id not in reader.limited:
        return False
    circle = reader.circle
    return circle is None or (post.author_id != reader.id and post.author_id not in circle.topics)


def may_quote(post: Shape, reader: Reader) -> bool:
    """Whether `reader` may quote a post that they may see. Its author always may, but nobody quotes a direct post."""
    if reader.circle is None or post.boost_of_id is not None or post.visibility is Visibility.DIRECT:
        return False
    if post.author_id == reader.id or post.quote_policy is QuotePolicy.PUBLIC:
        return True
    return post.quote_policy is QuotePolicy.FOLLOWERS and post.author_id in reader.circle.topics


def quote_state(post: Shape, quoted: Shape | None, reader: Reader) -> QuoteState:
    """What `reader` is told of the quote in a post.

    Args:
        quoted: the post in it; None if it is gone.
    """
    if post.quote_state is not QuoteState.ACCEPTED:
        return post.quote_state
    if quoted is None:
        return QuoteState.DELETED
    circle = reader.circle
    if circle is None or quoted.author_id not in circle.blocked:
        if not can_see(quoted, reader):
            return QuoteState.UNAUTHORIZED
        return QuoteState.MUTED if circle and quoted.author_id in circle.muted else QuoteState.ACCEPTED
    unblocked = Reader(msgspec.structs.replace(circle, blocked=frozenset()), reader.standing)
    return QuoteState.BLOCKED if can_see(quoted, unblocked) else QuoteState.UNAUTHORIZED
