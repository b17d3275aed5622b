"""The short form in which authors write phrases.

`guarantee … return` lets up to four words (English) or characters (Chinese) pass, `…(6)` up to six, `a|b` is either,
`+` joins what must follow at once, and quotation marks around the whole leave word forms out. What cannot be said
so, such as a pattern, is written as the YAML of the file.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from app.catalog.yamlfile import Problem, read
from app.catalog.yamltext import dump

USUAL_GAP: Final = 4
_GAP: Final = re.compile(r"\s*(?:…|\.\.\.)(?:\((?P<most>\d{1,2})\))?\s*|\s*(?P<plus>\+)\s*")
_MARKS: Final = ('"', "“", "”")

Phrase = dict[str, Any]


def parse(line: str) -> list[Phrase]:
    """Read one phrase in short form; alternatives without anything else become phrases of their own."""
    text = line.strip()
    exact = len(text) > 1 and text[0] in _MARKS and text[-1] in _MARKS
    forms = {"forms": "exact"} if exact else {}
    text = text[1:-1].strip() if exact else text
    steps: list[str | dict[str, int]] = []
    start = 0
    for match in _GAP.finditer(text):
        if part := text[start : match.start()].strip():
            steps.append(part)
        if not match["plus"]:
            steps.append({"gap": int(match["most"] or USUAL_GAP)})
        start = match.end()
    if rest := text[start:].strip():
        steps.append(rest)
    if len(steps) == 1 and isinstance(steps[0], str):
        return [{"text": part.strip(), **forms} for part in steps[0].split("|")]
    return [{"seq": steps, **forms}]


def write(phrase: Phrase) -> str | None:
    """Write a phrase in short form, or None when that would not say the same."""
    if "text" in phrase:
        line = str(phrase["text"])
    elif "seq" in phrase:
        line = _sequence(phrase["seq"])
    else:
        return None
    if phrase.get("forms") == "exact":
        line = f'"{line}"'
    return line if parse(line) == [phrase] else None


def _sequence(steps: Iterable[str | dict[str, int]]) -> str:
    parts: list[str] = []
    joined = True
    for step in steps:
        if isinstance(step, dict):
            most = step.get("gap")
            parts.append("…" if most == USUAL_GAP else f"…({most})")
            joined = True
        else:
            parts += [step] if joined else ["+", step]
            joined = False
    return " ".join(parts)


def split(phrases: Iterable[Phrase]) -> tuple[list[str], str]:
    """Give the phrases that have a short form, and the YAML of the others."""
    short: list[str] = []
    others: list[Phrase] = []
    for phrase in phrases:
        line = write(phrase)
        if line is None:
            others.append(phrase)
        else:
            short.append(line)
    return short, write_yaml(others)


def write_yaml(phrases: Iterable[Phrase]) -> str:
    """Write phrases as they stand in files, nothing for none."""
    found = list(phrases)
    return dump(found).rstrip("\n") if found else ""


def read_yaml(text: str) -> tuple[list[Any], tuple[Problem, ...]]:
    """Read the phrases that are written as YAML, a list."""
    if not text.strip():
        return [], ()
    reading = read(text, "yaml")
    if reading.problems:
        return [], reading.problems
    value = reading.root.value if reading.root else None
    if not isinstance(value, list):
        return [], (Problem("yaml", 1, 1, "", "must be a list"),)
    return value, ()


def same(one: Iterable[Any], other: Iterable[Any]) -> bool:
    """Tell whether two lists hold the same phrases, in whatever order."""

    def ordered(phrases: Iterable[Any]) -> list[str]:
        return sorted(json.dumps(phrase, sort_keys=True) for phrase in phrases)

    return ordered(one) == ordered(other)
