"""What incidents cost, and which questions told it beforehand: no names, and a sentence only of enough people."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.models import Appeal, AppealOutcome, CertificationEvent, CertificationEventKind
from app.conduct.models import Consequence, Disposition, Finding, Violation
from app.deals.incidents.charts import QUARTERS, trend
from app.deals.incidents.lessons import Cost, costs, predictors
from app.deals.incidents.models import Incident, IncidentStatus, Origin
from app.deals.incidents.predicting import Comparison, Share, Verdict
from app.people.models import Person, Role
from factories import NOW, attest, person, published_quiz, quiz_document, sellable, sent_text, single, sitting

SignIn = Callable[[str], TestClient]
DAY = timedelta(days=1)
CROSSED, OTHERS = 6, 20


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper(session: Session) -> Product:
    """Six crossed a line that one question names, after they had it wrong; twenty others had it right."""
    product = sellable(session, at=NOW - 400 * DAY)
    items = [single("about-return", red_line=["keeper.return"]), single("about-prices", red_line=["keeper.price"])]
    quiz = published_quiz(session, quiz_document(items=items), owner=product, at=NOW - 390 * DAY)
    carol = person(session, "carol@example.com", Role.COMPLIANCE)
    person(session, "tom@example.com", Role.TRAINER)
    for number in range(CROSSED + OTHERS):
        rep = person(session, f"rep{number}@example.com", name=f"Secret Name {number}")
        attest(session, rep, product, at=NOW - 300 * DAY)
        crossed = number < CROSSED
        answers = {"about-return": 1 if crossed else 0, "about-prices": 0}
        sitting(session, quiz, rep, answers, at=NOW - 200 * DAY)
        if crossed:
            cross(session, product, rep, carol, number)
    session.commit()
    return product


def cross(session: Session, product: Product, rep: Person, carol: Person, number: int) -> Violation:
    """A confirmed incident that costs 100 for each who crossed the line before, the first one nobody knows what."""
    incident = Incident(
        key=f"incident-{number}".ljust(16, "-"),
        product_id=product.id or 0,
        person_id=rep.id,
        origin=Origin.COMPLAINT,
        red_line="keeper.return",
        title="A return was promised",
        text="It was.",
        happened_on=(NOW - 30 * DAY).date(),
        cost=Decimal(100 * number) if number else None,
        currency="EUR" if number else "",
        status=IncidentStatus.CONFIRMED,
        opened_by=carol.id or 0,
        opened_at=NOW,
        decided_by=carol.id,
        decided_at=NOW,
    )
    session.add(incident)
    session.flush()
    violation = Violation(
        incident_id=incident.id,
        person_id=rep.id or 0,
        product_id=product.id,
        red_line="keeper.return",
        title=incident.title,
        consequence=Consequence.NONE,
        reason="Said so.",
        at=NOW,
        by=carol.email,
    )
    session.add(violation)
    session.flush()
    return violation


def told(session: Session, product: Product) -> dict[str, tuple[Verdict, Comparison]]:
    return {each.item: (each.verdict, each.comparison) for each in predictors(session, product.id or 0)}


def test_the_question_that_told_it_beforehand_comes_first(keeper: Product, session: Session) -> None:
    assert told(session, keeper) == {
        "about-return": (Verdict.NOBODY_KNEW, Comparison(Share(6, 6), Share(0, 20))),
        "about-prices": (Verdict.TOO_FEW, Comparison(Share(0, 0), Share(0, 26))),
    }
    assert [each.item for each in predictors(session, keeper.id or 0)] == ["about-return", "about-prices"]


def test_a_granted_appeal_takes_a_violation_out(keeper: Product, session: Session) -> None:
    violation = session.scalars(select(Violation).order_by(col(Violation.id))).all()[0]
    event = CertificationEvent(
        person_id=violation.person_id,
        product_id=keeper.id or 0,
        kind=CertificationEventKind.SUSPENDED,
        reason="Said so.",
        at=NOW,
        by="carol@example.com",
    )
    session.add(event)
    session.flush()
    violation.certification_event_id = event.id
    facts: dict[str, Any] = {"text": "No.", "asked_at": NOW, "decide_by": NOW.date(), "outcome": AppealOutcome.GRANTED}
    session.add(Appeal(event_id=event.id or 0, person_id=violation.person_id, **facts))
    session.flush()
    assert told(session, keeper)["about-return"][1] == Comparison(Share(5, 5), Share(1, 21))


def test_what_was_answered_after_the_event_says_nothing(keeper: Product, session: Session) -> None:
    for incident in session.scalars(select(Incident)):
        incident.happened_on = (NOW - 250 * DAY).date()
    session.flush()
    assert told(session, keeper)["about-return"] == (
        Verdict.TOO_FEW,
        Comparison(Share(0, 0), Share(0, 20)),
    )


def test_which_red_lines_cost_most(keeper: Product, session: Session) -> None:
    rep = session.scalars(select(Person).where(col(Person.email) == "rep9@example.com")).one()
    sent_text(session, rep, "We guarantee keeper.return and keeper.price.", products=["keeper"], at=NOW - 200 * DAY)
    for finding in session.scalars(select(Finding)):
        finding.disposition = Disposition.CONFIRMED
        finding.product_id = keeper.id
    session.flush()
    found = costs(session)
    assert [(each.red_line, each.incidents, each.findings, each.certified, each.amounts) for each in found] == [
        ("keeper.return", 6, 1, 26, [(Decimal(1500), "EUR")]),
        ("keeper.price", 0, 1, 26, []),
    ]
    assert found[0].per_certified == pytest.approx(100 * 7 / 26)
    assert found[0].quarters == {(2026, 4): 6, (2026, 2): 1}
    assert costs(session, "till") == []


def crossed(*quarters: tuple[int, int]) -> Cost:
    return Cost(1, "keeper", "Keeper", "keeper.return", quarters=Counter(quarters))


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([crossed((2026, 4), (2026, 4))], [(2026, 4, 2)]),
        ([crossed((2026, 2)), crossed((2026, 4))], [(2026, 2, 1), (2026, 3, 0), (2026, 4, 1)]),
        (
            [crossed((2024, 4), (2025, 2))],  # the first of them is longer ago than is shown
            [(2025, 2, 1), (2025, 3, 0), (2025, 4, 0), (2026, 1, 0), (2026, 2, 0), (2026, 3, 0), (2026, 4, 0)],
        ),
    ],
)
def test_the_trend_goes_from_the_first_crossing_to_the_present_quarter(
    found: list[Cost], shown: list[tuple[int, int, int]]
) -> None:
    quarters = trend(found, date(2026, 11, 23)).quarters
    assert [(each.year, each.number, each.count) for each in quarters] == shown


def test_the_trend_shows_every_quarter_where_nothing_was_crossed() -> None:
    assert len(trend([], date(2026, 11, 23)).quarters) == QUARTERS


def test_the_page_names_nobody(keeper: Product, sign_in: SignIn) -> None:
    assert keeper.slug == "keeper"
    for who in ("carol", "tom"):
        text = sign_in(f"{who}@example.com").get("/incidents/lessons?product=keeper").text
        assert "Nobody who later crossed the line had got this right; of the others 0 % got it wrong." in text
        assert "+100 (+5" in text
        assert "at least 5 people crossed the line and at least 20 others" in text
        assert "Of 1 question too few people are known to say anything." in text
        assert "about-prices" not in text
        assert "Secret Name" not in text
