"""The short way to renew: what changed since, what is weak, what is left, and what is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Product
from app.catalog.queries import product_by_slug
from app.certification.rules import Standing
from app.database import Database
from app.people.models import Person, Role
from app.quizzes.models import ItemVersion, PracticeItem
from app.reports.renewal import Phase, phase
from factories import (
    NOW,
    attest,
    course_document,
    lesson,
    person,
    product,
    published,
    published_quiz,
    quiz_document,
    redline,
    sellable,
    single,
    sitting,
)
from tools.statements import count_statements

pytestmark = pytest.mark.usefixtures("clock")

URL = "/products/keeper/renewal"
ITEMS = [single("price", red_line=["keeper.price"]), single("return", red_line=["keeper.return"]), single("free")]
MISSED = {"price": 1, "return": 0, "free": 0}


def certified(session: Session, days_ago: int, **program: Any) -> None:
    """Ana got certified so many days ago with one question wrong; yesterday a red line and the course changed."""
    at = NOW - timedelta(days=days_ago)
    owner = sellable(session, requirements=[{"attest": "redlines"}, {"quiz": "keeper-quiz"}], at=at, **program)
    published(session, owner, ContentKind.COURSE, "keeper", course_document([lesson(1)]), at=at)
    version = published_quiz(session, quiz_document(items=ITEMS), owner=owner, at=at)
    ana = person(session, "ana@example.com", Role.REP)
    sitting(session, version, ana, MISSED, at=at + timedelta(hours=1))
    attest(session, ana, owner, at=at + timedelta(hours=1))
    yesterday = NOW - timedelta(days=1)
    rules = [redline("keeper.return"), redline("keeper.price", "warn") | {"why": "The list is binding."}]
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules}, at=yesterday)
    course = course_document([lesson(1), lesson(2)])
    published(session, owner, ContentKind.COURSE, "keeper", course, at=yesterday)


@pytest.fixture
def ana(database: Database, sign_in: Callable[[str], TestClient]) -> Callable[[int], TestClient]:
    """Ana's browser, so many days after she was certified for a year."""

    def later(days_ago: int) -> TestClient:
        with database.write() as session:
            certified(session, days_ago)
        return sign_in("ana@example.com")

    return later


def test_an_open_renewal_shows_changes_weak_questions_and_minutes(
    ana: Callable[[int], TestClient], database: Database
) -> None:
    client = ana(350)
    page = client.get(URL).text
    for words in (
        "Renew Keeper", "About 4 minutes", "What is left to do", "Sign the red lines", "Take the quiz",
        "Nobody can promise keeper.price.", "The list is binding.", "New lesson", "Lesson 2", "Renewal open since",
        "About keeper.price", "Practise this question", "Nothing is reset.",
    ):  # fmt: skip
        assert words in page, words
    assert "About keeper.return" not in page
    for leads_here in ("/", "/certifications", "/products/keeper"):
        assert f'href="{URL}"' in client.get(leads_here).text
    started = client.post(f"{URL}/practice", data={"quiz": "keeper-quiz"})
    assert started.headers["location"].startswith("/practice/")
    assert client.get(f"{URL}/practice").headers["location"] == URL
    assert client.post(f"{URL}/practice", data={"quiz": "other"}).headers["location"] == URL
    with database.read() as session:
        asked = select(col(ItemVersion.item)).join(
            PracticeItem, col(PracticeItem.item_version_id) == col(ItemVersion.id)
        )
        assert session.scalars(asked).all() == ["price"]


def test_a_running_attempt_comes_before_practice(ana: Callable[[int], TestClient]) -> None:
    client = ana(350)
    assert client.post("/quizzes/keeper-quiz/attempts").status_code == 303
    assert client.post(f"{URL}/practice", data={"quiz": "keeper-quiz"}).status_code == 409


@pytest.mark.parametrize(
    ("days_ago", "says"),
    [
        (30, "You can renew from"),
        (350, "What is left to do"),
        (370, "In grace through"),
        (500, "Expired"),
    ],
)
def test_each_day_says_what_there_is_to_do(ana: Callable[[int], TestClient], days_ago: int, says: str) -> None:
    page = ana(days_ago).get(URL)
    assert (page.status_code, says in page.text) == (200, True)


def test_early_work_is_asked_for_before_the_renewal_opens_and_kept(
    sign_in: Callable[[str], TestClient], database: Database
) -> None:
    with database.write() as session:
        certified(session, 330, early_days=20)
    client = sign_in("ana@example.com")
    page = client.get(URL).text
    for words in ("What is left to do", "It takes effect on", "Sign the red lines", "Take the quiz"):
        assert words in page, words
    with database.write() as session:
        ana, keeper = session.scalars(select(Person)).one(), session.scalars(select(Product)).one()
        quiz = select(ContentVersion).join(Content, col(Content.id) == col(ContentVersion.content_id))
        version = session.scalars(quiz.where(col(Content.kind) == ContentKind.QUIZ)).one()
        sitting(session, version, ana, {"price": 0, "return": 0, "free": 0}, at=NOW, number=2)
        attest(session, ana, keeper, at=NOW)
    page = client.get(URL).text
    for words in ("Your part is done", "The certification renews itself on"):
        assert words in page, words


def test_who_was_never_certified_is_led_to_the_product(
    ana: Callable[[int], TestClient], sign_in: Callable[[str], TestClient], database: Database
) -> None:
    ana(30)
    with database.write() as session:
        person(session, "ben@example.com", Role.REP)
        product(session, "bare")
    client = sign_in("ben@example.com")
    assert "There is nothing to renew yet" in client.get(URL).text
    assert client.get("/products/bare/renewal").status_code == 404


def test_the_page_takes_as_many_statements_however_much_there_is(
    ana: Callable[[int], TestClient], database: Database
) -> None:
    client = ana(350)
    client.get(URL)
    with count_statements(database) as few:
        client.get(URL)
    with database.write() as session:
        owner = product_by_slug(session, "keeper")
        assert owner is not None
        course = course_document([lesson(number) for number in range(1, 9)])
        published(session, owner, ContentKind.COURSE, "keeper", course, at=NOW - timedelta(hours=1))
        quiz = quiz_document(items=[*ITEMS, single("four")])
        published_quiz(session, quiz, owner=owner, at=NOW - timedelta(hours=1))
    client.get(URL)
    with count_statements(database) as many:
        client.get(URL)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("standing", "period_id", "expected"),
    [
        (Standing.NOT_STARTED, None, Phase.NEVER_HELD),
        (Standing.IN_PROGRESS, None, Phase.NEVER_HELD),
        (Standing.CERTIFIED, 1, Phase.NOT_OPEN),
        (Standing.RENEWAL_OPEN, 1, Phase.OPEN),
        (Standing.RECERTIFICATION_REQUIRED, 1, Phase.CATCH_UP),
        (Standing.IN_GRACE, 1, Phase.GRACE),
        (Standing.EXPIRED, 1, Phase.EXPIRED),
        (Standing.SUSPENDED, 1, Phase.STOPPED),
        (Standing.REVOKED, None, Phase.STOPPED),
    ],
)
def test_where_somebody_stands_with_a_renewal(standing: Standing, period_id: int | None, expected: Phase) -> None:
    assert phase(standing, period_id) is expected
