from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conduct.drills.rules import Drill, Outcome, drills_of, is_drilled, judge
from app.redlines.anchors import missing_anchors
from app.redlines.matcher import Finding, Matcher

LINES = [
    {
        "id": "revenue",
        "severity": "block",
        "match": {"en": [{"text": "guarantee revenue"}, {"text": "double your sales"}]},
        "unless": {"within": ["guarantee revenue to the taxman"]},
    },
    {"id": "speed", "severity": "warn", "match": {"en": [{"text": "in no time"}]}},
    {"id": "tone", "severity": "coach", "match": {"en": [{"text": "awesome"}]}},
]
MATCHER = Matcher(LINES)
DRILL = Drill("revenue", "We guarantee revenue.", "en", ("guest|diner", "come back"))


def judged(text: str) -> Outcome:
    return judge(text, MATCHER.check(text), DRILL)


@pytest.mark.parametrize(
    ("text", "passed", "crossed", "better", "missing"),
    [
        ("At one noodle house more diners came back.", True, [], [], ()),
        ("Your diners may come back; measure it.", True, [], [], ()),
        ("An awesome number of diners came back.", True, [], ["awesome"], ()),
        ("We do not guarantee revenue, but diners came back.", True, [], [], ()),
        ("Diners come back, and we guarantee revenue.", False, ["guarantee revenue"], [], ()),
        ("Diners come back in no time.", False, ["in no time"], [], ()),
        ("We guarantee revenue in no time.", False, ["guarantee revenue", "in no time"], [], DRILL.anchors),
        ("Diners like it.", False, [], [], ("come back",)),
        ("Good morning.", False, [], [], DRILL.anchors),
        ("", False, [], [], DRILL.anchors),
    ],
)
def test_a_sentence_is_right_when_it_crosses_nothing_and_holds_its_anchors(
    text: str, passed: bool, crossed: list[str], better: list[str], missing: tuple[str, ...]
) -> None:
    outcome = judged(text)

    assert (
        outcome.passed,
        [each.matched for each in outcome.crossed],
        [each.matched for each in outcome.better],
        outcome.missing,
    ) == (passed, crossed, better, missing)


PIECES = st.lists(
    st.sampled_from(
        ["We guarantee revenue", "double your sales", "in no time", "awesome", "diners", "guests", "came back",
         "come back", "not", "?", ".", "\n", "> ", "Customer: ", "they say", "G u a r a n t e e", "\u200b"]
    )
    | st.text(max_size=8),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(PIECES)
def test_nothing_passes_while_a_line_is_crossed_and_what_passes_holds_every_anchor(text: str) -> None:
    findings = MATCHER.check(text)
    outcome = judge(text, findings, DRILL)
    stopped = any(each.state == "active" and each.severity in {"block", "warn"} for each in findings)
    missing = missing_anchors(text, DRILL.anchors, DRILL.locale)

    assert outcome.passed == (not stopped and not missing)
    assert all(text[each.start : each.end] == each.matched for each in outcome.findings)


def test_what_was_found_stands_in_the_order_of_the_text() -> None:
    late = Finding("revenue", 9, 12, "abc", "block", "active", None)
    early = Finding("tone", 0, 3, "xyz", "coach", "active", None)

    assert judge("", [late, early], DRILL).findings == (early, late)


RULE: dict[str, Any] = {
    "id": "revenue",
    "status": "active",
    "drills": [
        {"rewrite": "One", "locale": "en", "anchors": ["a"]},
        {"rewrite": "一", "locale": "zh-Hans", "anchors": ["客人"]},
        {"rewrite": "Two", "locale": "en", "anchors": ["b", "c|d"]},
    ],
}


@pytest.mark.parametrize(
    ("locale", "rewrites"), [("en", ["One", "Two"]), ("zh-Hans", ["一"]), ("zh-Hant", ["一"]), ("fr", ["One", "Two"])]
)
def test_the_drills_of_the_nearest_language_are_shown(locale: str, rewrites: list[str]) -> None:
    assert [each.rewrite for each in drills_of(RULE, locale)] == rewrites


def test_a_drill_has_another_name_once_its_sentence_is_another() -> None:
    names = {
        Drill("revenue", "One", "en", ("a",)).name,
        Drill("revenue", "One", "zh-Hans", ("a",)).name,
        Drill("other", "One", "en", ("a",)).name,
        Drill("revenue", "Two", "en", ("a",)).name,
    }

    assert len(names) == 4
    assert Drill("revenue", "One", "en", ("b",)).name in names


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "shadow"}, False),
        ({"status": "retired"}, False),
        ({"drills": []}, False),
        ({"effective": {"from": "2026-11-23"}}, True),
        ({"effective": {"from": "2026-11-24"}}, False),
        ({"effective": {"until": "2026-11-23"}}, False),
    ],
)
def test_only_red_lines_that_hold_today_are_drilled(change: dict[str, Any], held: bool) -> None:
    assert is_drilled({**RULE, **change}, date(2026, 11, 23)) is held
