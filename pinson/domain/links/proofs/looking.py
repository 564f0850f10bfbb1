"""Looking at the pages behind the lines of profiles: the slow work, outside any transaction.

`look` follows from a changed profile and from being asked; `look_again`, behind a cursor of its own so that nobody
who waits in front of their screen waits for it, from the clock. What goes wrong at the other end is kept with the
proof, which says when to look again; it is never an error here.

Not here: what proves a line (`rules.py`), how other servers are asked (`pinson.lib.http`).
"""

import asyncio

import structlog

from pinson.domain import accounts
from pinson.domain.accounts import AccountChanged, AccountId, Profile
from pinson.domain.links.previews import HTML, MAY_PASS, PAGE_BYTES, SECONDS, Workplace
from pinson.domain.links.proofs import commands, queries, rules
from pinson.domain.links.proofs.facts import ProofAsked, ProofDue
from pinson.domain.links.proofs.model import Failure, Proof
from pinson.lib.http import OutgoingFailed

events = structlog.get_logger("pinson.proofs")


async def look(tools: Workplace, fact: AccountChanged | ProofAsked) -> None:
    """Look at the pages of a profile that were not looked at lately, and prove nothing yet."""
    profile, known = await _standing(tools, fact.account_id)
    urls = [] if profile is None else _urls(tools, profile)
    if set(urls) != known.keys():
        await tools.db.write(commands.keep_up, account_id=fact.account_id, urls=urls, now=tools.clock.now())
    if profile is None or profile.suspended_at is not None:
        return
    pause = rules.AT_ONCE if isinstance(fact, ProofAsked) else rules.AFTER_CHANGE
    proven = {line.value for line in profile.fields if line.verified_at}
    for url in urls:
        last = known[url].checked_at if url in known else None
        if url not in proven and (last is None or fact.at - last >= pause):
            await _look_at(tools, profile, url)


async def look_again(tools: Workplace, fact: ProofDue) -> None:
    """Look at one page again, unless that was done meanwhile."""
    profile, known = await _standing(tools, fact.account_id)
    if profile is None or profile.suspended_at is not None or fact.url not in known:
        return
    last = known[fact.url].checked_at
    if last is None or last < fact.at:
        await _look_at(tools, profile, fact.url)


async def _standing(tools: Workplace, account_id: AccountId) -> tuple[Profile | None, dict[str, Proof]]:
    async with tools.db.read() as tx:
        return await accounts.profile(tx, account_id), await queries.of_account(tx, account_id)


def _urls(tools: Workplace, profile: Profile) -> list[str]:
    """The addresses that lines lead to, each once."""
    allow_http = tools.settings.outgoing.allow_loopback
    return sorted({line.value for line in profile.fields if rules.is_provable(line.value, allow_http=allow_http)})


async def _look_at(tools: Workplace, profile: Profile, url: str) -> None:
    failure = await _found(tools, profile, url)
    events.info("looked_for_proof", account=profile.id, outcome=failure or "proven")
    await tools.db.write(commands.keep, account_id=profile.id, url=url, failure=failure, now=tools.clock.now())


async def _found(tools: Workplace, profile: Profile, url: str) -> Failure:
    try:
        page = await tools.outgoing.get(url, max_bytes=PAGE_BYTES, cut=True, accept=", ".join(HTML), seconds=SECONDS)
    except OutgoingFailed:
        return Failure.UNREACHABLE
    if page.status >= 500 or page.status in MAY_PASS:
        return Failure.UNREACHABLE
    if page.status != 200:
        return Failure.REFUSED
    content_type = page.headers.get("content-type", "")
    # A redirect may lead to another site, as the first one wishes, but not into the open.
    is_safe = rules.is_provable(page.url, allow_http=tools.settings.outgoing.allow_loopback)
    if content_type.partition(";")[0].strip().lower() not in HTML or not is_safe:
        return Failure.NO_PAGE
    mine = (profile.url(tools.settings.url), f"{tools.settings.url}/users/{profile.username}")
    leads = await asyncio.to_thread(rules.leads_to_me, page.body, content_type=content_type, url=page.url, mine=mine)
    return Failure.NONE if leads else Failure.NO_LINK
