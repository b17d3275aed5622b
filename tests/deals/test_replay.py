"""The same question as of the same moment has the same answer and the same id, whatever happened since."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.deals.actions import Facts, change
from app.deals.facts import deals
from app.deals.models import Deal
from app.deals.queries import Question, clearances
from app.people.models import Person
from factories import NOW, attest, deal, person, product, published, redline, sellable

THEN = NOW + timedelta(hours=1)
LATER = NOW + timedelta(days=2)

Later = Callable[[Session, Person, Product], object]


def publish_red_lines(session: Session, _who: Person, what: Product) -> object:
    rules = {"schema": 1, "rules": [redline("new.rule")]}
    return published(session, what, ContentKind.REDLINES, what.slug, rules, at=LATER)


def make_the_program_stricter(session: Session, _who: Person, what: Product) -> object:
    document = {
        "requirements": [{"attest": "redlines"}, {"quiz": "later"}], "valid_months": 1, "basis": "completion",
        "renewal_window_days": 5, "grace_days": 0, "enforcement": "observe",
    }  # fmt: skip
    return published(session, what, ContentKind.PROGRAM, what.slug, document, at=LATER)


def suspend(session: Session, who: Person, what: Product) -> object:
    kind = CertificationEventKind.SUSPENDED
    return sanction(session, who.id or 0, what.id or 0, kind, reason="Why", by="compliance@example.com", moment=LATER)


def sign(session: Session, who: Person, what: Product) -> object:
    attest(session, who, what, at=LATER, number=2)
    return who


def leave(_session: Session, who: Person, _what: Product) -> object:
    who.deactivated_at = LATER
    return who


def retire(_session: Session, _who: Person, what: Product) -> object:
    what.retired_at = LATER
    return what


def move_the_deal_on(session: Session, _who: Person, _what: Product) -> object:
    (stored,) = deals(session, col(Deal.reference) == "D-1", None)
    row = session.scalars(select(Deal)).one()
    facts = Facts(**{name: getattr(row, name) for name in Facts.__slots__} | {"stage": "renewal"})
    return change(session, stored, facts, step=0, by="ana@example.com", moment=LATER)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize(
    "later", [publish_red_lines, make_the_program_stricter, suspend, sign, leave, retire, move_the_deal_on]
)
def test_what_happens_later_changes_no_past_answer(session: Session, later: Later, *, signed: bool) -> None:
    keeper = sellable(session, from_stage="proposal")
    ana = person(session, "ana@example.com")
    created = deal(session, "D-1", products=[keeper], team={"owner": [ana]}, stage="proposal")
    if signed:
        attest(session, ana, keeper)
    (stored,) = deals(session, col(Deal.id) == created.id, None)
    if signed:
        facts = Facts(**{name: getattr(created, name) for name in Facts.__slots__} | {"name": "Renamed"})
        change(session, stored, facts, step=0, by="ana@example.com", moment=NOW)
        created.step = 0
    questions = [
        Question(rep="ana@example.com", products=("keeper",)),
        Question(rep="ana@example.com", deal="D-1"),
        Question(rep="nobody@example.com", deal="D-1"),
        Question(rep="ana@example.com", products=("later",)),
    ]
    before = clearances(session, questions, THEN)
    later(session, ana, keeper)
    product(session, "later", at=LATER)
    session.flush()
    session.expire_all()
    again = clearances(session, questions, THEN)
    assert again == before
    assert len({each.id for each in again}) == 4


def test_another_moment_or_another_question_has_another_id(session: Session) -> None:
    sellable(session)
    person(session, "ana@example.com")
    questions = [
        Question(rep="ana@example.com", products=("keeper",)),
        Question(rep="ana@example.com", products=("keeper",), stage="renewal"),
        Question(rep="ana@example.com", products=("keeper",), deal="D-9"),
    ]
    found = [each.id for moment in (THEN, LATER) for each in clearances(session, questions, moment)]
    assert len(set(found)) == 6
    assert found == sorted(found[:3], key=found.index) + found[3:]
    assert max(found[:3]) < min(found[3:])
