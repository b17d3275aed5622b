"""What an attempt earns when one of its questions is marked again, under each policy."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.grading import grade, grade_attempt, rounded
from app.quizzes.items import parse_item
from app.quizzes.models import RegradePolicy
from app.quizzes.regrading.rules import Effect, Held, ItemChange, Place, Regraded, regrade

OLD_AND_NEW, NEW_ONLY = RegradePolicy.OLD_AND_NEW, RegradePolicy.NEW_ONLY
FULL, NONE = RegradePolicy.FULL_CREDIT, RegradePolicy.NONE
PASS_PERCENT = 60


def question(right: str, **more: Any) -> dict[str, Any]:
    options = [{"text": text, "correct": text == right} for text in ("a", "b", "c")]
    return {"id": "one", "type": "single", "prompt": "Which?", "options": options, **more}


KEY = question("b")


def attempt(*answers: int | None, critical: bool = False) -> tuple[Held, list[Place]]:
    """Four questions of which `a` is right; only the first will be marked again."""
    document = question("a")
    wordings = [{**document, "critical": critical}, document, document, document]
    marks = [grade(parse_item(wording), answer) for wording, answer in zip(wordings, answers, strict=True)]
    places = [
        Place(at, wording, parse_item(wording), answer, rounded(mark.points, 4), mark.correct, asked=at == 1)
        for at, (wording, answer, mark) in enumerate(zip(wordings, answers, marks, strict=True), start=1)
    ]
    result = grade_attempt(marks, PASS_PERCENT)
    return Held(rounded(result.points, 4), rounded(result.max_points, 4), result.percent, result.passed), places


def changed(effect: Effect, percent: str, before: int, after: int) -> Regraded:
    item = ItemChange(1, rounded_points(before), rounded_points(after), bool(after))
    points = rounded_points(4) * Decimal(percent) / 100
    return Regraded(effect, points, Decimal(percent), Decimal(percent) >= PASS_PERCENT, (item,))


def rounded_points(points: int) -> Decimal:
    return Decimal(points).quantize(Decimal("0.0001"))


A, B, C = 0, 1, 2


@pytest.mark.parametrize(
    ("answers", "policy", "expected"),
    [
        ((B, A, A, C), OLD_AND_NEW, changed(Effect.PASSES_NOW, "75", 0, 1)),
        ((B, A, A, C), NEW_ONLY, changed(Effect.PASSES_NOW, "75", 0, 1)),
        ((C, A, A, C), FULL, changed(Effect.PASSES_NOW, "75", 0, 1)),
        ((None, A, A, C), FULL, changed(Effect.PASSES_NOW, "75", 0, 1)),
        ((A, A, A, C), NEW_ONLY, changed(Effect.FAILS_NOW, "50", 1, 0)),
        ((A, A, A, A), NEW_ONLY, changed(Effect.MARK_CHANGES, "75", 1, 0)),
        ((B, A, C, C), OLD_AND_NEW, changed(Effect.MARK_CHANGES, "50", 0, 1)),
    ],
)
def test_what_a_policy_makes_of_an_answer(
    answers: tuple[int | None, ...], policy: RegradePolicy, expected: Regraded
) -> None:
    held, places = attempt(*answers)
    assert regrade(held, places, KEY, policy, PASS_PERCENT) == expected


@pytest.mark.parametrize(
    ("answers", "policy"),
    [((A, A, A, C), OLD_AND_NEW), ((C, A, A, C), OLD_AND_NEW), ((B, A, A, C), NONE), ((A, A, A, A), FULL)],
)
def test_what_does_not_change_keeps_everything(answers: tuple[int, ...], policy: RegradePolicy) -> None:
    held, places = attempt(*answers)
    as_it_was = Regraded(Effect.SAME, held.points, held.percent, held.passed, ())
    assert regrade(held, places, KEY, policy, PASS_PERCENT) == as_it_was


def test_a_critical_question_that_is_right_now_no_longer_fails_the_attempt() -> None:
    held, places = attempt(B, A, A, A, critical=True)
    assert (held.percent, held.passed) == (Decimal(75), False)
    marked = regrade(held, places, KEY, OLD_AND_NEW, PASS_PERCENT)
    assert (marked.effect, marked.percent, marked.passed) == (Effect.PASSES_NOW, Decimal(100), True)


def test_the_points_stay_those_that_the_attempt_started_with() -> None:
    held, places = attempt(B, A, A, C)
    assert regrade(held, places, {**KEY, "points": 50}, NEW_ONLY, PASS_PERCENT).points == Decimal(3)


def test_options_that_were_not_shown_are_not_compared() -> None:
    held, places = attempt(C, A, A, A)
    other = {**KEY, "options": [{"text": "x", "correct": True}, {"text": "a"}]}
    marked = regrade(held, places, other, NEW_ONLY, PASS_PERCENT)
    assert marked == Regraded(Effect.NOT_COMPARABLE, held.points, held.percent, held.passed, ())
    assert regrade(held, places, other, FULL, PASS_PERCENT).percent == 100


def test_a_mark_that_an_earlier_regrade_gave_is_kept_by_the_others() -> None:
    held, places = attempt(B, C, A, C)
    earlier = Place(2, places[1].document, places[1].item, C, Decimal(1), correct=True, asked=False)
    again = regrade(held, [places[0], earlier, *places[2:]], KEY, OLD_AND_NEW, PASS_PERCENT)
    assert (again.effect, again.percent) == (Effect.PASSES_NOW, Decimal(75))


def test_thirds_that_an_earlier_regrade_gave_add_up_to_a_whole() -> None:
    pairs = [{"left": left, "right": right} for left, right in ("ad", "be", "cf")]
    document = {"id": "one", "type": "matching", "prompt": "Which?", "pairs": pairs}
    item = parse_item(document)
    third = Decimal("0.3333")
    nothing = Place(1, document, item, None, Decimal(0), correct=False, asked=True)
    given = [Place(at, document, item, None, third, correct=False, asked=False) for at in (2, 3)]
    right = [Place(at, document, item, [0, 1, 2], Decimal(1), correct=True, asked=False) for at in (4, 5)]
    held = Held(Decimal("2.6666"), Decimal(5), Decimal("53.33"), passed=False)
    asked = Place(1, document, item, [0, 2, 1], Decimal(0), correct=False, asked=True)
    marked = regrade(held, [asked, *given, *right], document, NEW_ONLY, PASS_PERCENT)
    assert (marked.effect, marked.points, marked.percent) == (Effect.PASSES_NOW, Decimal(3), Decimal(60))
    assert regrade(held, [nothing, *given, *right], document, NEW_ONLY, PASS_PERCENT).effect is Effect.SAME


@given(st.tuples(*[st.sampled_from([A, B, C, None])] * 4), st.sampled_from([OLD_AND_NEW, FULL]), st.booleans())
def test_crediting_both_keys_or_everybody_never_takes_anything_away(
    answers: tuple[int | None, ...],
    policy: RegradePolicy,
    critical: bool,
) -> None:
    held, places = attempt(*answers, critical=critical)
    marked = regrade(held, places, KEY, policy, PASS_PERCENT)
    assert marked.percent >= held.percent
    assert marked.passed or not held.passed
