"""The life of a certification against a model kept on paper, day by day.

Whatever happens in whatever order: who is not cleared on paper is not cleared here, no record is lost or rewritten,
and the same question as of the same moment keeps its answer.
"""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlmodel import Session, SQLModel

from app.catalog.actions import publish, save_draft
from app.catalog.evidence import announce
from app.catalog.models import ContentKind, Origin, Product, Verdict
from app.catalog.queries import content
from app.certification.actions import award_earned
from app.certification.live.models import Attendance, LiveSession
from app.certification.models import (
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    CreditKind,
    PeriodExtension,
    RequirementCredit,
    SignOff,
    SignOffOutcome,
)
from app.certification.queries import record, records
from app.certification.requirements import RequirementKind
from app.certification.rules import StandingVerdict
from app.database import Database
from app.people.models import Person, Role
from app.redlines.models import Attestation
from factories import NOW, attest, person, redline, sellable

ONE = timedelta(days=1)
WINDOW, GRACE = timedelta(days=40), timedelta(days=10)
HISTORY = (Attestation, SignOff, CertificationPeriod, CertificationEvent, PeriodExtension, RequirementCredit)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last one that it has."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError


@dataclass
class Asked:
    """From `day` on these must be done again, through `deadline`."""

    day: date
    deadline: date
    what: frozenset[str]


@dataclass
class Span:
    """One period on paper; `expires` is the first day that it does not cover."""

    done: date
    opens: date
    baseline: date
    expires: date


@dataclass
class Paper:
    """What somebody would note about one person and one level."""

    what: tuple[str, ...]
    spans: list[Span] = field(default_factory=list)

    def due_since(self, name: str, asked: Iterable[Asked]) -> date:
        changed = max((each.day for each in asked if name in each.what), default=date.min)
        return max(changed, self.spans[-1].opens) if self.spans and name != "keeper" else changed

    def close(self, today: date, asked: list[Asked], met: Callable[[str, date], bool]) -> None:
        """Close a day: when everything is done, a span is earned, even if it is held back for a while."""
        is_open = not self.spans or today >= self.spans[-1].opens
        if is_open and all(met(name, self.due_since(name, asked)) for name in self.what):
            self.spans.append(self.following(today))

    def following(self, done: date) -> Span:
        expires = months_later(done, 6)
        if self.spans and done < self.spans[-1].expires:
            old, times = self.spans[-1], 1
            while months_later(old.baseline, 6 * times) <= old.expires:
                times += 1
            expires = months_later(old.baseline, 6 * times)
        return Span(done, max(expires - WINDOW, done + ONE), expires, expires)


