"""What the demonstration's customers said, asked and misunderstood, and what its trainers made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.catalog.models import Product
from app.commands.demo_people import acting
from app.commands.demo_story import BOT, SHOPFRONT, WAF
from app.database import stored_id
from app.deals.fieldnotes.actions import Heard, answer, close, take, write
from app.deals.fieldnotes.models import NoteKind, NoteRoot
from app.deals.models import Deal
from app.people.models import Person

JONAS = "trainer@example.com"
WENJING = "trainer2@example.com"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A note by somebody of the deal's team, so many days ago.

    `taken_by` has taken it a day later; with an `answer` it was answered two days later, and closed where `closed`.
    """

    reference: str
    by: str
    product: str
    days_ago: int
    kind: NoteKind
    text: str
    root: NoteRoot
    root_text: str = ""
    taken_by: str | None = None
    answer: str = ""
    led_to: str = ""
    closed: bool = False


NOTES = (
    Said(
        reference="D-20420",
        by="teo.lindqvist@example.com",
        product=SHOPFRONT,
        days_ago=26,
        kind=NoteKind.ASKED,
        text="She asked whether the fee falls when a studio closes for the summer.",
        root=NoteRoot.PRICE,
        taken_by=JONAS,
        answer="It does not fall; a shop can be paused for up to two months a year, and a paused shop costs nothing.",
        led_to=f"/products/{SHOPFRONT}/lessons/price-and-commission",
        closed=True,
    ),
    Said(
        reference="D-20419",
        by="daniel.okafor@example.com",
        product=WAF,
        days_ago=21,
        kind=NoteKind.ASKED,
        text="How long does it take until somebody looks at a request that was blocked by mistake?",
        root=NoteRoot.MATERIAL,
        root_text="The lesson said a business day. The service contract says four hours since October.",
        taken_by=JONAS,
        answer="Four business hours. You are right, the lesson was behind the contract; it says so now.",
        led_to=f"/products/{WAF}/lessons/what-it-cannot-do",
        closed=True,
    ),
    Said(
        reference="D-20423",
        by="chen.jiayi@example.com",
        product=BOT,
        days_ago=15,
        kind=NoteKind.MISUNDERSTOOD,
        text="客户以为机器人可以直接同意退款，说上一家就是这么演示的。",
        root=NoteRoot.COMPETITOR,
        taken_by=WENJING,
        answer="退款、赔付、折扣都不能由机器人审批，只能转人工。请先放第八课里转人工的那段演示。",
        led_to=f"/products/{BOT}/lessons/limits-and-handover",
    ),
    Said(
        reference="D-20421",
        by="sofia.ribeiro@example.com",
        product=BOT,
        days_ago=8,
        kind=NoteKind.ASKED,
        text="Who writes the articles in the weeks before Christmas, when everybody at the customer's is busy?",
        root=NoteRoot.PRODUCT,
        taken_by=JONAS,
        answer="The customer does. Agree on a name and two hours a week first, or do not sell it this year.",
        led_to=f"/products/{BOT}/lessons/limits-and-handover",
    ),
    Said(
        reference="D-20426",
        by="ines.carvalho@example.com",
        product=WAF,
        days_ago=6,
        kind=NoteKind.MISUNDERSTOOD,
        text="She takes it for proof that the shop meets PCI DSS. Her reseller had told her so.",
        root=NoteRoot.PROMISE,
        root_text="A flyer of the reseller's says “makes you compliant”.",
        taken_by=JONAS,
    ),
    Said(
        reference="D-20422",
        by="rep2@example.com",
        product=SHOPFRONT,
        days_ago=4,
        kind=NoteKind.SAID,
        text="老板说加盟店的顾客名单也要归总部管，加盟商不同意就不签。",
        root=NoteRoot.PRODUCT,
        root_text="课程只讲直营店，没有讲加盟店的名单归谁。",
    ),
    Said(
        reference="D-20417",
        by="rep@example.com",
        product=SHOPFRONT,
        days_ago=2,
        kind=NoteKind.ASKED,
        text="Can one guest be on the list of two of the fourteen shops, and leave only one of them?",
        root=NoteRoot.MATERIAL,
        root_text="Not in any lesson.",
    ),
    Said(
        reference="D-20424",
        by="hannah.weiss@example.com",
        product=WAF,
        days_ago=1,
        kind=NoteKind.SAID,
        text="The office scores a written limit higher than a promise. It asked for our list of limits in Chinese.",
        root=NoteRoot.MATERIAL,
    ),
)


@dataclass(frozen=True)
class DemoField:
    """Writes the notes down and answers some, as of a moment."""

    session: Session
    products: Mapping[str, Product]
    people: Mapping[str, Person]
    moment: datetime

    def fill(self) -> None:
        """Store every note."""
        for number, each in enumerate(NOTES):
            self._tell(each, f"demo-{number}")

    def _tell(self, one: Said, key: str) -> None:
        at = self.moment - timedelta(days=one.days_ago)
        deal = self.session.exec(select(Deal).where(col(Deal.reference) == one.reference)).one()
        product_id = stored_id(self.products[one.product])
        heard = Heard(product_id, one.kind, one.text, one.root, one.root_text)
        note_id = stored_id(write(self.session, stored_id(deal), heard, key, acting(self.people, one.by), at))
        if one.taken_by is None:
            return
        trainer = acting(self.people, one.taken_by)
        take(self.session, note_id, trainer, at + timedelta(days=1))
        if one.answer:
            answer(self.session, note_id, one.answer, one.led_to, trainer, at + timedelta(days=2))
        if one.closed:
            close(self.session, note_id, one.led_to, trainer, at + timedelta(days=3))
