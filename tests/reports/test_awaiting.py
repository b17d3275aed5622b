"""What a rep can do nothing about but wait is told as such, and is not the next thing to do."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Product
from app.certification.actions import assign
from app.certification.awaiting import awaiting
from app.certification.live.models import Registration
from app.certification.programs import live_session, sign_off
from app.certification.requirements import Requirement
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.people.models import Person, Role
from factories import NOW, person, taught
from livesessions import LIVE_SESSION, live_date

SignIn = Callable[[str], TestClient]
SHOWN, SESSION, SIGN = {"sign_off": "demo"}, {"live_session": "launch-demo"}, {"attest": "redlines"}
ON_THE_LAST_DAY = NOW + timedelta(days=8, hours=10)
"""Still 1 December in UTC, 2 December in Auckland, where the session is held."""

DEMO, LAUNCH, DAY = sign_off("demo"), live_session("launch-demo"), date(2026, 12, 2)
ASSESSOR = "Your demonstration of Keeper waits for an assessor"
BOOKED = "You are booked for 2 December 2026: the live session of Keeper"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


def ask(session: Session, who: Person, what: Product) -> None:
    """Somebody sends a demonstration."""
    session.add(
        SignOffRequest(
            person_id=who.id or 0,
            product_id=what.id or 0,
            rubric="demo",
            form=DemonstrationForm.DEMONSTRATION,
            asked_at=NOW,
        )
    )


def book(session: Session, who: Person, what: Product, *, seated: bool) -> None:
    """Somebody registers for a date, and gets a seat or a place on the waiting list."""
    host = person(session, "tom@example.com", Role.TRAINER)
    live = live_date(session, what, host, starts_at=ON_THE_LAST_DAY, timezone="Pacific/Auckland")
    seat = NOW if seated else None
    session.add(Registration(live_session_id=live.id or 0, person_id=who.id or 0, registered_at=NOW, seated_at=seat))


@pytest.mark.parametrize(
    ("requirements", "asks", "seated", "waits", "headline", "step", "line"),
    [
        ([SHOWN], True, None, {DEMO: None}, ASSESSOR, "Waits for an assessor", "Waits for an assessor"),
        ([SESSION], False, True, {LAUNCH: DAY}, BOOKED, "You are booked for 2 Dec", "You are booked for 2 Dec"),
        ([SESSION], False, False, {}, "Attend the live session of Keeper", "90 minutes", "Choose a date"),
        ([SHOWN, SESSION], True, True, {DEMO: None, LAUNCH: DAY}, ASSESSOR, "You are booked", "Waits for an assessor"),
        ([SHOWN, SESSION], False, True, {LAUNCH: DAY}, "Show Keeper to an assessor", "You are", "Ask for the sign-off"),
        ([SHOWN, SIGN], True, None, {DEMO: None}, "Sign the red lines of Keeper", "Waits for", "Sign the red lines"),
    ],
)
def test_what_waits_is_not_the_next_thing(
    session: Session,
    sign_in: SignIn,
    *,
    requirements: list[dict[str, str]],
    asks: bool,
    seated: bool | None,
    waits: dict[Requirement, date | None],
    headline: str,
    step: str,
    line: str,
) -> None:
    ana = person(session, "ana@example.com")
    keeper = taught(session, [], requirements=requirements, live_sessions=[LIVE_SESSION])
    if asks:
        ask(session, ana, keeper)
    if seated is not None:
        book(session, ana, keeper, seated=seated)
    assign(session, ana.id or 0, keeper.id or 0, due_on=None, by="mia@example.com", moment=NOW)
    assert awaiting(session, ana.id or 0, NOW).get(keeper.id or 0, {}) == waits
    session.commit()

    rep = sign_in("ana@example.com")
    home = rep.get("/").text
    assert f'<h1 id="next">{headline}' in home
    assert step in rep.get("/products/keeper").text
    assert line in rep.get("/certifications").text
