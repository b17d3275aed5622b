"""Which records belong to a pack, column by column: what is not named here does not leave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from app.catalog.models import LessonProgress
from app.certification.certificates.models import Certificate
from app.certification.live.models import Attendance, CheckIn, LiveSession, Registration
from app.certification.models import (
    Appeal,
    Assignment,
    CertificationEvent,
    CertificationPeriod,
    Leave,
    PeriodExtension,
    RequirementCredit,
    SignOff,
)
from app.certification.signoffs.models import Recording, SignOffRequest
from app.conduct.models import Violation
from app.deals.incidents.models import Incident, IncidentStatus
from app.quizzes.models import Accommodation, Attempt, AttemptItem, AttemptRegrade, Essay, EssayMark
from app.redlines.models import Attestation
from app.reports.evidence.subjects import Kind, Subject

BOTH: Final = frozenset({Kind.PERSON, Kind.PRODUCT})
ACTORS: Final = frozenset(
    {
        "asked_by",
        "assessor_id",
        "assigned_by",
        "by",
        "decided_by",
        "ended_by",
        "given_by",
        "host_id",
        "issued_by",
        "marked_by",
        "recorded_by",
        "taken_by",
        "withdrawn_by",
    }
)
"""Columns that name an account, by its number or its address."""


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of record in a pack.

    `known` is the moment since when a row is known. `later` names, by the moment that a column holds, the columns which
    were empty before it. `internal` columns stand only in whole packs.
    """

    name: str
    model: Any
    columns: tuple[str, ...]
    known: str
    within: Callable[[Subject], ColumnElement[bool]]
    later: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    internal: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = BOTH


def of(model: Any) -> Callable[[Subject], ColumnElement[bool]]:
    """Choose the rows of a table that names the person and the product."""
    return lambda subject: getattr(model, f"{subject.kind.value}_id") == subject.id


def through(column: Any, model: Any) -> Callable[[Subject], ColumnElement[bool]]:
    """Choose rows by a parent that names the person and the product."""
    return lambda subject: col(column).in_(select(col(model.id)).where(of(model)(subject)))


def _checked_in(subject: Subject) -> ColumnElement[bool]:
    if subject.kind is Kind.PERSON:
        return col(CheckIn.person_id) == subject.id
    return through(CheckIn.live_session_id, LiveSession)(subject)


def _registered(subject: Subject) -> ColumnElement[bool]:
    if subject.kind is Kind.PERSON:
        return col(Registration.person_id) == subject.id
    return through(Registration.live_session_id, LiveSession)(subject)


def _lived(subject: Subject) -> ColumnElement[bool]:
    if subject.kind is Kind.PRODUCT:
        return col(LiveSession.product_id) == subject.id
    came = select(col(Registration.live_session_id)).where(col(Registration.person_id) == subject.id)
    held = select(col(Attendance.live_session_id)).where(col(Attendance.person_id) == subject.id)
    return col(LiveSession.id).in_(came.union(held))


def _decisive(subject: Subject) -> ColumnElement[bool]:
    # a second look decides nothing; it is about the assessors
    return of(SignOff)(subject) & col(SignOff.second_of).is_(None)


def _appealed(subject: Subject) -> ColumnElement[bool]:
    return through(Appeal.event_id, CertificationEvent)(subject)


def _confirmed(subject: Subject) -> ColumnElement[bool]:
    return of(Incident)(subject) & (col(Incident.status) == IncidentStatus.CONFIRMED)


def _essays(subject: Subject) -> ColumnElement[bool]:
    attempts = select(col(Attempt.id)).where(of(Attempt)(subject))
    items = select(col(AttemptItem.id)).where(col(AttemptItem.attempt_id).in_(attempts))
    return col(Essay.attempt_item_id).in_(items)


def _essay_marks(subject: Subject) -> ColumnElement[bool]:
    return col(EssayMark.essay_id).in_(select(col(Essay.id)).where(_essays(subject)))


