from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.redlines.cache import matcher_of
from app.redlines.compiler import RuleError


def rule(phrase: str) -> dict[str, Any]:
    return {"id": "one", "severity": "warn", "match": {"en": [{"text": phrase}]}}


def test_the_same_rules_are_compiled_once() -> None:
    first = matcher_of([rule("kept once")])

    assert matcher_of([rule("kept once")]) is first


def test_rules_that_change_get_another_matcher_at_once() -> None:
    before = matcher_of([rule("old words")])
    after = matcher_of([rule("new words")])

    text = "old words, new words"
    assert [[f.matched for f in matcher.check(text)] for matcher in (before, after)] == [["old words"], ["new words"]]


def test_threads_that_ask_together_get_one_matcher() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: matcher_of([rule("asked together")]), range(32)))

    assert len(set(map(id, found))) == 1


def test_the_least_recently_used_is_forgotten() -> None:
    first = matcher_of([rule("soon forgotten")])
    for number in range(64):
        matcher_of([rule(f"number {number}")])

    assert matcher_of([rule("soon forgotten")]) is not first


def test_rules_that_cannot_be_compiled_are_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(RuleError):
            matcher_of([rule("!!")])
