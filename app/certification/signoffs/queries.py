"""Every read of sign-offs: what is asked for, what waits for an assessor, and what was said before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Select, and_, func, or_, select, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentKind, ContentVersion, Product
from app.catalog.queries import in_force
from app.catalog.text import Text
from app.certification.models import SignOff, SignOffOutcome
from app.certification.signoffs.models import DemonstrationForm, Recording, SignOffRequest
from app.certification.signoffs.rubrics import VersionedRubric, asked_rubrics, rubric_of
from app.errors import NotFoundError
from app.people.models import Person
from app.web.i18n import gettext as _


def rubric_in_force(session: Session, product_id: int, rubric: str, as_of: datetime) -> VersionedRubric | None:
    """Return a rubric as the program in force has it; None when the program does not ask for it (any more)."""
    for program in in_force(session, [ContentKind.PROGRAM], as_of, products=[product_id]):
        if rubric in asked_rubrics(program.document):
            return VersionedRubric(program.id, program.number, rubric_of(program.document, rubric))
    return None


def rubric_at(session: Session, version_id: int, rubric: str) -> VersionedRubric | None:
    """Return a rubric as one version of a program has it; None where there is no such version."""
    row = session.execute(
        select(col(ContentVersion.number), col(ContentVersion.document)).where(col(ContentVersion.id) == version_id)
    ).first()
    return VersionedRubric(version_id, row.number, rubric_of(row.document, rubric)) if row else None


@dataclass(frozen=True, slots=True)
class SentFile:
    """What is known of a recording without reading it."""

    id: int
    name: str
    content_type: str
    size: int
    digest: str
    person_id: int

    @property
    def is_film(self) -> bool:
        """Whether there is something to see, too."""
        return self.content_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class Request:
    """A demonstration that somebody asked to be looked at; `taken_by` is (id, name) of who said they would."""

    id: int
    person_id: int
    rep: str
    product_id: int
    slug: str
    product: Text
    rubric: str
    form: DemonstrationForm
    link: str
    note: str
    asked_at: datetime
    taken_by: int | None
    assessor: str | None
    taken_at: datetime | None
    closed_at: datetime | None
    withdrawn: bool
    active: bool


_TAKER = aliased(Person)


def _requests() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(SignOffRequest.id),
            col(SignOffRequest.person_id),
            col(Person.name),
            col(SignOffRequest.product_id),
            col(Product.slug),
            col(Product.name),
            col(SignOffRequest.rubric),
            col(SignOffRequest.form),
            col(SignOffRequest.link),
            col(SignOffRequest.note),
            col(SignOffRequest.asked_at),
            col(SignOffRequest.taken_by),
            col(_TAKER.name),
            col(SignOffRequest.taken_at),
            col(SignOffRequest.closed_at),
            col(SignOffRequest.withdrawn),
            col(Person.deactivated_at).is_(None),
        )
        .join(Person, col(Person.id) == col(SignOffRequest.person_id))
        .join(Product, col(Product.id) == col(SignOffRequest.product_id))
        .outerjoin(_TAKER, col(_TAKER.id) == col(SignOffRequest.taken_by))
    )


def request_by_id(session: Session, request_id: int) -> Request:
    """Return a request. Raises NotFoundError."""
    row = session.execute(_requests().where(col(SignOffRequest.id) == request_id)).first()
    if row is None:
        raise NotFoundError(_("Nobody asked for this sign-off."))
    return Request(*row)


def open_request(session: Session, person_id: int, product_id: int, rubric: str) -> Request | None:
    """Return the one request that waits, if there is one."""
    row = session.execute(
        _requests().where(
            col(SignOffRequest.person_id) == person_id,
            col(SignOffRequest.product_id) == product_id,
            col(SignOffRequest.rubric) == rubric,
            col(SignOffRequest.closed_at).is_(None),
        )
    ).first()
    return Request(*row) if row else None


def recordings(session: Session, requests: Collection[int]) -> dict[int, SentFile]:
    """Return the recordings that were sent with requests, by the request's id."""
    rows = session.execute(
        select(
            col(Recording.request_id),
            col(Recording.id),
            col(Recording.name),
            col(Recording.content_type),
            col(Recording.size),
            col(Recording.digest),
            col(SignOffRequest.person_id),
        )
        .join(SignOffRequest, col(SignOffRequest.id) == col(Recording.request_id))
        .where(col(Recording.request_id).in_(requests))
    )
    return {request_id: SentFile(*rest) for request_id, *rest in rows}


def recording(session: Session, recording_id: int) -> SentFile | None:
    """Find a recording by its id."""
    request_id = session.scalar(select(col(Recording.request_id)).where(col(Recording.id) == recording_id))
    return recordings(session, [request_id]).get(request_id) if request_id else None


def recording_bytes(session: Session, recording_id: int, start: int, length: int | None) -> bytes:
    """Read a recording from a byte on."""
    limits = [start + 1] if length is None else [start + 1, length]
    part = type_coerce(func.substr(col(Recording.data), *limits), LargeBinary)
    return bytes(session.scalars(select(part).where(col(Recording.id) == recording_id)).one())


@dataclass(frozen=True, slots=True)
class Said:
    """What an assessor said of a demonstration, with the signature under it."""

    id: int
    request_id: int | None
    outcome: SignOffOutcome
    note: str
    assessor_id: int
    assessor: str
    decided_at: datetime
    program_version_id: int | None
    scores: Mapping[str, Any] | None
    evidence_url: str
    signed_name: str
    meaning: str
    second_wanted: bool
    second_of: int | None

    def score(self, criterion: str) -> Mapping[str, Any] | None:
        """Return `met` and `note` of a criterion; None where it was not judged."""
        found: Mapping[str, Any] | None = (self.scores or {}).get(criterion)
        return found


