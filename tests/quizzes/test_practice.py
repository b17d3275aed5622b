"""Practice over HTTP without JavaScript: from the quiz's page through its questions to the summary."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.database import Database
from app.quizzes.models import Attempt, Practice, PracticeItem
from factories import (
    NOW,
    course_document,
    lesson,
    person,
    product,
    published,
    published_quiz,
    quiz_document,
    redline,
    single,
)
from taking import QuestionPage, Taker
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
TRUE = {"id": "claim", "type": "true_false", "prompt": "Is it so?", "answer": True}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    session.commit()
    return Taker(sign_in("ana@example.com"))


def publish(session: Session, *items: dict[str, Any], **more: Any) -> None:
    published_quiz(session, quiz_document(items=list(items) or None, **more))
    session.commit()


def fail(ana: Taker, *wrong: str) -> None:
    """Take the quiz with these answers wrong; all of them when none is named."""
    attempt = ana.start()
    ana.answer_all(attempt, right=bool(wrong), wrong=wrong)
    ana.finish(attempt)


def practise(ana: Taker, kind: str = "missed") -> str:
    """Press Practise; return the address of the round."""
    answer = ana.client.post("/quizzes/keeper-quiz/practice", data={"kind": kind})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def give(ana: Taker, address: str, *, right: bool) -> Response:
    """Answer the next question of a round and read what is said of it."""
    page = QuestionPage(ana.client.get(address).text)
    item = re.findall(r"What about (.*)\?", page.prompt)[0]
    fields = page.filled_in(f"{item}: {'right' if right else 'wrong'}")
    answer = ana.client.post(f"{address}/answers", data=dict(fields))
    assert answer.status_code == 303, answer.text
    return ana.client.get(answer.headers["location"])


def prompts(ana: Taker, address: str) -> set[str]:
    """What the questions of a round ask, from a summary after answering none of them right."""
    while 'id="question"' in (page := ana.client.get(address).text):
        found = re.findall(r'name="position" value="(\d+)"', page)
        ana.client.post(f"{address}/answers", data={"position": found[0], "unknown": "1"})
    return set(re.findall(r"What about ([\w-]*)\?", page))


def test_the_missed_questions_are_offered_and_asked(session: Session, ana: Taker) -> None:
    publish(session, single("one"), single("two"), single("three"), pass_percent=90)
    fail(ana, "one", "three")
    assert "Practise the 2 questions you missed" in ana.client.get("/quizzes/keeper-quiz").text
    assert prompts(ana, practise(ana)) == {"one", "three"}


def test_who_missed_nothing_has_nothing_to_practise(session: Session, ana: Taker) -> None:
    publish(session)
    assert "Practise" not in ana.client.get("/quizzes/keeper-quiz").text
    assert practise(ana) == "/quizzes/keeper-quiz"
    assert "There is nothing to practise" in ana.client.get("/quizzes/keeper-quiz").text


def test_feedback_comes_at_once_and_the_right_answer_stays_closed(session: Session, ana: Taker) -> None:
    keeper = product(session)
    published(session, keeper, ContentKind.COURSE, "keeper", course_document([lesson(1)]))
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline("keeper.return")]})
    item = single("one", red_line=["keeper.return"], lesson="lesson-1", feedback="one: the explanation")
    published_quiz(session, quiz_document(items=[item]), owner=keeper)
    session.commit()
    fail(ana)
    page = give(ana, practise(ana), right=False).text
    for said in ("one: what the wrong option forgets", "We guarantee keeper.return.", "Lesson 1", "Touches a red line"):
        assert said in page
    for closed in ("one: right", "one: the explanation"):
        assert closed not in page


def test_the_right_answer_and_its_explanation_open_when_the_quiz_does(session: Session, ana: Taker) -> None:
    publish(session, single("one", feedback="one: the explanation"), single("two"), single("three"))
    fail(ana, "one")
    page = give(ana, practise(ana), right=False).text
    assert ("one: right" in page, "one: the explanation" in page) == (True, True)


def test_a_right_answer_is_said_to_be_right(session: Session, ana: Taker) -> None:
    publish(session, single("one"))
    fail(ana)
    page = give(ana, practise(ana), right=True).text
    assert "Right</span>" in page
    assert "See how it went" in page


def test_no_question_holds_the_key(session: Session, ana: Taker) -> None:
    publish(session, single("one", feedback="SECRET", critical=True), practice="whole")
    page = ana.client.get(practise(ana, "whole")).text
    for word in ("SECRET", "what the wrong option forgets", "correct", "weight", "critical", "feedback"):
        assert word not in page


def test_practice_is_no_attempt(session: Session, ana: Taker) -> None:
    publish(session, practice="whole")
    address = practise(ana, "whole")
    for _question in range(3):
        give(ana, address, right=True)
    assert "3 of 3 right" in ana.client.get(address).text
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_what_is_right_twice_in_a_row_does_not_come_again(
    session: Session, ana: Taker, clock: time_machine.Traveller
) -> None:
    publish(session, single("one"), single("two"), pass_percent=90)
    fail(ana)
    rounds = []
    for answers in ({"one": True, "two": False}, {"one": True, "two": True}, {"two": True}):
        clock.shift(timedelta(minutes=1))
        address = practise(ana)
        asked = {}
        while 'id="question"' in (page := ana.client.get(address).text):
            item = re.findall(r"What about (.*)\?", page)[0]
            asked[item] = answers[item]
            give(ana, address, right=answers[item])
            clock.shift(timedelta(seconds=20))
        rounds.append(asked)
    assert rounds == [{"one": True, "two": False}, {"one": True, "two": True}, {"two": True}]
    assert practise(ana) == "/quizzes/keeper-quiz"


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ("right right", {"two"}),
        ("wrong", {"one", "two"}),
        ("wrong right", {"one", "two"}),
        ("wrong right right", {"two"}),
        ("wrong right right right", {"two"}),
        ("right right wrong", {"one", "two"}),
        ("wrong right wrong right", {"one", "two"}),
        ("wrong right right wrong", {"one", "two"}),
    ],
)
def test_what_is_right_in_two_attempts_in_a_row_is_not_asked(
    session: Session, ana: Taker, clock: time_machine.Traveller, answers: str, asked: set[str]
) -> None:
    publish(session, single("one"), single("two"), pass_percent=90)
    for one in answers.split():
        fail(ana, "two", *(["one"] if one == "wrong" else []))
        clock.shift(timedelta(minutes=1))
    assert prompts(ana, practise(ana)) == asked


def test_after_a_pass_only_what_was_missed_in_it_is_asked(session: Session, ana: Taker) -> None:
    publish(session)
    fail(ana)
    attempt = ana.start()
    ana.answer_all(attempt, wrong=("two",))
    ana.finish(attempt)
    assert prompts(ana, practise(ana)) == {"two"}


def test_the_newest_wording_is_asked_and_what_is_gone_is_not(session: Session, ana: Taker) -> None:
    keeper = product(session)
    published_quiz(session, quiz_document(), owner=keeper)
    session.commit()
    fail(ana)
    newer = quiz_document(items=[{**single("one"), "prompt": "What about one-again?"}, single("three")])
    published_quiz(session, newer, owner=keeper, at=NOW + timedelta(minutes=30))
    session.commit()
    assert prompts(ana, practise(ana)) == {"one-again", "three"}


def test_a_round_has_ten_questions_and_the_next_begins_with_the_others(session: Session, ana: Taker) -> None:
    items = [single(f"item{number}") for number in range(12)]
    publish(session, *items, practice="whole")
    first = prompts(ana, practise(ana, "whole"))
    second = prompts(ana, practise(ana, "whole"))
    assert (len(first), len(second)) == (10, 10)
    assert {f"item{number}" for number in range(12)} - first <= second


def test_a_quiz_that_draws_from_a_bank_practises_the_bank_s_questions(session: Session, ana: Taker) -> None:
    keeper = product(session)
    bank = quiz_document("bank", [single("banked"), single("other", tags=["rare"])], bank=True)
    published_quiz(session, bank, owner=keeper)
    drawn = quiz_document(items=[single("own")], draw=[{"count": 1, "from": "bank", "tag": "rare"}], practice="whole")
    published_quiz(session, drawn, owner=keeper)
    session.commit()
    assert prompts(ana, practise(ana, "whole")) == {"other"}
    fail(ana)
    assert prompts(ana, practise(ana)) == {"other"}


@pytest.mark.parametrize(("marks", "offered"), [("at_once", True), ("when_done", False), ("never", False)])
def test_what_was_missed_is_practised_once_it_may_be_known(
    session: Session, ana: Taker, marks: str, offered: bool
) -> None:
    publish(session, review={"marks": marks})
    fail(ana)
    assert ("you missed" in ana.client.get("/quizzes/keeper-quiz").text) == offered
    assert (practise(ana) != "/quizzes/keeper-quiz") == offered


def test_what_the_author_never_shows_is_not_shown_in_practice(session: Session, ana: Taker) -> None:
    publish(session, review={"feedback": "never", "right_answers": "never"}, practice="whole")
    take = ana.start()
    ana.answer_all(take)
    ana.finish(take)
    page = give(ana, practise(ana, "whole"), right=False).text
    assert re.findall("what the wrong option forgets|: right", page) == []


def test_nor_is_it_when_the_question_comes_from_a_bank(session: Session, ana: Taker) -> None:
    keeper = product(session)
    published_quiz(session, quiz_document("bank", bank=True), owner=keeper)
    draw = [{"count": 3, "from": "bank"}]
    document = quiz_document(review={"feedback": "never"}, practice="whole", draw=draw)
    published_quiz(session, {**document, "items": []}, owner=keeper)
    session.commit()
    page = give(ana, practise(ana, "whole"), right=False).text
    assert "Not right" in page
    assert "what the wrong option forgets" not in page


def test_essays_are_left_out(session: Session, ana: Taker) -> None:
    essay = {
        "id": "essay",
        "type": "essay",
        "prompt": "What about essays?",
        "criteria": [{"id": "clear", "title": "Clear", "points": 2}],
    }
    publish(session, essay, single("one"), practice="whole")
    assert prompts(ana, practise(ana, "whole")) == {"one"}


@pytest.mark.parametrize(
    ("setting", "kind", "status"),
    [
        ("none", "missed", 409),
        ("none", "whole", 409),
        ("missed", "missed", 303),
        ("missed", "whole", 409),
        ("whole", "whole", 303),
        ("whole", "missed", 303),
        ("whole", "spaced", 409),
        ("whole", "nonsense", 409),
    ],
)
def test_the_author_decides_what_is_practised(
    session: Session, ana: Taker, setting: str, kind: str, status: int
) -> None:
    publish(session, practice=setting)
    assert ana.client.post("/quizzes/keeper-quiz/practice", data={"kind": kind}).status_code == status


def test_a_second_click_goes_on_with_the_same_round(session: Session, ana: Taker) -> None:
    publish(session, practice="whole")
    assert practise(ana, "whole") == practise(ana, "whole")
    assert session.scalar(select(func.count()).select_from(Practice)) == 1


def test_clicks_at_the_same_moment_begin_one_round(session: Session, ana: Taker, sign_in: SignIn) -> None:
    publish(session, practice="whole")
    browsers = [sign_in("ana@example.com") for _browser in range(6)]

    def click(browser: TestClient) -> str:
        answer = browser.post("/quizzes/keeper-quiz/practice", data={"kind": "whole"})
        return str(answer.headers["location"])

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, browsers))) == 1


def test_an_answered_question_stays_answered(session: Session, ana: Taker) -> None:
    publish(session, single("one"), TRUE, practice="whole")
    address = practise(ana, "whole")
    page = QuestionPage(ana.client.get(f"{address}?q=1").text)
    both = [page.filled_in(text) for text in list(page.choices)[:2]]
    for fields in both:
        answer = ana.client.post(f"{address}/answers", data=dict(fields))
        assert (answer.status_code, answer.headers["location"]) == (303, f"{address}?q=1")
    kept = session.execute(select(col(PracticeItem.answered_at)).order_by(col(PracticeItem.position))).scalars().all()
    assert [each is not None for each in kept] == [True, False]
    first = next(iter(page.choices))
    assert f"<li>{first}</li>" in ana.client.get(f"{address}?q=1").text


def test_no_answer_is_asked_for_again_and_not_knowing_is_an_answer(session: Session, ana: Taker) -> None:
    publish(session, single("one"), practice="whole")
    address = practise(ana, "whole")
    nothing = ana.client.post(f"{address}/answers", data={"position": "1"})
    assert (nothing.status_code, "There is no answer yet" in nothing.text) == (422, True)
    ana.client.post(f"{address}/answers", data={"position": "1", "unknown": "1"})
    assert "Not right" in ana.client.get(f"{address}?q=1").text
    assert "0 of 1 right" in ana.client.get(address).text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("", None, 200),
        ("?q=9", None, 404),
        ("?q=0", None, 404),
        ("/answers", None, 303),
        ("/answers", {"position": "9", "choice": "0"}, 404),
        ("/answers", {"position": "x"}, 422),
        ("/answers", {"position": "1", "choice": "7"}, 422),
    ],
)
def test_odd_requests(session: Session, ana: Taker, path: str, data: dict[str, str] | None, status: int) -> None:
    publish(session, practice="whole")
    address = practise(ana, "whole") + path
    answer = ana.client.get(address) if data is None else ana.client.post(address, data=data)
    assert answer.status_code == status


def test_practice_of_somebody_else_is_not_there(session: Session, ana: Taker, sign_in: SignIn) -> None:
    publish(session, practice="whole")
    address = practise(ana, "whole")
    person(session, "ben@example.com")
    session.commit()
    ben = sign_in("ben@example.com")
    answers = [
        ben.get(address),
        ben.get(f"{address}?q=1"),
        ben.post(f"{address}/answers", data={"position": "1", "unknown": "1"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_while_an_attempt_runs_there_is_no_practice(
    session: Session, ana: Taker, clock: time_machine.Traveller
) -> None:
    publish(session, practice="whole", time_limit_minutes=20)
    address = practise(ana, "whole")
    give(ana, address, right=False)
    attempt = ana.start()
    refused = [
        ana.client.post("/quizzes/keeper-quiz/practice", data={"kind": "whole"}),
        ana.client.get(address),
        ana.client.get(f"{address}?q=1"),
        ana.client.post(f"{address}/answers", data={"position": "2", "choice": "0"}),
    ]
    assert [answer.status_code for answer in refused] == [409] * 4
    assert all(f'href="{attempt}"' in answer.text for answer in refused)
    assert not any("what the wrong option forgets" in answer.text for answer in refused)
    clock.shift(timedelta(minutes=21))
    assert ana.client.get(address).status_code == 200


def test_the_addresses_of_buttons_lead_back(session: Session, ana: Taker) -> None:
    publish(session)
    assert ana.client.get("/quizzes/keeper-quiz/practice").headers["location"] == "/quizzes/keeper-quiz"
    assert ana.client.get("/practice/7/answers").headers["location"] == "/practice/7"
    assert ana.client.get("/practice/today").headers["location"] == "/"


def test_pages_cost_the_same_for_two_questions_and_for_ten(session: Session, ana: Taker, application: FastAPI) -> None:
    database: Database = application.state.database
    counts = []
    for total in (2, 10):
        slug = f"quiz-{total}"
        owner = product(session, slug)
        published(session, owner, ContentKind.COURSE, slug, course_document([lesson(1)], slug))
        rules = {"schema": 1, "rules": [redline(f"{slug}.return")]}
        published(session, owner, ContentKind.REDLINES, slug, rules)
        items = [single(f"{slug}-{number}", lesson="lesson-1", red_line=[f"{slug}.return"]) for number in range(total)]
        published_quiz(session, quiz_document(slug, items, practice="whole"), owner=owner)
        session.commit()
        ana.client.get(f"/quizzes/{slug}")
        address = ""
        cost = []
        for step in ("start", "question", "answer", "feedback", "offer"):
            with count_statements(database) as statements:
                if step == "start":
                    address = ana.client.post(f"/quizzes/{slug}/practice", data={"kind": "whole"}).headers["location"]
                elif step == "question":
                    assert ana.client.get(address).status_code == 200
                elif step == "answer":
                    ana.client.post(f"{address}/answers", data={"position": "1", "unknown": "1"})
                elif step == "feedback":
                    assert "Not right" in ana.client.get(f"{address}?q=1").text
                else:
                    assert ana.client.get(f"/quizzes/{slug}").status_code == 200
            cost.append(len(statements))
        counts.append(cost)
    assert counts[0] == counts[1]
