"""Pages about what was said cost as many statements for thirty texts, findings and red lines as for one."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.conduct.models import Consequence, Disposition, Finding, NameOpening, SentText, Violation
from app.database import Database, stored_id
from app.people.models import Person, Role
from factories import NOW, person, product, published, redline, sent_text
from tools.statements import count_statements

ROWS = 30
PAGES = ["/check", "/check/sent/{mine}", "/review", "/review/texts/{other}", "/review/rules", "/drills", "/"]


def line(number: int) -> dict[str, Any]:
    drill = {"rewrite": f"We guarantee line-{number}.", "locale": "en", "anchors": ["saw"]}
    return {**redline(f"line-{number}"), "drills": [drill]}


def said(session: Session, who: Person, number: int, findings: int) -> SentText:
    """A text about a product of its own, all of whose findings are confirmed, each with what follows."""
    owner = product(session, f"product-{number}")
    document = {"schema": 1, "rules": [line(number)]}
    published(session, owner, ContentKind.REDLINES, owner.slug, document)
    text = sent_text(session, who, f"We guarantee line-{number}. " * findings, products=[owner.slug])
    for each in session.scalars(select(Finding).where(col(Finding.sent_text_id) == text.id)):
        each.disposition = Disposition.CONFIRMED
        violation = Violation(
            finding_id=stored_id(each),
            person_id=stored_id(who),
            product_id=stored_id(owner),
            consequence=Consequence.COACHING,
            reason="It was a promise.",
            at=NOW,
            by="carol@example.com",
        )
        session.add(violation)
    return text


def test_a_page_takes_as_many_statements_for_thirty_rows_as_for_one(
    session: Session, database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    ana, ben = person(session, "ana@example.com", *Role), person(session, "ben@example.com")
    session.commit()
    browser = sign_in("ana@example.com")

    def grow(start: int, stop: int, findings: int) -> dict[str, str]:
        for number in range(start, stop):
            mine = said(session, ana, number, findings)
            other = said(session, ben, ROWS + number, findings)
            waiting = sent_text(session, ben, f"We guarantee line-{ROWS + number}.", products=other.products)
            assert waiting.id
        session.add(NameOpening(sent_text_id=stored_id(other), person_id=stored_id(ana), reason="To talk.", at=NOW))
        session.commit()
        return {page: page.format(mine=mine.id, other=other.id) for page in PAGES}

    def statements(address: str) -> int:
        assert browser.get(address).status_code == 200
        with count_statements(database) as found:
            assert browser.get(address).status_code == 200
        return len(found)

    one = {page: statements(address) for page, address in grow(0, 1, 1).items()}
    assert {page: statements(address) for page, address in grow(1, ROWS, ROWS).items()} == one
