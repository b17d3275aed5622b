"""The question bank: finding questions, where each is used, what its versions differ in, and sheets to look at."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from app.catalog.actions import save_draft
from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.people.models import Role
from app.quizzes.bank.sheet import letter
from app.quizzes.bank.wording import MOST_TOKENS, compared
from factories import NOW, person, product, published_quiz, quiz_document, single, sitting
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]

GAPS = {
    "id": "gaps", "type": "cloze", "prompt": "Within [[hours]] hours [[who]] calls.",
    "gaps": [
        {"id": "hours", "type": "numeric", "answer": 24},
        {"id": "who", "type": "choice", "options": [{"text": "the desk", "correct": True}, {"text": "the rep"}]},
    ],
}  # fmt: skip
EVERY_TYPE: list[dict[str, Any]] = [
    single("one", critical=True, feedback="Because one is first."),
    {**single("several"), "type": "multiple"},
    {"id": "truth", "type": "true_false", "prompt": "Is it so?", "answer": False},
    {"id": "word", "type": "short_text", "prompt": "Which word?", "accept": ["keeper"]},
    {"id": "number", "type": "numeric", "prompt": "How many?", "answer": 5, "unit": "people"},
    {"id": "match", "type": "matching", "prompt": "Match.", "extra": ["C"],
     "pairs": [{"left": "a", "right": "A"}, {"left": "b", "right": "B"}]},
    {"id": "order", "type": "ordering", "prompt": "Order.",
     "options": [{"text": "first"}, {"text": "second"}, {"text": "third"}]},
    GAPS,
    {"id": "letter", "type": "essay", "prompt": "Write a letter.",
     "criteria": [{"id": "tone", "title": "Tone", "points": 5}]},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def trainer(session: Session, sign_in: SignIn) -> TestClient:
    person(session, "tom@example.com", Role.TRAINER)
    session.commit()
    return sign_in("tom@example.com")


def text_of(browser: TestClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(" ".join(answer.text.split()))


def listed(browser: TestClient, query: str) -> list[str]:
    return re.findall(r'<tr><th scope="row" class="full"><a class="plain" href="/author/quizzes/([^"]*)"', text_of(
        browser, f"/author/questions{query}"
    ))  # fmt: skip


def fill_bank(session: Session) -> None:
    keeper, spare = product(session), product(session, "spare", name="Spare")
    bank = [
        single("deep", category="pricing/discounts", tags=["2026"], difficulty="hard"),
        single("flat", category="pricing", red_line=["keeper.return"], critical=True),
        single("other", category="pricing-old"),
        {"id": "yes", "type": "true_false", "prompt": {"en": "Is it?", "zh-Hans": "是吗？"}, "answer": True},
    ]
    published_quiz(session, quiz_document("bank", bank, bank=True), owner=keeper)
    draw = [{"count": 1, "from": "bank", "category": "pricing"}, {"items": ["own"]}]
    published_quiz(session, quiz_document("drawing", [single("own"), single("idle")], draw=draw), owner=keeper)
    pinned = [{"count": 1, "from": "bank", "tag": "2026", "version": 1}]
    published_quiz(session, quiz_document("spare-quiz", [single("lone")], draw=pinned, product="spare"), owner=spare)
    session.commit()


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("?quiz=bank", ["bank/items/deep", "bank/items/flat", "bank/items/other", "bank/items/yes"]),
        ("?product=spare", ["spare-quiz/items/lone"]),
        ("?category=pricing", ["bank/items/deep", "bank/items/flat"]),
        ("?category=pricing%2Fdiscounts", ["bank/items/deep"]),
        ("?tag=2026", ["bank/items/deep"]),
        ("?red_line=keeper.return", ["bank/items/flat"]),
        ("?difficulty=hard", ["bank/items/deep"]),
        ("?type=true_false", ["bank/items/yes"]),
        ("?critical=1", ["bank/items/flat"]),
        ("?text=WHAT+ABOUT+ID", ["drawing/items/idle"]),
        ("?text=是吗", ["bank/items/yes"]),
        ("?text=nowhere", []),
        ("?type=single&quiz=drawing&text=own", ["drawing/items/own"]),
    ],
)
def test_questions_are_found(session: Session, trainer: TestClient, query: str, items: list[str]) -> None:
    fill_bank(session)
    assert listed(trainer, query) == items


def test_each_question_says_which_quizzes_draw_it(session: Session, trainer: TestClient) -> None:
    fill_bank(session)
    page = text_of(trainer, "/author/questions")
    told = {
        item: re.sub(r"<[^>]*>", " ", used).split()
        for item, used in re.findall(
            r'href="/author/quizzes/[^"/]*/items/([a-z]+)">.*?data-label="Drawn by">(.*?)</td>', page
        )
    }
    assert told == {
        "deep": ["Keeper", "quiz", "Keeper", "quiz", "from", "version", "1"],
        "flat": ["Keeper", "quiz"],
        "other": ["No", "quiz"],
        "yes": ["No", "quiz"],
        "own": ["Keeper", "quiz"],
        "idle": ["No", "quiz"],
        "lone": ["No", "quiz"],
    }


def test_a_question_says_how_it_performs_and_whether_it_changed(session: Session, trainer: TestClient) -> None:
    version = published_quiz(session, quiz_document(items=[single("one", points=2), single("two")]))
    for number, answer in enumerate((0, 0, 1, None)):
        sitting(session, version, person(session, f"rep{number}@example.com"), {"one": answer})
    stored = content(session, ContentKind.QUIZ, "keeper-quiz")
    assert stored is not None
    draft = quiz_document(items=[single("one", points=2), single("two", points=3), single("new")])
    save_draft(session, stored, draft, step=stored.step, by="tom@example.com", moment=NOW)
    session.commit()
    one, two, new = text_of(trainer, "/author/questions").split('<th scope="row"')[1:]
    assert "50 %<br><small>4 first attempts</small>" in one
    assert "Changed since" not in one
    assert "Changed since" in two
    assert "Never published" in new


def test_many_questions_come_in_pages(session: Session, trainer: TestClient, application: FastAPI) -> None:
    published_quiz(session, quiz_document(items=[single(f"item{number:03}") for number in range(60)]))
    session.commit()
    with count_statements(application.state.database) as statements:
        assert len(listed(trainer, "")) == 50
    assert len(statements) <= 5
    assert listed(trainer, "?number=2")[0] == "keeper-quiz/items/item050"
    assert listed(trainer, "?number=9") == listed(trainer, "?number=2")
    assert trainer.get("/author/questions?number=x").status_code == 404


def changed_twice(session: Session) -> None:
    keeper = product(session, at=NOW - timedelta(days=9))
    wordings: list[dict[str, Any]] = [
        {"prompt": "What may you promise?"},
        {"prompt": "What may you never promise?", "points": 2},
        {"prompt": {"en": "What may you never promise?", "zh-Hans": "什么不能承诺？"}, "points": 2},
    ]
    for day, wording in enumerate(wordings):
        version = published_quiz(
            session, quiz_document(items=[single("one", **wording), single("two")]), owner=keeper,
            at=NOW - timedelta(days=8 - day),
        )  # fmt: skip
        for number in range(day):
            sitting(session, version, person(session, f"rep{day}.{number}@example.com"), {"one": 0, "two": 0})
    session.commit()


def test_the_versions_of_a_question_say_when_by_whom_and_what_rests_on_them(
    session: Session, trainer: TestClient
) -> None:
    changed_twice(session)
    rows = text_of(trainer, "/author/quizzes/keeper-quiz/items/one/versions").split("<tr>")[2:]
    told = [re.sub(r"<[^>]*>", " ", row.partition("</tr>")[0]).split() for row in rows]
    assert [" ".join(row) for row in told] == [
        f"Version {number} {day} November 2026, 09:00 by trainer@example.com · with version {number} of the quiz "
        f"{number - 1} As a rep sees it {number}"
        for number, day in ((3, 17), (2, 16), (1, 15))
    ]
    assert "has not been changed" in text_of(trainer, "/author/quizzes/keeper-quiz/items/two/versions")


def test_two_versions_are_compared_word_by_word(session: Session, trainer: TestClient) -> None:
    changed_twice(session)
    page = text_of(trainer, "/author/quizzes/keeper-quiz/items/one/versions?before=1&after=2")
    assert 'What may you <ins><span class="vh">added: </span>never </ins>promise?' in page
    assert '<b>Points</b><div class="words"><ins><span class="vh">added: </span>2</ins>' in page
    assert "What changed from version 2 to version 3" in text_of(
        trainer, "/author/quizzes/keeper-quiz/items/one/versions"
    )
    assert "These two say the same." in text_of(
        trainer, "/author/quizzes/keeper-quiz/items/one/versions?before=2&after=2"
    )


@pytest.mark.parametrize(
    "address",
    [
        "items/one/versions?before=9", "items/one/versions?after=x", "items/none/versions", "items/one/versions/9",
        "preview?version=9", "preview?version=x", "print?version=99999999999999999999",
    ],
)  # fmt: skip
def test_a_version_that_is_not_there_is_not_found(session: Session, trainer: TestClient, address: str) -> None:
    changed_twice(session)
    assert trainer.get(f"/author/quizzes/keeper-quiz/{address}").status_code == 404


def test_a_version_is_shown_as_a_rep_saw_it(session: Session, trainer: TestClient) -> None:
    changed_twice(session)
    page = text_of(trainer, "/author/quizzes/keeper-quiz/items/one/versions/1")
    assert "What may you promise?" in page
    assert "<fieldset" in page.partition("disabled")[0]
    assert page.count('type="radio"') == 3
    assert "1 attempt rests on it." not in page
    assert "0 attempts rest on it." in page
    key = page.partition("Right answer")[2]
    assert "one: right" in key


def questions(page: str) -> list[str]:
    return re.findall(r'<li class="stack s2 rule">(.*?)</li>(?= ?(?:<li class="stack s2 rule">|</ol>))', page)


def test_a_quiz_of_every_type_is_laid_out_for_paper_with_its_key(session: Session, trainer: TestClient) -> None:
    published_quiz(session, quiz_document(items=EVERY_TYPE))
    session.commit()
    paper = text_of(trainer, "/author/quizzes/keeper-quiz/print")
    key = text_of(trainer, "/author/quizzes/keeper-quiz/print?key=1")
    assert "Right answer" not in paper
    assert "Because one is first." not in paper
    assert "Name <span" in paper
    assert "Name <span" not in key
    plain, marked = questions(paper), questions(key)
    assert len(plain) == len(marked) == len(EVERY_TYPE)
    prompts = [re.sub(r"<[^>]*>", "", re.findall(r"<h2>(.*?)<small>", each)[0]) for each in (*plain, *marked)]
    assert prompts[: len(plain)] == prompts[len(plain) :]
    by_prompt = dict(zip((each.partition(". ")[2].strip() for each in prompts[len(plain) :]), marked, strict=True))
    assert re.search(r'<b class="box">[ABC]</b> one: right', by_prompt["What about one?"])
    assert "· Critical" in by_prompt["What about one?"]
    assert "Because one is first." in by_prompt["What about one?"]
    assert '<b class="box">B</b> False' in by_prompt["Is it so?"]
    places = dict(re.findall(r'<b class="box">(\d)</b> (\w+)', by_prompt["Order."]))
    assert places == {"1": "first", "2": "second", "3": "third"}
    sides = {text: name for name, text in re.findall(r"<li><b>([ABC])</b> ([ABC])</li>", by_prompt["Match."])}
    pairs = {left: name for name, left in re.findall(r'<b class="box">([ABC])</b> ([ab])', by_prompt["Match."])}
    assert pairs == {"a": sides["A"], "b": sides["B"]}
    assert "the desk" in by_prompt["Fill in the gaps"]
    assert "A person marks this." in by_prompt["Write a letter."]
    assert sum(each.count('<p class="write whole">') for each in plain) == 12


def test_a_quiz_is_printed_in_another_language(session: Session, trainer: TestClient) -> None:
    published_quiz(session, quiz_document(items=[single("one", prompt={"en": "What?", "zh-Hans": "什么？"})]))
    session.commit()
    page = text_of(trainer, "/author/quizzes/keeper-quiz/print?locale=zh-Hans")
    assert '<html lang="zh-Hans">' in page
    assert "什么？" in page
    assert '<html lang="en">' in text_of(trainer, "/author/quizzes/keeper-quiz/print?locale=xx")


def test_a_preview_draws_as_an_attempt_would(session: Session, trainer: TestClient) -> None:
    fill_bank(session)
    page = text_of(trainer, "/author/quizzes/drawing/preview")
    asked = re.findall(r'<p class="ask">What about (\w+)\?</p>', page)
    assert len(asked) == 2
    assert asked[0] in {"deep", "flat"}
    assert asked[1] == "own"
    assert "Draw again" in page
    assert page.count("<fieldset") == page.count("disabled") == 2
    seventh = [text_of(trainer, "/author/quizzes/drawing/preview?seed=7") for _look in range(2)]
    assert seventh[0] == seventh[1]
    addresses = [f"/author/quizzes/drawing/preview?seed={seed}" for seed in range(1, 12)]
    drawn = {re.findall(r'<p class="ask">What about (\w+)', text_of(trainer, address))[0] for address in addresses}
    assert drawn == {"deep", "flat"}
    whole = text_of(trainer, "/author/quizzes/bank/preview")
    assert re.findall(r'<p class="ask">What about (\w+)\?</p>', whole) == ["deep", "flat", "other"]


def test_the_draft_and_a_published_version_are_previewed(session: Session, trainer: TestClient) -> None:
    changed_twice(session)
    assert "What may you promise?" in text_of(trainer, "/author/quizzes/keeper-quiz/preview?version=1")
    assert "What may you never promise?" in text_of(trainer, "/author/quizzes/keeper-quiz/preview")


@given(st.text(), st.text())
def test_what_stays_and_what_went_is_the_old_text_and_with_what_came_the_new(before: str, after: str) -> None:
    pieces = compared(before, after)
    assert "".join(text for mark, text in pieces if mark != "ins") == before
    assert "".join(text for mark, text in pieces if mark != "del") == after
    assert all(text for _mark, text in pieces)


def test_words_are_compared_whole_and_chinese_by_character() -> None:
    assert compared("may promise", "may never promise") == [("", "may "), ("ins", "never "), ("", "promise")]
    assert compared("不能承诺", "不可承诺") == [("", "不"), ("del", "能"), ("ins", "可"), ("", "承诺")]


def test_very_long_texts_are_compared_as_a_whole() -> None:
    before, after = "字" * MOST_TOKENS, "词" * MOST_TOKENS
    assert compared(before, after) == [("del", before), ("ins", after)]
    assert compared(before, before) == [("", before)]


def test_places_are_named_by_letters() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 702)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]
