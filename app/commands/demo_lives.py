"""What happens to the demonstration's certifications: asked for, paused, credited, extended, taken over, sanctioned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app.catalog.models import Product
from app.certification.assigning.actions import add_leave, create_rule
from app.certification.credits.actions import Wish, ask, decide
from app.certification.extending.actions import extend
from app.certification.models import (
    AssignmentRule,
    CertificationEventKind,
    CertificationPeriod,
    CreditKind,
    DueFrom,
)
from app.certification.past.actions import import_past
from app.certification.past.reading import read_past
from app.certification.requirements import RequirementKind
from app.certification.sanctions import appeals
from app.certification.sanctions.actions import sanction
from app.certification.sanctions.queries import newest_event
from app.certification.sanctions.rules import Preset
from app.clock import local_day
from app.commands import demo_story as story
from app.database import stored_id
from app.people.models import Person, Role

ADMIN = "admin@example.com"
COMPLIANCE = "compliance@example.com"
MANAGER = "manager@example.com"

TAKEN_OVER = "marek.nowak@example.com"
TAKEN_OVER_DAYS_AGO = 480
EVIDENCE = "https://archive.example.com/training/2024/nowak-perimeter.pdf"
AWAY = "konstantinos.papadimitriou@example.com"
EXTENDED = "teo.lindqvist@example.com"
EXTENDED_BY_DAYS = 30
EXTENSION_REASON = "At a customer in Porto until the end of the month; renews in the week after."
CREDITED = "teo.lindqvist@example.com"
ASKS_FOR_CREDIT = "zhou.hang@example.com"
APPEALS = "ines.carvalho@example.com"
APPEAL = (
    "I sent the figures of the noodle house with their source, and wrote “if it goes as it went there”. "
    "That is a case and not a promise. The customer had asked for a number three times."
)
ASKED_AGAIN = "chen.jiayi@example.com"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who does something."""

    id: int
    email: str


@dataclass(frozen=True)
class DemoLives:
    """Lets all that happen as of a moment."""

    session: Session
    products: Mapping[str, Product]
    people: Mapping[str, Person]
    moment: datetime

    def take_over(self) -> None:
        """Import a certification from before this installation; later ones follow it."""
        at = self._ago(TAKEN_OVER_DAYS_AGO)
        done, through = (local_day(self._ago(days)) for days in (806, 441))
        row = f"{TAKEN_OVER},{story.WAF},{done},{through},{EVIDENCE}"
        file = read_past(f"email,product,completed_on,valid_through,evidence\n{row}\n".encode())
        import_past(self.session, file, actor=ADMIN, moment=at)

    def fill(self) -> None:
        """Store the rest."""
        self._ask_by_rule()
        self._let_rest()
        self._credit()
        self._extend()
        self._appeal()
        self._ask_again()

    def _ago(self, days: int) -> datetime:
        return self.moment - timedelta(days=days)

    def _in(self, days: int) -> date:
        return local_day(self.moment) + timedelta(days=days)

    def _party(self, email: str) -> Party:
        return Party(self._id(email), email)

    def _id(self, email: str) -> int:
        return stored_id(self.people[email])

    def _product_id(self, slug: str) -> int:
        return stored_id(self.products[slug])

    def _ask_by_rule(self) -> None:
        moment = self._ago(12)
        rule = AssignmentRule(
            product_id=self._product_id(story.WAF),
            role=Role.REP,
            region="CN",
            manager_id=self._id(MANAGER),
            due_from=DueFrom.ASSIGNED,
            due_days=40,
            created_at=moment,
            created_by=MANAGER,
        )
        create_rule(self.session, rule, moment)

    def _let_rest(self) -> None:
        manager = self.people[AWAY].manager_id
        by = next(each.email for each in self.people.values() if each.id == manager)
        add_leave(self.session, self._id(AWAY), self._in(-6), self._in(8), by=by, moment=self._ago(15))

    def _credit(self) -> None:
        done = Wish(
            kind=CreditKind.EQUIVALENCE,
            requirement=(RequirementKind.LESSON, "talk-public-procurement"),
            title="Public procurement for suppliers, two days, chamber of commerce",
            reason="It covers thresholds, clarifications and what a tender may ask for, with an examination.",
            evidence_url="https://certificates.example.com/procurement/20731",
            done_on=self._in(-140),
        )
        asked = ask(
            self.session,
            self._id(CREDITED),
            self._product_id(story.WAF),
            done,
            by=self._party(CREDITED),
            moment=self._ago(8),
        )
        decide(
            self.session,
            stored_id(asked),
            approve=True,
            answer="Same content, and newer than ours.",
            by=self._party(COMPLIANCE),
            moment=self._ago(6),
        )
        waits = Wish(
            kind=CreditKind.EQUIVALENCE,
            requirement=(RequirementKind.LESSON, "what-it-is"),
            title="信息安全工程师（中级）证书",
            reason="考试大纲包含 Web 应用防火墙的原理和部署方式。",
            evidence_url="https://certificates.example.com/infosec/88120",
            done_on=self._in(-400),
        )
        ask(
            self.session,
            self._id(ASKS_FOR_CREDIT),
            self._product_id(story.WAF),
            waits,
            by=self._party(ASKS_FOR_CREDIT),
            moment=self._ago(3),
        )

    def _extend(self) -> None:
        person_id = self._id(EXTENDED)
        period = self.session.exec(
            select(CertificationPeriod).where(
                col(CertificationPeriod.person_id) == person_id,
                col(CertificationPeriod.product_id) == self._product_id(story.SHOPFRONT),
            )
        ).one()
        extend(
            self.session,
            person_id,
            stored_id(period),
            period.valid_through + timedelta(days=EXTENDED_BY_DAYS),
            reason=EXTENSION_REASON,
            from_through=period.valid_through,
            by=MANAGER,
            moment=self._ago(2),
        )

    def _appeal(self) -> None:
        """Let somebody object to what was decided about them; it waits for another than who decided it."""
        event = newest_event(self.session, self._id(APPEALS), self._product_id(story.SHOPFRONT))
        appeals.ask(self.session, event, self._party(APPEALS), APPEAL, self._ago(1))

    def _ask_again(self) -> None:
        sanction(
            self.session,
            self._id(ASKED_AGAIN),
            self._product_id(story.SHOPFRONT),
            CertificationEventKind.RECERTIFICATION,
            reason="",
            by=COMPLIANCE,
            moment=self._ago(2),
            preset=Preset.GAPS,
            deadline=self._in(12),
        )
