"""What an answer earns, for each type of item, and whether an attempt is passed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.grading import Mark, Result, grade, grade_attempt, grade_essay, rounded
from app.quizzes.items import Essay, Multiple, parse_item
from app.quizzes.solutions import solution

RIGHT, WRONG = {"text": "yes", "correct": True}, {"text": "no"}
ITEMS: dict[str, dict[str, Any]] = {
    "single": {"id": "s", "type": "single", "options": [WRONG, RIGHT, WRONG]},
    "multiple": {"id": "m", "type": "multiple", "options": [RIGHT, RIGHT, WRONG, WRONG, WRONG]},
    "weighted": {
        "id": "w",
        "type": "multiple",
        "options": [{**RIGHT, "weight": 0.33}, {**RIGHT, "weight": 0.66}, {**WRONG, "weight": 0}],
    },
    "true_false": {"id": "t", "type": "true_false", "answer": False},
    "short_text": {"id": "x", "type": "short_text", "accept": ["refund* 14 days", "退款", r"5\* hotel"]},
    "exact": {"id": "e", "type": "short_text", "accept": ["SLA"], "case_sensitive": True},
    "numeric": {"id": "n", "type": "numeric", "answer": 12.5, "tolerance": 0.5, "unit": "%"},
    "amount": {"id": "a", "type": "numeric", "answer": 1234.5, "unit": {"en": "EUR", "zh-Hans": "欧元"}},
    "bare": {"id": "b", "type": "numeric", "answer": 0.1},
    "large": {"id": "l", "type": "numeric", "answer": 12000},
    "matching": {
        "id": "p",
        "type": "matching",
        "pairs": [{"left": str(n), "right": right} for n, right in enumerate("ABCA")],
    },
    "partial": {
        "id": "h",
        "type": "single",
        "options": [{**WRONG, "weight": 0.25}, RIGHT, {**WRONG, "weight": -0.5}, WRONG],
    },
    "several": {
        "id": "v",
        "type": "short_text",
        "accept": [
            {"text": "software*", "weight": 0.5},
            "SaaS",
            "software as a service",
            {"text": "*", "weight": 0},
            "云服务",
        ],
    },
    "ranges": {
        "id": "r",
        "type": "numeric",
        "answers": [{"answer": 9.5, "tolerance": 0.5, "weight": 0.25}, {"min": 10, "max": 20}],
    },
    "distance": {
        "id": "d",
        "type": "numeric",
        "answer": 1500,
        "unit": "m",
        "units": [{"unit": {"en": "km", "zh-Hans": "公里"}, "factor": 1000}],
    },
    "power": {
        "id": "u",
        "type": "numeric",
        "answer": 5,
        "unit": "mW",
        "units": [{"unit": "MW", "factor": 1_000_000_000}],
    },
    "matched": {
        "id": "k",
        "type": "matching",
        "pairs": [{"left": "1", "right": "A"}, {"left": "2", "right": "B"}, {"left": "3", "right": {"en": "A"}}],
        "extra": ["C", "D"],
    },
    "cloze": {
        "id": "c",
        "type": "cloze",
        "gaps": [
            {"id": "who", "type": "choice", "options": [{**WRONG, "weight": 0.5}, RIGHT]},
            {
                "id": "hours",
                "type": "numeric",
                "points": 2,
                "answers": [{"answer": 24}, {"min": 20, "max": 30, "weight": 0.5}],
            },
            {"id": "word", "type": "short_text", "accept": ["refund"]},
        ],
    },
    "ordering": {"id": "o", "type": "ordering", "options": [{"text": "1"}, {"text": "2"}, {"text": "3"}]},
}
UNANSWERED = "unanswered"


@pytest.mark.parametrize(
    ("item", "answer", "expected"),
    [
        ("single", 1, 1),
        ("single", 0, 0),
        ("single", 3, UNANSWERED),
        ("single", -1, UNANSWERED),
        ("single", True, UNANSWERED),
        ("single", "1", UNANSWERED),
        ("single", None, UNANSWERED),
        ("multiple", [1, 0], 1),
        ("multiple", [0], Fraction(1, 2)),
        ("multiple", [0, 1, 2], Fraction(2, 3)),
        ("multiple", [0, 2], Fraction(1, 6)),
        ("multiple", [2, 3], 0),
        ("multiple", [0, 1, 2, 3, 4], 0),
        ("multiple", [], UNANSWERED),
        ("multiple", [0, 0], UNANSWERED),
        ("multiple", [0, 9], UNANSWERED),
        ("multiple", {"0": True}, UNANSWERED),
        ("weighted", [0, 1], 1),
        ("weighted", [1], Fraction(66, 100)),
        ("weighted", [0, 1, 2], Fraction(99, 100)),
        ("true_false", False, 1),
        ("true_false", True, 0),
        ("true_false", 0, UNANSWERED),
        ("short_text", "  Refund within 14   DAYS ", 1),
        ("short_text", "ＲＥＦＵＮＤ　14 days", 1),
        ("short_text", "refund 14 days or so", 0),
        ("short_text", "退款", 1),
        ("short_text", "不退款", 0),
        ("short_text", "5* hotel", 1),
        ("short_text", "5 stars hotel", 0),
        ("short_text", "   ", UNANSWERED),
        ("short_text", 14, UNANSWERED),
        ("exact", "SLA", 1),
        ("exact", "sla", 0),
        ("numeric", "12.5", 1),
        ("numeric", "12,5", 1),
        ("numeric", "13.", 1),
        ("numeric", ".", UNANSWERED),
        ("numeric", " 12,5 % ", 1),
        ("numeric", "１２．５％", 1),
        ("numeric", "13", 1),
        ("numeric", "13.0001", 0),
        ("numeric", "-12.5", 0),
        ("numeric", "twelve", UNANSWERED),
        ("numeric", "12.5.1", UNANSWERED),
        ("numeric", "%", UNANSWERED),
        ("numeric", "1e999999999", UNANSWERED),
        ("numeric", "9" * 5000, UNANSWERED),
        ("numeric", 12.5, UNANSWERED),
        ("amount", "1 234,5", 1),
        ("amount", "1\u202f234,50 EUR", 1),
        ("amount", "EUR 1,234.5", 1),
        ("amount", "1.234,5 欧元", 1),
        ("amount", "1'234.5 eur", 1),
        ("amount", "1 23 4,5", UNANSWERED),
        ("amount", "1234.5 USD", UNANSWERED),
        ("bare", "10%", 1),
        ("bare", ".1", 1),
        ("bare", "+0,10", 1),
        ("bare", "10", 0),
        ("large", "12.000", 1),
        ("large", "12,000", 1),
        ("large", "12 000", 1),
        ("large", "12.0", 0),
        ("matching", [0, 1, 2, 3], 1),
        ("matching", [3, 1, 2, 0], 1),
        ("matching", [0, 2, 1, None], Fraction(1, 4)),
        ("matching", [None] * 4, UNANSWERED),
        ("matching", [0, 1, 2], UNANSWERED),
        ("matching", [0, 1, 2, 4], UNANSWERED),
        ("ordering", [0, 1, 2], 1),
        ("ordering", [0, 2, 1], 0),
        ("ordering", [0, 1], UNANSWERED),
        ("ordering", [0, 1, 1], UNANSWERED),
        ("partial", 0, Fraction(1, 4)),
        ("partial", 1, 1),
        ("partial", 2, 0),
        ("partial", 3, 0),
        ("several", "Saas", 1),
        ("several", "ＳａａＳ", 1),
        ("several", "software", Fraction(1, 2)),
        ("several", "software as a service", 1),
        ("several", "hardware", 0),
        ("several", "云服务", 1),
        ("ranges", "10", 1),
        ("ranges", "20", 1),
        ("ranges", "20.01", 0),
        ("ranges", "9.5", Fraction(1, 4)),
        ("ranges", "5", 0),
        ("distance", "1500", 1),
        ("distance", "1,5 km", 1),
        ("distance", "1.5 公里", 1),
        ("distance", "1 500m", 1),
        ("distance", "1.5 KM", 1),
        ("distance", "1.5e3", 1),
        ("distance", "1.5 miles", UNANSWERED),
        ("power", "5 mW", 1),
        ("power", "5 MW", 0),
        ("power", "0.000000005 MW", 1),
        ("power", "5 mw", 1),
        ("matched", [0, 1, 0], 1),
        ("matched", [2, 1, 2], 1),
        ("matched", [0, 3, 4], Fraction(1, 3)),
        ("matched", [0, 5, 0], UNANSWERED),
        ("cloze", {"gaps": {"who": 1, "hours": "24", "word": "refund"}}, 1),
        ("cloze", {"gaps": {"who": 1}}, Fraction(1, 4)),
        ("cloze", {"gaps": {"who": 0, "hours": "30", "word": "refunded"}}, Fraction(3, 8)),
        ("cloze", {"gaps": {"hours": "24", "word": 7, "unknown": 1}}, Fraction(1, 2)),
        ("cloze", {"gaps": {"who": None, "word": " "}}, UNANSWERED),
        ("cloze", {"gaps": []}, UNANSWERED),
        ("cloze", ["who"], UNANSWERED),
    ],
)
def test_what_an_answer_earns(item: str, answer: Any, expected: Fraction | int | str) -> None:
    fraction = Fraction(0) if isinstance(expected, str) else Fraction(expected)
    assert grade(parse_item({**ITEMS[item], "points": 2}), answer) == Mark(
        item_id=ITEMS[item]["id"],
        fraction=fraction,
        points=2 * fraction,
        max_points=Fraction(2),
        critical=False,
        correct=fraction == 1,
        answered=expected != UNANSWERED,
    )


def test_an_item_is_read_with_exact_numbers() -> None:
    options = [{**RIGHT, "weight": 0.1}, {**RIGHT, "pinned": True}, WRONG]
    document = {"id": "m", "type": "multiple", "points": 0.1, "critical": True, "options": options}
    assert parse_item(document) == Multiple(
        id="m",
        points=Fraction(1, 10),
        critical=True,
        weights=(Fraction(1, 10), Fraction(1, 2), Fraction(-1)),
        correct=frozenset({0, 1}),
        pinned=frozenset({1}),
    )


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": "q", "type": "essay"},
        {"id": "q", "type": "essay", "criteria": []},
        {"id": "q", "type": "cloze", "gaps": []},
        {"id": "q", "type": "cloze", "gaps": [{"id": "g", "type": "essay", "criteria": []}]},
        {"id": "q", "type": "numeric", "answers": [{"min": 2, "max": 1}]},
        {"id": "q", "type": "song"},
        {"id": "q", "type": "single", "options": []},
        {"id": "q", "type": "single", "options": [RIGHT, RIGHT]},
        {"id": "q", "type": "multiple", "options": [WRONG, WRONG]},
        {"id": "q", "type": "true_false", "answer": 1},
        {"id": "q", "type": "short_text", "accept": []},
        {"id": "q", "type": "numeric", "answer": "many"},
        {"id": "q", "type": "numeric", "answer": True},
        {"id": "q", "type": "numeric", "answer": 1, "tolerance": -1},
        {"id": "q", "type": "matching", "pairs": []},
        {"id": "q", "type": "ordering", "options": 3},
    ],
)
def test_a_document_that_cannot_be_marked_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_item(document)


def mark(item_id: str, points: str, *, critical: bool = False) -> Mark:
    earned = Fraction(points)
    return Mark(item_id, earned, earned, Fraction(1), critical=critical, correct=earned == 1, answered=True)


@pytest.mark.parametrize(
    ("marks", "pass_percent", "expected"),
    [
        pytest.param(
            [mark("a", "1"), mark("b", "1"), mark("c", "0")],
            60,
            Result(Fraction(2), Fraction(3), Decimal("66.67"), passed=True, critical_wrong=()),
            id="passed",
        ),
        pytest.param(
            [mark("a", "1"), mark("b", "3/5")],
            80,
            Result(Fraction(8, 5), Fraction(2), Decimal("80.00"), passed=True, critical_wrong=()),
            id="exactly at the mark",
        ),
        pytest.param(
            [mark("a", "0.79995")],
            80,
            Result(Fraction("0.79995"), Fraction(1), Decimal("79.99"), passed=False, critical_wrong=()),
            id="79.995 is not 80",
        ),
        pytest.param(
            [mark("a", "0.795")],
            79.5,
            Result(Fraction("0.795"), Fraction(1), Decimal("79.50"), passed=True, critical_wrong=()),
            id="half a percent",
        ),
        pytest.param(
            [mark("a", "1"), mark("b", "0.9", critical=True), mark("c", "1", critical=True)],
            50,
            Result(Fraction("2.9"), Fraction(3), Decimal("96.67"), passed=False, critical_wrong=("b",)),
            id="critical and not fully right",
        ),
        pytest.param(
            [mark("a", "1"), replace(mark("b", "0", critical=True), pending=True)],
            50,
            Result(Fraction(1), Fraction(2), Decimal("50.00"), passed=False, critical_wrong=(), pending=True),
            id="an essay waits to be read",
        ),
        pytest.param(
            [], 0, Result(Fraction(0), Fraction(0), Decimal("0.00"), passed=False, critical_wrong=()), id="nothing"
        ),
    ],
)
def test_what_an_attempt_earns(marks: list[Mark], pass_percent: float, expected: Result) -> None:
    result = grade_attempt(marks, pass_percent)
    assert result == expected
    assert str(result.percent) == str(expected.percent)


ESSAY = {
    "id": "e",
    "type": "essay",
    "points": 10,
    "critical": True,
    "criteria": [{"id": "facts", "points": 3, "needed": 2}, {"id": "tone", "points": 1.5}],
    "needed_percent": 80,
}


@pytest.mark.parametrize(
    ("answer", "is_answered"), [("a text", True), (" \n", False), (None, False), (["text"], False)]
)
def test_an_essay_waits_for_a_person_once_it_is_written(answer: Any, is_answered: bool) -> None:
    assert grade(parse_item(ESSAY), answer) == Mark(
        item_id="e",
        fraction=Fraction(0),
        points=Fraction(0),
        max_points=Fraction(10),
        critical=True,
        correct=False,
        answered=is_answered,
        pending=is_answered,
    )


@pytest.mark.parametrize(
    ("points", "fraction", "correct"),
    [
        ({"facts": 3, "tone": 1.5}, Fraction(1), True),
        ({"facts": 3, "tone": 0.6}, Fraction(4, 5), True),
        ({"facts": "3", "tone": "0.59"}, Fraction(359, 450), False),
        ({"facts": Decimal("1.9"), "tone": 1.5}, Fraction(0), False),
        ({"facts": 2}, Fraction(4, 9), False),
        ({}, Fraction(0), False),
    ],
)
def test_what_the_points_for_an_essay_earn(points: dict[str, Any], fraction: Fraction, correct: bool) -> None:
    essay = parse_item(ESSAY)
    assert isinstance(essay, Essay)
    assert grade_essay(essay, points) == Mark(
        item_id="e",
        fraction=fraction,
        points=10 * fraction,
        max_points=Fraction(10),
        critical=True,
        correct=correct,
        answered=True,
    )


@pytest.mark.parametrize("points", [{"facts": 3.5}, {"tone": -1}, {"style": 1}, {"facts": "many"}])
def test_points_that_the_rubric_does_not_have_are_refused(points: dict[str, Any]) -> None:
    essay = parse_item(ESSAY)
    assert isinstance(essay, Essay)
    with pytest.raises(ValueError, match=r"."):
        grade_essay(essay, points)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [("0.005", 2, "0.01"), ("0.0049", 2, "0.00"), ("2/3", 4, "0.6667"), ("100", 2, "100.00"), ("2.5", 0, "3")],
)
def test_rounding_is_half_up(value: str, places: int, shown: str) -> None:
    assert str(rounded(Fraction(value), places)) == shown


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
GAPS = st.fixed_dictionaries({"gaps": st.dictionaries(st.sampled_from(["who", "hours", "word"]), JSON)})
PLACES = st.lists(st.integers(-1, 6) | st.none(), max_size=6)


@given(st.sampled_from(sorted(ITEMS)), JSON | PLACES | GAPS | st.text("0123456789.,' %-*", max_size=12))
def test_whatever_is_sent_is_marked_between_nothing_and_all(name: str, answer: Any) -> None:
    result = grade(parse_item(ITEMS[name]), answer)
    assert 0 <= result.fraction <= 1
    assert result.answered or result.fraction == 0
    assert result.correct == (result.fraction == 1)


@pytest.mark.parametrize("name", sorted(ITEMS))
def test_a_full_right_answer_earns_everything(name: str) -> None:
    item = parse_item(ITEMS[name])
    assert grade(item, solution(item)).fraction == 1


@given(
    st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.sampled_from([0.5, 1])), min_size=1, max_size=5),
    st.sampled_from(["", "m", "%"]),
)
def test_the_middle_of_a_range_earns_what_the_best_range_around_it_does(
    ranges: list[tuple[float, float, float]], unit: str
) -> None:
    answers = [{"min": low, "max": low + width, "weight": weight} for low, width, weight in ranges]
    answers.append({"answer": 0.1, "tolerance": 0.01, "weight": 1})
    item = parse_item({"id": "n", "type": "numeric", "answers": answers, "unit": unit})
    assert grade(item, f"{solution(item)}{unit}").fraction == 1


@given(st.lists(st.booleans(), min_size=1, max_size=10), st.data())
def test_a_multiple_choice_is_fully_right_only_with_exactly_the_key(key: list[bool], data: st.DataObject) -> None:
    key[0] = True
    options = [{"text": str(place), "correct": correct} for place, correct in enumerate(key)]
    chosen = data.draw(st.lists(st.integers(0, len(key) - 1), unique=True))
    result = grade(parse_item({"id": "m", "type": "multiple", "options": options}), chosen)
    assert result.correct == ({place for place, correct in enumerate(key) if correct} == set(chosen))


@given(st.text("ab*", min_size=1, max_size=8), st.text("ab", min_size=1, max_size=12))
def test_a_pattern_accepts_what_its_pieces_span(pattern: str, typed: str) -> None:
    def spans(pattern: str, typed: str) -> bool:
        if not pattern:
            return not typed
        if pattern[0] == "*":
            return any(spans(pattern[1:], typed[start:]) for start in range(len(typed) + 1))
        return typed[:1] == pattern[0] and spans(pattern[1:], typed[1:])

    item = parse_item({"id": "x", "type": "short_text", "accept": [pattern]})
    assert grade(item, typed).correct == spans(pattern, typed)


def earning(percent: Fraction) -> Mark:
    return Mark("a", percent / 100, percent, Fraction(100), critical=False, correct=False, answered=True)


@given(st.fractions(min_value=0, max_value=100), st.integers(0, 100))
def test_the_pass_mark_is_compared_before_rounding(percent: Fraction, pass_percent: int) -> None:
    result = grade_attempt([earning(percent)], pass_percent)
    assert result.passed == (percent >= pass_percent)
    assert (result.percent >= pass_percent) == result.passed


def test_a_percentage_is_not_rounded_up_to_a_pass_mark_that_was_missed() -> None:
    result = grade_attempt([earning(Fraction("79.996"))], 80)
    assert (result.percent, result.passed) == (Decimal("79.99"), False)
    assert grade_attempt([earning(Fraction("79.996"))], 75).percent == Decimal("80.00")
