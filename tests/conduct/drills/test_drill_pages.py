"""Saying it right, as a browser does it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.conduct.drills.queries import asked, asked_by
from app.conduct.drills.routes import TRIES_A_WINDOW
from app.conduct.models import Consequence, Disposition, DrillTry, Finding, Violation
from app.people.models import Person, RateLimit, Role
from factories import lesson, person, published, redline, sent_text, taught
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PAGE = "/drills/keeper/revenue"
RIGHT = "At one noodle house more guests came back."
HTMX = {"HX-Request": "true"}
REVENUE: dict[str, Any] = {
    **redline("revenue"),
    "title": {"en": "No promised revenue", "zh-Hans": "不承诺业绩"},
    "match": {"en": [{"text": "guarantee revenue"}], "zh": [{"text": "保证业绩"}]},
    "say_instead": {"en": ["More guests came back.", "Let us measure it."], "zh-Hans": ["客人回店更多了。"]},
    "drills": [
        {"rewrite": "We guarantee revenue by May.", "locale": "en", "anchors": ["guests|diners", "come back"]},
        {"rewrite": "Sign, I guarantee revenue.", "locale": "en", "anchors": ["measure"]},
        {"rewrite": "我们保证业绩。", "locale": "zh-Hans", "anchors": ["客人|顾客", "回店"]},
    ],
}
SPEED = {**redline("speed", "warn"), "match": {"en": [{"text": "in no time"}]}}
COACHED = {**redline("tone", "coach"), "match": {"en": [{"text": "awesome"}]}}


@pytest.fixture
def keeper(session: Session) -> Product:
    """A product whose first red line has two drills in English and one in Chinese, and a lesson that shows them."""
    person(session, "ana@example.com", name="Ana Duarte", at=AT)
    person(session, "ben@example.com", name="Ben Okoro", at=AT)
    owner = taught(session, [lesson(1, drills=["revenue"]), lesson(2)], at=AT)
    rules = {"schema": 1, "rules": [REVENUE, SPEED, COACHED]}
    published(session, owner, ContentKind.REDLINES, "keeper", rules, at=AT)
    session.commit()
    return owner


@pytest.fixture
def ana(keeper: Product, sign_in: SignIn) -> TestClient:
    return sign_in("ana@example.com")


def forms(html: str) -> list[dict[str, str]]:
    """The hidden fields of each drill's form."""
    found = re.findall(r'<form class="stack s3".*?</form>', html, re.DOTALL)
    return [dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', each)) for each in found]


def marks(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r"<mark[^>]*>(.*?)</mark>", html)]


def tries(session: Session) -> list[tuple[str, str, bool, bool]]:
    rows = session.execute(
        select(col(DrillTry.rewrite), col(DrillTry.text), col(DrillTry.passed), col(DrillTry.seen)).order_by(
            col(DrillTry.id)
        )
    )
    found = [(row.rewrite, row.text, row.passed, row.seen) for row in rows]
    session.rollback()  # the browser writes next
    return found


def test_the_page_shows_the_sentences_and_not_what_to_say(ana: TestClient) -> None:
    html = ana.get(PAGE).text

    assert len(forms(html)) == 2
    for shown in ("We guarantee revenue by May.", "Sign, I guarantee revenue.", "Nobody can promise revenue."):
        assert shown in html
    for hidden in ("More guests came back.", "我们保证业绩。"):
        assert hidden not in html


def test_the_sentences_are_in_the_readers_language(ana: TestClient) -> None:
    ana.cookies.set("locale", "zh-Hant")
    html = ana.get(PAGE).text

    assert "我们保证业绩。" in html
    assert "We guarantee revenue by May." not in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_right_sentence_passes_and_shows_what_may_be_said(
    ana: TestClient, session: Session, headers: dict[str, str]
) -> None:
    first = forms(ana.get(PAGE).text)[0]
    answer = ana.post(PAGE, data={**first, "text": RIGHT}, headers=headers)

    assert answer.status_code == 200
    assert "More guests came back." in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert len(forms(answer.text)) == (1 if headers else 2)
    assert tries(session) == [("We guarantee revenue by May.", RIGHT, True, False)]


def test_an_approved_wording_word_for_word_is_right(ana: TestClient, session: Session) -> None:
    first = forms(ana.get(PAGE).text)[0]
    ana.post(PAGE, data={**first, "text": "More guests came back."})

    assert [passed for _rewrite, _text, passed, _seen in tries(session)] == [True]


