"""What was said in a transcript is checked across its cues; spans are those of the transcript as it was sent."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redlines.checking import Circumstances, RuleSet

RULE: dict[str, Any] = {
    "id": "claims.return",
    "status": "active",
    "severity": "block",
    "title": "No guaranteed return",
    "why": "It cannot be kept.",
    "match": {"en": [{"text": "guarantee a return"}], "zh": [{"text": "保证收益"}]},
    "unless": {"negated": "downgrade", "within": ["guarantee a return ticket"]},
    "said_by": ["rep"],
    "say_instead": {"en": ["Others saw a return."]},
}
RULES = RuleSet("test", date(2026, 11, 23), (), (RULE,), {"claims.return": ("keeper",)})


def found(text: str, *, everything: bool = False) -> list[tuple[str, str, str]]:
    checked = RULES.check(text, Circumstances(), everything=everything)
    assert all(text[each.finding.start : each.finding.end] == each.finding.matched for each in checked)
    return [(each.finding.matched, each.finding.state, f"{each.place.kind} {each.place.label}") for each in checked]


def cue(second: int, said: str) -> str:
    return f"00:00:{second:02}.000 --> 00:00:{second + 1:02}.000\n{said}\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We guarantee a return.", [("guarantee a return", "active", "line ")]),
        ("We do not guarantee a return.", [("guarantee a return", "downgraded", "line ")]),
        ("Customer: you guarantee a return?", []),
        (f"WEBVTT\n\n{cue(1, 'We guarantee a return.')}", [("guarantee a return", "active", "cue 00:00:01")]),
        (
            f"WEBVTT\n\n{cue(1, 'We guarantee')}{cue(2, 'a return.')}",
            [("guarantee\n\n00:00:02.000 --> 00:00:03.000\na return", "active", "cue 00:00:01")],
        ),
        (f"WEBVTT\n\n{cue(1, '<v Customer>You guarantee a return.')}", []),
        (
            f"1\n{cue(1, 'Sales: we <i>guarantee</i> a return.')}",
            [("guarantee</i> a return", "active", "cue 00:00:01")],
        ),
        (
            f"WEBVTT\n\n{cue(1, '我们保证')}{cue(2, '收益')}",
            [("保证\n\n00:00:02.000 --> 00:00:03.000\n收益", "active", "cue 00:00:01")],
        ),
    ],
)
def test_what_is_said_is_checked_where_it_is_said(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected


def test_what_is_allowed_where_it_stands_is_shown_on_request() -> None:
    text = "We guarantee a return ticket."
    assert (found(text), found(text, everything=True)) == ([], [("guarantee a return", "suppressed", "line ")])


PIECES = st.sampled_from(
    [
        "We guarantee a return. ",
        "保证收益",
        "\n",
        "\r\n",
        "🚀",
        "guarantee",
        " a return",
        "Customer: ",
        "<v Rep>",
        "&amp;",
        "</i>",
        "-->",
        "NOTE",
        "\0",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=5).map("".join), max_size=6), st.booleans())
def test_spans_are_exact_in_whatever_looks_like_a_transcript(said: list[str], as_cues: bool) -> None:
    text = "WEBVTT\n\n" + "".join(cue(place, words) for place, words in enumerate(said)) if as_cues else "".join(said)
    found(text, everything=True)
