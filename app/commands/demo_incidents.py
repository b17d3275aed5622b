"""What went wrong with the demonstration's customers: open, confirmed with what followed, dismissed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlmodel import Session, col, select

from app.catalog.models import Product
from app.clock import local_day
from app.commands.demo_people import acting
from app.commands.demo_story import BOT, SHOPFRONT, WAF
from app.conduct.models import Consequence
from app.database import stored_id
from app.deals.incidents.actions import Decision, Report, decide, report
from app.deals.incidents.models import IncidentStatus, Origin
from app.deals.models import Deal
from app.people.models import Person
from app.quizzes.models import Attempt, AttemptItem, ItemVersion

ELENA: Final = "compliance@example.com"
SAMUEL: Final = "compliance2@example.com"
MIRIAM: Final = "manager@example.com"
ZHOU: Final = "zhou.min@example.com"

TELLING_ITEM: Final = "sm-about-us"
"""A question that those who crossed its red line later had mostly answered wrong."""
TELLING_RED_LINE: Final = "sm.absolute-claims"
MISSED_IT: Final = 4


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something that went wrong so many days ago, reported two days later, decided three days after that or not yet."""

    product: str
    days_ago: int
    title: str
    text: str
    red_line: str
    origin: Origin = Origin.COMPLAINT
    reference: str | None = None
    person: str | None = None
    reported_by: str = MIRIAM
    cost: int | None = None
    currency: str = "EUR"
    decided_by: str = ELENA
    decision: Decision | None = None


INCIDENTS = (
    Happened(
        product=BOT,
        reference="D-20421",
        days_ago=3,
        title="Shoppers were greeted by a “colleague”",
        text="The customer writes that somebody of ours suggested to give the bot a person's name and to say nothing "
        "else. Three shoppers complained. The support lead wants to know who said so, and so do we.",
        red_line="ad.posing-as-human",
    ),
    Happened(
        product=BOT,
        reference="D-20427",
        person="wang.siyuan@example.com",
        reported_by=ZHOU,
        days_ago=18,
        title="投标文件中承诺解决率 95%",
        text="客户在评标会上出示了我方邮件，其中写明“解决率不低于 95%，达不到免费用”。该承诺没有依据，项目因此流标。",
        red_line="ad.guaranteed-accuracy",
        cost=18000,
        currency="CNY",
        decided_by=SAMUEL,
        decision=Decision(
            IncidentStatus.CONFIRMED,
            "The mail is in the tender's file.",
            consequence=Consequence.SUSPENSION,
            reason="在投标文件中书面承诺解决率，且附带赔偿条件。暂停该产品的销售资格，等待复核。",
        ),
    ),
    Happened(
        product=SHOPFRONT,
        reference="D-20420",
        person="teo.lindqvist@example.com",
        days_ago=24,
        title="First quarter for nothing",
        text="The owner says that she was offered three months without a fee. The price list knows no such thing; "
        "to keep our word we credited them.",
        red_line="sm.unapproved-price",
        cost=640,
        decision=Decision(
            IncidentStatus.CONFIRMED,
            "Credited on the first invoice.",
            consequence=Consequence.COACHING,
            reason="A price that nobody approved, given on the phone and told to us by you the day after.",
            to_discuss="What to say when somebody asks for a free quarter, and who may give one.",
        ),
    ),
    Happened(
        product=WAF,
        origin=Origin.REPORT,
        reported_by="trainer@example.com",
        days_ago=40,
        title="A reseller's flyer promises compliance",
        text="“Makes your shop PCI compliant” stands in large letters on the flyer that a reseller hands out at fairs. "
        "Printed again at our cost.",
        red_line="waf.makes-compliant",
        cost=2400,
        decided_by=SAMUEL,
        decision=Decision(IncidentStatus.CONFIRMED, "Nobody of ours wrote it; all the same we had approved the flyer."),
    ),
    Happened(
        product=WAF,
        reference="D-20419",
        person="marek.nowak@example.com",
        days_ago=12,
        title="“He said that it never blocks a patient”",
        text="The portal's developer remembers a promise of no false positives from the first call.",
        red_line="waf.zero-false-positives",
        decision=Decision(
            IncidentStatus.DISMISSED,
            "The call was recorded. He said that rules start in observe mode, and named who answers within hours.",
        ),
    ),
)

LONG_AGO = (
    ("“The best there is” in a signature", 300),
    ("“No other tool can do this”", 450),
    ("A comparison in which only we had stars", 1200),
    ("“The leading app for salons”", None),
    ("“100 % of your guests will read it”", 260),
)
"""Titles and costs of what people who have left once said about us."""


@dataclass(frozen=True)
class DemoIncidents:
    """Reports and decides, as of a moment."""

    session: Session
    products: Mapping[str, Product]
    people: Mapping[str, Person]
    moment: datetime

    def fill(self) -> None:
        """Store everything, the oldest first."""
        self._remember_former_colleagues()
        for each in sorted(INCIDENTS, key=lambda one: -one.days_ago):
            person_id = stored_id(self.people[each.person]) if each.person else None
            self._happen(each, person_id, self.moment - timedelta(days=each.days_ago))

    def _remember_former_colleagues(self) -> None:
        """Let those cross a red line who mostly had missed its question, so that its numbers say something."""
        wrong, right = self._answered(correct=False), self._answered(correct=True)
        concerned = [*wrong[:MISSED_IT], *right][: len(LONG_AGO)]
        for (title, cost), (person_id, at) in zip(LONG_AGO, sorted(concerned, key=lambda each: each[1]), strict=False):
            one = Happened(
                product=SHOPFRONT,
                days_ago=0,
                title=title,
                text="A customer sent it back to us with a question mark.",
                red_line=TELLING_RED_LINE,
                cost=cost,
                decision=Decision(IncidentStatus.CONFIRMED, reason="Praise that nobody can check."),
            )
            self._happen(one, person_id, at + timedelta(days=10))

    def _answered(self, *, correct: bool) -> Sequence[tuple[int, datetime]]:
        """List the former colleagues who answered the question so, and when."""
        rows = self.session.execute(
            select(col(Attempt.person_id), col(Attempt.started_at))
            .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
            .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
            .join(Person, col(Person.id) == col(Attempt.person_id))
            .where(
                col(ItemVersion.item) == TELLING_ITEM,
                col(AttemptItem.correct).is_(correct),
                col(Person.deactivated_at).is_not(None),
            )
            .order_by(col(Attempt.person_id))
        )
        return [(row[0], row[1]) for row in rows]

    def _happen(self, one: Happened, person_id: int | None, at: datetime) -> None:
        told = Report(
            product_id=stored_id(self.products[one.product]),
            origin=one.origin,
            title=one.title,
            text=one.text,
            happened_on=local_day(at),
            red_line=one.red_line,
            deal_id=self._deal_id(one.reference),
            person_id=person_id,
            cost=Decimal(one.cost) if one.cost is not None else None,
            currency=one.currency,
        )
        by = acting(self.people, one.reported_by)
        key = f"demo-{one.title}"[:64]
        incident_id = stored_id(report(self.session, told, key, by, at + timedelta(days=2)))
        if one.decision is not None:
            decider = acting(self.people, one.decided_by)
            decide(self.session, incident_id, one.decision, decider, at + timedelta(days=5))

    def _deal_id(self, reference: str | None) -> int | None:
        if reference is None:
            return None
        return stored_id(self.session.exec(select(Deal).where(col(Deal.reference) == reference)).one())
