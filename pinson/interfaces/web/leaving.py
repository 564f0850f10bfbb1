"""To end e-mails from the e-mail: with one press in the mail program, or with one on a page.

The address holds the key of the reader, so no sign-in is asked for, and no token of a form: whoever has the key may,
and no other site can have it sent by accident. To look at the page changes nothing, since scanners of mail open every
link; to post to it does, at once (RFC 8058, section 3.2).

Not here: the page where all that a reader gets is arranged (doors), what is sent (mailing.py).
"""

import msgspec
from starlette.responses import PlainTextResponse, Response

from pinson.domain import accounts, alerts, events, posts
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import Address, AlertNotFound, Withdrawn
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx

routes = Routes()


class Leaving(msgspec.Struct, rename={"one_click": "List-Unsubscribe"}):
    """What to end: the key and the topic of the address, 0 for all. one_click: said by mail programs."""

    key: str
    topic: int
    one_click: str = ""


@routes.get("/s/leave/{key}/{topic}")
async def show(call: Call, form: Leaving) -> Response:
    """Ask for the one press.

    Raises:
        AlertNotFound: the key is nobody's, or forgotten.
    """
    async with call.tools.db.read() as tx:
        address = await _address(tx, form.key)
        wanted = [one for one in await alerts.alerts_of(tx, [address.id]) if form.topic in (0, one.topic_id)]
        name = await _name(tx, form.topic)
    return call.page("leave", form=form, name=name, wanted=bool(wanted), done=False)


@routes.post("/s/leave/{key}/{topic}", keyed=True)
async def leave(call: Call, form: Leaving) -> Response:
    """End it, and say so. What has ended already is ended again, without a word.

    Raises:
        AlertNotFound.
    """
    async with call.tools.db.read() as tx:
        address = await _address(tx, form.key)
        name = await _name(tx, form.topic)
    how = Withdrawn.ONE_CLICK if form.one_click else Withdrawn.PAGE
    if form.topic:
        named = {"address_id": address.id, "topic_id": form.topic}
        await call.tools.db.write(alerts.leave_topic, **named, how=how, now=call.now)
    else:
        await call.tools.db.write(alerts.leave_all, address_ids=[address.id], how=how, now=call.now)
    if form.one_click:
        return PlainTextResponse("OK")
    return call.page("leave", form=form, name=name, wanted=False, done=True)


async def _address(tx: ReadTx, key: str) -> Address:
    address = await alerts.by_key(tx, key)
    if address is None:
        raise AlertNotFound
    return address


async def _name(tx: ReadTx, topic_id: int) -> str:
    """What a topic is called; "" if it is gone, or all are meant."""
    if not topic_id:
        return ""
    if (profile := await accounts.profile(tx, AccountId(topic_id))) is not None:
        return profile.display_name or profile.username
    if event := (await events.by_ids(tx, [posts.EventId(topic_id)])).get(posts.EventId(topic_id)):
        return event.title
    tag = (await posts.tags_by_ids(tx, [topic_id])).get(topic_id)
    return f"#{tag.display_name}" if tag is not None else ""
