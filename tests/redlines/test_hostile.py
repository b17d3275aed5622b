"""Texts made to keep the matcher busy: their work grows with their size, not with its square."""

import subprocess
import sys
from typing import Any

from app.redlines.matcher import Matcher

RULES: list[dict[str, Any]] = [
    {"id": "return", "severity": "block", "match": {"en": ["guarantee return"], "zh": ["保证收益", "最最"]}},
    {"id": "best", "severity": "warn", "match": {"en": ["best", "aa", "a a"]}, "unless": {"within": ["best practice"]}},
    {
        "id": "promise",
        "severity": "block",
        "match": {"en": [{"seq": ["we will|we'll", {"gap": 4}, "ship", {"gap": 6}, "@quarter|@date"]}]},
    },
    {"id": "pair", "severity": "coach", "match": {"en": [{"seq": ["alpha", {"gap": 60}, "omega"]}]}},
    {"id": "roi", "severity": "block", "match": {"en": [{"regex": "roi.*!", "anchor": ["roi"]}]}},
    {"id": "risk", "severity": "block", "match": {"en": ["invest"]}, "require": {"say": ["returns may vary"]}},
]
UNITS = [
    "a", " ", "\n", ".", "..a", ",", "!", "?)", "\u200b", "\u0301", ">", "> x\n", "Rep: hi\n", "Customer:\nRep:\n", ":",
    "<v ", "'", '"', "b ", "b-", "the ", "-", "_", "1", "一", "2027年", "in 1", "Q3 ", "alpha ", "we will ", "roi ",
    "[", "not ", "不", "they say ", "最，", "保", "\ud800", "ﬁ",
]  # fmt: skip
JOURNEY = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (25, 25))
from app.redlines.matcher import Matcher
matcher = Matcher({RULES!r})
for unit in {UNITS!r}:
    filler = unit * (50_000 // len(unit))
    found = matcher.check(f"Invest in the best, {{filler}}best; {{filler}} returns may vary. We will ship in Q3")
    assert len(found) >= 2, unit
"""


def test_nothing_takes_more_than_linear_time() -> None:
    # a few seconds; minutes if any of it grew with the square
    subprocess.run([sys.executable, "-c", JOURNEY], check=True)  # noqa: S603 - our own words


def test_a_word_spread_over_much_that_is_not_seen_is_copied_once() -> None:
    rules = [{"id": str(number), "severity": "warn", "match": {"en": ["best"]}} for number in range(2_000)]
    text = "b" + "\u200b" * 1_000_000 + "est"

    (found,) = Matcher(rules).check(text)

    assert (found.start, found.end) == (0, len(text))


def test_a_phrase_spread_over_a_page_is_none() -> None:
    matcher = Matcher(RULES)

    assert [f.matched for f in matcher.check("guarantee" + " " * 100 + "return")] == [
        "guarantee" + " " * 100 + "return"
    ]
    assert matcher.check("guarantee" + " " * 3_000 + "return") == []
