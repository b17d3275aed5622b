"""Measures the check of red lines in units of L, on a text and rules made from words of the lessons.

L is one scan by hyperscan of the folded text for the 10,000 phrases of the rules, no word forms: what the fastest
engine needs to do nothing but look. All figures are taken in one run, the fastest of several turns.
"""

import gc
import importlib
import random
import re
import time
from collections.abc import Callable
from typing import Any

from app.redlines.cache import matcher_of
from app.redlines.characters import fold_text
from app.redlines.compacting import compact_text
from app.redlines.folding import fold
from app.redlines.inflection import forms
from app.redlines.literals import DETERMINERS
from app.redlines.matcher import Matcher
from app.redlines.scanner import Literals
from bench.servers import ROOT

NAME = "redlines"
RULES = 10_000
SIZE = 1_000_000
CLAIMS = 40
"""Places in the text where a phrase stands: one in 25 kB."""
MAIL = 2_000
_IN_ENGLISH = 0.7
_SMALL_WORDS = 0.4
_FORMS = 4
_SMALL = """
a the our of in on to and we it is they for with that as at from this has
""".split()  # noqa: SIM905 (words to read, not a list)
_LESSONS = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "courses").glob("*/*.md")))
_ENGLISH = sorted(set(re.findall(r"[a-z]{4,}", _LESSONS.lower())) - DETERMINERS)
_PLAIN_WORDS = [word for word in _ENGLISH if len(forms(word)) <= _FORMS]
_CHINESE = "".join(sorted(set(re.findall(r"[\u4e00-\u9fff]", _LESSONS))))


def _sentence(chance: random.Random) -> str:
    if chance.random() < _IN_ENGLISH:
        words = [
            chance.choice(_SMALL if chance.random() < _SMALL_WORDS else _ENGLISH) for _ in range(chance.randint(7, 18))
        ]
        return " ".join(words).capitalize() + chance.choice([". ", ". ", "; ", "?\n", ".\n"])
    return "".join(chance.choices(_CHINESE, k=chance.randint(10, 30))) + chance.choice(["。", "，", "。\n"])


def _phrase(chance: random.Random, number: int) -> tuple[str, str]:
    if number % 2:
        return "zh", "".join(chance.sample(_CHINESE, chance.randint(4, 6)))
    return "en", " ".join(chance.sample(_PLAIN_WORDS, 3))


def _materials() -> tuple[list[dict[str, Any]], list[str], str, str]:
    """Return rules, their phrases, a long text and a mail with one claim each in 25 kB."""
    chance = random.Random(20261121)  # noqa: S311 (a fixed text, not a secret)
    chosen = [_phrase(chance, number) for number in range(RULES)]
    rules: list[dict[str, Any]] = [
        {"id": f"rule-{number}", "severity": "warn", "match": {language: [{"text": phrase, "forms": "all"}]}}
        for number, (language, phrase) in enumerate(chosen)
    ]
    phrases = [phrase for _, phrase in chosen]
    parts: list[str] = []
    size, claims = 0, 0
    while size < SIZE:
        if size >= claims * SIZE // CLAIMS:
            claims += 1
            parts.append(f"We offer {chance.choice(phrases)} today. ")
        parts.append(_sentence(chance))
        size += len(parts[-1].encode())
    text = "".join(parts)
    return rules, phrases, text, text.encode()[:MAIL].decode(errors="ignore")


def _milliseconds(work: Callable[[], object], turns: int = 9) -> float:
    found = []
    for _ in range(turns):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found) * 1000


def _plain_scan(phrases: list[str], data: bytes) -> Callable[[], object]:
    hyperscan: Any = importlib.import_module("hyperscan")
    expressions = [phrase.encode() for phrase in dict.fromkeys(map(fold_text, phrases))]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=expressions, elements=len(expressions), ids=list(range(len(expressions))), literal=True
    )
    found: list[tuple[int, int]] = []
    return lambda: database.scan(
        data, match_event_handler=lambda number, _start, end, _f, _c: found.append((number, end))
    )


def measure() -> dict[str, float]:
    """Return the section `redlines` of bench.json: times in ms or s, and ratios to L."""
    rules, phrases, text, mail = _materials()
    gc.collect()
    compile_s = _milliseconds(lambda: Matcher(rules), 3) / 1000
    matcher = matcher_of(rules)
    began = time.perf_counter()
    found = matcher.check(text)
    first_check_s = time.perf_counter() - began
    assert len(found) >= CLAIMS // 2
    matcher.check(mail)
    folded = fold(text).text.encode()
    compact = compact_text(fold(text), determiners=False)
    fallback = Literals(list(dict.fromkeys(map(fold_text, phrases))), fast=False)
    list(fallback.scan(compact))
    needle = b"\x01"
    scan_ms = _milliseconds(_plain_scan(phrases, folded))
    check_ms = _milliseconds(lambda: matcher.check(text))
    return {
        "L_ms": round(scan_ms, 3),
        "fold_L": round(_milliseconds(lambda: fold(text)) / scan_ms, 2),
        "check_L": round(check_ms / scan_ms, 2),
        "check_2mb_ratio": round(_milliseconds(lambda: matcher.check(text + text)) / check_ms, 2),
        "mail_ms": round(_milliseconds(lambda: matcher.check(mail), 50), 3),
        "compile_s": round(compile_s, 3),
        "first_check_s": round(first_check_s, 3),
        "load_ms": round(_milliseconds(lambda: matcher_of(rules)), 2),
        "fallback_L": round(_milliseconds(lambda: list(fallback.scan(compact))) / scan_ms, 2),
        "memchr_ms": round(_milliseconds(lambda: folded.find(needle)), 3),
        "findings": len(found),
    }


def table(section: dict[str, float]) -> str:
    """Write the section for people."""
    return "\n".join(
        ["red lines: 10,000 rules, 1 MB", *(f"  {name:<16}{value:>10}" for name, value in section.items())]
    )
