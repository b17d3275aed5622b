"""Nobody floods those who decide and answer: what one person sends to others within a while is counted."""

from collections.abc import Callable
from types import ModuleType

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from app.deals.fieldnotes import routes as fieldnotes
from app.deals.fieldnotes.models import FieldNote
from app.deals.incidents import routes as incidents
from app.deals.incidents.models import Incident
from app.deals.waivers import routes as waivers
from app.deals.waivers.models import Waiver
from app.people.models import Role
from factories import NOW, deal, person, sellable

pytestmark = pytest.mark.usefixtures("clock")

TODAY = NOW.date().isoformat()
NOTE = {"product": "keeper", "kind": "asked", "text": "Is it safe?", "root": "material"}
INCIDENT = {"product": "keeper", "happened_on": TODAY, "origin": "complaint", "title": "Promised", "text": "Too much."}
WAIVER = {"person": "ana@example.com", "product": "keeper", "reason": "They wait.", "through": TODAY}


@pytest.mark.parametrize(
    ("feature", "most", "address", "form", "stored"),
    [
        (fieldnotes, "WRITTEN_A_WINDOW", "/deals/D-1/field-notes", NOTE, FieldNote),
        (incidents, "REPORTED_A_WINDOW", "/incidents", INCIDENT, Incident),
        (waivers, "ASKED_A_WINDOW", "/deals/D-1/waivers", WAIVER, Waiver),
    ],
)
def test_after_so_many_the_next_has_to_wait(
    session: Session,
    sign_in: Callable[[str], TestClient],
    monkeypatch: pytest.MonkeyPatch,
    feature: ModuleType,
    most: str,
    address: str,
    form: dict[str, str],
    stored: type[SQLModel],
) -> None:
    monkeypatch.setattr(feature, most, 2)
    ana = person(session, "ana@example.com", Role.REP, Role.TRAINER)
    deal(session, "D-1", products=[sellable(session)], team={"owner": [ana]})
    session.commit()
    browser = sign_in("ana@example.com")
    answers = [
        browser.post(address, data={**form, "key": f"a form by itself {number}"}, follow_redirects=False)
        for number in range(3)
    ]
    assert [each.status_code for each in answers] == [303, 303, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert session.scalar(select(func.count()).select_from(stored)) == (1 if stored is Waiver else 2)
