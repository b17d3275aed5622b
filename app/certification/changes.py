"""What was published, or decided about one person, that asks those who are certified to do something again."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Text, bindparam, cast, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
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

_Asked = tuple[datetime, tuple[Requirement, ...]]
"""(since when, what a program asks for)"""
WORKED_OUT = 2_000
"""For how many products and sets of publications a process keeps what they ask for again."""

_PUBLISHED = (
    select(
        col(Content.product_id),
        col(ContentVersion.id),
        col(Content.kind),
        col(ContentVersion.number),
        col(ContentVersion.digest),
        col(ContentVersion.verdict),
        col(ContentVersion.published_at),
        col(ContentVersion.deadline),
        cast(col(ContentVersion.delta), Text).label("delta"),
    )
    .join(Content, col(Content.id) == col(ContentVersion.content_id))
    .where(
        any_of(col(Content.product_id), "products"),
        or_(col(Content.kind) == ContentKind.PROGRAM, col(ContentVersion.verdict).in_(KINDS_ASKED_AGAIN)),
        col(ContentVersion.published_at) <= bindparam("as_of"),
    )
    .order_by(col(ContentVersion.published_at), col(ContentVersion.id))
)


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


def changes(session: Session, programs: Mapping[int, Program], as_of: datetime) -> dict[int, tuple[Change, ...]]:
    """Read which publications ask those certified before to do something again, by product, in their order."""
    published: dict[int, list[_Published]] = defaultdict(list)
    for product_id, *version in rows(session, _PUBLISHED, products=programs, as_of=as_of):
        published[product_id].append(_Published(*version))
    return {
        product_id: _of_product(session, programs[product_id].asked(), tuple(versions))
        for product_id, versions in published.items()
        if any(each.asks_again for each in versions)
    }


class _Published(NamedTuple):
    """A version that asks for something again, or of a program; `delta` is in JSON."""

    id: int
    kind: ContentKind
    number: int
    digest: str
    verdict: Verdict
    published_at: datetime
    deadline: date | None
    delta: str | None

    @property
    def asks_again(self) -> bool:
        return self.verdict in KINDS_ASKED_AGAIN


class _Key(NamedTuple):
    """What the changes of a product follow from. Documents do not change, so their digests stand for them."""

    asked: int
    """The `id` of the requirements: equal ones may take other minutes."""
    versions: tuple[_Published, ...]


_worked_out: dict[_Key, tuple[tuple[Requirement, ...], tuple[Change, ...]]] = {}
"""With the requirements, so that their `id` stays theirs."""


def _of_product(
    session: Session, asked: tuple[Requirement, ...], versions: tuple[_Published, ...]
) -> tuple[Change, ...]:
    key = _Key(id(asked), versions)
    known = _worked_out.get(key)
    if known is not None:
        return known[1]
    found = tuple(_changes(asked, versions, _past_programs(session, versions)))
    if len(_worked_out) >= WORKED_OUT:
        _worked_out.clear()
    _worked_out[key] = (asked, found)
    return found


def _changes(
    now: tuple[Requirement, ...], versions: Iterable[_Published], programs: Sequence[_Asked]
) -> Iterable[Change]:
    for each in versions:
        if each.asks_again:
            # what a later program added is no part of the change, and what it dropped can no longer be done
            then = next((asked for since, asked in programs if since <= each.published_at), ())
            asked = tuple(_asked_by(each, now, then))
            if asked:
                number = each.number if each.kind is ContentKind.REDLINES else 0
                yield Change(asked, each.published_at, each.deadline, number)


def spot_recertification(program: Program, moment: datetime, deadline: date | None) -> Change:
    """Return what a person's spot recertification asks for: the program's quizzes, or where there is none the rest."""
    quizzes = tuple(_of_kinds(program.requirements, frozenset({RequirementKind.QUIZ})))
    return Change(quizzes or tuple(_of_kinds(program.requirements, RENEWED)), moment, deadline)


def _asked_by(row: _Published, now: Iterable[Requirement], then: Collection[Requirement]) -> Iterable[Requirement]:
    kinds = KINDS_ASKED_AGAIN[row.verdict]
    if row.verdict is Verdict.DELTA_QUIZ and row.kind is not ContentKind.REDLINES:
        kinds -= {RequirementKind.ATTESTATION}  # what was signed stands as it was
    asked_then = {part for each in then for part in each.parts()}
    # by their parts: what is offered as one of several since, or alone since, is the same thing to do
    both = [each for each in now if any(part in asked_then and part.kind in kinds for part in each.parts())]
    if row.delta is None:
        return _of_kinds(both, kinds)
    quizzes = {part.key for each in both for part in each.parts() if part.kind is RequirementKind.QUIZ}
    deltas = (
        delta_quiz(key, row.id, min(len(items), MOST)) for key, items in json.loads(row.delta).items() if key in quizzes
    )
    return (*_of_kinds(both, kinds - {RequirementKind.QUIZ}), *deltas)


def _of_kinds(requirements: Iterable[Requirement], kinds: frozenset[RequirementKind]) -> Iterable[Requirement]:
    return (each for each in requirements if any(part.kind in kinds for part in each.parts()))


def _past_programs(session: Session, versions: Iterable[_Published]) -> list[_Asked]:
    """Return what each version of a product's program asked for besides lessons, the newest first."""
    programs = sorted((each for each in versions if each.kind is ContentKind.PROGRAM), key=lambda each: -each.number)
    documents = frozen_documents(session, {each.id: each.digest for each in programs})
    return [(each.published_at, besides_lessons(documents[each.digest])) for each in programs]
