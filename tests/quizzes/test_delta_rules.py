"""Which questions ask about what a publication changed."""

from typing import Any

import pytest

from app.catalog.models import ContentKind
from app.quizzes.delta.rules import Candidate, Replaced, asking, changed_parts, how_many
from factories import course_document, lesson, quiz_document, redline, single

PRICE, RETURN = redline("keeper.price"), redline("keeper.return")
RED_LINES = {"schema": 1, "rules": [PRICE, RETURN]}
COURSE = course_document([lesson(1), lesson(2)])
QUIZ = quiz_document(
    items=[
        single("price", red_line=["keeper.price"]),
        single("return", red_line=["keeper.return"]),
        single("both", red_line=["keeper.price", "keeper.return"]),
        single("second", lesson="lesson-2"),
        single("free"),
    ]
)


def rules(*documents: dict[str, Any]) -> dict[str, Any]:
    return {"schema": 1, "rules": list(documents)}


def lessons(*documents: dict[str, Any]) -> dict[str, Any]:
    return course_document(documents)


@pytest.mark.parametrize(
    ("kind", "before", "after", "asked"),
    [
        (ContentKind.REDLINES, RED_LINES, rules(PRICE | {"why": "The list changed."}, RETURN), ["price", "both"]),
        (ContentKind.REDLINES, rules(PRICE), RED_LINES, ["return", "both"]),
        (ContentKind.REDLINES, rules(PRICE, RETURN | {"status": "shadow"}), RED_LINES, ["return", "both"]),
        (ContentKind.REDLINES, RED_LINES, rules(PRICE, RETURN | {"status": "retired"}), []),
        (ContentKind.REDLINES, RED_LINES, rules(PRICE), []),
        (ContentKind.REDLINES, RED_LINES, rules(PRICE | {"match": {"en": [{"text": "cheap"}]}}, RETURN), []),
        (ContentKind.COURSE, COURSE, lessons(lesson(1), lesson(2, title="Renamed")), ["second"]),
        (ContentKind.COURSE, COURSE, lessons(lesson(1, title="Renamed"), lesson(2)), []),
        (ContentKind.COURSE, COURSE, lessons(lesson(1), lesson(2, minutes=9)), []),
        (ContentKind.COURSE, None, COURSE, ["second"]),
        (ContentKind.QUIZ, QUIZ | {"items": QUIZ["items"][:-1]}, QUIZ, ["free"]),
        (ContentKind.QUIZ, QUIZ | {"items": [single("free", points=2), *QUIZ["items"][:-1]]}, QUIZ, ["free"]),
        (ContentKind.QUIZ, QUIZ | {"pass_percent": 90}, QUIZ, []),
        (ContentKind.PROGRAM, {"valid_months": 12}, {"valid_months": 6}, []),
    ],
)
def test_a_question_is_asked_by_its_red_line_its_lesson_or_its_own_change(
    kind: ContentKind, before: dict[str, Any] | None, after: dict[str, Any], asked: list[str]
) -> None:
    slug = "keeper-quiz" if kind is ContentKind.QUIZ else "keeper"
    parts = changed_parts([Replaced(kind, slug, before, after)])
    candidates = [Candidate("keeper-quiz", item) for item in QUIZ["items"]]
    assert asking(parts, {"keeper-quiz": candidates}) == ({"keeper-quiz": asked} if asked else {})


def test_a_bank_of_another_product_knows_the_red_line_and_not_the_lesson() -> None:
    parts = changed_parts(
        [
            Replaced(ContentKind.REDLINES, "keeper", None, RED_LINES),
            Replaced(ContentKind.COURSE, "keeper", None, COURSE),
        ]
    )
    bank = [Candidate("bank", item, own=False) for item in QUIZ["items"]]
    delta = asking(parts, {"keeper-quiz": [*bank, *bank], "other": []})
    assert delta == {"keeper-quiz": ["bank/price", "bank/return", "bank/both"]}
    assert how_many(delta) == 3


def test_no_more_than_thirty_questions_are_asked_of_one_quiz() -> None:
    assert how_many({"one": [str(number) for number in range(40)], "two": ["a", "b"]}) == 32
