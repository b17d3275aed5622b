"""A rep, and the manager, see where the rep stands on the levels above the first."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.evidence import announce
from app.certification.models import SignOff, SignOffOutcome
from app.people.models import Role
from factories import NOW, attest, person, taught

SignIn = Callable[[str], TestClient]
LEAD = {"id": "lead", "name": {"en": "Lead seller", "zh-Hans": "主销售"}, "requirements": [{"sign_off": "demo"}]}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


def text(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.parametrize(
    ("shown", "state", "asks", "in_matrix"),
    [
        (False, "Lead seller In progress 20 minutes left", True, False),
        (True, "Lead seller Cleared Valid through", False, True),
    ],
)
def test_levels_are_told_on_every_page_that_tells_of_a_standing(
    session: Session, sign_in: SignIn, state: str, *, shown: bool, asks: bool, in_matrix: bool
) -> None:
    mia = person(session, "mia@example.com", Role.MANAGER)
    ana = person(session, "ana@example.com")
    ana.manager_id = mia.id
    tom = person(session, "tom@example.com", Role.TRAINER)
    keeper = taught(session, [], requirements=[{"attest": "redlines"}], levels=[LEAD], deal_level="lead")
    attest(session, ana, keeper)
    if shown:
        signed = SignOff(
            person_id=ana.id or 0, product_id=keeper.id or 0, rubric="demo", outcome=SignOffOutcome.PASSED,
            assessor_id=tom.id or 0, decided_at=NOW,
        )  # fmt: skip
        session.add(signed)
        announce(session, ana.id or 0, keeper.id or 0, NOW)
    session.commit()
    rep, manager = sign_in("ana@example.com"), sign_in("mia@example.com")
    for page in (rep.get("/products/keeper"), rep.get("/certifications"), manager.get(f"/team/people/{ana.id}")):
        assert state in text(page.text)
        assert "Deals ask for this level" in page.text
        assert ("An assessor has not signed off a demonstration." in page.text) is asks
    assert ("Ask for the sign-off" in rep.get("/certifications").text) is asks
    assert ("<small>Lead seller</small>" in manager.get("/team").text) is in_matrix
