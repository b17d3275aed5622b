import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any

import pytest

from app.redlines.cache import digest, matcher_of
from app.redlines.problems import RuleError


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


class AwaitedRules(list[dict[str, Any]]):
    """Rules that take until an event to be read, as many rules do."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        super().__init__(rules)
        self.wanted, self.ready = Event(), Event()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.wanted.set()
        assert self.ready.wait(30)
        return super().__iter__()


def test_nobody_waits_for_rules_of_others() -> None:
    slow = AwaitedRules([rule("slow words")])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(matcher_of, slow, "slow")
        assert slow.wanted.wait(30)

        quick = matcher_of([rule("quick words")]).check("quick words")

        assert not waiting.done()
        slow.ready.set()
        assert [f.matched for f in quick] == ["quick words"]
        assert [f.matched for f in waiting.result().check("slow words")] == ["slow words"]


def test_while_rules_change_every_check_is_by_one_set_of_them() -> None:
    text = "old one, new one, old two, new two. " * 3
    sets = {
        age: [
            {"id": f"{age} {count}", "severity": "warn", "match": {"en": [f"{age} {count}"]}}
            for count in ("one", "two")
        ]
        for age in ("old", "new")
    }
    in_force = [sets["old"]]

    def check(_: int) -> list[str]:
        return [finding.matched for finding in matcher_of(in_force[0]).check(text)]

    def change(number: int) -> list[str]:
        in_force[0] = [{**each, "why": str(number)} for each in sets["new" if number % 2 else "old"]]
        return []

    with ThreadPoolExecutor(8) as pool:
        checks = [pool.submit(change if number % 10 == 0 else check, number // 10) for number in range(600)]
        found = {tuple(future.result()) for future in checks}

    assert found == {(), ("old one", "old two") * 3, ("new one", "new two") * 3}


def test_equal_documents_have_one_digest_and_others_another() -> None:
    rules = [{**rule("same same"), "title": "same same", "effective": {"from": "2026-01-01"}, "weight": 1.5}]
    read_again = json.loads(json.dumps(rules))
    dated = [{**rules[0], "effective": {"from": date(2026, 1, 1)}}]

    assert digest(rules) == digest(read_again)
    assert len({digest(rules), digest(dated), digest([{**rules[0], "weight": 2}]), digest([*rules, *rules])}) == 4


def test_the_least_recently_used_is_forgotten() -> None:
    first = matcher_of([rule("soon forgotten")])
    for number in range(64):
        matcher_of([rule(f"number {number}")])

    assert matcher_of([rule("soon forgotten")]) is not first


def test_rules_that_cannot_be_compiled_are_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(RuleError):
            matcher_of([rule("!!")])
