"""The addresses of pages of this server, recognised without a request. Pure.

Source: section "Search" of the Mastodon API's reference: /@user, /@user@remote, /users/user, each with an id or
/statuses/id behind it, and /tags/name.
"""

import re
from urllib.parse import unquote

import msgspec

from pinson.domain.posts import PostId
from pinson.lib.paging import NEWEST

_PROFILE = re.compile(r"/(?:@|users/)(?P<acct>[^/]+)(?:/(?:statuses/)?(?P<post>[0-9]{1,19}))?/?")
_TAG = re.compile(r"/tags/(?P<tag>[^/]+)/?")


class Local(msgspec.Struct, frozen=True):
    """What an address of this server leads to: a post of an account, an account, or a hashtag."""

    acct: str | None = None
    post_id: PostId | None = None
    tag: str | None = None


def local_page(typed: str, *, base_url: str) -> Local | None:
    """What a page of this server shows; None if it is no address of ours, or of nothing that search finds.

    Args:
        base_url: of this server, without a slash at its end.
    """
    address = re.split(r"[?#]", typed.strip(), maxsplit=1)[0]
    start, path = address[: len(base_url)], unquote(address[len(base_url) :])
    if start.lower() != base_url.lower():
        return None
    if found := _PROFILE.fullmatch(path):
        post_id = None if found["post"] is None else PostId(min(int(found["post"]), NEWEST))
        return Local(acct=found["acct"], post_id=post_id)
    if found := _TAG.fullmatch(path):
        return Local(tag=found["tag"])
    return None
