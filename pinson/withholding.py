"""What waits for somebody instead of coming at once: why, in words, and what it is about.

Called by whatever shows it: letters, the page and the feed of what somebody missed. Each line says its reason.

Not here: what is held, and when it is sent (`domain/alerts`).
"""

from collections.abc import Callable, Sequence

from pinson.domain import accounts, events, posts
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import Reason
from pinson.domain.posts import EventId
from pinson.lib.db import ReadTx


def why(_: Callable[[str], str], reason: Reason, name: str) -> str:
    """Why a message waits, or came so late. name: of what it is wanted for."""
    match reason:
        case Reason.DIGEST:
            said = _("you chose one digest a day of {name}")
        case Reason.CAP:
            said = _("your limit of the week for {name} was reached")
        case Reason.PAUSED:
            said = _("you had paused {name}")
    return said.format(name=name)


async def names(tx: ReadTx, topic_ids: Sequence[int]) -> dict[int, str]:
    """What these topics are called: accounts, live events, hashtags. Three statements at most."""
    if not topic_ids:
        return {}
    people = await accounts.profiles(tx, [AccountId(id) for id in topic_ids])
    found = {int(id): one.display_name or one.username for id, one in people.items()}
    if left := [id for id in topic_ids if id not in found]:
        found |= {int(id): one.title for id, one in (await events.by_ids(tx, [EventId(id) for id in left])).items()}
    if left := [id for id in left if id not in found]:
        found |= {int(id): f"#{one.display_name}" for id, one in (await posts.tags_by_ids(tx, left)).items()}
    return found
