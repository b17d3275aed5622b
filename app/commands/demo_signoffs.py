"""The demonstration's sign-offs: judged, looked at a second time, returned, and one that waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from app.catalog.models import Product
from app.certification.models import SignOff, SignOffOutcome
from app.certification.signoffs.actions import Judged, Showing, ask, decide, look_again, take
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.certification.signoffs.queries import rubric_in_force
from app.commands import demo_story as story
from app.database import stored_id
from app.people.models import Person

TRAINER = "trainer@example.com"
SECOND_TRAINER = "trainer2@example.com"
_DAYS_TO_JUDGE = 2


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an assessor said, so many days ago; `missed` are the criteria that were not met, with the reason."""

    by: str
    days_ago: int
    outcome: SignOffOutcome = SignOffOutcome.PASSED
    missed: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A demonstration, and what was said of it; `second` is said only where the draw asks for a second look."""

    email: str
    product: str
    rubric: str
    first: Opinion
    second: Opinion | None = None
    form: DemonstrationForm = DemonstrationForm.ROLE_PLAY
    link: str = ""


JUDGED = (
    Shown(
        "konstantinos.papadimitriou@example.com",
        story.SHOPFRONT,
        "owner-visit",
        Opinion(TRAINER, 120, missed={"platforms": "Short, but fair."}, note="Calm, and quick at the list price."),
        Opinion(
            SECOND_TRAINER,
            112,
            SignOffOutcome.RETURNED,
            missed={"no-promise": "“You will have it back by summer” is a promise.", "platforms": "Short."},
            note="The sentence in minute nine is the red line itself. I would have returned it.",
        ),
        form=DemonstrationForm.RECORDING,
        link="https://recordings.example.com/k-papadimitriou/owner-visit",
    ),
    Shown(
        "sofia.ribeiro@example.com",
        story.SHOPFRONT,
        "owner-visit",
        Opinion(TRAINER, 50, missed={"next-step": "“I will call you” has no day."}),
    ),
    Shown(
        "wang.siyuan@example.com",
        story.SHOPFRONT,
        "owner-visit",
        Opinion(
            SECOND_TRAINER,
            46,
            SignOffOutcome.FAILED,
            missed={"no-promise": "承诺“三个月回本”。", "consent": "没有提到顾客同意。"},
            note="两条必过项都没有做到，请重学第 6 课和红线后再申请。",
        ),
        form=DemonstrationForm.DEMONSTRATION,
    ),
    Shown(
        "hannah.weiss@example.com",
        story.WAF,
        "limits-meeting",
        Opinion(SECOND_TRAINER, 34, missed={"plans-observing": "Nobody was named who may switch back."}),
    ),
    Shown(
        "chen.jiayi@example.com",
        story.SHOPFRONT,
        "owner-visit",
        Opinion(
            SECOND_TRAINER,
            30,
            SignOffOutcome.RETURNED,
            missed={"consent": "老板问了才说。", "list-price": "只报了一家门店的价格。"},
            note="先讲同意，再演示消息。价格按两家门店报。",
        ),
    ),
    Shown(
        "rep2@example.com",
        story.BOT,
        "handover-call",
        Opinion(
            SECOND_TRAINER,
            4,
            SignOffOutcome.RETURNED,
            missed={"says-it-is-a-bot": "客户问起才说。"},
            note="只差一点：一开场就把“这是机器人”的提示给客户看，并说明它关不掉。",
        ),
        form=DemonstrationForm.RECORDING,
        link="https://recordings.example.com/lin-yao/handover-call",
    ),
    Shown(
        "chen.jiayi@example.com",
        story.SHOPFRONT,
        "owner-visit",
        Opinion(SECOND_TRAINER, 3, note="两处都改好了。"),
    ),
)
"""In the order of their days. The seventh is drawn for a second look, which is still to come."""

WAITING = Shown(
    "rep@example.com",
    story.SHOPFRONT,
    "owner-visit",
    Opinion(TRAINER, 6),
    form=DemonstrationForm.RECORDING,
    link="https://recordings.example.com/ana-duarte/owner-visit",
)
WAITING_NOTE = "The owner is played by Marek. From minute four on it is about delivery."


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who does something."""

    id: int
    email: str


@dataclass(frozen=True)
class DemoSignOffs:
    """Stores the sign-offs of the story as of a moment."""

    session: Session
    products: Mapping[str, Product]
    people: Mapping[str, Person]
    moment: datetime

    def fill(self) -> None:
        """Store everything."""
        for shown in JUDGED:
            self._judge(shown)
        self._ask(WAITING, WAITING.first.days_ago, Showing(WAITING.form, WAITING.link, WAITING_NOTE))

    def _ago(self, days: int) -> datetime:
        return self.moment - timedelta(days=days)

    def _party(self, email: str) -> Party:
        return Party(stored_id(self.people[email]), email)

    def _ask(self, shown: Shown, days_ago: int, showing: Showing) -> SignOffRequest:
        product_id = stored_id(self.products[shown.product])
        return ask(self.session, self._party(shown.email), product_id, shown.rubric, showing, self._ago(days_ago))

    def _judge(self, shown: Shown) -> None:
        first = shown.first
        request = self._ask(shown, first.days_ago + _DAYS_TO_JUDGE, Showing(shown.form, shown.link))
        request_id = stored_id(request)
        take(self.session, self._party(first.by), request_id, self._ago(first.days_ago + 1))
        signed = self._decide(shown, first, request_id)
        if shown.second is not None and signed.second_wanted:
            said, at = self._judged(shown, shown.second), self._ago(shown.second.days_ago)
            look_again(self.session, self._party(shown.second.by), request_id, said, at)

    def _decide(self, shown: Shown, said: Opinion, request_id: int) -> SignOff:
        judged = self._judged(shown, said)
        return decide(self.session, self._party(said.by), request_id, judged, self._ago(said.days_ago))

    def _judged(self, shown: Shown, said: Opinion) -> Judged:
        product_id = stored_id(self.products[shown.product])
        asked = rubric_in_force(self.session, product_id, shown.rubric, self._ago(shown.first.days_ago))
        assert asked is not None  # noqa: S101 (the courses describe it)
        scores = {
            each.id: {"met": each.id not in said.missed, "note": said.missed.get(each.id, "")}
            for each in asked.rubric.criteria
        }
        return Judged(asked.version_id, said.outcome, scores, self.people[said.by].name, said.note)
