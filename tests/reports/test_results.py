"""What the result of a passed quiz says it opens: the standing now, the certificate, and the person's deals."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.models import Person
from factories import NOW, attest, deal, person, published_quiz, sellable
from taking import Taker

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session) -> Person:
    stored = person(session, "ana@example.com")
    session.commit()
    return stored


def passed(sign_in: SignIn) -> str:
    taker = Taker(sign_in("ana@example.com"))
    attempt = taker.start()
    taker.answer_all(attempt)
    return taker.finish(attempt)


def test_the_last_requirement_leads_to_the_certificate(session: Session, ana: Person, sign_in: SignIn) -> None:
    published_quiz(session, owner=sellable(session, requirements=[{"quiz": "keeper-quiz"}]))
    session.commit()
    shown = passed(sign_in)
    assert "You may sell Keeper" in shown
    assert "Valid through 22 November 2027" in shown
    assert 'href="/certificates/' in shown


def test_what_is_missing_is_named_with_its_link(session: Session, ana: Person, sign_in: SignIn) -> None:
    asked = [{"attest": "redlines"}, {"quiz": "keeper-quiz"}]
    published_quiz(session, owner=sellable(session, requirements=asked))
    session.commit()
    shown = passed(sign_in)
    assert "What is still missing for Keeper" in shown
    assert '<a href="/products/keeper/red-lines">Sign the red lines</a>' in shown
    assert "/certificates/" not in shown


def test_deals_are_open_or_say_what_still_blocks_them(session: Session, ana: Person, sign_in: SignIn) -> None:
    keeper = sellable(session, requirements=[{"quiz": "keeper-quiz"}])
    other, signed = sellable(session, "harbour"), sellable(session, "quay")
    published_quiz(session, owner=keeper)
    attest(session, ana, signed)
    team = {"owner": [ana]}
    deal(session, "D-1", name="Freed", products=[keeper, signed], team=team)
    deal(session, "D-2", name="Blocked", products=[keeper, other], team=team)
    deal(session, "D-3", name="Without it", products=[other], team=team)
    deal(session, "D-4", name="Of somebody else", products=[keeper], team={"owner": [person(session, "b@example.com")]})
    session.commit()
    shown = passed(sign_in)
    deals = shown.partition("Your deals with Keeper")[2].partition("</section>")[0]
    lines = {
        name: [
            word
            for word in ("Open to you", "Still blocked", "Harbour: The red lines have not been signed.")
            if word in line
        ]
        for line in deals.split("<li>")[1:]
        for name in ("Freed", "Blocked", "Without it", "Of somebody else")
        if name in line
    }
    assert lines == {
        "Freed": ["Open to you"],
        "Blocked": ["Still blocked", "Harbour: The red lines have not been signed."],
    }


def test_a_failed_quiz_says_nothing_of_standing(session: Session, ana: Person, sign_in: SignIn) -> None:
    published_quiz(session, owner=sellable(session, requirements=[{"quiz": "keeper-quiz"}]))
    session.commit()
    taker = Taker(sign_in("ana@example.com"))
    attempt = taker.start()
    taker.answer_all(attempt, right=False)
    shown = taker.finish(attempt)
    assert "You may sell" not in shown
    assert "Try again" in shown
