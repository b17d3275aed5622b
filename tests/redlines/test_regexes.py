import pickle
import re
import subprocess
import sys

import pytest

from app.redlines.matcher import Matcher
from app.redlines.regexes import UnsafeRegexError, compile_safely


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        (r"ROI of \d+%", "an roi of 35% a year", "roi of 35%"),
        (r"\bROI\b", "我们的roi是", "roi"),
        (r"\bROI\b", "heroic", None),
        (r"收益率?\w{0,4}\d+%", "产品收益率约为5%", "收益率约为5%"),
        (r"\p{Han}{2,}roi", "我的roi", "我的roi"),
        (r"[[:digit:]]+ roi", "the 20 roi", "20 roi"),
        (r"[\w-]+ roi", "a well-known roi", "well-known roi"),
        (r"[^\w] roi", "good! roi", "! roi"),
        (r"(?:\d{1,3},)*\d+ roi", "1,234,567 roi", "1,234,567 roi"),
        (r"roi$", "the roi", "roi"),
        (r"roi\z", "the roi", "roi"),
        (r"^roi", "the roi", None),
        (r"٣\d", "a ٣٤", "٣٤"),
        ("roi \U00020000", "😀\ud800 roi \U00020000", "roi \U00020000"),
    ],
)
def test_a_pattern_finds_its_exact_place(pattern: str, text: str, matched: str | None) -> None:
    span = compile_safely(pattern, ()).search(text, 0, len(text))

    assert (text[slice(*span)] if span else None) == matched


def test_what_stands_around_a_stretch_counts_for_its_borders() -> None:
    whole = compile_safely(r"\broi\b", ())
    last = compile_safely("roi$", ())

    assert whole.search("xroi", 1, 4) is whole.search("roix", 0, 3) is last.search("roi 5", 0, 3) is None
    assert whole.search("x roi x", 2, 5) == (2, 5)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a)", "the pattern does not parse: unbalanced parenthesis at position 1"),
        (r"(a)\1", "groupref is not part of the syntax"),
        ("(?=a)a", "assert is not part of the syntax"),
        ("a*+", "possessive repeat is not part of the syntax"),
        ("((a{100}){100}){100}", "the pattern is outside the syntax of RE2: invalid repetition size: {100}"),
        ("a*", "the pattern matches the empty text"),
    ],
)
def test_a_pattern_outside_the_syntax_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(UnsafeRegexError, match=re.escape(message)):
        compile_safely(pattern, ())


def test_a_pattern_can_be_pickled() -> None:
    regex = pickle.loads(pickle.dumps(compile_safely("ROI of 5", ())))  # noqa: S301 - written on this line

    assert regex.search("an roi of 5", 0, 11) == (3, 11)


def test_a_match_begins_after_the_one_before() -> None:
    matcher = Matcher(
        [{"id": "roi", "severity": "warn", "match": {"en": [{"regex": "roi.{0,9}%", "anchor": ["roi"]}]}}]
    )

    found = [finding.matched for finding in matcher.check("roi roi 5% roi 6%, roi of 7 or so, roi 8%")]

    assert found == ["roi roi 5%", "roi 6%", "roi 8%"]


HOSTILE = ["(up *)+$", "(?:up|up )+$", "(?:.*up){20}#", "(.*)*up.*#", "up.*up.*up.*up.*#", "(up[a-z ]*)+#", "up.*#"]
JOURNEY = """
from app.redlines.matcher import Matcher
rules = [
    {"id": str(n), "severity": "warn", "match": {"en": [{"regex": pattern, "anchor": ["up"]}]}}
    for n, pattern in enumerate(%r)
]
Matcher(rules).check("up " * 20_000)
"""


def test_patterns_that_would_run_away_elsewhere_end() -> None:
    subprocess.run([sys.executable, "-c", JOURNEY % HOSTILE], check=True, timeout=120)  # noqa: S603 - our own words
