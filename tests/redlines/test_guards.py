import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redlines.cues import LANGUAGES
from app.redlines.guards import Guarded, needed


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\b(?:not|never)\b", {"\0not\0", "\0never\0"}),
        (r"\b\w+n't\b", {"n't\0"}),
        (r"[,;—]", {",", ";", "—"}),
        (r"colou?r", {"colour", "color"}),
        (r"(?:x|y*)z", {"z"}),
        (r"no (?=one\b)one", {"no one"}),
        (r"(?<!a )few \w+", {"few "}),
        (r"不(?:是|能)", {"不是", "不能"}),
        (r"(?:by)+ no", {" no"}),
        (r"\w+", set()),
        (r"(?:a|\w)", set()),
        (r"x?", set()),
    ],
)
def test_words_that_each_match_must_hold(pattern: str, words: set[str]) -> None:
    assert needed(pattern) == words


ALTERNATIVES = [
    r"\bno \w+", r"\bnot (?:only|just)\b", r"(?:is|are)n't\b", r"n't", r"(?<!say):", r"不(?:是|能)", r"\w+ly ",
    r"(?:^|, )never", r"only[^,]{0,9}says?\b", r"是\b",
]  # fmt: skip
FRAGMENTS = [
    "no ", "not only", " not", "isn't", "aren't ", ":", "say", "says", "不是", "不能", "是", "never", ", ", "really ",
    "x", " ", "\n", "\ud800", "é", "only ",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join), st.integers(0, 12))
def test_guarded_alternatives_read_as_one_pattern(text: str, start: int) -> None:
    guarded = Guarded(ALTERNATIVES)
    whole = re.compile("|".join(f"(?:{one})" for one in ALTERNATIVES))

    def span(match: re.Match[str] | None) -> tuple[int, int] | None:
        return match.span() if match else None

    assert [match.span() for match in guarded.finditer(text)] == [match.span() for match in whole.finditer(text)]
    assert span(guarded.search(text, start)) == span(whole.search(text, start))
    assert span(guarded.match(text)) == span(whole.match(text))
    assert guarded.sub(lambda match: match[0].upper(), text) == whole.sub(lambda match: match[0].upper(), text)


def test_almost_every_cue_is_read_only_where_its_words_stand() -> None:
    alternatives = [
        source
        for cues in LANGUAGES
        for field in dataclasses.fields(cues)
        if isinstance(guarded := getattr(cues, field.name), Guarded)
        for source in guarded.sources
    ]

    unguarded = [source for source in alternatives if not needed(source)]

    assert len(unguarded) < len(alternatives) / 20
