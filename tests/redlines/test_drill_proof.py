from typing import Any

import pytest

from app.redlines.anchors import missing_anchors
from app.redlines.proof import Failure, prove

RULE: dict[str, Any] = {
    "id": "return",
    "status": "active",
    "severity": "block",
    "match": {"en": [{"text": "guarantee return"}], "zh": [{"text": "保证收益"}]},
    "say_instead": {
        "en": ["Customers like you typically see results.", "Returns differ from year to year."],
        "zh-Hans": ["同类客户通常会看到效果。"],
    },
}
GOOD = {"rewrite": "We guarantee a return.", "locale": "en", "anchors": ["customer|client", "result"]}


@pytest.mark.parametrize(
    ("drill", "failure"),
    [
        (GOOD, None),
        ({"rewrite": "我们保证收益。", "locale": "zh-Hans", "anchors": ["客户|商户"]}, None),
        ({**GOOD, "rewrite": "Hello."}, ("rewrite", "nothing of the rule matches")),
        (
            {**GOOD, "rewrite": "We never guarantee a return."},
            ("rewrite", "“guarantee a return” is downgraded: negated"),
        ),
        ({**GOOD, "anchors": ["customer", "booking"]}, ("anchors", "no wording of say_instead.en holds “booking”")),
        (
            {**GOOD, "anchors": ["customer", "year"]},
            ("anchors", "no wording of say_instead.en holds “year”"),
        ),
        ({**GOOD, "locale": "zh-Hant"}, ("anchors", "say_instead has no wording in zh-Hant")),
        ({**GOOD, "anchors": ["customer", "!"]}, ("anchors", "“!” is empty after folding")),
        (
            {**GOOD, "locale": "zh-Hans", "anchors": ["客"]},
            ("anchors", "a single Chinese character"),
        ),
    ],
)
def test_a_drill_crosses_its_line_and_an_approved_wording_passes_it(
    drill: dict[str, Any], failure: tuple[Any, str] | None
) -> None:
    expected = [Failure("return", failure[0], 1, drill["rewrite"], failure[1])] if failure else []

    assert prove([{**RULE, "drills": [GOOD, drill]}]) == expected


def test_a_drill_in_a_language_where_the_line_does_not_hold_is_refused() -> None:
    rule = {**RULE, "applies": {"locales": ["zh-Hans"]}, "drills": [GOOD]}

    assert prove([rule]) == [
        Failure("return", "rewrite", 0, "We guarantee a return.", "the red line does not hold in en")
    ]


@pytest.mark.parametrize(
    ("text", "anchors", "locale", "missing"),
    [
        ("Clients saw results.", ["customer|client", "result"], "en", ()),
        ("They never returned it, he says.", ["return|booking"], "en", ()),
        ("> results", ["result"], "en", ()),
        ("RESULTS?", ["result"], "en", ()),
        ("Resultant clientele", ["result", "client"], "en", ("result", "client")),
        ("貴店的營業額", ["营业额|流水"], "zh-Hans", ()),
        ("营业额", ["營業額"], "zh-Hant", ()),
        ("", ["result"], "en", ("result",)),
    ],
)
def test_an_anchor_is_found_as_a_phrase_is(
    text: str, anchors: list[str], locale: str, missing: tuple[str, ...]
) -> None:
    assert missing_anchors(text, anchors, locale) == missing
