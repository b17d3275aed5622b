"""Where Chinese words begin and end: 撤回扣款 holds the characters of 回扣 and not the word.

The words and how unlikely they are come from chinese_words.bin, which tools/build_chinese_words.py writes.
"""

import re
import zlib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.redlines.characters import HAN

_FILE = Path(__file__).with_name("chinese_words.bin")
_LONGEST = 4
_AROUND = 6
_UNKNOWN = 160
_LONELY = 40
"""What a single character costs more than its count says, unless it is frequent: few are words in today's language."""
_FREQUENT = 65
_TERM = 130
_SHORT = 2
"""What a phrase of more characters costs at most: somebody who wrote it into a rule takes it for a term."""
_DOUBLED = 105
"""What a doubled character costs: a name, such as 佳佳, or a word for small or repeated things."""
_MARGIN = 15
_ALL_HAN = re.compile(f"[{HAN}]+")
_HAN_BEFORE = re.compile(f"[{HAN}]{{0,{_AROUND}}}$")
_HAN_AFTER = re.compile(f"[{HAN}]{{0,{_AROUND}}}")
_SAME = frozenset({"价格", "价钱", "价位", "价码", "低价", "级别", "等级", "费用", "额度", "网络", "品牌", "折扣"})
"""Words that a phrase may end in the middle of and still mean the same: 最低价格 says what 最低价 says."""
_ORDINAL = re.compile("第一(?:[方线步次批天轮期章节页遍眼代行列手]|时间|阶段|季度|反应|印象|人称|梯队|件事|责任)")
"""What comes first without being the best."""
_MADE_SO = re.compile("最[佳优大小简适]化")
"""What is done to a thing, and not said of it."""


class _Words(NamedTuple):
    numbers: NDArray[np.uint64]
    costs: bytes


@cache
def _words() -> _Words:
    data = zlib.decompress(_FILE.read_bytes())
    count = len(data) // 9
    return _Words(np.cumsum(np.frombuffer(data, np.uint64, count)), data[8 * count :])


def _costs(texts: list[str]) -> list[int | None]:
    """Return how unlikely words are, in tenths of a natural logarithm; None for what is no word."""
    words = _words()
    numbers = np.zeros(len(texts), np.uint64)
    for place, text in enumerate(texts):
        number = 0
        for character in text:
            number = number << 16 | ord(character) & 0xFFFF
        numbers[place] = number
    found = np.minimum(words.numbers.searchsorted(numbers), len(words.numbers) - 1)
    same = words.numbers[found] == numbers
    return [
        words.costs[at] if is_word else _doubled(text)
        for text, at, is_word in zip(texts, found.tolist(), same.tolist(), strict=True)
    ]


def _doubled(text: str) -> int | None:
    return _DOUBLED if len(text) == _SHORT and text[0] == text[1] else None


def _straddling(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the words that begin outside of a span and end inside, or the other way."""
    spans = [
        (first, last)
        for border in {start, end}
        for first in range(max(0, border - _LONGEST + 1), border)
        for last in range(border + 1, min(len(text), first + _LONGEST) + 1)
        if not (first <= start and end <= last)
    ]
    costs = _costs([text[first:last] for first, last in spans])
    return [span for span, cost in zip(spans, costs, strict=True) if cost is not None]


def _extended(text: str, start: int, end: int, straddling: list[tuple[int, int]]) -> bool:
    """Tell whether a span goes on in a longer word of the same meaning: 收益 in 收益率."""
    longer = [(max(first, start), text[first:last]) for first, last in straddling if first < end < last]
    if any(word in _SAME for _, word in longer):
        return True
    inner = [text[first:end] for first, _ in longer if end - first > 1]
    return any(cost is not None for cost in _costs(inner))


def _alone(cost: int | None) -> int:
    """Return the cost of a single character that is taken for a word."""
    return _UNKNOWN if cost is None else cost + _LONELY * (cost > _FREQUENT)


def _cheapest(text: str) -> int:
    """Return the cost of the likeliest way to part a text into words."""
    spans = [(first, last) for last in range(1, len(text) + 1) for first in range(max(0, last - _LONGEST), last)]
    costs = _costs([text[first:last] for first, last in spans])
    best = [0] + [10**9] * len(text)
    for (first, last), known in zip(spans, costs, strict=True):
        cost = known if last - first > 1 else _alone(known)
        if cost is not None:
            best[last] = min(best[last], best[first] + cost)
    return best[-1]


def cuts_words(text: str, start: int, end: int) -> bool:
    """Tell whether a span of folded text begins or ends within a Chinese word."""
    if not _ALL_HAN.fullmatch(text, start, end):
        return False
    if _ORDINAL.match(text, end - 2) and text[end - 2 : end] == "第一":
        return True
    if _MADE_SO.match(text, max(0, end - 2)):
        return True
    before = _HAN_BEFORE.search(text[max(0, start - _AROUND) : start])
    first = start - len(before[0]) if before else start
    after = _HAN_AFTER.match(text, end)
    last = after.end() if after else end
    return _cuts(text[first:last], start - first, end - first)


@lru_cache(maxsize=4096)
def _cuts(window: str, start: int, end: int) -> bool:
    straddling = _straddling(window, start, end)
    if not straddling or _extended(window, start, end, straddling):
        return False
    phrase = _cheapest(window[start:end])
    if end - start > _SHORT:
        phrase = min(phrase, _TERM)
    before = _cheapest(window[:start])
    others = [
        _cheapest(window),
        *(before + _cheapest_from(window, start, first) for first, last in straddling if last > end),
    ]
    return before + phrase + _cheapest(window[end:]) - min(others) > _MARGIN


def _cheapest_from(window: str, start: int, first: int) -> int:
    """Return the cost of a phrase that ends where a word begins that goes on beyond it: 全网最低 and 价值."""
    phrase = _cheapest(window[start:first]) if first > start else 0
    if first - start > _SHORT:
        phrase = min(phrase, _TERM)
    return phrase + _cheapest(window[first:])