@pytest.mark.parametrize(
    ("text", "crossed", "says"),
    [
        ("Guests come back: we guarantee revenue.", ["guarantee revenue"], "1 passage crosses a red line"),
        ("Guests come back in no time.", ["in no time"], "1 passage crosses a red line"),
        ("Customer: we guarantee revenue, guests come back.", ["guarantee revenue"], "1 passage crosses a red line"),
        ("Guests like an awesome soup.", ["awesome"], "No red line is crossed, but something is missing"),
        ("Good morning & welcome.", [], "guests / diners"),
    ],
)
def test_a_wrong_sentence_is_marked_where_it_is_wrong(
    ana: TestClient, session: Session, text: str, crossed: list[str], says: str
) -> None:
    first = forms(ana.get(PAGE).text)[0]
    answer = ana.post(PAGE, data={**first, "text": text})

    assert marks(answer.text) == crossed
    assert says in answer.text
    assert "More guests came back." not in answer.text
    assert tries(session) == [("We guarantee revenue by May.", text, False, False)]


def test_whoever_looks_may_try_again_and_keeps_what_was_typed(ana: TestClient, session: Session) -> None:
    first = forms(ana.get(PAGE).text)[0]
    looked = ana.post(f"{PAGE}/wordings", data={**first, "text": "Guests & more"})

    assert "More guests came back." in looked.text
    assert "Guests &amp; more" in looked.text
    assert tries(session) == []
    again = forms(looked.text)[0]
    ana.post(PAGE, data={**again, "text": RIGHT})
    assert tries(session) == [("We guarantee revenue by May.", RIGHT, True, True)]


def test_a_second_click_stores_one_try_and_another_text_another(ana: TestClient, session: Session) -> None:
    first = forms(ana.get(PAGE).text)[0]
    for text in (RIGHT, RIGHT, "Hello."):
        assert ana.post(PAGE, data={**first, "text": text}).status_code == 200

    assert [text for _rewrite, text, _passed, _seen in tries(session)] == [RIGHT, "Hello."]


@pytest.mark.parametrize(
    ("text", "status", "stored"), [("x" * 2000, 200, 1), ("x" * 2001, 422, 0), ("x\r\n" * 1000, 200, 1), (" ", 422, 0)]
)
def test_a_sentence_has_at_most_two_thousand_characters(
    ana: TestClient, session: Session, text: str, status: int, stored: int
) -> None:
    first = forms(ana.get(PAGE).text)[0]

    assert ana.post(PAGE, data={**first, "text": text}).status_code == status
    assert len(tries(session)) == stored


def test_tries_are_counted_since_each_is_stored(ana: TestClient, session: Session) -> None:
    form = forms(ana.get(PAGE).text)[0]
    session.add(RateLimit(key="drill:1", window_started_at=datetime.now(UTC), hits=TRIES_A_WINDOW))
    session.commit()

    answer = ana.post(PAGE, data={**form, "text": RIGHT})

    assert answer.status_code == 429
    assert tries(session) == []


def test_a_sentence_that_was_changed_meanwhile_is_not_judged(
    ana: TestClient, keeper: Product, session: Session
) -> None:
    first = forms(ana.get(PAGE).text)[0]
    other = {**REVENUE, "drills": [{**REVENUE["drills"][0], "rewrite": "I guarantee revenue."}]}
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [other]}, at=AT)
    session.commit()

    assert ana.post(PAGE, data={**first, "text": RIGHT}).status_code == 409
    assert tries(session) == []


@pytest.mark.parametrize("address", ["/drills/keeper/speed", "/drills/keeper/nothing", "/drills/nowhere/revenue"])
def test_where_nothing_is_to_be_said_right_there_is_no_page(ana: TestClient, address: str) -> None:
    assert ana.get(address).status_code == 404


def test_what_somebody_tried_is_theirs(ana: TestClient, sign_in: SignIn) -> None:
    first = forms(ana.get(PAGE).text)[0]
    ana.post(PAGE, data={**first, "text": RIGHT})

    assert "1 of 2 said right" in ana.get("/drills").text
    theirs = sign_in("ben@example.com")
    assert "Not said right yet" in theirs.get("/drills").text
    assert "1 of 2" not in theirs.get("/drills").text


def test_the_list_counts_what_was_said_right(ana: TestClient) -> None:
    assert "0 of 1 said right" in ana.get("/drills").text
    for number, text in enumerate((RIGHT, "Let us measure it.")):
        drill = forms(ana.get(PAGE).text)[number]
        ana.post(PAGE, data={**drill, "text": text})
    assert "1 of 1 said right" in ana.get("/drills").text


def test_a_lesson_shows_the_sentences_and_answers_in_place(ana: TestClient) -> None:
    html = ana.get("/products/keeper/lessons/lesson-1").text
    first = forms(html)[0]

    assert first["level"] == "3"
    assert [each["drill"] for each in forms(html)] == [each["drill"] for each in forms(ana.get(PAGE).text)]
    assert f'id="drill-{first["drill"]}"' in ana.post(PAGE, data={**first, "text": RIGHT}, headers=HTMX).text
    assert forms(ana.get("/products/keeper/lessons/lesson-2").text) == []


