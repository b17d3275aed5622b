"""The facts about people × products, as they were known at one moment, ready for the rules."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.certification.asking import ALL_LESSONS
from app.certification.changes import Change, changes, spot_recertification
from app.certification.dates import ONE_DAY, Basis, PeriodDates
from app.certification.done import CREDIT, attended, done
from app.certification.holdings import Held, Holdings, Key
from app.certification.leave.queries import leaves
from app.certification.leave.rules import due_after_leave
from app.certification.models import CreditKind
from app.certification.programs import Program, attestation, certification, delta_quiz, lesson, live_session, quiz
from app.certification.programs import sign_off as demonstration
from app.certification.requirements import Evidence, Requirement, RequirementKind, Spans
from app.certification.rules import Recertification, Sanction, missed
from app.clock import local_day


class Facts:
    """What is stored about people × products, as known at one moment; what they did is read by `read_evidence`."""

    def __init__(
        self, session: Session, people: Collection[int], programs: Mapping[int, Program], as_of: datetime
    ) -> None:
        self._session = session
        self._programs = programs
        self._as_of = as_of
        self._changes = changes(session, programs, as_of)
        self._evidence: dict[Key, list[Evidence]] = defaultdict(list)
        self._holdings = Holdings(session, people, programs, as_of)
        self._spot = {
            key: [spot_recertification(programs[key[1]], at, deadline) for at, deadline in asked]
            for key, asked in self._holdings.spot_recertifications.items()
            if key[1] in programs
        }
        self.due_on = self._due_on()
        """By when people were asked to be certified, leave counted; what is shown, and missed."""

    def read_evidence(self, keys: Collection[Key]) -> None:
        """Read what was done for these, and for what their programs ask to be certified on before."""
        if not keys:
            return
        people = {person_id for person_id, _product_id in keys}
        products = {product_id for _person_id, product_id in keys}
        slugs = {slug for product_id in products for slug in self._programs[product_id].prerequisites}
        before = (self._holdings.named(slug) for slug in slugs)
        products |= {found[0] for found in before if found is not None and found[0] in self._programs}
        read = {
            RequirementKind.LESSON: self._lesson,
            RequirementKind.ATTESTATION: self._attestation,
            RequirementKind.QUIZ: self._quiz,
            RequirementKind.SIGN_OFF: self._sign_off,
            CREDIT: self._credit,
        }
        for row in done(self._session, people, products, self._as_of):
            read[row.what](row)
        kinds = {part.kind for product_id in products for part in self._programs[product_id].parts}
        if RequirementKind.LIVE_SESSION in kinds:
            for row in attended(self._session, people, products, self._as_of):
                self._add(row, live_session(row.key), row.held_at)

    def evidence(self, key: Key) -> tuple[Evidence, ...]:
        """Return what a person has done for a product, and holds that counts for it."""
        found = tuple(self._evidence.get(key, ()))
        program = self._programs[key[1]]
        if not program.prerequisites:
            return found
        wanted = (part.key for part in program.parts if part.kind is RequirementKind.CERTIFICATION)
        held = (Evidence(certification(name), start, end) for name in wanted for start, end in self._held(key[0], name))
        return (*found, *held)

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
        if self._programs[key[1]].terms.basis is not Basis.FIXED:
            return self.due_on.get(key)
        asked = self._holdings.asked.get(key)
        return asked.due_on if asked else None

    def suspension(self, key: Key) -> Sanction | None:
        """Return the suspension that holds."""
        return self._holdings.suspensions.get(key)

    def revocation(self, key: Key) -> Sanction | None:
        """Return the revocation that holds."""
        return self._holdings.revocations.get(key)

    def _due_on(self) -> dict[Key, date | None]:
        """Return by when people were asked to be certified; leave pauses that clock."""
        found = {key: asked.due_on for key, asked in self._holdings.asked.items()}
        away = leaves(self._session, {key[0] for key, due_on in found.items() if due_on is not None}, self._as_of)
        for key, due_on in found.items():
            if due_on is not None and key[0] in away:
                asked_on = local_day(self._holdings.asked[key].at)
                found[key] = due_after_leave(due_on, asked_on, away[key[0]])
        return found

    def _changes_for(self, key: Key) -> Sequence[Change]:
        published, spot = self._changes.get(key[1], ()), self._spot.get(key)
        return [*published, *spot] if spot else published

    def _add(self, row: Any, requirement: Requirement, moment: datetime, begun: datetime | None = None) -> None:
        self._keep(row, Evidence(requirement, local_day(moment)), begun or moment)

    def _keep(self, row: Any, evidence: Evidence, begun: datetime) -> None:
        key = (row.person_id, row.product_id)
        found = self._changes_for(key)
        if not found or all(change.is_answered_by(evidence.requirement, begun, evidence.done_on) for change in found):
            self._evidence[key].append(evidence)

    def _lesson(self, row: Any) -> None:
        self._add(row, lesson(row.key), row.at)

    def _attestation(self, row: Any) -> None:
        # a stale page may sign old wording after a change that asks for a new signature
        asked = (each for each in self._changes.get(row.product_id, ()) if attestation() in each.requirements)
        if all(row.at < each.published_at or row.version >= each.redlines_version for each in asked):
            self._add(row, attestation(), row.at)

    def _quiz(self, row: Any) -> None:
        if row.version is not None:
            self._add(row, delta_quiz(row.key, row.version), row.at, row.begun_at)
            return
        self._add(row, quiz(row.key), row.at, row.begun_at)
        for change in self._changes.get(row.product_id, ()):
            for each in _deltas(change, row.key):
                if row.begun_at >= change.published_at:  # the whole quiz asks about the change too
                    self._add(row, each, row.at, row.begun_at)

    def _sign_off(self, row: Any) -> None:
        self._add(row, demonstration(row.key), row.at)

    def _credit(self, row: Any) -> None:
        """Take what counts without having been done here. An end that was set later is the end from then on only."""
        kind = CreditKind(row.credit)
        through = _credited_through(kind, row.through, row.begun_at, self._as_of)
        once = kind is CreditKind.EQUIVALENCE and row.through is None
        for requirement in self._credited(row.product_id, RequirementKind(row.kind), row.key):
            evidence = Evidence(requirement, row.done_on, through, once=once)
            if once:
                self._keep(row, evidence, row.at)
            else:
                self._evidence[row.person_id, row.product_id].append(evidence)

    def _credited(self, product_id: int, kind: RequirementKind, key: str) -> Iterable[Requirement]:
        """Return the requirements that a credit is for: of a quiz, what changes ask of it too."""
        parts = self._programs[product_id].parts
        if kind is RequirementKind.QUIZ:
            deltas = [each for change in self._changes.get(product_id, ()) for each in _deltas(change, key)]
            return [quiz(key), *deltas]
        if (kind, key) == (RequirementKind.LESSON, ALL_LESSONS):
            return [each for each in parts if each.kind is kind]
        return [each for each in parts if (each.kind, each.key) == (kind, key)]


def _deltas(change: Change, slug: str) -> list[Requirement]:
    """Return what a change asks about one quiz."""
    of_quiz = f"{slug}@"
    kind = RequirementKind.DELTA_QUIZ
    return [each for each in change.requirements if each.kind is kind and each.key.startswith(of_quiz)]


def _credited_through(
    kind: CreditKind, through: date | None, ended_at: datetime | None, as_of: datetime
) -> date | None:
    """Return the last day on which a credit counts; an exemption without one lasts, an equivalence is done once."""
    lasts = through or (date.max if kind is CreditKind.EXEMPTION else None)
    if ended_at is None or ended_at > as_of:
        return lasts
    return min(lasts or date.max, local_day(ended_at) - ONE_DAY)
