"""The results of a quiz: what each item tells, what to do about it, and who may be named."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Content, ContentVersion, Product
from app.people.models import Role, Team
from app.quizzes.analysis.choices import Given, Third, Wording, keys_of, parts
from app.quizzes.analysis.flags import Flag, FlagKind
from app.quizzes.analysis.rules import Sitting, thirds
from app.quizzes.analysis.words import advice
from factories import NOW, person, published_quiz, quiz_document, single, sitting
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]

VECTOR = ("1111", "1101", "1010", "1100", "0001", "0000")
RIGHT, WRONG, ALSO_WRONG = 0, 1, 2


@pytest.fixture
def trainer(session: Session, sign_in: SignIn) -> TestClient:
    person(session, "tom@example.com", Role.TRAINER)
    session.commit()
    return sign_in("tom@example.com")


def answered(session: Session, version: ContentVersion, lines: Sequence[str], **more: Any) -> None:
    """First attempts of new people: each line says of each item, in order, which option was chosen, or `-`."""
    items = [item["id"] for item in version.document["items"]]
    for number, line in enumerate(lines):
        rep = person(session, f"rep{version.id}.{number}@example.com", name=f"Rep {number:03}")
        answers = {item: None if said == "-" else int(said) for item, said in zip(items, line, strict=True)}
        sitting(session, version, rep, answers, **more)
    session.commit()


def marks(lines: Sequence[str]) -> list[str]:
    """Lines of ones and noughts as options: right, wrong."""
    return ["".join(str(RIGHT if mark == "1" else WRONG) for mark in line) for line in lines]


def four_items(**of_the_first: Any) -> dict[str, Any]:
    return quiz_document(items=[single("one", **of_the_first), single("two"), single("three"), single("four")])


def owner_of(session: Session, version: ContentVersion) -> Product:
    content = session.get(Content, version.content_id)
    assert content is not None
    owner = session.get(Product, content.product_id)
    assert owner is not None
    return owner


def read(browser: TestClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def rows_of(browser: TestClient, address: str) -> list[dict[str, str]]:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_before_anybody_finished_the_page_says_what_will_be_here(session: Session, trainer: TestClient) -> None:
    published_quiz(session)
    session.commit()
    assert "No first attempt yet" in read(trainer, "/author/quizzes/keeper-quiz/results")


def test_below_twenty_first_attempts_only_facility_is_told(session: Session, trainer: TestClient) -> None:
    answered(session, published_quiz(session, four_items()), marks(VECTOR))
    told = [
        (row["item"], row["first_attempts"], row["facility"], row["discrimination"], row["efficiency"])
        for row in rows_of(trainer, "/author/quizzes/keeper-quiz/results.csv")
    ]
    assert told == [
        ("four", "6", "50.0", "", ""),
        ("one", "6", "66.67", "", ""),
        ("three", "6", "33.33", "", ""),
        ("two", "6", "50.0", "", ""),
    ]
    assert "From 20 on, discrimination and efficiency are told" in read(trainer, "/author/quizzes/keeper-quiz/results")


def test_the_statistics_are_those_of_the_six_reps_four_times_over(session: Session, trainer: TestClient) -> None:
    # the same answers four times over correlate and covary in the same ratios
    answered(session, published_quiz(session, four_items()), marks(VECTOR * 4))
    told = {
        row["item"]: tuple(float(row[name]) for name in ("facility", "discrimination", "efficiency"))
        for row in rows_of(trainer, "/author/quizzes/keeper-quiz/results.csv")
    }
    assert told == {
        "one": (66.67, 62.5, 100.0),
        "two": (50.0, 52.22, 60.0),
        "three": (33.33, 21.32, 25.0),
        "four": (50.0, 14.91, 20.0),
    }


def test_only_finished_first_attempts_count(session: Session, trainer: TestClient) -> None:
    version = published_quiz(session)
    ana = person(session, "ana@example.com")
    sitting(session, version, ana, {"one": WRONG, "two": WRONG, "three": RIGHT})
    sitting(session, version, ana, {"one": RIGHT, "two": RIGHT, "three": RIGHT}, number=2)
    waiting = sitting(session, version, person(session, "ben@example.com"), {"one": RIGHT})
    waiting.marked_at = None
    running = sitting(session, version, person(session, "cid@example.com"), {"one": RIGHT})
    running.finished_at = running.marked_at = None
    session.commit()
    page = read(trainer, "/author/quizzes/keeper-quiz/results")
    assert "<dt>First attempts</dt><dd><b>1</b></dd>" in page
    assert "<dt>Passed the first time</dt><dd><b>0 %</b></dd>" in page
    assert "<dt>Mean mark</dt><dd><b>33.3 %</b></dd>" in page
    assert "<dt>Median time</dt><dd><b>10 min</b></dd>" in page
    assert "<dt>All attempts</dt><dd><b>4</b> <small>1 running</small> <small>1 waits for an assessor</small>" in page


FLAGGED: list[tuple[str, dict[str, Any], list[str], str]] = [
    # the best third believes in another answer than the key
    ("key_suspect", {}, ["1000"] * 8 + ["0011"] * 8 + ["2111"] * 8, "More of the best third gave “one: wrong”"),
    ("critical", {"critical": True}, ["0000"] * 20 + ["1000"] * 4, "Only 83 % know this, and a critical item"),
    ("negative", {}, ["2000"] * 8 + ["0011"] * 8 + ["0111"] * 8, "The key may be wrong: check it."),
    ("hard", {}, ["0000"] * 2 + ["1010"] * 11 + ["2111"] * 11, "Only 8 % of the points were earned."),
    ("easy", {}, ["0000"] * 12 + ["0111"] * 12, "Nearly everybody gets this right (100 %)."),
    ("weak", {}, ["0000", "1000", "0111", "1111"] * 6, "This hardly tells those who know from those who do not"),
    ("unanswered", {}, ["0000"] * 20 + ["-111"] * 4, "17 % left this empty."),
    ("unused", {}, ["0000"] * 12 + ["1111"] * 12, "Nobody chose “one: also wrong”."),
]


@pytest.mark.parametrize(("more", "lines", "sentence"), [case[1:] for case in FLAGGED], ids=[c[0] for c in FLAGGED])
def test_each_flag_says_what_to_do(
    session: Session, trainer: TestClient, more: dict[str, Any], lines: list[str], sentence: str
) -> None:
    answered(session, published_quiz(session, four_items(**more)), lines)
    assert sentence in read(trainer, "/author/quizzes/keeper-quiz/results/one")


def test_an_item_that_everybody_must_know_is_not_too_easy(session: Session, trainer: TestClient) -> None:
    answered(session, published_quiz(session, four_items(critical=True)), ["0000"] * 12 + ["0111"] * 12)
    page = read(trainer, "/author/quizzes/keeper-quiz/results/one")
    assert "Too easy" not in page
    assert "Critical, and known: near 100 %, as it should be" in page


def test_an_item_that_takes_long_is_slow(session: Session, trainer: TestClient) -> None:
    version = published_quiz(session, four_items())
    answered(session, version, ["0000"] * 20, seconds={"one": 200, "two": 20, "three": 30, "four": 40})
    page = read(trainer, "/author/quizzes/keeper-quiz/results/one")
    assert "It takes 200 seconds, far more than the others." in page
    assert "Slow" not in read(trainer, "/author/quizzes/keeper-quiz/results/two")


def test_choices_are_counted_for_all_and_for_the_best_and_the_last_third(session: Session, trainer: TestClient) -> None:
    answered(session, published_quiz(session, four_items()), ["0000"] * 10 + ["1001"] * 10 + ["2111"] * 9 + ["-111"])
    rows = rows_of(trainer, "/author/quizzes/keeper-quiz/results/one/choices.csv")
    assert [(row["choice"], row["right"], row["everybody"], row["top_third"], row["bottom_third"]) for row in rows] == [
        ("one: right", "yes", "10", "10", "0"),
        ("one: wrong", "no", "10", "0", "0"),
        ("one: also wrong", "no", "9", "0", "9"),
        ("Nothing", "", "1", "0", "1"),
    ]


def test_an_edited_item_keeps_a_table_for_each_wording(session: Session, trainer: TestClient) -> None:
    keeper = published_quiz(session, four_items())
    answered(session, keeper, ["0000"] * 3)
    newer = published_quiz(session, four_items(prompt="What about one, really?"), owner=owner_of(session, keeper))
    answered(session, newer, ["1000"] * 2)
    rows = rows_of(trainer, "/author/quizzes/keeper-quiz/results/one/choices.csv")
    assert [(row["version"], row["choice"], row["everybody"], row["attempts"]) for row in rows] == [
        ("2", "one: right", "0", "2"),
        ("2", "one: wrong", "2", "2"),
        ("2", "one: also wrong", "0", "2"),
        ("1", "one: right", "3", "3"),
        ("1", "one: wrong", "0", "3"),
        ("1", "one: also wrong", "0", "3"),
    ]
    only_first = rows_of(trainer, "/author/quizzes/keeper-quiz/results/one/choices.csv?version=1")
    assert {row["version"] for row in only_first} == {"1"}


@pytest.mark.parametrize(("people", "named"), [(4, False), (5, True)])
def test_nobody_is_named_where_fewer_than_five_answered(
    session: Session, trainer: TestClient, people: int, named: bool
) -> None:
    answered(session, published_quiz(session, four_items()), ["0000"] * people)
    page = read(trainer, "/author/quizzes/keeper-quiz/results/one")
    assert ("Rep 000" in page) is named
    assert ("Nobody is named: fewer than 5 people answered" in page) is not named


def test_attempts_are_chosen_by_day_and_by_team(session: Session, trainer: TestClient) -> None:
    version = published_quiz(session, at=NOW - timedelta(days=9))
    north = Team(name="North")
    session.add(north)
    session.flush()
    local = Team(name="Oslo", parent_id=north.id)
    session.add(local)
    session.flush()
    for days, team in ((3, local.id), (2, north.id), (0, None)):
        rep = person(session, f"rep{days}@example.com")
        rep.team_id = team
        sitting(session, version, rep, {"one": RIGHT}, at=NOW - timedelta(days=days))
    session.commit()

    def count(query: str) -> str:
        found = rows_of(trainer, f"/author/quizzes/keeper-quiz/results.csv{query}")
        return found[0]["first_attempts"] if found else "0"

    day = (NOW - timedelta(days=2)).date()
    asked = [
        "",
        f"?since={day}",
        f"?until={day}",
        f"?since={day}&until={day}",
        f"?team={north.id}",
        f"?team={local.id}",
    ]
    assert [count(query) for query in asked] == ["3", "2", "2", "1", "2", "1"]


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-02-30", "version=x", "team=999", "since=0001-01-01",
                                   "since=2026-11-02&until=2026-11-01"])  # fmt: skip
@pytest.mark.parametrize("page", ["results", "results.csv", "results/one", "results/one/choices.csv"])
def test_a_filter_that_cannot_be_read_is_said(session: Session, trainer: TestClient, query: str, page: str) -> None:
    published_quiz(session)
    session.commit()
    answer = trainer.get(f"/author/quizzes/keeper-quiz/{page}?{query}")
    assert answer.status_code == 422
    assert "The filter could not be read" in answer.text


def test_filters_that_are_left_empty_let_all_through(session: Session, trainer: TestClient) -> None:
    answered(session, published_quiz(session), ["000"])
    answer = trainer.get("/author/quizzes/keeper-quiz/results?version=&team=&since=&until=")
    assert answer.status_code == 200
    assert answer.text == trainer.get("/author/quizzes/keeper-quiz/results").text


def test_a_bank_shows_its_items_in_the_attempts_of_every_quiz(session: Session, trainer: TestClient) -> None:
    drawing = published_quiz(session)
    bank = published_quiz(
        session, quiz_document("bank", [single("deep"), single("unasked")], bank=True), owner=owner_of(session, drawing)
    )
    assert bank.number == 1
    for number in range(3):
        sitting(session, drawing, person(session, f"rep{number}@example.com"), {"one": RIGHT, "deep": WRONG})
    session.commit()
    own = rows_of(trainer, "/author/quizzes/keeper-quiz/results.csv")
    assert [(row["item"], row["facility"]) for row in own] == [("one", "100.0"), ("bank~deep", "0.0")]
    assert [row["item"] for row in rows_of(trainer, "/author/quizzes/bank/results.csv")] == ["deep"]
    assert "deep: wrong" in read(trainer, "/author/quizzes/keeper-quiz/results/bank~deep")


def test_a_file_holds_no_formula(session: Session, trainer: TestClient) -> None:
    answered(session, published_quiz(session, four_items(prompt="=1+1")), ["0000"])
    prompts = [row["prompt"] for row in rows_of(trainer, "/author/quizzes/keeper-quiz/results.csv")]
    assert "'=1+1" in prompts


@pytest.mark.parametrize("address", ["", "/one", ".csv", "/one/choices.csv"])
def test_as_many_statements_for_many_attempts_as_for_few(
    session: Session, trainer: TestClient, application: FastAPI, address: str
) -> None:
    version = published_quiz(session, four_items())
    answered(session, version, ["0000"] * 10)
    counted = []
    for _round in range(2):
        with count_statements(application.state.database) as statements:
            answer = trainer.get(f"/author/quizzes/keeper-quiz/results{address}")
        assert answer.status_code == 200
        counted.append(len(statements))
        for number in range(100 if len(counted) == 1 else 0):
            rep = person(session, f"more{number}@example.com")
            sitting(session, version, rep, {"one": RIGHT, "two": WRONG, "three": RIGHT, "four": RIGHT})
        session.commit()
    assert counted[0] == counted[1]
    assert counted[0] <= 11


@pytest.mark.parametrize("address", ["/author/quizzes/none/results", "/author/quizzes/keeper-quiz/results/none",
                                     "/author/quizzes/keeper-quiz/results/none~one"])  # fmt: skip
def test_what_is_not_there_is_not_found(session: Session, trainer: TestClient, address: str) -> None:
    published_quiz(session)
    session.commit()
    assert trainer.get(address).status_code == 404


def test_no_chance_decides_who_belongs_to_a_third() -> None:
    shares = [0] * 9 + [1] * 6 + [2] * 15
    sittings = [Sitting(number, number, share, 2, True, 0.0, 0.0) for number, share in enumerate(shares)]
    counted = Counter(thirds(sittings).values())
    # the tenth best is level with the fifteenth, the tenth worst with those above
    assert counted == {Third.BOTTOM: 15, Third.TOP: 15}
    level = [Sitting(number, number, 1, 2, True, 0.0, 0.0) for number in range(30)]
    assert set(thirds(level).values()) == {Third.MIDDLE}
    assert set(thirds(sittings[:19]).values()) == {Third.MIDDLE}
    assert thirds([]) == {}


GAPS = {
    "id": "gaps", "type": "cloze", "prompt": "Within [[hours]] hours, [[who]] calls [[whom]].",
    "gaps": [
        {"id": "hours", "type": "numeric", "answer": 24},
        {"id": "who", "type": "choice", "options": [{"text": "we", "correct": True}, {"text": "they"}]},
        {"id": "whom", "type": "short_text", "accept": ["the customer", {"text": "customer", "weight": 0.5}]},
    ],
}  # fmt: skip
MATCHING = {
    "id": "matching", "type": "matching", "prompt": "Match.", "extra": ["C"],
    "pairs": [{"left": "a", "right": "A"}, {"left": "b", "right": "B"}, {"left": "α", "right": "A"}],
}  # fmt: skip
ORDERING = {"id": "o", "type": "ordering", "prompt": "Order.", "options": [{"text": "first"}, {"text": "second"}]}
CHOICES: list[tuple[dict[str, Any], list[Any], list[tuple[str, list[tuple[str, bool | None, int]]]]]] = [
    (single("s"), [0, 1, 1, None],
     [("", [("s: right", True, 1), ("s: wrong", False, 2), ("s: also wrong", False, 0), ("nothing", None, 1)])]),
    ({**single("m"), "type": "multiple"}, [[0, 1], [0], []],
     [("", [("m: right", True, 2), ("m: wrong", False, 1), ("m: also wrong", False, 0), ("nothing", None, 1)])]),
    ({"id": "t", "type": "true_false", "prompt": "?", "answer": False}, [True, False, False],
     [("", [("true", False, 1), ("false", True, 2)])]),
    ({"id": "w", "type": "short_text", "prompt": "?", "accept": ["Keeper"]}, ["keeper", " ＫＥＥＰＥＲ ", "Kiper", " "],
     [("", [("keeper", True, 2), ("kiper", False, 1), ("nothing", None, 1)])]),
    ({"id": "n", "type": "numeric", "prompt": "?", "answer": 5, "tolerance": 1}, ["5", "4.5", "9", "5"],
     [("", [("5", True, 2), ("4.5", True, 1), ("9", False, 1)])]),
    (MATCHING, [[0, 1, 0], [3, None, 0]],
     [("a", [("A", True, 1), ("B", False, 0), ("C", False, 1)]),
      ("b", [("A", False, 0), ("B", True, 1), ("C", False, 0), ("nothing", None, 1)]),
      ("α", [("A", True, 2), ("B", False, 0), ("C", False, 0)])]),
    (ORDERING, [[0, 1], [1, 0], {"places": [1, 1]}],
     [("", [("first → second", True, 1), ("second → first", False, 1), ("nothing", None, 1)])]),
    (GAPS, [{"gaps": {"hours": "24", "who": 1, "whom": "Customer"}}, {"gaps": {"hours": "12"}}, None],
     [("hours", [("12", False, 1), ("24", True, 1), ("nothing", None, 1)]),
      ("who", [("we", True, 0), ("they", False, 1), ("nothing", None, 2)]),
      ("whom", [("customer", None, 1), ("nothing", None, 2)])]),
    ({"id": "e", "type": "essay", "prompt": "Write."}, ["A text."], []),
]  # fmt: skip


@pytest.mark.parametrize(("document", "answers", "expected"), CHOICES, ids=[case[0]["type"] for case in CHOICES])
def test_every_type_tells_what_was_chosen(document: dict[str, Any], answers: list[Any], expected: Any) -> None:
    texts = [None if answer is None else json.dumps(answer) for answer in answers]
    told = parts(document, Counter((text, Third.TOP) for text in texts), "en")
    assert [
        (part.title, [(each.text, each.right, each.everybody) for each in part.choices]) for part in told
    ] == expected
    assert all(each.top == each.everybody for part in told for each in part.choices)
    for text in texts:
        named = keys_of(document, text, "en")
        assert [set(keys) <= {each.key for each in part.choices} for keys, part in zip(named, told, strict=True)] == [
            True
        ] * len(told)


def test_rare_typed_answers_are_counted_together() -> None:
    document = {"id": "w", "type": "short_text", "prompt": "?", "accept": ["a"]}
    given: Given = Counter({(json.dumps(f"word {number:02}"), Third.MIDDLE): 2 for number in range(20)})
    told = parts(document, given, "en")[0].choices
    assert [each.text for each in told] == [*(f"word {number:02}" for number in range(12)), Wording.OTHER]
    assert told[-1].everybody == 16


@pytest.mark.parametrize(
    ("choices", "quoted"),
    [
        (["A promise."], "“A promise”"),
        (["“We guarantee it.”"], "“We guarantee it.”"),
        (['"Now."', "Later."], "“Now.”, “Later”"),
        (["Say “no” to it", "“Yes”, or “no”"], "“Say ‘no’ to it”, “‘Yes’, or ‘no’”"),
    ],
)
def test_a_choice_is_quoted_once_whatever_quotes_it_has(choices: list[str], quoted: str) -> None:
    said = advice(Flag(FlagKind.UNUSED, len(choices), tuple(choices)))
    assert said == f"Nobody chose {quoted}. Write a wrong answer that somebody might believe."


@pytest.mark.parametrize(("discrimination", "told"), [(-9.99, "-10"), (-0.6, "-1"), (-0.31, "-0.4"), (-0.01, "-0.1")])
def test_a_negative_discrimination_is_never_told_as_nought(discrimination: float, told: str) -> None:
    said = advice(Flag(FlagKind.NEGATIVE, discrimination))
    assert said == f"Those who know more get this wrong more often ({told}). The key may be wrong: check it."
