"""The demonstration's exceptions: waiting, holding, refused, over, and given in an emergency."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.clock import local_day
from app.commands.demo_people import acting
from app.commands.demo_story import BOT, WAF
from app.deals import lists
from app.deals.waivers.actions import Wish, ask, decide
from app.deals.waivers.emergencies import give
from app.people.models import Person

Step = tuple[datetime, Callable[[], object]]
"""Something that somebody did at a moment."""


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """An exception that `by` asks for so many days and hours ago, to hold for `days` from then on.

    Somebody else decided `after` hours later, if anybody did; in an emergency nobody was asked.
    """

    reference: str
    person: str
    product: str
    by: str
    reason: str
    days_ago: int
    hours: int = 0
    days: int = 1
    decided_by: str | None = None
    after: int = 20
    approve: bool = True
    answer: str = ""
    emergency: bool = False


EXEMPTIONS = (
    Exemption(
        reference="D-20419",
        person="marek.nowak@example.com",
        product=WAF,
        by="manager@example.com",
        reason="He has known this clinic for two years and hands over to Daniel. He renews before the second meeting.",
        days_ago=28,
        days=13,
        decided_by="compliance@example.com",
        answer="For the handover only. The next one needs a date for his quiz.",
    ),
    Exemption(
        reference="D-20424",
        person="rep2@example.com",
        product=WAF,
        by="rep2@example.com",
        reason="合同阶段要求“试用负责人”等级，我下周三参加研读会；这个项目的试用是我和 Hannah 一起带的。",
        days_ago=10,
        days=27,
        decided_by="zhou.min@example.com",
        answer="同意，研读会结束后请补齐等级。",
    ),
    Exemption(
        reference="D-20426",
        person="teo.lindqvist@example.com",
        product=WAF,
        by="ines.carvalho@example.com",
        reason="The customer wants both of us at the trial. Teo is at lesson four and says nothing about limits alone.",
        days_ago=6,
        days=8,
        decided_by="compliance2@example.com",
        after=14,
        answer="Eight days, beside Inês. Then he is certified or off the deal.",
    ),
    Exemption(
        reference="D-20417",
        person="rep@example.com",
        product=BOT,
        by="rep@example.com",
        reason="The owner asked about the bot on the phone, and the proposal is due on Friday.",
        days_ago=5,
        days=7,
        decided_by="compliance@example.com",
        approve=False,
        answer="Three lessons and the quiz are two hours. Take Sofia along until then: she is cleared.",
    ),
    Exemption(
        reference="D-20419",
        person="marek.nowak@example.com",
        product=WAF,
        by="manager@example.com",
        reason="The auditor moved the meeting forward, and the head of security wants to see him. His quiz is booked.",
        days_ago=1,
        days=15,
    ),
    Exemption(
        reference="D-20423",
        person="konstantinos.papadimitriou@example.com",
        product=BOT,
        by="zhou.min@example.com",
        reason="周航突然发烧，今天下午的评审改不了期。只讲接口，不谈价格和效果。",
        days_ago=0,
        hours=3,
        emergency=True,
    ),
)


@dataclass(frozen=True)
class DemoWaivers:
    """Asks for every exception, and lets others decide, as of a moment."""

    session: Session
    people: Mapping[str, Person]
    moment: datetime

    def steps(self) -> Iterator[Step]:
        """List what is done, and when; whatever else happens to the same deals must come in between."""
        for number, each in enumerate(EXEMPTIONS):
            asked_at = self.moment - timedelta(days=each.days_ago, hours=each.hours)
            wish = Wish(
                person=each.person,
                product=each.product,
                reason=each.reason,
                through=local_day(asked_at) + timedelta(days=each.days),
                key=f"demo-{number}",
            )
            yield asked_at, _Asking(self, each, wish, asked_at)


@dataclass(frozen=True)
class _Asking:
    """One exception, asked for and decided."""

    demo: DemoWaivers
    one: Exemption
    wish: Wish
    at: datetime

    def __call__(self) -> None:
        """Do it."""
        session, one = self.demo.session, self.one
        by = acting(self.demo.people, one.by)
        deal = lists.opened(session, by, one.reference, self.at)
        if one.emergency:
            give(session, deal, self.wish, by=by, moment=self.at)
            return
        asked = ask(session, deal, self.wish, by=by, moment=self.at)
        if one.decided_by is not None:
            decide(
                session,
                asked.id,
                approve=one.approve,
                answer=one.answer,
                through=None,
                by=acting(self.demo.people, one.decided_by),
                moment=self.at + timedelta(hours=one.after),
            )
