"""Rules, the long description and terms of service: what whoever runs the server decides, each in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pinson.domain.instance import rules, store
from pinson.domain.instance.model import Paper, Rule, Said, Terms
from pinson.domain.instance.rules import RuleNotFound, TermsInForce, TermsNotFound, TermsOfThatDay
from pinson.lib.db import WriteTx


async def add_rule(
    tx: WriteTx,
    *,
    text: str,
    hint: str = "",
    translations: Mapping[str, Said] | None = None,
    position: int | None = None,
    now: datetime,
) -> Rule:
    """Make a rule.

    Args:
        position: its place, from 1; None is the last.
    Raises:
        BlankText, TextTooLong, UnknownLanguage.
    """
    said = _said(Said(text, hint))
    for language in translations or {}:
        rules.check_language(language)
    last = len(await store.rules(tx)) + 1
    rule = Rule(
        id=tx.new_id(None, now),
        position=last if position is None else max(1, min(position, last)),
        text=said.text,
        hint=said.hint,
        translations={language: _said(one) for language, one in (translations or {}).items()},
    )
    await store.new_rule(tx, rule)
    return rule


async def change_rule(
    tx: WriteTx,
    *,
    id: int,
    text: str,
    hint: str = "",
    translations: Mapping[str, Said] | None = None,
    position: int | None = None,
    now: datetime,
) -> Rule:
    """Let a rule say something else, or stand elsewhere. What was reported of it stays so.

    Args:
        translations, position: None stays as it is.
    Raises:
        RuleNotFound, BlankText, TextTooLong, UnknownLanguage.
    """
    found = await store.rules(tx)
    old = next((rule for rule in found if rule.id == id), None)
    if old is None:
        raise RuleNotFound
    said = _said(Said(text, hint))
    for language in translations or {}:
        rules.check_language(language)
    new = Rule(
        id=id,
        position=old.position if position is None else max(1, min(position, len(found))),
        text=said.text,
        hint=said.hint,
        translations=(
            old.translations
            if translations is None
            else {language: _said(one) for language, one in translations.items()}
        ),
    )
    await store.delete_rule(tx, old)
    await store.new_rule(tx, new)
    return new


async def remove_rule(tx: WriteTx, *, id: int, now: datetime) -> Rule:
    """Lift a rule. Its id is never given to another.

    Raises:
        RuleNotFound.
    """
    for rule in await store.rules(tx):
        if rule.id == id:
            await store.delete_rule(tx, rule)
            return rule
    raise RuleNotFound


async def describe(
    tx: WriteTx, *, text: str, now: datetime, translations: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Say at length what this server is for; "" takes back what was said.

    Raises:
        TextTooLong, UnknownLanguage.
    """
    said = rules.check_text(text) if text.strip() else ""
    await store.set_description(tx, said, rules.check_translations(translations), now)


async def publish_terms(
    tx: WriteTx,
    *,
    text: str,
    effective_at: datetime,
    now: datetime,
    paper: Paper = Paper.TERMS,
    translations: Mapping[str, str] = MappingProxyType({}),
) -> Terms:
    """Give the server terms of service, or another paper, in force from a day on, that of today or a later one.

    Args:
        effective_at: the beginning of that day, UTC.
    Raises:
        BlankText, TextTooLong, UnknownLanguage, TermsInForce, TermsOfThatDay.
    """
    if effective_at < _day(now):
        raise TermsInForce
    if any(one.effective_at == effective_at for one in await store.terms(tx, paper)):
        raise TermsOfThatDay
    made = Terms(effective_at, rules.check_text(text), now, rules.check_translations(translations))
    await store.new_terms(tx, paper, made)
    return made


async def withdraw_terms(tx: WriteTx, *, effective_at: datetime, now: datetime, paper: Paper = Paper.TERMS) -> Terms:
    """Take back terms that have not been in force yet; what they said.

    Raises:
        TermsNotFound, TermsInForce.
    """
    found = next((one for one in await store.terms(tx, paper) if one.effective_at == effective_at), None)
    if found is None:
        raise TermsNotFound
    if effective_at <= now:
        raise TermsInForce
    await store.delete_terms(tx, paper, effective_at)
    return found


def _said(said: Said) -> Said:
    hint = rules.check_text(said.hint, rules.MOST_RULE) if said.hint.strip() else ""
    return Said(rules.check_text(said.text, rules.MOST_RULE), hint)


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
