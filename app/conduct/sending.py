"""Sending a text for review: it is stored with what it crosses, until its words are to be forgotten."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.models import Product
from app.conduct.models import Disposition, Finding, SentText
from app.database import stored_id
from app.people.once import stored_before
from app.redlines.checking import Circumstances, Found, RuleSet

MOST_OF_ONE: Final = 200
"""Findings of one red line that are stored of a text, the first ones."""
MOST_STORED: Final = 1_000
"""Findings that are stored of a text: what is active comes before what is set aside or on trial, then by severity."""

_KEY_SHOWN: Final = 12
_ORDER: Final = ("active", "downgraded", "shadow", "block", "warn", "coach")
_WEIGHT: Final = {name: place for place, name in enumerate(_ORDER)}


@dataclass(frozen=True, slots=True)
class Crossing:
    """A red line that a text crosses, as it is stored; `shadow` is the state of a rule that is only tried."""

    red_line: str
    start: int
    end: int
    matched: str
    severity: str
    state: Literal["active", "downgraded", "shadow"]
    reason: str | None
    rule: Mapping[str, Any]
    products: tuple[str, ...]


def crossings(rules: RuleSet, text: str, said: Circumstances) -> list[Crossing]:
    """Return what is stored about a text: what its sender sees, and what rules on trial find, up to a bound."""
    found = [each for each in rules.check(text, said, everything=True) if _counts(each)]
    return _bounded([_crossing(each) for each in _first_of_each(found)])


def _first_of_each(found: Sequence[Found]) -> list[Found]:
    kept = []
    counts: Counter[str] = Counter()
    for each in found:
        counts[each.finding.red_line] += 1
        if counts[each.finding.red_line] <= MOST_OF_ONE:
            kept.append(each)
    return kept


def _bounded(found: list[Crossing]) -> list[Crossing]:
    if len(found) <= MOST_STORED:
        return found
    heaviest = sorted(found, key=lambda each: (_WEIGHT[each.state], _WEIGHT[each.severity]))[:MOST_STORED]
    return sorted(heaviest, key=lambda each: (each.start, -each.end))


def _counts(found: Found) -> bool:
    return found.finding.state != "suppressed" or found.finding.reason == "shadow"


def _crossing(found: Found) -> Crossing:
    finding = found.finding
    return Crossing(
        red_line=finding.red_line,
        start=finding.start,
        end=finding.end,
        matched=finding.matched,
        severity=finding.severity,
        state="shadow" if finding.state == "suppressed" else finding.state,
        reason=None if finding.reason == "shadow" else finding.reason,
        rule=found.rule,
        products=found.products,
    )


def send(  # noqa: PLR0913 (each is one fact about the text)
    session: Session,
    *,
    person_id: int,
    email: str,
    title: str,
    text: str,
    note: str,
    said: Circumstances,
    products: Sequence[str],
    places: Sequence[Any],
    key: str,
    rules: RuleSet,
    keep_days: int,
    moment: datetime,
) -> SentText:
    """Store a text for review, with its findings. The same `key` again, such as a second click, returns the first.

    `products` are slugs, `places` what tells a reader where in a file something stands. Raises ConflictError for a
    key that somebody else has used.
    """
    with_key = select(SentText).where(col(SentText.key) == key)
    known = stored_before(session, with_key, person_id, lambda each: each.person_id)
    if known is not None:
        return known
    sent = SentText(
        person_id=person_id,
        title=title,
        text=text,
        note=note,
        products=list(products),
        locale=said.locale,
        region=said.region,
        channel=said.channel,
        speaker=said.speaker,
        places=list(places),
        rules=rules.digest,
        key=key,
        sent_at=moment,
        keep_until=moment + timedelta(days=keep_days),
    )
    session.add(sent)
    session.flush()
    found = crossings(rules, text, said)
    add_findings(session, stored_id(sent), found, moment)
    record(
        session,
        at=moment,
        actor=email,
        action="text.sent",
        # not the number under which reviewers know the text: the trail names who sent it
        subject=("text", key[:_KEY_SHOWN]),
        details={"products": sent.products, "findings": sum(each.state != "shadow" for each in found)},
    )
    return sent


def add_findings(session: Session, sent_text_id: int, found: Sequence[Crossing], moment: datetime) -> None:
    """Store findings that are new."""
    if not found:
        return
    slugs = {slug for each in found for slug in each.products}
    products = session.execute(select(col(Product.slug), col(Product.id)).where(col(Product.slug).in_(slugs)))
    ids = {row[0]: row[1] for row in products}
    session.execute(
        insert(Finding),
        [
            {
                "sent_text_id": sent_text_id,
                # of several products it is for a person to say which one was talked about
                "product_id": ids[each.products[0]] if len(each.products) == 1 else None,
                "red_line": each.red_line,
                "rule": dict(each.rule),
                "start": each.start,
                "end": each.end,
                "matched": each.matched,
                "severity": each.severity,
                "state": each.state,
                "reason": each.reason,
                "found_at": moment,
                "disposition": Disposition.OPEN,
            }
            for each in found
        ],
    )
