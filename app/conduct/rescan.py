"""Trying a wording on stored texts before it is published, and asking for them to be read again afterwards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.clock import local_day
from app.conduct.models import SentText
from app.jobs.actions import enqueue as ask
from app.jobs.models import Job
from app.redlines.checking import Circumstances, check_transcript, rule_set
from app.redlines.documents.transcripts import Mapped, plain

if TYPE_CHECKING:
    from app.redlines.matcher import Matcher

JOB: Final = "conduct.rescan"
MOST_TRIED: Final = 500
"""A trial reads so many texts, the newest."""
MOST_CHARACTERS_TRIED: Final = 5_000_000
"""Characters that a trial reads at most: somebody waits for it."""


def enqueue(session: Session, product_ids: Collection[int], moment: datetime) -> None:
    """Ask for stored texts to be read again, because the red lines of products have changed; none asks for nothing.

    Publications that follow one another make one run, as long as it has not begun. Call it after the action has
    written to the audit trail, in its transaction.
    """
    if not product_ids:
        return
    # a run that is about to begin waits for this transaction, and so does not miss what it publishes
    session.execute(select(col(Job.id)).where(col(Job.key) == JOB).with_for_update())
    ask(session, JOB, {}, moment=moment, due_at=moment, key=JOB)


@dataclass(frozen=True, slots=True)
class Trial:
    """What wordings would find in stored texts.

    `texts` were read; `people` sent those of them that are crossed; `before` and `after` count the findings by the
    wordings in force and by those on trial.
    """

    texts: int
    people: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class _Text:
    person_id: int
    text: Mapped
    products: Sequence[str]
    said: Circumstances


def trial(session: Session, product_slug: str, rules: Sequence[Mapping[str, Any]], moment: datetime) -> Trial:
    """Read a product's stored texts with wordings of some red lines as if they were active; nothing is stored.

    Retired ones find nothing. What is in force under the same ids is read for comparison. Raises RuleError for a
    wording that cannot be matched.
    """
    from app.redlines.matcher import Matcher  # noqa: PLC0415 (with all that checks texts, arrays too: few processes do)

    ids = {rule["id"] for rule in rules}
    present = [rule for rule in rule_set(session, [product_slug], moment).rules if rule["id"] in ids]
    old = Matcher([rule for rule in present if rule["status"] == "active"])
    new = Matcher([{**rule, "status": "active"} for rule in rules if rule["status"] != "retired"])
    texts = _texts(session, product_slug)
    before = [_count(old, each, moment) for each in texts]
    after = [_count(new, each, moment) for each in texts]
    crossed = {each.person_id for each, count in zip(texts, after, strict=True) if count}
    return Trial(texts=len(texts), people=len(crossed), before=sum(before), after=sum(after))


def _texts(session: Session, product_slug: str) -> list[_Text]:
    kept = (
        select(col(SentText.id), col(SentText.products))
        .where(col(SentText.forgotten_at).is_(None))
        .order_by(col(SentText.id).desc())
    )
    newest = [row[0] for row in session.execute(kept) if _concerns(row[1], product_slug)][:MOST_TRIED]
    about = _first_characters(session, newest)
    rows = session.execute(
        select(
            col(SentText.person_id),
            col(SentText.text),
            col(SentText.products),
            col(SentText.locale),
            col(SentText.region),
            col(SentText.channel),
            col(SentText.speaker),
        ).where(col(SentText.id).in_(about))
    )
    return [_Text(row[0], plain(row[1]), row[2], Circumstances(*row[3:])) for row in rows]


def _first_characters(session: Session, newest: Sequence[int]) -> list[int]:
    """Return as many of the texts as a trial can read."""
    size = select(col(SentText.id), func.length(col(SentText.text))).where(col(SentText.id).in_(newest))
    sizes = {row[0]: row[1] for row in session.execute(size)}
    characters = accumulate(sizes[each] for each in newest)
    return [each for each, read in zip(newest, characters, strict=True) if read <= MOST_CHARACTERS_TRIED]


def _concerns(products: Collection[str], slug: str) -> bool:
    """Say whether a text was sent about a product; about none in particular is about all."""
    return not products or slug in products


def _count(matcher: "Matcher", each: _Text, moment: datetime) -> int:
    found = check_transcript(matcher, each.text, each.said, products=each.products, on=local_day(moment))
    return sum(finding.state != "suppressed" for finding, _heard in found)
