"""Reading stored texts again after red lines have changed, some at a time; see `rescan.enqueue`.

A text carries the digest of the rules under which it was read last, so nothing is read twice for the same rules, and a
run that dies goes on where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.conduct.models import Disposition, Finding, SentText
from app.conduct.rescan import JOB
from app.conduct.rulesets import rules_of
from app.conduct.sending import Crossing, add_findings, crossings
from app.database import Database
from app.jobs.actions import enqueue
from app.redlines.checking import Circumstances, RuleSet

BATCH: Final = 20
"""Texts that one transaction stores the findings of."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a text crosses by the rules of `digest`."""

    sent_text_id: int
    digest: str
    crossings: Sequence[Crossing]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts that were read; `last` is the last one looked at, None at the end of the run."""

    reads: Sequence[Read] = ()
    last: int | None = None


def prepare(database: Database, payload: Mapping[str, Any], moment: datetime) -> Batch:
    """Read the next texts, outside of any transaction, as far as their rules have changed."""
    if "after" not in payload:
        return Batch(last=0)  # the run begins in a job of its own, see `rescan.enqueue`
    with database.read() as session:
        texts = session.scalars(
            select(SentText)
            .where(col(SentText.id) > payload["after"], col(SentText.forgotten_at).is_(None))
            .order_by(col(SentText.id))
            .limit(BATCH)
        ).all()
        rules = _rules(session, texts, moment)
    reads = [read for text in texts if (read := _read(text, rules[tuple(text.products)])) is not None]
    return Batch(reads, texts[-1].id if len(texts) == BATCH else None)


def _rules(session: Session, texts: Sequence[SentText], moment: datetime) -> dict[tuple[str, ...], RuleSet | None]:
    return {products: rules_of(session, products, moment) for products in {tuple(text.products) for text in texts}}


def _read(text: SentText, rules: RuleSet | None) -> Read | None:
    if rules is None or rules.digest == text.rules:
        return None
    said = Circumstances(text.locale, text.region, text.channel, text.speaker)
    return Read(text.id or 0, rules.digest, crossings(rules, text.text, said))


def store(session: Session, batch: Batch, moment: datetime) -> None:
    """Store what was found, and ask for the next texts."""
    ids = [read.sent_text_id for read in batch.reads]
    texts = session.scalars(
        select(SentText)
        .where(col(SentText.id).in_(ids), col(SentText.forgotten_at).is_(None))
        .order_by(col(SentText.id))
        .with_for_update()
    ).all()
    rules = _rules(session, texts, moment)
    reads = {read.sent_text_id: read for read in batch.reads}
    added = gone = 0
    for text in texts:
        read, now = reads[text.id or 0], rules[tuple(text.products)]
        if now is None or now.digest != read.digest:
            continue  # published meanwhile: the run that it asked for reads this text
        text.rules = read.digest
        changes = _merge(session, read, moment)
        added, gone = added + changes[0], gone + changes[1]
    session.flush()
    if batch.last is not None:
        enqueue(session, JOB, {"after": batch.last}, moment=moment, due_at=moment)
    if added or gone:
        details = {"added": added, "gone": gone}
        record(
            session, at=moment, actor="system", action="findings.renewed", subject=("texts", "sent"), details=details
        )


_Mark = tuple[str, int, int]


def _merge(session: Session, read: Read, moment: datetime) -> tuple[int, int]:
    """Add findings that are new and mark those that are gone; what somebody has decided stays as it is.

    A finding that weighs otherwise than before is another one. Returns how many were added and how many are gone.
    """
    stored = session.scalars(
        select(Finding)
        .where(col(Finding.sent_text_id) == read.sent_text_id)
        .order_by(col(Finding.id))
        .with_for_update()
    ).all()
    decided = {_mark(each) for each in stored if each.disposition is not Disposition.OPEN}
    waiting = {(*_mark(each), each.severity, each.state): each for each in stored if _is_open(each)}
    new = []
    for crossing in read.crossings:
        known = waiting.pop((*_mark(crossing), crossing.severity, crossing.state), None)
        if known is not None:
            known.gone_at = None
        elif _mark(crossing) not in decided:
            new.append(crossing)
    vanished = [each for each in waiting.values() if each.gone_at is None]
    for each in vanished:
        each.gone_at = moment
    add_findings(session, read.sent_text_id, new, moment)
    return len(new), len(vanished)


def _mark(each: Finding | Crossing) -> _Mark:
    return each.red_line, each.start, each.end


def _is_open(each: Finding) -> bool:
    return each.disposition is Disposition.OPEN
