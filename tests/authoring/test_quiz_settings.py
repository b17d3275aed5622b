"""The settings of a quiz in their form: what is written is stored, and what nobody touched stays as it is."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.authoring.quizforms import read_quiz, show_quiz
from app.catalog.models import ContentKind
from app.database import Database
from writing import draft, fields

OTHER = {
    "name.en": "Other",
    "id": "other",
    "positioning.scene.en": "A shop",
    "positioning.audience.en": "Owners",
    "positioning.difference.en": "Faster",
    "can.0.en": "Sell",
    "cannot.0.en": "Fly",
}
URL = "/author/quizzes/keeper-quiz"
QUIZ: dict[str, Any] = {
    "schema": 1,
    "id": "q",
    "product": "keeper",
    "title": "Quiz",
    "pass_percent": 80.0,
    "items": [{"id": "one", "type": "true_false", "prompt": "P", "answer": True}],
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"draw": 1, "attempts": 3, "time_limit_minutes": 20, "cooldown_hours": 1.5},
        {"opens": "2026-12-01", "closes": "2026-12-24T18:00"},
        {"review": {"score": "after_close", "right_answers": "never"}, "practice": "whole"},
        {
            "draw": [
                {"count": 2, "from": "bank", "version": 3, "category": "pricing", "tag": "a tag", "critical": True},
                {"count": 1, "red_line": "keeper.return", "difficulty": "hard"},
                {"items": ["one"]},
            ]
        },
        {"draw": [{"count": 2, "from": "bank"}], "items": []},
    ],
)
def test_what_nobody_touched_stays_as_it_is(more: dict[str, Any]) -> None:
    quiz = {**QUIZ, **more}
    sheet = show_quiz({key: value for key, value in quiz.items() if key != "items"})
    assert read_quiz(sheet, quiz) == quiz
    assert sheet.errors == {}


def test_a_bank_asks_for_no_percent() -> None:
    bank = {**{key: value for key, value in QUIZ.items() if key != "pass_percent"}, "bank": True}
    assert read_quiz(show_quiz(bank), bank) == bank


def test_the_settings_are_written_on_the_web(trainer: TestClient, database: Database) -> None:
    form: dict[str, Any] = fields(trainer.get(URL).text) | {
        "opens": "2026-12-01T09:00",
        "closes": "2026-12-24T18:00",
        "review.right_answers": "after_close",
        "practice": "none",
        "draw": "",
        "draw.0.count": "1",
        "draw.0.critical": "true",
        "draw.1.items": "one",
    }
    before = draft(database, ContentKind.QUIZ, "keeper-quiz")
    assert trainer.post(URL, data=form).status_code == 303
    assert draft(database, ContentKind.QUIZ, "keeper-quiz") == {
        **before,
        "opens": "2026-12-01T09:00",
        "closes": "2026-12-24T18:00",
        "review": {"right_answers": "after_close"},
        "practice": "none",
        "draw": [{"count": 1, "critical": True}, {"items": ["one"]}],
    }
    assert fields(trainer.get(URL).text)["draw.1.items"] == ["one"]


def test_a_row_is_added_without_a_script(trainer: TestClient) -> None:
    page = trainer.post(URL, data={**fields(trainer.get(URL).text), "rows": "add:draw"}).text
    assert 'name="draw.0.count"' in page


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (
            {"opens": "2026-12-02T09:00", "closes": "2026-12-01T09:00"},
            "closes",
            "Choose a time after the quiz opens.",
        ),
        ({"closes": "soon"}, "closes", "Choose a day and a time."),
        ({"draw": "1", "draw.0.count": "1"}, "draw", "Draw by a number or by rules, not by both."),
        ({"draw.0.tag": "x"}, "draw.0.count", "Say how many, or name the questions."),
        ({"draw.0.items": "gone"}, "draw.0.items", "There is no question gone in this quiz."),
        ({"draw.0.count": "1", "draw.0.version": "2"}, "draw.0.version",
         "Choose the quiz or bank that this is a version of."),
        ({"pass_percent": ""}, "pass_percent", "Fill this in."),
        ({"bank": "true", "draw": "1"}, "draw", "Others draw from a bank: leave this empty."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    trainer: TestClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    rule = (
        {f"draw.0.{name}": "" for name in ("count", "tag", "items", "version", "from")}
        if "draw.0" in str(typed)
        else {}
    )
    response = trainer.post(URL, data={**fields(trainer.get(URL).text), **rule, **typed})
    assert response.status_code == 422
    assert f'id="f-{field}-wrong">{sentence}' in response.text


def test_a_quiz_that_draws_from_a_draft_of_another_product_is_not_published(trainer: TestClient) -> None:
    assert trainer.post("/author/products/new", data=OTHER).status_code == 303
    bank = {"title.en": "Bank", "id": "bank", "bank": "true"}
    assert trainer.post("/author/products/other/quizzes/_new", data=bank).status_code == 303
    form = {**fields(trainer.get(URL).text), "draw": "", "draw.0.count": "1", "draw.0.from": "bank"}
    assert trainer.post(URL, data=form).status_code == 303
    assert (
        "bank is not published yet, so nothing can be drawn from it."
        in trainer.get("/author/products/keeper/publish").text
    )
