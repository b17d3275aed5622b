"""What was published, or decided about one person, that asks those who are certified to do something again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Verdict
from app.catalog.queries import frozen_documents
from app.certification.programs import Program, besides_lessons, delta_quiz, quiz
from app.certification.requirements import LASTING, Requirement, RequirementKind, asked_again
from app.certification.rules import Recertification
from app.clock import local_day
from app.database import rows
from app.quizzes.delta.rules import MOST

RENEWED = frozenset(RequirementKind) - LASTING
KINDS_ASKED_AGAIN: Mapping[Verdict, frozenset[RequirementKind]] = {
    Verdict.ATTEST_AGAIN: frozenset({RequirementKind.ATTESTATION}),
    Verdict.DELTA_QUIZ: frozenset({RequirementKind.ATTESTATION, RequirementKind.QUIZ}),
    Verdict.FULL: RENEWED,
}
"""What the verdict of a publication asks of those who are certified; a full one asks what a renewal asks.

A delta quiz takes the place of the quiz where the version names the questions that ask about what it changed.
"""

_CHANGES = (
    select(
        col(ContentVersion.id),
        col(Content.product_id),
        col(Content.kind),
        col(ContentVersion.number),
        col(ContentVersion.verdict),
        col(ContentVersion.published_at),
        col(ContentVersion.deadline),
        col(ContentVersion.delta),
    )
    .join(Content, col(Content.id) == col(ContentVersion.content_id))
    .where(
        col(Content.product_id).in_(bindparam("products", expanding=True)),
        col(ContentVersion.verdict).in_(bindparam("verdicts", expanding=True)),
        col(ContentVersion.published_at) <= bindparam("as_of"),
    )
    .order_by(col(ContentVersion.published_at), col(ContentVersion.id))
)
_PROGRAMS = (
    select(
        col(ContentVersion.id), col(Content.product_id), col(ContentVersion.published_at), col(ContentVersion.digest)
    )
    .join(Content, col(Content.id) == col(ContentVersion.content_id))
    .where(
        col(Content.product_id).in_(bindparam("products", expanding=True)),
        col(Content.kind) == ContentKind.PROGRAM,
        col(ContentVersion.published_at) <= bindparam("as_of"),
    )
    .order_by(col(ContentVersion.number).desc())
)

_Asked = tuple[datetime, tuple[Requirement, ...]]
"""(since when, what a program asks for)"""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is asked for again from a moment on; `redlines_version` is 0 where it was not the red lines."""

    requirements: tuple[Requirement, ...]
    published_at: datetime
    deadline: date | None
    redlines_version: int = 0

    @property
    def published_on(self) -> date:
        """The local day of the change."""
        return local_day(self.published_at)

    def is_answered_by(self, requirement: Requirement, begun: datetime, done_on: date) -> bool:
        """Tell whether what was begun at a moment and done on a day may count.

        The rules count whole days: what was done earlier on the day of a change must not answer it, and neither must
        what was begun before it, such as a quiz with the old questions.
        """
        earlier = begun < self.published_at and done_on >= self.published_on
        return not (earlier and asked_again(requirement, self.requirements))

    def asks(self, requirements: tuple[Requirement, ...]) -> Recertification | None:
        """Return what it asks of those who do `requirements`, if anything."""
        parts = {part for each in requirements for part in each.parts()}
        asked = tuple(each for each in self.requirements if each in requirements or _quiz_of(each) in parts)
        return Recertification(self.published_on, self.deadline or self.published_on, asked) if asked else None


def _quiz_of(requirement: Requirement) -> Requirement | None:
    """Return the whole quiz that a delta quiz belongs to."""
    if requirement.kind is not RequirementKind.DELTA_QUIZ:
        return None
    return quiz(requirement.key.partition("@")[0])


def changes(session: Session, programs: Mapping[int, Program], as_of: datetime) -> dict[int, list[Change]]:
    """Read which publications ask those certified before to do something again, by product, in their order."""
    published = rows(session, _CHANGES, products=list(programs), verdicts=list(KINDS_ASKED_AGAIN), as_of=as_of)
    asked_then = _past_programs(session, {row.product_id for row in published}, as_of)
    found: dict[int, list[Change]] = defaultdict(list)
    for row in published:
        # what a later program added is no part of the change, and what it dropped can no longer be done
        then = next((asked for since, asked in asked_then[row.product_id] if since <= row.published_at), ())
        asked = tuple(_asked_by(row, programs[row.product_id].asked(), then))
        if asked:
            number = row.number if row.kind is ContentKind.REDLINES else 0
            found[row.product_id].append(Change(asked, row.published_at, row.deadline, number))
    return found


def spot_recertification(program: Program, moment: datetime, deadline: date | None) -> Change:
    """Return what a person's spot recertification asks for: the program's quizzes, or where there is none the rest."""
    quizzes = tuple(_of_kinds(program.requirements, frozenset({RequirementKind.QUIZ})))
    return Change(quizzes or tuple(_of_kinds(program.requirements, RENEWED)), moment, deadline)


def _asked_by(row: Any, now: Iterable[Requirement], then: Collection[Requirement]) -> Iterable[Requirement]:
    kinds = KINDS_ASKED_AGAIN[row.verdict]
    if row.verdict is Verdict.DELTA_QUIZ and row.kind is not ContentKind.REDLINES:
        kinds -= {RequirementKind.ATTESTATION}  # what was signed stands as it was
    asked_then = {part for each in then for part in each.parts()}
    # by their parts: what is offered as one of several since, or alone since, is the same thing to do
    both = [each for each in now if any(part in asked_then and part.kind in kinds for part in each.parts())]
    if row.delta is None:
        return _of_kinds(both, kinds)
    quizzes = {part.key for each in both for part in each.parts() if part.kind is RequirementKind.QUIZ}
    deltas = (delta_quiz(key, row.id, min(len(items), MOST)) for key, items in row.delta.items() if key in quizzes)
    return (*_of_kinds(both, kinds - {RequirementKind.QUIZ}), *deltas)


def _of_kinds(requirements: Iterable[Requirement], kinds: frozenset[RequirementKind]) -> Iterable[Requirement]:
    return (each for each in requirements if any(part.kind in kinds for part in each.parts()))


def _past_programs(session: Session, products: Collection[int], as_of: datetime) -> Mapping[int, list[_Asked]]:
    """Read what each version of the products' programs asked for besides lessons, the newest first."""
    found: dict[int, list[_Asked]] = defaultdict(list)
    if not products:
        return found
    versions = rows(session, _PROGRAMS, products=list(products), as_of=as_of)
    documents = frozen_documents(session, {row.id: row.digest for row in versions})
    for row in versions:
        found[row.product_id].append((row.published_at, besides_lessons(documents[row.digest])))
    return found