TABLES: Final = (
    Table(
        "assignments", Assignment, ("id", "person_id", "product_id", "due_on", "assigned_at", "assigned_by"),
        "assigned_at", of(Assignment),
    ),
    Table(
        "leave", Leave,
        ("id", "person_id", "from_on", "through_on", "recorded_at", "recorded_by", "withdrawn_at", "withdrawn_by"),
        "recorded_at", of(Leave), {"withdrawn_at": ("withdrawn_by",)}, kinds=frozenset({Kind.PERSON}),
    ),
    Table(
        "periods", CertificationPeriod,
        (
            "id", "person_id", "product_id", "level", "number", "origin", "evidence", "done_on", "window_opens_on",
            "valid_through", "baseline_through", "grace_through", "program_version_id", "redlines_version_id", "code",
            "awarded_at",
        ),
        "awarded_at", of(CertificationPeriod),
    ),
    Table(
        "extensions", PeriodExtension, ("id", "period_id", "through", "reason", "at", "by"),
        "at", through(PeriodExtension.period_id, CertificationPeriod),
    ),
    Table(
        "certificates", Certificate,
        (
            "id", "period_id", "issue", "code", "supersedes_id", "template", "snapshot", "digest", "reason",
            "issued_at", "issued_by",
        ),
        "issued_at", through(Certificate.period_id, CertificationPeriod),
    ),
    Table(
        "decisions", CertificationEvent,
        (
            "id", "person_id", "product_id", "kind", "preset", "reason", "red_line", "case", "deadline", "at", "by",
        ),
        "at", of(CertificationEvent),
    ),
    Table(
        "appeals", Appeal,
        (
            "id", "event_id", "person_id", "text", "asked_at", "decide_by", "outcome", "answer", "decided_at",
            "decided_by",
        ),
        "asked_at", _appealed, {"decided_at": ("outcome", "answer", "decided_by")},
    ),
    Table(
        "violations", Violation,
        (
            "id", "person_id", "product_id", "incident_id", "red_line", "title", "consequence", "reason", "to_discuss",
            "certification_event_id", "at", "by",
        ),
        "at", of(Violation),
    ),
    Table(
        # who reported it is in no pack
        "incidents", Incident,
        (
            "id", "person_id", "product_id", "origin", "red_line", "title", "text", "happened_on", "cost", "currency",
            "note", "decided_at", "decided_by",
        ),
        "decided_at", _confirmed, internal=frozenset({"text", "note"}),
    ),
    Table(
        "credits", RequirementCredit,
        (
            "id", "person_id", "product_id", "kind", "requirement_kind", "requirement_key", "title", "reason",
            "evidence_url", "done_on", "through", "asked_at", "asked_by", "approved", "answer", "decided_at",
            "decided_by", "ended_at", "ended_by", "ended_because",
        ),
        "asked_at", of(RequirementCredit),
        {"decided_at": ("approved", "answer", "decided_by"), "ended_at": ("ended_by", "ended_because")},
    ),
    Table(
        "lessons", LessonProgress,
        ("id", "person_id", "product_id", "lesson", "opened_at", "completed_at", "content_version_id", "confirmed"),
        "opened_at", of(LessonProgress), {"completed_at": ("content_version_id", "confirmed")},
    ),
    Table(
        "signatures", Attestation,
        (
            "id", "person_id", "product_id", "content_version_id", "number", "signed_name", "meaning", "locale",
            "signed_at",
        ),
        "signed_at", of(Attestation),
    ),
    Table(
        "sign-off-requests", SignOffRequest,
        (
            "id", "person_id", "product_id", "rubric", "form", "link", "note", "asked_at", "taken_by", "taken_at",
            "closed_at", "withdrawn",
        ),
        "asked_at", of(SignOffRequest), {"taken_at": ("taken_by",), "closed_at": ("withdrawn",)},
    ),
    Table(
        "recordings", Recording, ("id", "request_id", "name", "content_type", "digest", "size", "stored_at"),
        "stored_at", through(Recording.request_id, SignOffRequest),
    ),
    Table(
        "sign-offs", SignOff,
        (
            "id", "person_id", "product_id", "rubric", "request_id", "program_version_id", "outcome", "scores", "note",
            "evidence_url", "assessor_id", "signed_name", "meaning", "decided_at",
        ),
        "decided_at", _decisive, internal=frozenset({"signed_name"}),
    ),
    Table(
        "live-sessions", LiveSession,
        (
            "id", "product_id", "key", "title", "host_id", "starts_at", "ends_at", "timezone", "presence_percent",
            "parts", "created_at", "cancelled_at", "cancel_reason",
        ),
        "created_at", _lived, {"cancelled_at": ("cancel_reason",)},
    ),
    Table(
        "registrations", Registration,
        ("id", "live_session_id", "person_id", "registered_at", "seated_at", "cancelled_at"),
        "registered_at", _registered, {"seated_at": (), "cancelled_at": ()},
    ),
    Table("check-ins", CheckIn, ("id", "live_session_id", "person_id", "part", "way", "at"), "at", _checked_in),
    Table(
        "attendance", Attendance,
        (
            "id", "live_session_id", "person_id", "product_id", "key", "held_at", "attended", "by_hand", "recorded_at",
            "recorded_by",
        ),
        "recorded_at", of(Attendance),
    ),
    Table(
        "accommodations", Accommodation,
        ("id", "person_id", "content_id", "extra_time_percent", "extra_attempts", "given_at", "given_by",
         "withdrawn_at", "withdrawn_by"),
        "given_at", of(Accommodation), {"withdrawn_at": ("withdrawn_by",)}, kinds=frozenset({Kind.PERSON}),
    ),
    Table(
        "regrades", AttemptRegrade,
        (
            "id", "attempt_id", "at", "points_before", "points_after", "percent_before", "percent_after",
            "passed_before", "passed_after",
        ),
        "at", through(AttemptRegrade.attempt_id, Attempt),
    ),
    Table(
        "essays", Essay, ("id", "attempt_item_id", "submitted_at"), "submitted_at", _essays,
    ),
    Table(
        "essay-marks", EssayMark,
        ("id", "essay_id", "number", "returned", "points", "comment", "answer", "marked_at", "marked_by"),
        "marked_at", _essay_marks,
    ),
)  # fmt: skip
"""Every kind of record about a person or a product, but quizzes taken, which have rules of their own."""
