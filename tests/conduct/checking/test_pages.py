"""The page on which a text is checked, without JavaScript: nothing is stored until somebody asks for it."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from docx import Document
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from app.catalog.models import ContentKind
from app.conduct.checking.routes import SENT_A_WINDOW
from app.conduct.models import Disposition, Finding, SentText
from app.database import Database
from app.people.models import Role
from app.redlines.checking import MOST_CHARACTERS
from factories import NOW, deal, person, product, published, signed_in
from tools.statements import count_statements

RETURN: dict[str, Any] = {
    "id": "claims.return",
    "status": "active",
    "severity": "block",
    "category": "guarantee_promissory",
    "title": {"en": "No guaranteed return", "zh-Hans": "不承诺收益"},
    "why": {"en": "It cannot be kept.", "zh-Hans": "做不到。"},
    "match": {"en": [{"text": "guarantee a return"}], "zh": [{"text": "保证收益"}]},
    "unless": {"negated": "downgrade"},
    "say_instead": {"en": ["Others saw a return.", "Let us agree a goal."], "zh-Hans": ["别的客户有收益。"]},
}
DISCOUNT: dict[str, Any] = {
    **RETURN,
    "id": "price.discount",
    "severity": "warn",
    "title": "No unapproved price",
    "match": {"en": [{"text": "30 % off"}]},
    "applies": {"channels": ["mail"], "regions": ["CN"]},
    "say_instead": {"en": ["The yearly plan saves 15 %."]},
}
WHEN = NOW + timedelta(hours=1)
Sign = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def an_hour_later() -> Iterator[None]:
    with time_machine.travel(WHEN):
        yield


@pytest.fixture
def rep(application: FastAPI, session: Session) -> TestClient:
    """Ana, on an open deal for Keeper; there is another product, Abacus."""
    ana = person(session, "ana@example.com", name="Ana Duarte")
    person(session, "bo@example.com")
    keeper, abacus = product(session), product(session, "abacus", name="Abacus")
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [RETURN]})
    published(session, abacus, ContentKind.REDLINES, "abacus", {"schema": 1, "rules": [DISCOUNT]})
    deal(session, products=[keeper], team={"owner": [ana]}, close_date=date(2026, 12, 1))
    session.commit()
    return signed_in(application, "ana@example.com")


def shown(page: str) -> html.HtmlElement:
    return html.document_fromstring(page)


def typed(page: str) -> str:
    (area,) = shown(page).xpath("//textarea[@name='text']")
    return str(area.text or "").removeprefix("\n")


def cards(page: str) -> list[tuple[str, str, str]]:
    """What was written, how much it matters, and where, of each finding."""
    return [
        (card.xpath("string(.//del)"), card.xpath("string(header/span[2])"), card.xpath("string(.//del/../small)"))
        for card in shown(page).xpath("//ol[@id='cards']/li")
    ]


def rows(database: Database) -> dict[str, list[Any]]:
    with database.read() as reading:
        return {
            table.name: sorted(map(repr, reading.execute(select(table)).all()))
            for table in SQLModel.metadata.sorted_tables
        }


def test_a_text_is_shown_with_its_marks_and_findings(rep: TestClient) -> None:
    text = "Hello,\r\nwe guarantee a return. You get 30 % off."
    page = rep.post("/check", data={"text": text}).text
    assert cards(page) == [("guarantee a return", "Must go", "line 2"), ("30 % off", "Needs care", "line 2")]
    assert typed(page) == "Hello,\nwe guarantee a return. You get 30 % off."
    marks = shown(page).xpath("//div[@class='pitch']/mark")
    assert [(mark.get("id"), mark.get("class"), mark.text_content()) for mark in marks] == [
        ("m1", None, "guarantee a return"),
        ("m2", "warn", "30 % off"),
    ]
    assert [mark.xpath("string(a/@href)") for mark in marks] == ["#f1", "#f2"]
    verdict = shown(page).xpath("//*[@role='status'][@id='verdict']")[0].text_content()
    assert "1 passage must go, 1 needs care" in verdict
    assert "2 red lines for all products were held against 47 characters." in " ".join(verdict.split())


def test_what_the_sentence_excuses_is_set_aside_with_the_reason(rep: TestClient) -> None:
    page = rep.post("/check", data={"text": "We do not guarantee a return."}).text
    assert cards(page) == []
    assert "No red line is crossed" in page
    assert "Set aside, because the sentence denies it." in page
    assert [mark.get("class") for mark in shown(page).xpath("//div[@class='pitch']/mark")] == ["low"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"product": ["keeper"]}, ["guarantee a return"]),
        ({"product": ["abacus"]}, ["30 % off"]),
        ({"product": ["keeper", "abacus"]}, ["guarantee a return", "30 % off"]),
        ({"product": ["gone"]}, ["guarantee a return", "30 % off"]),
        ({"channel": "call", "region": "cn"}, ["guarantee a return"]),
        ({"locale": "nonsense"}, ["guarantee a return", "30 % off"]),
        ({"region": "x" * 17}, ["guarantee a return", "30 % off"]),
    ],
)
def test_products_and_circumstances_are_chosen(rep: TestClient, data: dict[str, Any], found: list[str]) -> None:
    page = rep.post("/check", data={"text": "We guarantee a return, and 30 % off.", **data}).text
    assert [card[0] for card in cards(page)] == found


def test_a_label_in_the_text_says_who_speaks_unless_the_form_does(rep: TestClient) -> None:
    text = "Customer: you guarantee a return."
    assert cards(rep.post("/check", data={"text": text}).text) == []
    assert len(cards(rep.post("/check", data={"text": text, "speaker": "rep"}).text)) == 1


def test_products_of_open_deals_stand_first_and_an_address_chooses(rep: TestClient) -> None:
    page = shown(rep.get("/check?product=abacus").text)
    assert page.xpath("//input[@name='product']/@value") == ["keeper", "abacus"]
    assert page.xpath("//details//input[@name='product']/@value") == ["abacus"]
    assert page.xpath("//input[@name='product'][@checked]/@value") == ["abacus"]
    assert page.xpath("boolean(//details[@open]//input[@value='abacus'])")


def test_a_button_replaces_a_finding_by_the_approved_wording(rep: TestClient) -> None:
    text = "🚀 We guarantee a return.\nWe guarantee a return."
    buttons = shown(rep.post("/check", data={"text": text}).text).xpath("//button[@name='replace']/@value")
    assert len(buttons) == 4
    page = rep.post("/check", data={"text": text, "replace": buttons[3]}).text
    assert typed(page) == "🚀 We guarantee a return.\nLet us agree a goal."
    assert len(cards(page)) == 1


def test_wording_comes_in_the_language_of_the_passage(rep: TestClient) -> None:
    page = rep.post("/check", data={"text": "我们保证收益。"}).text
    (wording,) = shown(page).xpath("//ol[@id='cards']//q")
    assert (wording.get("lang"), wording.text) == ("zh-Hans", "别的客户有收益。")


@pytest.mark.parametrize(
    "wish", ["0 5 0 claims.return", "3 21 9 claims.return", "3 21 0 gone", "a b c", "1", "9" * 5000]
)
def test_what_is_not_there_is_not_replaced(rep: TestClient, wish: str) -> None:
    answer = rep.post("/check", data={"text": "We guarantee a return.", "replace": wish})
    assert typed(answer.text) == "We guarantee a return."
    assert "nothing was replaced" in answer.text


def test_a_browser_that_types_gets_the_findings_alone_with_places_as_it_counts_them(rep: TestClient) -> None:
    answer = rep.post("/check", data={"text": "🚀 We guarantee a return."}, headers={"hx-request": "true"})
    assert answer.text.lstrip().startswith('<section class="stack" id="found"')
    (card,) = shown(answer.text).xpath("//li[@id='f1']")
    # the rocket is two UTF-16 code units
    assert (card.get("data-first"), card.get("data-last")) == ("6", "24")
    assert (card.get("data-matched"), answer.headers["cache-control"]) == ("guarantee a return", "no-store")


def test_a_transcript_names_the_time_of_each_finding(rep: TestClient) -> None:
    text = "WEBVTT\n\n00:01:05.000 --> 00:01:08.000\n<v Rep>We guarantee a\n\n00:01:08.000 --> 00:01:09.000\nreturn.\n"
    page = rep.post("/check", data={"text": text}).text
    assert [(where, matter) for _words, matter, where in cards(page)] == [("00:01:05", "Must go")]


def a_letter(*paragraphs: str) -> bytes:
    letter = Document()
    for paragraph in paragraphs:
        letter.add_paragraph(paragraph)
    file = BytesIO()
    letter.save(file)
    return file.getvalue()


def test_a_file_is_shown_as_text_and_its_findings_name_their_places(rep: TestClient) -> None:
    letter = a_letter("Dear Ms Amaral,", "We guarantee a return.", "Kind regards")
    page = rep.post("/check", files={"file": ("letter.docx", letter)}).text
    assert typed(page) == "Dear Ms Amaral,\n\nWe guarantee a return.\n\nKind regards"
    assert cards(page) == [("guarantee a return", "Must go", "paragraph 2")]
    (places,) = shown(page).xpath("//input[@name='places']/@value")
    edited = "Hello dear Ms Amaral, how are you?\n\nWe guarantee a return.\n\nKind regards"
    assert cards(rep.post("/check", data={"text": edited, "places": places}).text)[0][2] == "paragraph 2"
    another = "Something else.\nWe guarantee a return."
    assert cards(rep.post("/check", data={"text": another, "places": places}).text)[0][2] == "line 2"


@pytest.mark.parametrize(
    "places", ["[]", "{", "[[1]]", '[[-5,"","page",1,"",""]]', '[[9,"x","place",1,"",""]]', "9" * 9000]
)
def test_places_that_somebody_made_up_do_no_harm(rep: TestClient, places: str) -> None:
    answer = rep.post("/check", data={"text": "We guarantee a return.", "places": places})
    assert (answer.status_code, len(cards(answer.text))) == (200, 1)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("deck.pptx", b"PK\x03\x04 not really", "damaged"),
        ("picture.png", b"\x89PNG\r\n\x00", "not read"),
        ("empty.txt", b" ", "no text"),
        ("long.txt", b"a" * 10_000_001, "up to 10 MB"),
        ("long.txt", b"a " * 500_001, "up to 1,000,000"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    rep: TestClient, name: str, data: bytes, said: str
) -> None:
    answer = rep.post("/check", files={"file": (name, data)})
    assert answer.status_code == 422
    assert said in shown(answer.text).xpath("//*[@id='verdict']")[0].text_content()


def test_a_text_that_is_too_long_is_kept_and_refused(rep: TestClient) -> None:
    answer = rep.post("/check", data={"text": "长" * (MOST_CHARACTERS + 1)})
    assert answer.status_code == 422
    assert "This text has 1,000,001 characters; up to 1,000,000 are read at once." in answer.text
    assert len(typed(answer.text)) == MOST_CHARACTERS + 1


def test_of_many_findings_the_first_are_shown(rep: TestClient) -> None:
    page = rep.post("/check", data={"text": "We guarantee a return.\n" * 203}).text
    assert len(cards(page)) == 200
    assert "3 more findings are shown when these are mended." in page


def test_checking_stores_nothing_and_logs_nothing_of_the_text(
    rep: TestClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows(database)
    caplog.set_level(logging.DEBUG)
    secret = "the harbour bakery is nearly broke"
    for data in ({"text": f"We guarantee a return, {secret}."}, {"text": secret, "replace": secret, "places": secret}):
        assert rep.post("/check", data=data).status_code == 200
    assert rep.post("/check", files={"file": ("a.txt", secret.encode())}).status_code == 200
    assert rows(database) == before
    assert secret not in caplog.text


def test_a_check_does_not_wait_for_who_writes(rep: TestClient, application: FastAPI) -> None:
    with application.state.database.write():
        assert len(cards(rep.post("/check", data={"text": "We guarantee a return."}).text)) == 1


def test_a_long_text_takes_no_more_statements_than_a_short_one(rep: TestClient, application: FastAPI) -> None:
    rep.post("/check", data={"text": "a"})
    counts = []
    for text in ("We guarantee a return.", "We guarantee a return.\n" * 50):
        with count_statements(application.state.database) as statements:
            rep.post("/check", data={"text": text})
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def a_form(rep: TestClient, **data: str) -> dict[str, str]:
    (key,) = shown(rep.get("/check").text).xpath("//input[@name='key']/@value")
    return {"key": key, **data}


def test_a_text_is_sent_for_review_once_however_often_the_button_is_pressed(
    rep: TestClient, database: Database
) -> None:
    form = a_form(rep, text="We guarantee a return.", note="The contract says so.", product="keeper", channel="mail")
    answers = [rep.post("/check/send", data=form) for _time in range(3)]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, "/check/sent/1")] * 3
    with database.read() as reading:
        (stored,) = reading.scalars(select(SentText)).all()
        (finding,) = reading.scalars(select(Finding)).all()
    assert (stored.title, stored.text, stored.note) == (
        "We guarantee a return.",
        "We guarantee a return.",
        "The contract says so.",
    )
    assert (stored.products, stored.channel, stored.keep_until - stored.sent_at) == (
        ["keeper"],
        "mail",
        timedelta(days=90),
    )
    assert (finding.red_line, finding.start, finding.end) == ("claims.return", 3, 21)


def test_the_same_form_with_another_text_is_another_question(rep: TestClient) -> None:
    form = a_form(rep, text="We guarantee a return.")
    first = rep.post("/check/send", data=form)
    second = rep.post("/check/send", data={**form, "text": "We guarantee a return, always."})
    assert [each.headers["location"] for each in (first, second)] == ["/check/sent/1", "/check/sent/2"]


def test_whoever_sends_too_many_texts_waits_and_keeps_the_last(rep: TestClient, database: Database) -> None:
    for number in range(SENT_A_WINDOW):
        assert rep.post("/check/send", data={"text": f"Text {number}."}).status_code == 303

    answer = rep.post("/check/send", data={"text": "One more."})

    assert (answer.status_code, typed(answer.text)) == (429, "One more.")
    assert "There were too many tries." in answer.text
    with database.read() as reading:
        assert len(reading.scalars(select(col(SentText.id))).all()) == SENT_A_WINDOW


@pytest.mark.parametrize("data", [{"text": "Nothing of it."}, {"note": "May I say that?"}])
def test_a_text_without_findings_or_a_question_alone_may_be_sent(rep: TestClient, data: dict[str, str]) -> None:
    answer = rep.post("/check/send", data=a_form(rep, **data))
    page = rep.get(answer.headers["location"])
    assert (page.status_code, next(iter(data.values())) in page.text) == (200, True)
    assert "No red line was crossed." in page.text


def test_nothing_at_all_is_not_sent(rep: TestClient, database: Database) -> None:
    before = rows(database)
    answer = rep.post("/check/send", data=a_form(rep, title="Only a title"))
    assert answer.status_code == 422
    assert "Write a text above, or here what you want to ask." in answer.text
    assert rows(database) == before


def test_a_rep_sees_what_was_sent_and_what_was_decided(rep: TestClient, session: Session) -> None:
    text = "We guarantee a return. We do not guarantee a return."
    where = rep.post("/check/send", data=a_form(rep, title="Before I send it", text=text)).headers["location"]
    stored = session.scalars(select(Finding).order_by(Finding.start)).first()  # type: ignore[arg-type]  # a column
    assert stored is not None
    stored.disposition, stored.decided_at = Disposition.ALLOWED, WHEN
    session.commit()
    page = rep.get(where).text
    assert "Before I send it" in shown(page).xpath("//h1")[0].text
    assert re.findall(r"Allowed in this context|Nobody has decided yet", page) == [
        "Allowed in this context",
        "Nobody has decided yet",
    ]
    assert "21 February 2027" in page
    (listed,) = shown(rep.get("/check").text).xpath("//section[@aria-labelledby='mine']//li")
    assert " ".join(listed.text_content().split()).endswith("2 findings · 1 waits for a decision")


def test_when_its_words_are_deleted_the_decision_stays(rep: TestClient, session: Session) -> None:
    where = rep.post("/check/send", data=a_form(rep, text="We guarantee a return.")).headers["location"]
    stored = session.get(SentText, 1)
    assert stored is not None
    stored.text, stored.forgotten_at = "", WHEN
    for finding in session.scalars(select(Finding)):
        finding.matched = ""
    session.commit()
    page = rep.get(where).text
    assert "The words are deleted" in page
    assert "Nobody has decided yet" in page


def test_somebody_elses_text_is_not_there(rep: TestClient, application: FastAPI) -> None:
    where = rep.post("/check/send", data=a_form(rep, text="We guarantee a return.")).headers["location"]
    bo = signed_in(application, "bo@example.com")
    assert [bo.get(where).status_code, bo.get("/check/sent/99").status_code] == [404, 404]
    assert "What I sent" not in bo.get("/check").text


def test_the_page_speaks_chinese(rep: TestClient) -> None:
    rep.cookies.set("locale", "zh-Hans")
    page = rep.post("/check", data={"text": "我们保证收益。"}).text
    assert shown(page).get("lang") == "zh-Hans"
    assert shown(page).xpath("//ol[@id='cards']//h3")[0].text == "不承诺收益"


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.TRAINER])
def test_the_page_is_a_place_of_the_navigation(application: FastAPI, session: Session, role: Role) -> None:
    person(session, "who@example.com", role)
    session.commit()
    page = shown(signed_in(application, "who@example.com").get("/check").text)
    assert page.xpath("//nav[@class='nav']/a[@aria-current='page']/@href") == ["/check"]
