"""The authors' pages over HTTP: what is saved, what is refused, what stays as it was until it is published."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.catalog.models import ContentKind, ContentVersion, Product
from app.database import Database
from app.quizzes.itemcontent import ITEM_TYPES
from factories import signed_in
from tools.statements import count_statements
from writing import COURSE, HUB, asking_for, draft, fields

PAGES = [
    "/author",
    "/author/products/new",
    HUB,
    f"{HUB}/facts",
    f"{HUB}/program",
    f"{HUB}/lessons/_new",
    f"{HUB}/lessons/first",
    f"{HUB}/red-lines/_new",
    f"{HUB}/red-lines/keeper.return",
    f"{HUB}/quizzes/_new",
    f"{HUB}/publish",
    f"{HUB}/versions",
    f"{HUB}/versions/course/keeper/1",
    "/author/quizzes/keeper-quiz",
    "/author/quizzes/keeper-quiz/items/one",
    *(f"/author/quizzes/keeper-quiz/items/_new?kind={kind}" for kind in (*ITEM_TYPES, "nonsense")),
]


def test_every_page_is_there_for_trainers_alone(trainer: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    rep, stranger = sign_in("rep@example.com"), TestClient(trainer.app, follow_redirects=False)
    for url in PAGES:
        answers = [each.get(url).status_code for each in (trainer, rep, stranger)]
        assert (url, answers) == (url, [200, 403, 303])


@pytest.mark.parametrize(
    "url",
    [
        "/author/products/nothing",
        "/author/products/nothing/facts",
        f"{HUB}/lessons/nothing",
        f"{HUB}/red-lines/nothing",
        "/author/quizzes/nothing",
        "/author/quizzes/keeper-quiz/items/nothing",
        f"{HUB}/versions/course/keeper/9",
        f"{HUB}/versions/nonsense/keeper/1",
        "/author/products/%2e%2e%2fetc",
        f"{HUB}/lessons/<script>",
    ],
)
def test_what_is_not_there_is_not_found(trainer: TestClient, url: str) -> None:
    assert trainer.get(url).status_code == 404


@pytest.mark.parametrize(
    ("url", "kind", "slug"),
    [
        (f"{HUB}/facts", ContentKind.COURSE, "keeper"),
        (f"{HUB}/program", ContentKind.PROGRAM, "keeper"),
        (f"{HUB}/lessons/first", ContentKind.COURSE, "keeper"),
        (f"{HUB}/red-lines/keeper.return", ContentKind.REDLINES, "keeper"),
        ("/author/quizzes/keeper-quiz", ContentKind.QUIZ, "keeper-quiz"),
        ("/author/quizzes/keeper-quiz/items/one", ContentKind.QUIZ, "keeper-quiz"),
    ],
)
def test_a_form_that_is_sent_back_as_it_is_changes_nothing(
    trainer: TestClient, database: Database, url: str, kind: ContentKind, slug: str
) -> None:
    before = draft(database, kind, slug)
    sent = trainer.post(url, data=fields(trainer.get(url).text))
    assert (sent.status_code, sent.headers["location"]) == (303, url)
    assert draft(database, kind, slug) == before


def test_exemptions_with_a_context_survive_the_form(trainer: TestClient, database: Database) -> None:
    url = f"{HUB}/red-lines/keeper.return"
    typed = {
        "unless.within": "guarantee card\n保证书",
        "advanced.within": "- {seq: [guarantee, {gap: 4}, uptime]}\n- {text: guarantees, forms: exact}",
        "applies.locales": ["en", "zh-Hans"],
    }
    assert trainer.post(url, data=fields(trainer.get(url).text) | typed).status_code == 303
    stored = draft(database, ContentKind.REDLINES)["rules"][0]
    assert stored["applies"] == {"locales": ["en", "zh-Hans"]}
    assert stored["unless"]["within"] == [
        "guarantee card",
        "保证书",
        {"seq": ["guarantee", {"gap": 4}, "uptime"]},
        {"text": "guarantees", "forms": "exact"},
    ]

    again = trainer.post(url, data=fields(trainer.get(url).text))

    assert again.status_code == 303
    assert draft(database, ContentKind.REDLINES)["rules"][0] == stored
    wrong = trainer.post(url, data=fields(trainer.get(url).text) | {"advanced.within": "- {text: x, say: y}"})
    assert (wrong.status_code, 'id="f-advanced.within-wrong"' in wrong.text) == (422, True)


def test_facts_are_saved_as_a_draft_and_nobody_sees_them_yet(trainer: TestClient, database: Database) -> None:
    form = fields(trainer.get(f"{HUB}/facts").text) | {"name.en": ["Keeper 2"], "can.1.en": ["Send letters"]}
    assert trainer.post(f"{HUB}/facts", data=form).status_code == 303
    stored = draft(database, ContentKind.COURSE)
    assert stored["name"] == {"en": "Keeper 2", "zh-Hans": "客管"}
    assert stored["can"] == ["Keep lists", {"en": "Send letters"}]
    assert stored["lessons"] == COURSE["lessons"]
    with database.read() as session:
        assert session.scalars(select(col(Product.name))).one() == COURSE["name"]
        assert session.scalars(select(col(ContentVersion.number))).all() == [1, 1, 1, 1]
    assert "The draft says more than is published" in trainer.get(HUB).text


def test_a_wrong_form_comes_back_with_what_was_typed_and_a_sentence_beside_each_field(
    trainer: TestClient, database: Database
) -> None:
    url = f"{HUB}/lessons/first"
    wrong = {"title.en": ["<b>Kept</b>"], "minutes": ["many"], "kind": ["case"], "body.en": ["Typed text"]}
    sent = trainer.post(url, data=fields(trainer.get(url).text) | wrong)
    assert sent.status_code == 422
    assert '<span class="wrong" id="f-minutes-wrong">Write a whole number.</span>' in sent.text
    assert "&lt;b&gt;Kept&lt;/b&gt;" in sent.text
    assert "<b>Kept</b>" not in sent.text
    assert "Typed text</textarea>" in sent.text
    assert draft(database, ContentKind.COURSE) == COURSE | {"can": ["Keep lists"]}


@pytest.mark.parametrize(
    ("url", "change", "sentence"),
    [
        (f"{HUB}/facts", {"positioning.scene.en": ""}, "Fill this in."),
        (
            f"{HUB}/facts",
            {"name.en": "x" * 201, "name.zh-Hans": ""},
            "This has 201 characters; at most 200 are allowed.",
        ),
        (f"{HUB}/program", {"valid_months": "0"}, "Use 1 or more."),
        (f"{HUB}/program", {"enforcement": "shout"}, "Choose one of the list."),
        (f"{HUB}/program", asking_for(), "At least 1 needed."),
        (f"{HUB}/lessons/first", {"url": "javascript:alert(1)"}, "Begin with https:// or with a single /."),
        (f"{HUB}/lessons/first", {"body.en": ""}, "Write the page."),
        (f"{HUB}/red-lines/keeper.return", {"say_instead.en.0": ""}, "Fill this in."),
        (f"{HUB}/red-lines/keeper.return", {"advanced.en": "- {regex: '(a+)+$'}"}, "Fill this in."),
        (f"{HUB}/red-lines/keeper.return", {"advanced.en": "- &a x\n- *a"}, "Line 1: anchors (&amp;a) are not allowed"),
        ("/author/quizzes/keeper-quiz", {"pass_percent": "101"}, "Use 100 or less."),
        ("/author/quizzes/keeper-quiz", {"draw": "9"}, "This asks for 9 questions, and there are 1."),
        ("/author/quizzes/keeper-quiz/items/one", {"answer": ""}, "Fill this in."),
        ("/author/quizzes/keeper-quiz/items/one", {"points": "1e400"}, "Write a number."),
    ],
)
def test_what_is_wrong_is_said(
    trainer: TestClient, database: Database, url: str, change: dict[str, Any], sentence: str
) -> None:
    sent = trainer.post(url, data=fields(trainer.get(url).text) | change)
    assert (sent.status_code, sentence in sent.text) == (422, True)


def test_a_stale_tab_is_shown_what_is_stored_beside_what_was_typed(
    trainer: TestClient, sign_in: Callable[[str], TestClient], database: Database
) -> None:
    other, url = sign_in("other@example.com"), f"{HUB}/lessons/first"
    mine, theirs = (fields(each.get(url).text) for each in (trainer, other))
    assert other.post(url, data=theirs | {"title.en": "Theirs"}).status_code == 303
    sent = trainer.post(url, data=mine | {"title.en": "Mine"})
    assert sent.status_code == 409
    row = re.search(r"<tr><th[^>]*>Title › English</th>.*?</tr>", sent.text)
    assert row is not None
    assert re.findall(r">([^<]+)</td>", row.group()) == ["Theirs", "Mine"]
    assert draft(database, ContentKind.COURSE)["lessons"][0]["title"] in ("Theirs", {"en": "Theirs"})
    assert trainer.post(url, data=fields(sent.text)).status_code == 303
    assert draft(database, ContentKind.COURSE)["lessons"][0]["title"] in ("Mine", {"en": "Mine"})


def test_two_trainers_who_write_different_lessons_are_not_in_each_others_way(
    trainer: TestClient, sign_in: Callable[[str], TestClient], database: Database
) -> None:
    other = sign_in("other@example.com")
    mine, theirs = fields(trainer.get(f"{HUB}/lessons/first").text), fields(other.get(f"{HUB}/lessons/second").text)
    assert other.post(f"{HUB}/lessons/second", data=theirs | {"minutes": "7"}).status_code == 303
    assert trainer.post(f"{HUB}/lessons/first", data=mine | {"minutes": "8"}).status_code == 303
    assert [each["minutes"] for each in draft(database, ContentKind.COURSE)["lessons"]] == [8, 7]


def test_rows_change_without_javascript_and_nothing_is_stored(trainer: TestClient, database: Database) -> None:
    url = f"{HUB}/facts"
    form = fields(trainer.get(url).text) | {"can.0.en": "Typed"}
    more = trainer.post(url, data=form | {"rows": "add:can"})
    assert (more.status_code, "can.1.en" in fields(more.text)) == (200, True)
    less = trainer.post(url, data=fields(more.text) | {"rows": "remove:can.1"})
    assert [name for name in fields(less.text) if name.startswith("can.")] == [
        "can.0.en", "can.0.zh-Hans", "can.0.zh-Hant",
    ]  # fmt: skip
    assert draft(database, ContentKind.COURSE)["can"] == ["Keep lists"]
    part = trainer.post(url, data=form | {"rows": "add:can"}, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<form class="stack s5 editor" id="editor"')


def test_lessons_are_added_moved_and_removed(trainer: TestClient, database: Database) -> None:
    new = fields(trainer.get(f"{HUB}/lessons/_new").text) | {"title.en": "The price!", "body.en": "Ask first."}
    assert trainer.post(f"{HUB}/lessons/_new", data=new).headers["location"] == f"{HUB}/lessons/the-price"
    again = trainer.post(f"{HUB}/lessons/_new", data=new)
    assert (again.status_code, "This id is taken; write another." in again.text) == (422, True)
    for wish, order in (
        ("up:the-price", ["first", "the-price", "second"]),
        ("down:first", ["the-price", "first", "second"]),
        ("remove:first", ["the-price", "second"]),
        ("remove:nothing", ["the-price", "second"]),
    ):
        step = re.search(r'action="/author/products/keeper/lessons"><input[^>]*value="(\d+)"', trainer.get(HUB).text)
        assert step is not None
        assert trainer.post(f"{HUB}/lessons", data={"step": step[1], "rows": wish}).status_code == 303
        lessons = draft(database, ContentKind.COURSE)["lessons"]
        assert [each["id"] for each in lessons] == order
        assert [each["number"] for each in lessons] == sorted(each["number"] for each in lessons)
    assert trainer.post(f"{HUB}/lessons", data={"step": "0", "rows": "remove:second"}).status_code == 409


def test_a_preview_renders_with_the_readers_own_renderer_and_stores_nothing(
    trainer: TestClient, database: Database
) -> None:
    typed = {"body.en": "**Bold** <script>alert(1)</script>\n\n[[redline: keeper.return]]", "locale": "en"}
    whole = trainer.post(f"{HUB}/lessons/first/preview", data=typed)
    part = trainer.post(f"{HUB}/lessons/first/preview", data=typed, headers={"HX-Request": "true"})
    assert whole.status_code == part.status_code == 200
    assert "<html" in whole.text
    assert "<html" not in part.text
    for answer in (whole, part):
        assert "<strong>Bold</strong> &lt;script&gt;" in answer.text
        assert 'id="redline-keeper.return"' in answer.text
    assert draft(database, ContentKind.COURSE)["lessons"] == COURSE["lessons"]


def test_a_product_is_begun_and_its_id_is_free(trainer: TestClient, database: Database) -> None:
    said = {"name.en": "Pay & Link", "positioning.scene.en": "Tills", "positioning.audience.en": "Shops",
            "positioning.difference.zh-Hans": "快"}  # fmt: skip
    assert trainer.post("/author/products/new", data=said).headers["location"] == "/author/products/pay-link"
    page = trainer.get("/author/products/pay-link").text
    assert "Pay &amp; Link" in page
    assert "No lessons yet" in page
    for taken in ("pay-link", "new"):
        again = trainer.post("/author/products/new", data=said | {"id": taken})
        assert (again.status_code, "This id is taken; write another." in again.text) == (422, True)
    hostile = trainer.post("/author/products/new", data=said | {"id": "../../etc"})
    assert (hostile.status_code, "Use lower-case letters" in hostile.text) == (422, True)


def test_without_latin_letters_an_id_is_made_that_is_the_same_when_sent_twice(trainer: TestClient) -> None:
    said = {f"{each}.zh-Hans": "账簿" for each in ("name", "positioning.scene", "positioning.audience")}
    incomplete = trainer.post("/author/products/new", data=said)
    assert (incomplete.status_code, re.findall(r'name="id"[^>]* value="([^"]*)"', incomplete.text)) == (422, [""])
    said |= {"positioning.difference.zh-Hans": "快"}
    location = trainer.post("/author/products/new", data=said).headers["location"]
    assert re.fullmatch(r"/author/products/product-[0-9a-f]{6}", location)
    assert "This id is taken; write another." in trainer.post("/author/products/new", data=said).text
    page = fields(trainer.get(f"{location}/lessons/_new").text)
    lesson = trainer.post(f"{location}/lessons/_new", data=page | {"title.zh-Hans": "第一课", "body.zh-Hans": "正文"})
    assert re.fullmatch(rf"{location}/lessons/lesson-[0-9a-f]{{6}}", lesson.headers["location"])


def test_questions_are_marked_critical_and_moved(trainer: TestClient, database: Database) -> None:
    url = "/author/quizzes/keeper-quiz/items"
    for wish, critical in (("critical:one", True), ("critical:one", False), ("up:one", False)):
        step = re.search(r'/items"><input type="hidden" name="step" value="(\d+)"', trainer.get(url[:-6]).text)
        assert step is not None
        assert trainer.post(url, data={"step": step[1], "rows": wish}).status_code == 303
        item = draft(database, ContentKind.QUIZ, "keeper-quiz")["items"][0]
        assert item.get("critical", False) is critical


def test_the_overview_takes_as_many_statements_for_three_products_as_for_one(
    trainer: TestClient, application: Any
) -> None:
    with count_statements(application.state.database) as one:
        trainer.get("/author")
    for name in ("Two", "Three"):
        said = {"name.en": name} | {f"positioning.{each}.en": "x" for each in ("scene", "audience", "difference")}
        assert trainer.post("/author/products/new", data=said).status_code == 303
    with count_statements(application.state.database) as three:
        assert "Three" in trainer.get("/author").text
    assert len(three) == len(one)


def test_nobody_but_a_trainer_changes_anything(trainer: TestClient, database: Database) -> None:
    rep = signed_in(trainer.app, "rep@example.com")  # type: ignore[arg-type]  # the client keeps any ASGI application
    form = fields(trainer.get(f"{HUB}/facts").text) | {"name.en": "Mine now"}
    for url in (f"{HUB}/facts", f"{HUB}/publish", f"{HUB}/lessons", f"{HUB}/red-lines", "/author/products/new"):
        assert rep.post(url, data=form).status_code == 403
    assert draft(database, ContentKind.COURSE)["name"] == COURSE["name"]
