from typing import Any

import pytest

from app.redlines.proof import Failure, prove

RULE: dict[str, Any] = {
    "id": "return",
    "status": "active",
    "severity": "block",
    "match": {"en": [{"text": "guarantee return"}], "zh": [{"text": "保证收益"}]},
    "say_instead": {"en": ["Customers like you typically see results."], "zh-Hans": ["同类客户通常会看到效果。"]},
    "examples": {
        "must_flag": ["We guarantee a return.", "保证收益"],
        "must_not_flag": ["We do not guarantee a return.", "不保证收益"],
    },
}


def test_a_rule_that_keeps_its_word_has_no_failures() -> None:
    assert prove([RULE]) == []


def test_a_quiet_example_says_why() -> None:
    rule = {**RULE, "examples": {"must_flag": ["Hello.", "保证收益", "We never guarantee returns."]}}

    assert prove([rule]) == [
        Failure("return", "must_flag", 0, "Hello.", "nothing of the rule matches"),
        Failure("return", "must_flag", 2, "We never guarantee returns.", "“guarantee returns” is downgraded: negated"),
    ]


def test_an_innocent_example_must_not_be_flagged() -> None:
    rule = {**RULE, "examples": {"must_not_flag": ["Yes, we guarantee a return."]}}

    assert prove([rule]) == [
        Failure("return", "must_not_flag", 0, "Yes, we guarantee a return.", "“guarantee a return” is flagged")
    ]


def test_examples_are_judged_by_their_own_rule() -> None:
    longer = {**RULE, "id": "longer", "match": {"en": ["we guarantee a return"]}, "examples": {}}

    assert prove([RULE, longer]) == []


@pytest.mark.parametrize("severity", ["block", "warn", "coach"])
def test_approved_wording_must_not_cross_an_active_rule(severity: str) -> None:
    guarded = {**RULE, "severity": severity}
    polite = {
        "id": "polite",
        "severity": "coach",
        "match": {"en": ["cheapest"]},
        "say_instead": {"en": ["We guarantee a return instead."]},
    }

    assert prove([guarded, polite]) == [
        Failure("polite", "say_instead", 0, "We guarantee a return instead.", "“guarantee a return” crosses return")
    ]
    assert prove([{**guarded, "status": "shadow"}, polite]) == []


def test_a_language_needs_approved_wording() -> None:
    rule = {**RULE, "say_instead": {"en": ["Results differ."]}}

    assert prove([rule]) == [Failure("return", "say_instead", 0, "", "match has “zh” but say_instead has not")]


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ({"text": "…!"}, "“…!” is empty after folding"),
        ({"text": "最"}, "“最” is a single Chinese character"),
        ({"text": "build cloud tool plan"}, "“build cloud tool plan” has 256 expansions, at most 64 are allowed"),
        ({"seq": ["ship|@never"]}, "“@never” is not one of @quarter, @date"),
        ({"seq": [{"gap": 3}, "ship"]}, "{'gap': 3} is neither a text nor a gap between two texts"),
        ({"seq": ["@date"]}, "a seq needs at least one text"),
        ({"text": "ship", "forms": "none"}, "forms is “none”; it is “exact” or left out"),
        ({"regex": "x"}, "a regex needs a literal anchor"),
        ({"regex": r"ROI \d+", "anchor": ["profit"]}, "the anchor “profit” is no part of the pattern"),
        ({"regex": "roi", "anchor": "roi", "window": 900}, "the window is 900; at most 200 characters are allowed"),
        ({"regex": r"(roi)\1", "anchor": "roi"}, "groupref is not part of the syntax"),
        ({"regex": "(?=roi)r", "anchor": "r"}, "assert is not part of the syntax"),
        ({"regex": "(?:roi)?x*", "anchor": "roi"}, "the pattern matches the empty text"),
        ({"phrase": "roi"}, "a phrase is a text, a seq or a regex"),
    ],
)  # fmt: skip
def test_a_phrase_that_cannot_be_matched_is_refused(phrase: dict[str, Any], message: str) -> None:
    rule = {"id": "bad", "severity": "warn", "match": {"en": [phrase]}}

    assert [(f.kind, f.index, f.message) for f in prove([rule])] == [("phrase", 0, message)]


def test_an_exemption_that_cannot_be_matched_is_refused_by_its_place() -> None:
    within = ["money-back guarantee", {"seq": ["ship|@never", "later"]}, {"text": "!"}, {"regex": "x", "anchor": ["y"]}]
    rule = {**RULE, "unless": {"within": within}}

    assert [(f.kind, f.index, f.message) for f in prove([rule])] == [
        ("phrase", 3, "“@never” is not one of @quarter, @date"),
        ("phrase", 4, "“!” is empty after folding"),
        ("phrase", 5, "the anchor “y” is no part of the pattern"),
    ]


def test_one_phrase_has_one_severity() -> None:
    softer = {"id": "softer", "severity": "warn", "match": {"en": ["Guarantee return"]}}

    assert prove([RULE, softer]) == [
        Failure("softer", "phrase", 0, "guarantee return", "return has the same phrase with severity block")
    ]


def test_rules_that_never_meet_may_judge_one_phrase_differently() -> None:
    english = {**RULE, "applies": {"locales": ["en"]}}
    chinese = {**RULE, "id": "softer", "severity": "warn", "applies": {"locales": ["zh-Hans", "zh-Hant"]}}

    assert prove([english, chinese]) == []


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_rules_not_in_use_are_not_proven(status: str) -> None:
    assert prove([{**RULE, "status": status, "examples": {"must_flag": ["Hello."]}}]) == []
