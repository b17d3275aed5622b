"""A rep is told what would do instead, wherever the way to a certificate is shown."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session

from app.catalog.evidence import announce
from app.catalog.models import ContentKind, Product
from app.certification.models import SignOff, SignOffOutcome
from app.people.models import Person, Role
from factories import NOW, attest, lesson, person, published, taught
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
SIGN = {"attest": "redlines"}
CLINIC = {"id": "clinic", "name": {"en": "Clinic", "zh-Hans": "门诊"}, "minutes": 45}
DEMO = {"id": "demo", "name": "The demo", "criteria": [{"id": "shown", "text": "Shows it."}]}
SHOW_OR_VISIT: dict[str, Any] = {"any_of": [[{"sign_off": "demo"}], [{"live_session": "clinic"}]]}
SHOWN_AND_VISITED: dict[str, Any] = {
    "any_of": [[{"sign_off": "demo"}, {"sign_off": "call"}], [{"lesson": "lesson-1"}, {"live_session": "clinic"}]]
}
CLINIC_LINK = '<a href="/products/keeper/sessions/clinic">Clinic</a>'


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        yield


def text(html: str) -> str:
    """What a person reads on a page, in one line."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def learner(session: Session, *requirements: dict[str, Any], **program: Any) -> Person:
    """Ana, who signed the red lines of Keeper and has the rest of its program before her."""
    ana = person(session, "ana@example.com")
    keeper = taught(session, [lesson(1)], requirements=[SIGN, *requirements], live_sessions=[CLINIC], **program)
    attest(session, ana, keeper)
    return ana


def publish_program(session: Session, *requirements: dict[str, Any]) -> None:
    """What Keeper asks for besides its red lines from an hour later on."""
    document = {
        "requirements": [SIGN, *requirements],
        "live_sessions": [CLINIC],
        "valid_months": 12,
        "basis": "expiry",
        "renewal_window_days": 30,
        "grace_days": 14,
        "enforcement": "block",
    }
    keeper = session.scalars(select(Product)).one()
    published(session, keeper, ContentKind.PROGRAM, "keeper", document, at=NOW + timedelta(hours=1))


@pytest.mark.parametrize("path", ["/", "/products/keeper", "/certifications"])
def test_another_way_stands_beside_the_shortest_with_its_address(session: Session, sign_in: SignIn, path: str) -> None:
    learner(session, SHOW_OR_VISIT)
    session.commit()
    page = sign_in("ana@example.com").get(path).text
    assert "or: Clinic (45 minutes)" in text(page)
    assert CLINIC_LINK in page


@pytest.mark.parametrize("path", ["/products/keeper", "/certifications"])
def test_what_is_replaced_is_named_beside_something_else(session: Session, sign_in: SignIn, path: str) -> None:
    learner(session, {"sign_off": "call"}, SHOW_OR_VISIT, rubrics=[DEMO])
    session.commit()
    page = text(sign_in("ana@example.com").get(path).text)
    assert "or, instead of The demo: Clinic (45 minutes)" in page


def test_a_way_that_is_begun_says_so(session: Session, sign_in: SignIn) -> None:
    learner(session, SHOWN_AND_VISITED)
    session.commit()
    ana = sign_in("ana@example.com")
    ana.post("/products/keeper/lessons/lesson-1/complete")
    shown = text(ana.get("/products/keeper").text)
    assert "or: Clinic (1 of 2, 45 minutes left)" in shown
    assert shown.count("Clinic (") == 1


@pytest.mark.parametrize("path", ["/", "/products/keeper", "/certifications"])
def test_once_one_way_is_gone_the_others_are_told_no_more(session: Session, sign_in: SignIn, path: str) -> None:
    ana, tom = learner(session, SHOW_OR_VISIT), person(session, "tom@example.com", Role.TRAINER)
    keeper = session.scalars(select(Product)).one()
    signed = SignOff(
        person_id=ana.id or 0, product_id=keeper.id or 0, rubric="demo", outcome=SignOffOutcome.PASSED,
        assessor_id=tom.id or 0, decided_at=NOW,
    )  # fmt: skip
    session.add(signed)
    announce(session, ana.id or 0, keeper.id or 0, NOW)
    session.commit()
    page = text(sign_in("ana@example.com").get(path).text)
    assert "or:" not in page
    assert "Cleared" in page


def test_a_renewal_leaves_the_choice_again(session: Session, sign_in: SignIn) -> None:
    learner(session)
    publish_program(session, SHOW_OR_VISIT)
    session.commit()
    with time_machine.travel(NOW + timedelta(days=350), tick=False):
        page = sign_in("ana@example.com").get("/products/keeper/renewal").text
    assert "Ask for the sign-off 20 minutes or: Clinic (45 minutes)" in text(page)
    assert CLINIC_LINK in page


@pytest.mark.parametrize("path", ["/products/keeper", "/certifications"])
def test_a_higher_level_tells_its_own_other_ways(session: Session, sign_in: SignIn, path: str) -> None:
    learner(session, levels=[{"id": "lead", "name": "Lead", "requirements": [SHOW_OR_VISIT]}])
    session.commit()
    page = text(sign_in("ana@example.com").get(path).text)
    assert re.search(r"Lead In progress 20 minutes left .* or: Clinic \(45 minutes\)", page)


def test_two_choices_cost_no_more_statements_than_one(session: Session, application: FastAPI, sign_in: SignIn) -> None:
    learner(session, {"sign_off": "demo"})
    session.commit()
    ana = sign_in("ana@example.com")
    counts = []
    for asked in ([SHOW_OR_VISIT], [SHOW_OR_VISIT, {"any_of": [[{"lesson": "lesson-1"}], [{"sign_off": "call"}]]}]):
        publish_program(session, *asked)
        session.commit()
        ana.get("/products/keeper")
        with count_statements(application.state.database) as statements:
            assert text(ana.get("/products/keeper").text).count("or:") == len(asked)
        counts.append(len(statements))
    assert counts[0] == counts[1]