def _said() -> Select[*tuple[Any, ...]]:
    return select(
        col(SignOff.id),
        col(SignOff.request_id),
        col(SignOff.outcome),
        col(SignOff.note),
        col(SignOff.assessor_id),
        col(Person.name),
        col(SignOff.decided_at),
        col(SignOff.program_version_id),
        col(SignOff.scores),
        col(SignOff.evidence_url),
        col(SignOff.signed_name),
        col(SignOff.meaning),
        col(SignOff.second_wanted),
        col(SignOff.second_of),
    ).join(Person, col(Person.id) == col(SignOff.assessor_id))


def said_of(session: Session, request_id: int) -> tuple[Said | None, Said | None]:
    """Return what the first assessor said of a request, and what the second one said."""
    rows = [Said(*row) for row in session.execute(_said().where(col(SignOff.request_id) == request_id))]
    first = next((each for each in rows if each.second_of is None), None)
    return first, next((each for each in rows if each.second_of is not None), None)


def judged_by(session: Session, said: Said, rubric: str) -> VersionedRubric | None:
    """Return the rubric that a sign-off was judged by; None for those signed before rubrics were kept."""
    return rubric_at(session, said.program_version_id, rubric) if said.program_version_id is not None else None


@dataclass(frozen=True, slots=True)
class Past:
    """One request that is over, with what was said of it; what was signed before there were requests has none."""

    request: Request | None
    said: Said | None
    file: SentFile | None


def history(session: Session, person_id: int, product_id: int, rubric: str) -> list[Past]:
    """Return what became of a person's demonstrations, the newest first; four statements at most."""
    closed = [
        Request(*row)
        for row in session.execute(
            _requests()
            .where(
                col(SignOffRequest.person_id) == person_id,
                col(SignOffRequest.product_id) == product_id,
                col(SignOffRequest.rubric) == rubric,
                col(SignOffRequest.closed_at).is_not(None),
            )
            .order_by(col(SignOffRequest.id).desc())
        )
    ]
    said = [
        Said(*row)
        for row in session.execute(
            _said().where(
                col(SignOff.person_id) == person_id,
                col(SignOff.product_id) == product_id,
                col(SignOff.rubric) == rubric,
                col(SignOff.second_of).is_(None),
            )
        )
    ]
    by_request = {each.request_id: each for each in said if each.request_id}
    files = recordings(session, [each.id for each in closed])
    found = [Past(each, by_request.get(each.id), files.get(each.id)) for each in closed]
    found += [Past(None, each, None) for each in said if each.request_id is None]
    return sorted(found, key=_ended, reverse=True)


def _ended(past: Past) -> datetime:
    if past.said is not None:
        return past.said.decided_at
    assert past.request is not None  # noqa: S101 (there is one or the other)
    return past.request.closed_at or past.request.asked_at


def program_versions(session: Session, said: Sequence[Said]) -> dict[int, int]:
    """Return the numbers of the program's versions that these were judged under, by id."""
    ids = {each.program_version_id for each in said if each.program_version_id is not None}
    rows = session.execute(
        select(col(ContentVersion.id), col(ContentVersion.number)).where(col(ContentVersion.id).in_(ids))
    )
    return {row.id: row.number for row in rows}


@dataclass(frozen=True, slots=True)
class ReturnedDemonstration:
    """A demonstration that waits for its rep, to be shown again."""

    slug: str
    product: Text
    rubric: str
    note: str
    assessor: str
    at: datetime


def returned_to(session: Session, person_id: int) -> list[ReturnedDemonstration]:
    """Return what was returned to a person and not shown again yet, the longest waiting first."""
    newest = (
        select(func.max(col(SignOff.id)))
        .where(col(SignOff.person_id) == person_id, col(SignOff.second_of).is_(None))
        .group_by(col(SignOff.product_id), col(SignOff.rubric))
    )
    shown_again = (
        select(col(SignOffRequest.id))
        .where(
            col(SignOffRequest.person_id) == person_id,
            col(SignOffRequest.product_id) == col(SignOff.product_id),
            col(SignOffRequest.rubric) == col(SignOff.rubric),
            col(SignOffRequest.closed_at).is_(None),
        )
        .exists()
    )
    rows = session.execute(
        select(
            col(Product.slug),
            col(Product.name),
            col(SignOff.rubric),
            col(SignOff.note),
            col(Person.name),
            col(SignOff.decided_at),
        )
        .join(Product, and_(col(Product.id) == col(SignOff.product_id), col(Product.retired_at).is_(None)))
        .join(Person, col(Person.id) == col(SignOff.assessor_id))
        .where(col(SignOff.id).in_(newest), col(SignOff.outcome) == SignOffOutcome.RETURNED, ~shown_again)
        .order_by(col(SignOff.decided_at))
    )
    return [ReturnedDemonstration(*row) for row in rows]


def requested(session: Session, person_id: int, as_of: datetime) -> set[tuple[int, str]]:
    """Return (product's id, rubric) of the demonstrations of a person that waited for an assessor at a moment."""
    rows = session.execute(
        select(col(SignOffRequest.product_id), col(SignOffRequest.rubric)).where(
            col(SignOffRequest.person_id) == person_id,
            col(SignOffRequest.asked_at) <= as_of,
            or_(col(SignOffRequest.closed_at).is_(None), col(SignOffRequest.closed_at) > as_of),
        )
    )
    return {(row.product_id, row.rubric) for row in rows}
