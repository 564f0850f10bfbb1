"""What moderators answer to a notice that came by text is told by text.

Called as a reaction; see `reactions.py`. It takes on the answer in the write in which it is asked for, so that nobody
is told twice.
"""

from datetime import datetime

from pinson.domain import accounts, alerts, moderation
from pinson.domain.alerts import NoteKind, Reach
from pinson.domain.deliveries import Channel
from pinson.domain.moderation import Notice, NoticeAnswered
from pinson.lib.db import WriteTx
from pinson.texting import names
from pinson.texting.speeches import Speeches
from pinson.tools import Tools


async def text_answer(tools: Tools, fact: NoticeAnswered) -> None:
    """Text what was decided to whoever told of it by text. Nothing if that was not by text, or is forgotten."""
    async with tools.db.read() as tx:
        notice = (await moderation.notices_by_ids(tx, [fact.report_id])).get(fact.report_id)
        report = (await moderation.reports_by_ids(tx, [fact.report_id])).get(fact.report_id)
        profile = await accounts.profile(tx, report.target_id) if report is not None else None
    if notice is None or not notice.phone or not notice.answers or profile is None:
        return
    link = f"{tools.settings.url}/notices/{notice.key}"
    speech = Speeches(tools).of(notice.lang)
    text = speech.notice_answered(names.called(profile), notice.answers[-1].outcome, link)
    zone = tools.settings.instance.time_zone
    await tools.db.write(_tell, notice=notice, text=text, zone=zone, now=tools.clock.now())


async def _tell(tx: WriteTx, *, notice: Notice, text: str, zone: str, now: datetime) -> None:
    if await moderation.mark_told(tx, id=notice.id) is None:
        return
    reach = Reach(Channel.SMS, notice.phone)
    address = await alerts.address_for(tx, reach=reach, lang=notice.lang, zone=zone, now=now)
    await alerts.tell(tx, address_id=address.id, kind=NoteKind.ANSWER, data={"text": text}, now=now)
