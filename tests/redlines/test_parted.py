"""Words whose parts are joined by signs are read as the word."""

import pytest

from app.redlines.folding import fold
from app.redlines.matcher import Matcher
from app.redlines.parted import parted_words

MATCHER = Matcher(
    [
        {
            "id": "claim",
            "severity": "block",
            "match": {"en": ["unhackable", "risk-free", {"seq": ["guarantee", {"gap": 2}, "payout"]}]},
        }
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is un-hack-able.", ["un-hack-able"]),
        ("It is un_hack_able, un.hack.able and unhack-able.", ["un_hack_able", "un.hack.able", "unhack-able"]),
        ("We guar-an-teed the pay-out.", ["guar-an-teed the pay-out"]),
        ("It is u-n-h-a-c-k-a-b-l-e.", ["u-n-h-a-c-k-a-b-l-e"]),
        ("It is un-hack_able.", []),
        ("It is non-un-hack-able-ish.", []),
        ("See example.com for state-of-the-art work.", []),
    ],
)
def test_a_word_in_parts_is_found_as_it_is_written(text: str, found: list[str]) -> None:
    assert [finding.matched for finding in MATCHER.check(text)] == found


@pytest.mark.parametrize("text", ["", "-", "a-", "-a", "a", "a b", "a—b", "1-2"])
def test_there_is_no_such_word(text: str) -> None:
    assert parted_words(fold(text)) == []