def violated(session: Session, consequence: Consequence, at: datetime = AT) -> Violation:
    """A confirmed finding of Ana's, with what it leads to."""
    ana = session.scalars(select(Person).where(col(Person.email) == "ana@example.com")).one()
    sent = sent_text(session, ana, "We guarantee revenue.", products=["keeper"], at=at)
    finding = session.scalars(select(Finding).where(col(Finding.sent_text_id) == sent.id)).one()
    finding.disposition = Disposition.CONFIRMED
    violation = Violation(
        finding_id=finding.id or 0,
        person_id=ana.id or 0,
        product_id=finding.product_id,
        consequence=consequence,
        reason="It was a promise.",
        at=at,
        by="compliance@example.com",
    )
    session.add(violation)
    session.commit()
    return violation


@pytest.mark.parametrize(
    ("consequence", "on_today", "heading"),
    [
        (Consequence.COACHING, True, '<h1 id="next">Say it right: No promised revenue</h1>'),
        (Consequence.SUSPENSION, True, ">Say it right: No promised revenue</h2>"),
        (Consequence.NONE, False, "Say it right"),
        (Consequence.REVOCATION, False, "Say it right"),
    ],
)
def test_a_violation_asks_until_it_is_said_right(
    ana: TestClient, session: Session, consequence: Consequence, on_today: bool, heading: str
) -> None:
    first = forms(ana.get(PAGE).text)[0]
    ana.post(PAGE, data={**first, "text": RIGHT})
    violation = violated(session, consequence, at=datetime.now(UTC))

    assert (heading in ana.get("/").text) is on_today
    assert ("You are asked for these" in ana.get("/drills").text) is on_today
    again = forms(ana.get(PAGE).text)[0]
    ana.post(PAGE, data={**again, "text": "Wrong."})
    assert (heading in ana.get("/").text) is on_today
    ana.post(PAGE, data={**again, "text": RIGHT})
    assert heading not in ana.get("/").text
    assert "You are asked for these" not in ana.get("/drills").text
    session.rollback()
    newest = session.scalars(select(DrillTry).order_by(col(DrillTry.id).desc())).first()
    assert newest
    found = asked(session, violation.person_id, datetime.now(UTC))
    assert [(each.product, each.red_line, each.passed_at) for each in found] == (
        [("keeper", "revenue", newest.at)] if on_today else []
    )
    assert asked_by(session, [violation.id or 0], datetime.now(UTC)) == {each.violation_id: each for each in found}


def test_a_red_line_without_drills_asks_for_nothing(ana: TestClient, keeper: Product, session: Session) -> None:
    violation = violated(session, Consequence.COACHING)
    plain = {key: value for key, value in REVENUE.items() if key != "drills"}
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [plain]}, at=AT)
    session.commit()

    assert asked(session, violation.person_id, datetime.now(UTC)) == []
    session.rollback()
    assert '<h1 id="next">Say it right' not in ana.get("/").text
    assert "Nothing to say right yet" in ana.get("/drills").text
    assert forms(ana.get("/products/keeper/lessons/lesson-1").text) == []


def test_pages_take_as_many_statements_for_many_as_for_few(
    ana: TestClient, application: FastAPI, keeper: Product, session: Session
) -> None:
    def counted() -> list[int]:
        found = []
        for address in ("/drills", PAGE, "/"):
            ana.get(address)
            with count_statements(application.state.database) as statements:
                ana.get(address)
            found.append(len(statements))
        return found

    violated(session, Consequence.COACHING)
    few = counted()
    more = [{**REVENUE, "id": f"revenue-{number}", "match": {"en": [f"number {number} sells"]}} for number in range(9)]
    rules = {"schema": 1, "rules": [REVENUE, *more]}
    published(session, keeper, ContentKind.REDLINES, "keeper", rules, at=AT)
    for hours in range(5):
        violated(session, Consequence.SUSPENSION, at=AT + timedelta(hours=hours))
    assert counted() == few


def test_nobody_else_is_told_of_a_try(ana: TestClient, session: Session, sign_in: SignIn) -> None:
    person(session, "boss@example.com", Role.MANAGER, Role.COMPLIANCE, Role.ADMIN, Role.TRAINER, at=AT)
    session.commit()
    first = forms(ana.get(PAGE).text)[0]
    ana.post(PAGE, data={**first, "text": RIGHT})
    boss = sign_in("boss@example.com")

    for address in ("/", "/team", "/admin/audit", "/drills", PAGE):
        assert RIGHT not in boss.get(address).text
