"""The one place where literals are looked for: a trie over the compact text.

Compact text keeps words and a few signs. A run of separators becomes one space between two
Latin words and nothing elsewhere, so that 国，家，级 reads 国家级; whether the separators of
a hit may be ignored is decided afterwards, on the folded text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
SIGNS = "%$€£¥&+#"
_WORD = r"[^\W_" + HAN + "]"
_TOKEN = re.compile(rf"(?:[^\W_]|[{re.escape(SIGNS)}]|(?<={_WORD})'(?={_WORD}))+")
_SCRIPT = re.compile(rf"[{HAN}]|[^{HAN}]+")
_SPELLED_OUT = re.compile(r"(?<![^\W_])[a-z](?:([ .*_·-])[a-z])(?:\1[a-z]){2,}(?![^\W_])")
_UNIT = re.compile(rf"[{HAN}]|(?:{_WORD}|(?<={_WORD})'(?={_WORD}))+")
_LATIN = re.compile(_WORD)
_SHIFT = 21
DETERMINERS = frozenset({"a", "an", "her", "his", "its", "my", "our", "the", "their", "your"})


def is_latin(character: str) -> bool:
    """Tell whether a character is a letter or digit of a script that puts spaces between words."""
    return _LATIN.match(character) is not None


def is_han(character: str) -> bool:
    """Tell whether a character is written without spaces: Chinese, kana, hangul."""
    return character.isalnum() and not is_latin(character)


def units(text: str) -> int:
    """Count Latin words and Chinese characters of a folded text."""
    return sum(1 for _ in _UNIT.finditer(text))


@dataclass(frozen=True, slots=True)
class Compact:
    """Compact text and, for each of its tokens, where it starts here and in the folded text."""

    folded: str
    text: str
    starts: list[int]
    origins: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the folded span of a compact span that starts and ends within tokens."""
        return self._origin(start), self._origin(end - 1) + 1

    def gaps(self, start: int, end: int) -> Iterator[str]:
        """Yield what stood between the tokens of a compact span, empty when nothing did."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        for token in range(first, last):
            length = len(self.text[self.starts[token] : self.starts[token + 1]].rstrip(" "))
            yield self.folded[self.origins[token] + length : self.origins[token + 1]]

    def _origin(self, index: int) -> int:
        token = bisect_right(self.starts, index) - 1
        return self.origins[token] + index - self.starts[token]


def _tokens(folded: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each token's place and text, and whether it goes on the word before it."""
    spelled = [match.span() for match in _SPELLED_OUT.finditer(folded)]
    spelled.append((len(folded) + 1, len(folded) + 1))
    current = 0
    for match in _TOKEN.finditer(folded):
        while spelled[current][1] <= match.start():
            current += 1
        joined = spelled[current][0] < match.start()
        for part in _SCRIPT.finditer(match[0]):
            yield match.start() + part.start(), part[0], joined or part.start() > 0


def _follows(last: str, token: str) -> bool:
    return bool(last) and is_latin(last) and is_latin(token[0])


def compact(folded: str, *, determiners: bool = True) -> Compact:
    """Drop separators from a folded text, and determiners (a, the, your) on request."""
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length = 0
    last = ""
    for place, token, joined in _tokens(folded):
        if not determiners and last and not joined and token in DETERMINERS:
            continue
        if not joined and _follows(last, token):
            parts.append(" ")
            length += 1
        parts.append(token)
        starts.append(length)
        origins.append(place)
        length += len(token)
        last = token[-1]
    return Compact(folded, "".join(parts), starts, origins)


class Literals:
    """All literals of all rules; numbers are their places in the given order."""

    def __init__(self, literals: Iterable[str]) -> None:
        self._next: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        firsts: set[str] = set()
        for number, literal in enumerate(literals):
            firsts.add(literal[0])
            self._ends[self._add(literal)] = number
        latin = "".join(sorted(re.escape(c) for c in firsts if is_latin(c)))
        other = "".join(sorted(re.escape(c) for c in firsts if not is_latin(c)))
        choices = [rf"(?<!{_WORD})[{latin}]"] if latin else []
        choices += [f"[{other}]"] if other else []
        self._starts = re.compile("|".join(choices) or r"(?!)")

    def _add(self, literal: str) -> int:
        state = 0
        for character in literal:
            state = self._next.setdefault(state << _SHIFT | ord(character), len(self._next) + 1)
        return state

    def scan(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (number, start, end) of each occurrence in a compact text, left to right.

        A Latin literal starts where a word starts. The work is bounded by the text's length
        times that of the longest literal.
        """
        following, ends, length = self._next, self._ends, len(text)
        for match in self._starts.finditer(text):
            state, place = 0, match.start()
            start = place
            while place < length:
                found = following.get(state << _SHIFT | ord(text[place]))
                if found is None:
                    break
                state, place = found, place + 1
                if state in ends:
                    yield ends[state], start, place
