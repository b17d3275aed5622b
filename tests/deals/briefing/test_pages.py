"""The brief of a deal: for the team everything that helps, for the customer nothing internal."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.database import Database
from app.deals.fieldnotes.models import FieldNote, NoteKind, NoteRoot
from app.deals.models import Deal, DealContact
from app.people.models import Person, Role
from factories import NOW, attest, deal, lesson, person, taught
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
pytestmark = pytest.mark.usefixtures("clock")

CASE = {
    "industry": "cafe", "result": "31 % more guests came back", "source": "Weekly reports of the customer",
    "verified_by": "Ruan Qing", "verified_on": "2026-05-20",
}  # fmt: skip
LESSONS = [
    lesson(1, kind="talk_track", title="To operations", talk_track={"industry": ["cafe"], "role": ["operations"]}),
    lesson(2, kind="talk_track", title="To finance", talk_track={"industry": ["cafe"], "role": ["finance"]}),
    lesson(3, kind="case", title="A case for sending", audience="external", case=CASE),
    lesson(4, kind="case", title="A case for ourselves", case=CASE),
    lesson(5, kind="case", title="A case of another industry", audience="external", case=CASE | {"industry": "retail"}),
    lesson(6, kind="link", title="Data sheet", audience="external", url="https://www.example.com/sheet"),
    lesson(7, kind="link", title="Price list", url="https://www.example.com/prices"),
]
INTERNAL = (
    "Guest chat for fourteen shops", "Ana Duarte", "To operations", "To finance", "A case for ourselves", "Ruan Qing",
    "Price list", "Jo Lindgren", "hates waiting", "Is there a trial?", "86,000", "Never say",
)  # fmt: skip


@pytest.fixture
def cafe(session: Session) -> Deal:
    """Ana, who is cleared, meets the head of operations of a café; Charlie works elsewhere."""
    keeper = taught(session, LESSONS)
    ana, _charlie = person(session, "ana@example.com", name="Ana Duarte"), person(session, "charlie@example.com")
    person(session, "admin@example.com", Role.ADMIN)
    attest(session, ana, keeper)
    stored = deal(
        session, "D-1", products=[keeper], team={"owner": [ana]}, name="Guest chat for fourteen shops",
        account="Harbour Bakery", industry="cafe", stage="proposal",
    )  # fmt: skip
    session.add(DealContact(deal_id=stored.id or 0, name="Jo Lindgren", role="operations", note="hates waiting"))
    session.add(
        FieldNote(
            key="1", deal_id=stored.id or 0, product_id=keeper.id or 0, person_id=ana.id or 0, kind=NoteKind.ASKED,
            text="Is there a trial?", root=NoteRoot.PRICE, at=NOW,
        )
    )  # fmt: skip
    session.commit()
    return stored


@pytest.mark.usefixtures("cafe")
def test_the_team_finds_everything_for_the_meeting_on_one_page(sign_in: SignIn) -> None:
    page = sign_in("ana@example.com").get("/deals/D-1/brief")
    assert page.status_code == 200
    for text in (*INTERNAL, "A case for sending", "31 % more guests came back"):
        assert text in page.text
    assert page.text.index("To operations") < page.text.index("For this industry") < page.text.index("To finance")
    assert "A case of another industry" not in page.text
    assert 'href="/deals/D-1/brief"' in sign_in("ana@example.com").get("/deals/D-1").text


@pytest.mark.usefixtures("cafe")
def test_the_page_of_the_deal_names_the_talk_track_that_fits(sign_in: SignIn) -> None:
    text = sign_in("ana@example.com").get("/deals/D-1").text
    assert '<a href="/products/keeper/lessons/lesson-1">To operations</a>' in text
    assert "To finance" not in text


@pytest.mark.usefixtures("cafe")
def test_the_customer_sees_nothing_internal(sign_in: SignIn) -> None:
    page = sign_in("ana@example.com").get("/deals/D-1/brief?view=external").text
    main = page[page.index("<main") : page.index("</main>")]
    assert [text for text in INTERNAL if text in main] == []
    for text in ("For Harbour Bakery", "A case for sending", "Weekly reports of the customer", "Data sheet"):
        assert text in main


@pytest.mark.parametrize("view", ["", "?view=external"])
@pytest.mark.usefixtures("cafe")
def test_who_may_not_see_the_deal_sees_no_brief(sign_in: SignIn, view: str) -> None:
    assert sign_in("charlie@example.com").get(f"/deals/D-1/brief{view}").status_code == 404
    assert sign_in("ana@example.com").get(f"/deals/D-9/brief{view}").status_code == 404


def test_a_deal_about_which_nothing_is_published_says_so(session: Session, sign_in: SignIn) -> None:
    ana = person(session, "ana@example.com")
    deal(session, "D-1", team={"owner": [ana]})
    session.commit()
    browser = sign_in("ana@example.com")
    assert "Nothing is published yet about what to say" in browser.get("/deals/D-1/brief").text
    assert "There is nothing here to leave" in browser.get("/deals/D-1/brief?view=external").text


def test_more_products_cost_no_more_statements(session: Session, database: Database, sign_in: SignIn) -> None:
    ana: Person = person(session, "ana@example.com")
    products = [taught(session, LESSONS, slug=f"p{number}") for number in range(3)]
    deal(session, "D-1", products=products[:1], team={"owner": [ana]})
    deal(session, "D-3", products=products, team={"owner": [ana]})
    session.commit()
    browser = sign_in("ana@example.com")
    counts = []
    for reference in ("D-3", "D-1", "D-3"):  # the first reads documents that are kept afterwards
        with count_statements(database) as found:
            browser.get(f"/deals/{reference}/brief")
        counts.append(len(found))
    assert counts[1] == counts[2]
