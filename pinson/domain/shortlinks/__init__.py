"""Short links of our own: seven characters that lead where their owner says, and counts that tell the truth.

Called by posts (a message's addresses are shortened as it is published), by the interface that answers those who
follow a link, by pages where links are made and looked at, by `schedule.py` (what is old is forgotten). Who follows
is counted by the hour, in total: people, machines and the account's own members apart; see `visitors.py`.

Not here: links that people share and the cards of what is behind them (links), how a redirect is answered (interfaces).
"""

from pinson.domain.shortlinks.commands import (
    change,
    close_site,
    code_for,
    displace,
    forget_account,
    forget_old,
    make,
    place,
    reopen_site,
    retire,
    take,
)
from pinson.domain.shortlinks.counting import Clickometer
from pinson.domain.shortlinks.facts import ShortLinkChanged, SiteClosed, SiteReopened
from pinson.domain.shortlinks.model import (
    Channel,
    Checked,
    Clicks,
    ClosedSite,
    FormerTarget,
    Made,
    ShortLink,
    ShortLinkId,
    Utm,
    Visitor,
    Wish,
)
from pinson.domain.shortlinks.queries import (
    clicks_since,
    closed_sites,
    coded,
    codes_in_post,
    codes_of,
    followed_from,
    former_targets,
    gaps,
    of_account,
    of_post,
    of_posts,
    owned,
    owned_by_code,
)
from pinson.domain.shortlinks.rules import (
    LONGEST_REASON,
    LONGEST_TITLE,
    LONGEST_UTM,
    MOST_AT_ONCE,
    BadLimit,
    ShortLinkNotFound,
    checked,
    checked_target,
    code_in,
    codes_in,
)
from pinson.domain.shortlinks.view import Redirects, Way
from pinson.domain.shortlinks.visitors import asks_not_to_be_counted, is_ahead, visitor

__all__ = [
    "LONGEST_REASON",
    "LONGEST_TITLE",
    "LONGEST_UTM",
    "MOST_AT_ONCE",
    "BadLimit",
    "Channel",
    "Checked",
    "Clickometer",
    "Clicks",
    "ClosedSite",
    "FormerTarget",
    "Made",
    "Redirects",
    "ShortLink",
    "ShortLinkChanged",
    "ShortLinkId",
    "ShortLinkNotFound",
    "SiteClosed",
    "SiteReopened",
    "Utm",
    "Visitor",
    "Way",
    "Wish",
    "asks_not_to_be_counted",
    "change",
    "checked",
    "checked_target",
    "clicks_since",
    "close_site",
    "closed_sites",
    "code_for",
    "code_in",
    "coded",
    "codes_in",
    "codes_in_post",
    "codes_of",
    "displace",
    "followed_from",
    "forget_account",
    "forget_old",
    "former_targets",
    "gaps",
    "is_ahead",
    "make",
    "of_account",
    "of_post",
    "of_posts",
    "owned",
    "owned_by_code",
    "place",
    "reopen_site",
    "retire",
    "take",
    "visitor",
]