class Life(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'life.db'}")
        SQLModel.metadata.create_all(self.database.engine)
        self.now = NOW
        self.number = 0
        terms: dict[str, Any] = {"valid_months": 6, "renewal_window_days": WINDOW.days, "grace_days": GRACE.days}
        with self.database.write() as session:
            self.ana = person(session, "ana@example.com").id or 0
            self.tom = person(session, "tom@example.com", Role.TRAINER).id or 0
            keeper = sellable(
                session, "keeper", requirements=[{"attest": "redlines"}, {"sign_off": "demo"}],
                levels=[{"id": "lead", "name": "Lead", "requirements": [{"live_session": "briefing"}]}], **terms,
            )  # fmt: skip
            porter = sellable(
                session, "porter", requirements=[{"certified": "keeper"}, {"attest": "redlines"}], **terms
            )
            self.products = {"keeper": keeper.id or 0, "porter": porter.id or 0}
        self.papers = {
            ("keeper", ""): Paper(("sign", "show")),
            ("keeper", "lead"): Paper(("sign", "show", "attend")),
            ("porter", ""): Paper(("keeper", "porter-sign")),
        }
        self.done: dict[str, list[date]] = {name: [] for name in ("sign", "show", "attend", "porter-sign")}
        self.exempt: list[tuple[date, date]] = []
        self.changes: list[Asked] = []
        self.spots: list[Asked] = []
        self.stopped: CertificationEventKind | None = None
        self.answers: list[tuple[datetime, dict[tuple[str, str], StandingVerdict]]] = []
        self.rows: dict[str, dict[Any, Any]] = {}
        self.does_everything_anew()

    def teardown(self) -> None:
        """Ask everything again as of each moment, and find the answers of then."""
        if not hasattr(self, "database"):
            return
        with self.database.read() as session:
            for moment, verdicts in self.answers:
                assert self.verdicts(session, moment) == verdicts
        self.database.dispose()
        self.folder.cleanup()

    @property
    def today(self) -> date:
        return self.now.date()

    def asked(self, product: str) -> list[Asked]:
        return [*self.changes, *self.spots] if product == "keeper" else []

    def met(self, name: str, since: date) -> bool:
        if name == "keeper":
            held = any(span.done <= self.today < span.expires for span in self.papers["keeper", ""].spans)
            return held and self.stopped is None and not self.is_late("keeper", "")
        exempt = name == "show" and any(max(start, since) <= self.today <= end for start, end in self.exempt)
        return exempt or any(since <= day <= self.today for day in self.done[name])

    def close_the_day(self) -> None:
        for (product, _level), paper in self.papers.items():
            paper.close(self.today, self.asked(product), self.met)

    def cleared(self, product: str, level: str) -> bool:
        paper = self.papers[product, level]
        if not paper.spans or (product == "keeper" and self.stopped):
            return False
        return self.today < paper.spans[-1].expires and not self.is_late(product, level)

    def is_late(self, product: str, level: str) -> bool:
        paper = self.papers[product, level]
        return any(
            paper.spans[-1].done < each.day
            and each.deadline < self.today
            and not all(self.met_ever(name, each.day) for name in each.what if name in paper.what)
            for each in self.asked(product)
        )

    def met_ever(self, name: str, since: date) -> bool:
        exempt = name == "show" and any(max(start, since) <= min(end, self.today) for start, end in self.exempt)
        return exempt or any(since <= day for day in self.done[name])

    def in_grace(self, product: str, level: str) -> bool:
        paper = self.papers[product, level]
        if not paper.spans or (product == "keeper" and self.stopped):
            return False
        expires = paper.spans[-1].expires
        return expires <= self.today < expires + GRACE and not self.is_late(product, level)

    def announce(self, session: Session) -> None:
        announce(session, self.ana, self.products["keeper"], self.now)

    @rule(days=st.one_of(st.integers(1, 40), st.integers(100, 190)))
    def time_passes(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.close_the_day()

    def next_day(self) -> None:
        """Whatever happens does so on a day of its own; what happens within one day has tests of its own."""
        self.now += timedelta(days=1)

    @rule()
    def does_everything_anew(self) -> None:
        self.signs("keeper")
        self.shows(SignOffOutcome.PASSED)

    @rule(product=st.sampled_from(["keeper", "porter", "porter"]))
    def signs(self, product: str) -> None:
        self.next_day()
        self.number += 1
        with self.database.write() as session:
            who = session.get_one(Person, self.ana)
            attest(session, who, session.get_one(Product, self.products[product]), at=self.now, number=self.number)
        self.done["sign" if product == "keeper" else "porter-sign"].append(self.today)
        self.close_the_day()

    @rule(outcome=st.sampled_from([SignOffOutcome.PASSED, SignOffOutcome.PASSED, SignOffOutcome.FAILED]))
    def shows(self, outcome: SignOffOutcome) -> None:
        self.next_day()
        with self.database.write() as session:
            session.add(
                SignOff(
                    person_id=self.ana, product_id=self.products["keeper"], rubric="demo", outcome=outcome,
                    assessor_id=self.tom, decided_at=self.now,
                )
            )  # fmt: skip
            self.announce(session)
        if outcome is SignOffOutcome.PASSED:
            self.done["show"].append(self.today)
        self.close_the_day()

    @rule()
    def attends(self) -> None:
        self.next_day()
        self.number += 1
        with self.database.write() as session:
            held = LiveSession(
                product_id=self.products["keeper"], key="briefing", title="Briefing", host_id=self.tom,
                starts_at=self.now, ends_at=self.now, timezone="UTC", uid=f"briefing-{self.number}", secret="s",
                fallback_code="f", created_at=NOW, created_by="tom@example.com", changed_at=NOW,
            )  # fmt: skip
            session.add(held)
            session.flush()
            session.add(
                Attendance(
                    live_session_id=held.id or 0, person_id=self.ana, product_id=self.products["keeper"],
                    key="briefing", held_at=self.now, attended=True, by_hand=True, recorded_at=self.now,
                    recorded_by="tom@example.com",
                )
            )  # fmt: skip
            self.announce(session)
        self.done["attend"].append(self.today)
        self.close_the_day()

    @rule(days=st.integers(1, 200))
    def is_exempted_from_showing(self, days: int) -> None:
        self.next_day()
        through = self.today + timedelta(days=days)
        with self.database.write() as session:
            session.add(
                RequirementCredit(
                    person_id=self.ana, product_id=self.products["keeper"], kind=CreditKind.EXEMPTION,
                    requirement_kind=RequirementKind.SIGN_OFF, requirement_key="demo", title="t", reason="why",
                    done_on=self.today, through=through, asked_at=self.now, asked_by=self.ana, approved=True,
                    decided_at=self.now, decided_by=self.tom,
                )
            )  # fmt: skip
            self.announce(session)
        self.exempt.append((self.today, through))
        self.close_the_day()

    @rule(verdict=st.sampled_from([Verdict.ATTEST_AGAIN, Verdict.FULL]), days=st.integers(0, 30))
    def content_changes(self, verdict: Verdict, days: int) -> None:
        self.next_day()
        self.number += 1
        with self.database.write() as session:
            stored = content(session, ContentKind.REDLINES, "keeper")
            assert stored is not None
            rules = [redline("keeper.return"), redline(f"keeper.new{self.number}")]
            save_draft(session, stored, {"schema": 1, "rules": rules}, step=stored.step, by="t", moment=self.now)
            deadline = self.today + timedelta(days=days)
            publish(
                session, stored, origin=Origin.WEB, by="t", moment=self.now, verdict=verdict, deadline=deadline
            )  # fmt: skip
        what = {"sign"} if verdict is Verdict.ATTEST_AGAIN else {"sign", "show", "attend"}
        self.changes.append(Asked(self.today, deadline, frozenset(what)))
        self.close_the_day()

    @precondition(lambda self: self.stopped is None)
    @rule(days=st.integers(0, 30))
    def is_asked_again(self, days: int) -> None:
        self.next_day()
        deadline = self.today + timedelta(days=days)
        with self.database.write() as session:
            self.event(session, CertificationEventKind.RECERTIFICATION, deadline)
        self.spots.append(Asked(self.today, deadline, frozenset({"sign", "show"})))
        self.close_the_day()

    # lifting a spot recertification gives back days that have passed, which paper cannot; it has tests of its own
    @precondition(lambda self: self.stopped is None and not self.spots)
    @rule(kind=st.sampled_from([CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED]))
    def is_stopped(self, kind: CertificationEventKind) -> None:
        self.next_day()
        with self.database.write() as session:
            self.event(session, kind)
        self.stopped = kind
        self.close_the_day()

    @precondition(lambda self: self.stopped is not None)
    @rule()
    def is_reinstated(self) -> None:
        self.next_day()
        with self.database.write() as session:
            self.event(session, CertificationEventKind.REINSTATED)
            award_earned(session, self.ana, self.products["keeper"], self.now)
        self.stopped = None
        self.close_the_day()

    @precondition(lambda self: self.stopped is None and self.holds_until() > self.today + ONE)
    @rule(days=st.integers(1, 60))
    def is_extended(self, days: int) -> None:
        self.next_day()
        span = self.papers["keeper", ""].spans[-1]
        span.expires += timedelta(days=days)
        with self.database.write() as session:
            found = record(session, self.ana, self.products["keeper"], self.now)
            assert found is not None
            assert found.period_id is not None
            session.add(
                PeriodExtension(
                    period_id=found.period_id, through=span.expires - ONE, reason="why", at=self.now, by="c"
                )
            )  # fmt: skip
        self.close_the_day()

    def holds_until(self) -> date:
        spans = self.papers["keeper", ""].spans
        return spans[-1].expires if spans else date.min

    def event(self, session: Session, kind: CertificationEventKind, deadline: date | None = None) -> None:
        session.add(
            CertificationEvent(
                person_id=self.ana, product_id=self.products["keeper"], kind=kind, reason="why", at=self.now, by="c",
                deadline=deadline,
            )
        )  # fmt: skip
        session.flush()

    @invariant()
    def what_stands_here_is_what_stands_on_paper(self) -> None:
        if not hasattr(self, "papers"):
            return
        with self.database.read() as session:
            self.answers.append((self.now, self.verdicts(session, self.now)))
            assert self.verdicts(session, self.now, deciding=True) == self.answers[-1][1]
        for (product, level), verdict in self.answers[-1][1].items():
            paper = self.papers[product, level]
            assert verdict.allowed is self.cleared(product, level), (product, level, self.today, paper.spans)
            # what is earned while it is held back is written down when it is given back
            if paper.spans and not (product == "keeper" and self.stopped):
                assert verdict.valid_through == paper.spans[-1].expires - ONE
            assert verdict.supervised_only is self.in_grace(product, level)

    @invariant()
    def nothing_is_lost_or_rewritten(self) -> None:
        if not hasattr(self, "papers"):
            return
        with self.database.read() as session:
            for table in HISTORY:
                found = [row.model_dump() for row in session.scalars(select(table))]
                rows = {row["id"]: row for row in found}
                before = self.rows.get(table.__name__, {})
                assert {number: rows.get(number) for number in before} == before
                self.rows[table.__name__] = rows

    def verdicts(
        self, session: Session, moment: datetime, *, deciding: bool = False
    ) -> dict[tuple[str, str], StandingVerdict]:
        found = records(session, [self.ana], moment, list(self.products.values()), deciding=deciding)
        return {
            (product, level): found[self.ana, self.products[product]].at(level).verdict
            for product, level in self.papers
        }


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
