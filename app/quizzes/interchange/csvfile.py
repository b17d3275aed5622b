"""Questions from a table: our own columns, and those of sheets that other quiz programs use.

Our own: `id, type, prompt, option_1 … option_20, correct, feedback, category, tags, difficulty, points, critical,
red_line, lesson, topic`. `correct` holds the numbers or letters of the right options, or their texts, or what is to
be typed (`|` between several), or true or false. `type` may be left out. For matching and ordering each option is a
pair `left -> right`, or a step in its right order.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.quizzes.interchange.checking import checked, count, skipped
from app.quizzes.interchange.csvkeys import key_of
from app.quizzes.interchange.encodings import decode
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.keys import decimal, number
from app.quizzes.interchange.outcome import (
    FileCode,
    Imported,
    Loss,
    LossCode,
    Reading,
    SkipCode,
    SkipError,
    Skipped,
    UnreadableError,
)
from app.quizzes.interchange.texts import clean

_DELIMITERS: Final = ",;\t|"
_ROWS_BEFORE_HEADER: Final = 20
_LONGEST_NAME: Final = 200
_MOST_COLUMNS: Final = 1_000
_COLUMNS: Final[Mapping[str, str]] = {
    "id": "id", "question id": "id", "type": "type", "question type": "type",
    "prompt": "prompt", "question": "prompt", "question text": "prompt", "text": "prompt",
    "correct": "correct", "correct answer": "correct", "correct answers": "correct", "answer": "correct",
    "right answer": "correct", "key": "correct",
    "feedback": "feedback", "explanation": "feedback", "answer explanation": "feedback",
    "category": "category", "tags": "tags", "tag": "tags", "difficulty": "difficulty", "points": "points",
    "critical": "critical", "red line": "red_line", "red lines": "red_line", "lesson": "lesson", "topic": "topic",
    "tolerance": "tolerance", "unit": "unit",
    "time limit": "ignored", "time limit sec": "ignored", "time in seconds": "ignored", "image link": "image",
}  # fmt: skip
_ADVICE: Final = re.compile(r"\([^()]*\)| [-–] .*")
_OPTION: Final = re.compile(r"(?:option|answer|choice) ?(?P<place>\d{1,2}|[a-z])|(?P<letter>[a-z])")
_YES: Final = frozenset({"yes", "true", "1", "x", "y"})
_NO: Final = frozenset({"", "no", "false", "0", "n"})

Row = Mapping[str, str]


def read(data: bytes) -> Reading:
    """Read a table; a line is the number of a row's first line. Raises UnreadableError."""
    rows = _rows(decode(data))
    columns: dict[str, int] = {}
    for line, cells in rows:
        columns = _header(cells)
        if columns:
            break
        if line > _ROWS_BEFORE_HEADER:
            break
    if not columns:
        raise UnreadableError(FileCode.header, detail="prompt, option_1, option_2, correct")
    ids = Ids()
    entries: list[Imported | Skipped] = []
    for line, cells in rows:
        if any(cell.strip() for cell in cells):
            count(len(entries) + 1, line)
            row = {name: clean(cells[place]) for name, place in columns.items() if place < len(cells)}
            entries.append(_entry(row, line, ids))
    if not entries:
        raise UnreadableError(FileCode.no_questions)
    return Reading(tuple(entries))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in lines:
            yield line, cells
            line = lines.line_num + 1
    except csv.Error as error:
        raise UnreadableError(FileCode.malformed, line, str(error)) from error


def _delimiter(text: str) -> str:
    """Take the delimiter that parts the most columns that are known in one of the first lines."""
    lines = [line for line in text[:100_000].split("\n") if line.strip()][:_ROWS_BEFORE_HEADER]
    return max(_DELIMITERS, key=lambda each: max((len(_header(line.split(each))) for line in lines), default=0))


def _header(cells: Sequence[str]) -> dict[str, int]:
    """Give the place of each column that is known; none when the row does not name a prompt and a key."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells[:_MOST_COLUMNS]):
        name = " ".join(
            re.sub(r"[^a-z0-9]+", " ", re.sub(r"\([^()]*\)| [-–] .*", "", cell[:_LONGEST_NAME].casefold())).split()
        )
        option = _OPTION.fullmatch(name)
        if option:
            key = option["place"] or option["letter"]
            number_of = int(key) if key.isdecimal() else ord(key) - ord("a") + 1
            found.setdefault(f"option_{number_of}", place)
        elif name in _COLUMNS:
            found.setdefault(_COLUMNS[name], place)
    return found if {"prompt", "correct"} <= found.keys() else {}


def _entry(row: Row, line: int, ids: Ids) -> Imported | Skipped:
    prompt = row.get("prompt", "")
    try:
        if not prompt:
            raise SkipError(SkipCode.no_prompt)  # noqa: TRY301 (one place says why a row is skipped)
        key, losses = key_of(row, _options(row))
        extras = _extras(row)
    except SkipError as error:
        return skipped(error, line, prompt or row.get("id", ""))
    if row.get("image"):
        losses.append(Loss(LossCode.image_left_out, row["image"][:200]))
    document = {"id": ids.give(row.get("id"), prompt), "prompt": prompt, **key, **extras}
    return checked(document, line, prompt, losses)


def _options(row: Row) -> list[tuple[int, str]]:
    """Give the options that are filled in, each with the number of its column."""
    numbered = sorted((int(name.removeprefix("option_")), text) for name, text in row.items() if name[:7] == "option_")
    return [(place, text) for place, text in numbered if text]


def _extras(row: Row) -> dict[str, Any]:
    extras: dict[str, Any] = {key: row[key] for key in ("feedback", "category", "lesson", "topic") if row.get(key)}
    for key in ("tags", "red_line"):
        if parts := [part.strip() for part in re.split(r"[,;|\n]", row.get(key, "")) if part.strip()]:
            extras[key] = list(dict.fromkeys(parts))
    if row.get("difficulty"):
        extras["difficulty"] = row["difficulty"].casefold()
    if row.get("points"):
        extras["points"] = decimal(number(row["points"]))
    critical = row.get("critical", "").casefold()
    if critical not in _YES | _NO:
        raise SkipError(SkipCode.invalid, f"critical: {critical[:80]}")
    return extras | ({"critical": True} if critical in _YES else {})
