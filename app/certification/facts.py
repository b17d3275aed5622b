"""The facts about people × products, read as they were known at one moment: one statement a table."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, bindparam, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion, LessonProgress
from app.certification.asking import ALL_LESSONS
from app.certification.changes import Change, changes, spot_recertification
from app.certification.dates import ONE_DAY, Basis, PeriodDates
from app.certification.holdings import Held, Holdings, Key
from app.certification.leave.queries import leaves
from app.certification.leave.rules import due_after_leave
from app.certification.live.models import Attendance
from app.certification.models import Assignment, CreditKind, RequirementCredit, SignOff, SignOffOutcome
from app.certification.programs import Program, attestation, certification, delta_quiz, lesson, live_session, quiz
from app.certification.programs import sign_off as demonstration
from app.certification.requirements import Evidence, Requirement, RequirementKind, Spans
from app.certification.rules import Recertification, Sanction, missed
from app.clock import local_day
from app.database import rows
from app.quizzes.models import Attempt
from app.quizzes.queries import passed
from app.redlines.models import Attestation


def _of(table: Any) -> ColumnElement[bool]:
    return and_(
        col(table.person_id).in_(bindparam("people", expanding=True)),
        col(table.product_id).in_(bindparam("products", expanding=True)),
    )


_LESSONS = select(
    col(LessonProgress.person_id),
    col(LessonProgress.product_id),
    col(LessonProgress.lesson),
    col(LessonProgress.completed_at),
).where(_of(LessonProgress), col(LessonProgress.completed_at) <= bindparam("as_of"))
_ATTESTATIONS = (
    select(
        col(Attestation.person_id),
        col(Attestation.product_id),
        col(Attestation.signed_at),
        col(ContentVersion.number),
    )
    .join(ContentVersion, col(ContentVersion.id) == col(Attestation.content_version_id))
    .where(_of(Attestation), col(Attestation.signed_at) <= bindparam("as_of"))
)
_QUIZZES = (
    select(
        col(Attempt.person_id),
        col(Attempt.product_id),
        col(Content.slug),
        col(Attempt.delta_of),
        col(Attempt.started_at),
        col(Attempt.finished_at),
    )
    .join(Content, col(Content.id) == col(Attempt.content_id))
    .where(_of(Attempt), passed(bindparam("as_of")), col(Attempt.marked_at) <= bindparam("as_of"))
)
_SIGN_OFFS = select(
    col(SignOff.person_id), col(SignOff.product_id), col(SignOff.rubric), col(SignOff.decided_at)
).where(
    _of(SignOff),
    col(SignOff.outcome) == SignOffOutcome.PASSED,
    col(SignOff.second_of).is_(None),
    col(SignOff.decided_at) <= bindparam("as_of"),
)
_ATTENDANCE = (
    select(
        col(Attendance.live_session_id),
        col(Attendance.person_id),
        col(Attendance.product_id),
        col(Attendance.key),
        col(Attendance.held_at),
        col(Attendance.attended),
    )
    .where(_of(Attendance), col(Attendance.recorded_at) <= bindparam("as_of"))
    .order_by(col(Attendance.by_hand), col(Attendance.recorded_at), col(Attendance.id))
)
_CREDITS = select(
    col(RequirementCredit.person_id),
    col(RequirementCredit.product_id),
    col(RequirementCredit.kind),
    col(RequirementCredit.requirement_kind),
    col(RequirementCredit.requirement_key),
    col(RequirementCredit.done_on),
    col(RequirementCredit.through),
    col(RequirementCredit.decided_at),
    col(RequirementCredit.ended_at),
).where(
    _of(RequirementCredit),
    col(RequirementCredit.approved).is_(True),
    col(RequirementCredit.decided_at) <= bindparam("as_of"),
)
_ASSIGNMENTS = (
    select(
        col(Assignment.person_id),
        col(Assignment.product_id),
        col(Assignment.due_on),
        col(Assignment.assigned_at),
    )
    .where(_of(Assignment), col(Assignment.assigned_at) <= bindparam("as_of"))
    .order_by(col(Assignment.id))
)


class Facts:
    """What is stored about people × products, as known at one moment: one statement a table.

    Tables that hold nothing that any of the programs asks for are not read.
    """

    def __init__(
        self, session: Session, people: Collection[int], programs: Mapping[int, Program], as_of: datetime
    ) -> None:
        self._session = session
        self._people = people
        self._programs = programs
        self._as_of = as_of
        self._parts = {product_id: program.parts for product_id, program in programs.items()}
        self._kinds = {part.kind for parts in self._parts.values() for part in parts}
        self._changes = changes(session, programs, as_of)
        self._evidence: dict[Key, list[Evidence]] = defaultdict(list)
        self.due_on: dict[Key, date | None] = {}
        """By when people were asked to be certified, leave counted; what is shown, and missed."""
        self._set_for: dict[Key, date | None] = {}
        self._holdings = Holdings(session, people, programs, as_of)
        self._spot = {
            key: [spot_recertification(programs[key[1]], at, deadline) for at, deadline in asked]
            for key, asked in self._holdings.spot_recertifications.items()
            if key[1] in programs
        }
        self._read_lessons()
        self._read_attestations()
        self._read_quizzes()
        self._read_sign_offs()
        self._read_attendance()
        self._read_credits()
        self._read_assignments()

    def evidence(self, key: Key) -> tuple[Evidence, ...]:
        """Return what a person has done for a product, and holds that counts for it."""
        wanted = (part.key for part in self._parts[key[1]] if part.kind is RequirementKind.CERTIFICATION)
        held = (Evidence(certification(name), start, end) for name in wanted for start, end in self._held(key[0], name))
        return (*self._evidence.get(key, ()), *held)

    def _held(self, person_id: int, name: str) -> Spans:
        """Return the days on which somebody held a certification, and was not late with what a change asks of it."""
        found = self._holdings.named(name)
        if found is None:
            return ()
        product_id, level = found
        key, program = (person_id, product_id), self._programs.get(product_id)
        asked = self.recertifications(key, program.required(level)) if program else ()
        evidence = self._evidence.get(key, ())
        return self._holdings.spans(
            key, level, lambda held: missed(asked, evidence, self._dates(key, held).done_on) if asked else ()
        )

    def recertifications(self, key: Key, requirements: tuple[Requirement, ...]) -> tuple[Recertification, ...]:
        """Return what changes ask again of a person who does these requirements of a product."""
        asked = (each.asks(requirements) for each in self._changes_for(key))
        return tuple(each for each in asked if each is not None)

    def period(self, key: Key, level: str) -> tuple[int | None, PeriodDates | None]:
        """Return the latest period on a level, by its id and its days; both None where there is none."""
        found = self._holdings.newest(key, level)
        return (found.id, self._dates(key, found)) if found else (None, None)

    def _dates(self, key: Key, held: Held) -> PeriodDates:
        dates = held.dates
        for change in self._changes_for(key):
            # what was earned earlier on the day of a change is earned before it
            if held.awarded_at < change.published_at and dates.done_on == change.published_on:
                dates = replace(dates, done_on=dates.done_on - ONE_DAY)
        return dates

    def rests_on(self, key: Key) -> date | None:
        """Return the day that was set, from which periods are computed.

        Leave gives more time once. A fixed day, which is the same each year, must not move with it.
        """
        fixed = self._programs[key[1]].terms.basis is Basis.FIXED
        return (self._set_for if fixed else self.due_on).get(key)

    def suspension(self, key: Key) -> Sanction | None:
        """Return the suspension that holds."""
        return self._holdings.suspensions.get(key)

    def revocation(self, key: Key) -> Sanction | None:
        """Return the revocation that holds."""
        return self._holdings.revocations.get(key)

    def _changes_for(self, key: Key) -> Sequence[Change]:
        published, spot = self._changes.get(key[1], ()), self._spot.get(key)
        return [*published, *spot] if spot else published

    def _rows(self, statement: Executable) -> Iterable[Any]:
        people, products = list(self._people), list(self._programs)
        return rows(self._session, statement, people=people, products=products, as_of=self._as_of)

    def _add(self, row: Any, requirement: Requirement, moment: datetime, begun: datetime | None = None) -> None:
        self._keep(row, Evidence(requirement, local_day(moment)), begun or moment)

    def _keep(self, row: Any, evidence: Evidence, begun: datetime) -> None:
        key = (row.person_id, row.product_id)
        found = self._changes_for(key)
        if all(change.is_answered_by(evidence.requirement, begun, evidence.done_on) for change in found):
            self._evidence[key].append(evidence)

    def _read_lessons(self) -> None:
        for row in self._rows(_LESSONS):
            self._add(row, lesson(row.lesson), row.completed_at)

    def _read_attestations(self) -> None:
        for row in self._rows(_ATTESTATIONS):
            # a stale page may sign old wording after a change that asks for a new signature
            asked = (each for each in self._changes.get(row.product_id, ()) if attestation() in each.requirements)
            if all(row.signed_at < each.published_at or row.number >= each.redlines_version for each in asked):
                self._add(row, attestation(), row.signed_at)

    def _read_quizzes(self) -> None:
        for row in self._rows(_QUIZZES):
            if row.delta_of is not None:
                self._add(row, delta_quiz(row.slug, row.delta_of), row.finished_at, row.started_at)
                continue
            self._add(row, quiz(row.slug), row.finished_at, row.started_at)
            for change in self._changes.get(row.product_id, ()):
                for each in self._deltas(change, row.slug):
                    if row.started_at >= change.published_at:  # the whole quiz asks about the change too
                        self._add(row, each, row.finished_at, row.started_at)

    def _deltas(self, change: Change, slug: str) -> list[Requirement]:
        of_quiz = f"{slug}@"
        kind = RequirementKind.DELTA_QUIZ
        return [each for each in change.requirements if each.kind is kind and each.key.startswith(of_quiz)]

    def _read_sign_offs(self) -> None:
        if RequirementKind.SIGN_OFF not in self._kinds:
            return
        for row in self._rows(_SIGN_OFFS):
            self._add(row, demonstration(row.rubric), row.decided_at)

    def _read_attendance(self) -> None:
        """Read who was present: what was recorded by hand wins, then what was recorded last."""
        if RequirementKind.LIVE_SESSION not in self._kinds:
            return
        newest: dict[tuple[int, int], Any] = {}
        for row in self._rows(_ATTENDANCE):
            newest[row.live_session_id, row.person_id] = row
        for row in newest.values():
            if row.attended:
                self._add(row, live_session(row.key), row.held_at)

    def _read_credits(self) -> None:
        """Read what counts without having been done here. An end that was set later is the end from then on only."""
        for row in self._rows(_CREDITS):
            through = credited_through(row, self._as_of)
            once = row.kind is CreditKind.EQUIVALENCE and row.through is None
            for requirement in self._credited(row):
                evidence = Evidence(requirement, row.done_on, through, once=once)
                if once:
                    self._keep(row, evidence, row.decided_at)
                else:
                    self._evidence[row.person_id, row.product_id].append(evidence)

    def _credited(self, row: Any) -> list[Requirement]:
        """Return the requirements that a credit is for: of a quiz, what changes ask of it too."""
        kind, key = row.requirement_kind, row.requirement_key
        parts = self._parts[row.product_id]
        if kind is RequirementKind.QUIZ:
            deltas = [each for change in self._changes.get(row.product_id, ()) for each in self._deltas(change, key)]
            return [quiz(key), *deltas]
        if (kind, key) == (RequirementKind.LESSON, ALL_LESSONS):
            return [each for each in parts if each.kind is kind]
        return [each for each in parts if (each.kind, each.key) == (kind, key)]

    def _read_assignments(self) -> None:
        """Read by when people were asked to be certified; leave pauses that clock."""
        asked: dict[Key, Any] = {}
        for row in self._rows(_ASSIGNMENTS):
            asked[row.person_id, row.product_id] = row
        away = leaves(self._session, {row.person_id for row in asked.values() if row.due_on is not None}, self._as_of)
        for key, row in asked.items():
            due_on = row.due_on
            self._set_for[key] = due_on
            if due_on is not None and row.person_id in away:
                due_on = due_after_leave(due_on, local_day(row.assigned_at), away[row.person_id])
            self.due_on[key] = due_on


def credited_through(row: Any, as_of: datetime) -> date | None:
    """Return the last day on which a credit counts; an exemption without one lasts, an equivalence is done once."""
    lasts = row.through or (date.max if row.kind is CreditKind.EXEMPTION else None)
    if row.ended_at is None or row.ended_at > as_of:
        return lasts
    return min(lasts or date.max, local_day(row.ended_at) - ONE_DAY)
