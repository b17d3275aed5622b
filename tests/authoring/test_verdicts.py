"""Every publication carries a verdict: what it may ask, which version says it, and its delta quiz."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.authoring.files import CourseFiles, Tree
from app.authoring.importing import Publication, apply, plan
from app.catalog.content import CourseDocument
from app.catalog.models import Content, ContentVersion, Verdict
from app.certification.content import ProgramDocument
from app.clock import now
from app.database import Database
from app.errors import InvalidError
from app.quizzes.content import QuizDocument
from app.redlines.content import RedLinesDocument
from writing import COURSE, HUB, PROGRAM, QUIZ, RULE, fields, keeper

QUESTION = "/author/quizzes/keeper-quiz/items/one"
LESSON = f"{HUB}/lessons/second"
UNTIL = {"deadline": "2999-12-31"}

Said = dict[str, tuple[str, str | None, dict[str, list[str]] | None]]


def said(session: Session) -> Said:
    """What the second versions say, by the kind of their document."""
    rows = session.execute(
        select(col(Content.kind), col(ContentVersion.verdict), col(ContentVersion.deadline), col(ContentVersion.delta))
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(col(ContentVersion.number) == 2)
    )
    return {row.kind.value: (row.verdict.value, row.deadline and str(row.deadline), row.delta) for row in rows}


def change(author: TestClient, url: str, **form: str) -> None:
    given = fields(author.get(url).text) | {name.replace("__", "."): text for name, text in form.items()}
    assert author.post(url, data=given).status_code == 303


def publish(author: TestClient, verdict: str, **form: str) -> tuple[int, str]:
    seen = author.get(f"{HUB}/publish").text.partition('name="seen" value="')[2].partition('"')[0]
    answer = author.post(f"{HUB}/publish", data={"seen": seen, "verdict": verdict, **form})
    return answer.status_code, answer.text


def test_a_changed_lesson_is_asked_about_once_a_question_names_it(trainer: TestClient, database: Database) -> None:
    change(trainer, LESSON, title__en="Renamed")
    page = trainer.get(f"{HUB}/publish").text
    assert [verdict.value for verdict in Verdict if f'value="{verdict}"' in page] == [
        "none",
        "notify",
        "delta_quiz",
        "full",
    ]
    assert "answer the questions about what changed" in page
    none = trainer.get(f"{HUB}/publish?verdict=delta_quiz").text
    assert '<a href="/author/quizzes/keeper-quiz/items/_new">Add a question</a>' in none
    status, refused = publish(trainer, "delta_quiz", **UNTIL)
    assert (status, "No question asks about what changed. Add one, or choose another." in refused) == (422, True)
    status, refused = publish(trainer, "attest_again", **UNTIL)
    assert (status, "This publication cannot ask for that." in refused) == (422, True)

    change(trainer, QUESTION, lesson="second")
    some = trainer.get(f"{HUB}/publish?verdict=delta_quiz").text
    assert "1 question asks about what changed. About 1 minute for each person." in some
    assert publish(trainer, "delta_quiz", **UNTIL)[0] == 303
    with database.read() as session:
        assert said(session) == {
            "course": ("delta_quiz", "2999-12-31", {"keeper-quiz": ["one"]}),
            "quiz": ("none", None, None),
        }


def test_a_changed_program_is_told_and_asks_nothing_in_this_period(trainer: TestClient, database: Database) -> None:
    change(trainer, f"{HUB}/program", valid_months="6")
    page = trainer.get(f"{HUB}/publish").text
    assert "It counts from each person’s next period on" in page
    assert ('value="full"' in page, 'name="deadline"' in page) == (False, False)
    assert publish(trainer, "full", **UNTIL)[0] == 422
    assert publish(trainer, "notify")[0] == 303
    with database.read() as session:
        assert said(session) == {"program": ("notify", None, None)}


def files(rule: dict[str, Any], **item: Any) -> Tree:
    """Keeper CRM with this red line, and this of its question."""
    course = CourseFiles(
        CourseDocument.model_validate(COURSE),
        ProgramDocument.model_validate(PROGRAM),
        RedLinesDocument.model_validate({"schema": 1, "rules": [rule]}),
    )
    question = {"id": "one", "type": "true_false", "prompt": "Is it true?", "answer": True}
    quiz = QUIZ | {"items": [question | item]}
    return Tree({"keeper": course}, {"keeper-quiz": QuizDocument.model_validate(quiz)})


@pytest.mark.parametrize(
    ("rule", "item", "verdict", "expected"),
    [
        (
            {"why": "Really nobody can."},
            {"red_line": ["keeper.return"]},
            Verdict.DELTA_QUIZ,
            {
                "redlines": ("delta_quiz", "2999-12-31", {"keeper-quiz": ["one"]}),
                "quiz": ("none", None, None),
            },
        ),
        ({"why": "Really nobody can."}, {}, Verdict.ATTEST_AGAIN, {"redlines": ("attest_again", "2999-12-31", None)}),
        ({"why": "Really nobody can."}, {}, Verdict.DELTA_QUIZ, "keeper: no question asks about what changed."),
        ({}, {"points": 2}, Verdict.ATTEST_AGAIN, "keeper: what changed cannot ask for attest_again"),
        ({}, {"points": 2}, Verdict.FULL, {"quiz": ("full", "2999-12-31", None)}),
    ],
)
def test_files_carry_a_verdict_too(
    session: Session, rule: dict[str, Any], item: dict[str, Any], verdict: Verdict, expected: Said | str
) -> None:
    apply(session, plan(session, keeper()), now())
    publication = Publication(verdict, now().date().replace(year=2999, month=12, day=31))
    found = plan(session, files(RULE | rule, **item))
    if isinstance(expected, str):
        with pytest.raises(InvalidError, match=expected):
            apply(session, found, now(), publication)
    else:
        apply(session, found, now(), publication)
        assert said(session) == expected
