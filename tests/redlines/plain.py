"""What compact text and a scan are, said as plainly as can be: slow, and right."""

import re
from collections.abc import Iterator, Sequence

from app.redlines.characters import HAN, is_latin
from app.redlines.literals import DETERMINERS, tokens

WORD = rf"[^\W_{HAN}]"


def compact_with_places(folded: str, *, determiners: bool) -> tuple[str, list[int]]:
    """Return compact text and where each character but an inserted space stands, -1 for that."""
    parts: list[str] = []
    places: list[int] = []
    for place, token, joined in tokens(folded):
        if not determiners and not joined and token in DETERMINERS:
            continue
        if not joined and parts and is_latin(parts[-1][-1]) and is_latin(token[0]):
            parts.append(" ")
            places.append(-1)
        parts.append(token)
        places += range(place, place + len(token))
    return "".join(parts), places


def occurrences(
    literals: Sequence[str], text: str, folded: str, places: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield (number, start, end) of every literal that starts and ends where words do."""
    for number, literal in enumerate(literals):
        border = rf"(?<!{WORD})" if is_latin(literal[0]) else ""
        for match in re.finditer(rf"{border}(?=({re.escape(literal)}))", text):
            start, end = match.span(1)
            after = folded[places[end - 1] + 1 : places[end - 1] + 2]
            if not (is_latin(literal[-1]) and after and is_latin(after)):
                yield number, start, end
