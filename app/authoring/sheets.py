"""A sheet: one part of a document as an author's form shows it, every value as text under its place.

`title.en` is the English title, `can.2.zh-Hans` the third sentence in Chinese. A layout says which places a part
has and what stands there; with it a part is laid out on a sheet and read back. Whether the result is right is for
the document's own model to say, and what it finds stands beside the field of the same place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from starlette.datastructures import FormData

from app.authoring.sentences import sentence
from app.catalog.text import LOCALES
from app.catalog.yamlfile import Problem

MOST_ROWS: Final = 200
_INT: Final = re.compile(r"[+-]?[0-9]{1,12}")
_FLOAT: Final = re.compile(r"[+-]?[0-9]{1,12}([.,][0-9]{1,9})?")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SPLIT: Final = re.compile(r"[\s,，、;；]+")
_SPLIT_TAGS: Final = re.compile(r"[\n,，、;；]+")


class As(StrEnum):
    """What stands at a place: words by language, or one value for all of them."""

    TEXT = "text"
    LINE = "line"
    PROSE = "prose"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TRUTH = "truth"
    MANY = "many"
    LINES = "lines"
    TAGS = "tags"


Layout = Mapping[str, As]
"""What stands at each place; a star is any row of a list."""


@dataclass
class Sheet:
    """What a form shows: values by place, what is wrong with them, and the place that a change of rows made new.

    `errors` keep the sheet from being stored, `remarks` only from being published.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    fresh: str = ""

    def get(self, name: str, default: str = "") -> str:
        """Return the value of a place."""
        return next(iter(self.values.get(name, ())), default)

    def all(self, name: str) -> list[str]:
        """Return every value of a place that holds several."""
        return self.values.get(name, [])

    def set(self, name: str, *values: str) -> None:
        """Put values at a place."""
        self.values[name] = list(values)

    def rows(self, prefix: str) -> list[int]:
        """Return the numbers of the rows of a list."""
        return list(range(self.height(prefix)))

    def height(self, prefix: str) -> int:
        """Count the rows of a list, empty ones too."""
        return max((row + 1 for row in map(_row_of(prefix), self.values) if row is not None), default=0)

    def says(self, prefix: str) -> bool:
        """Say whether anything is written below a place."""
        return any(name.startswith(prefix + ".") and any(map(str.strip, self.values[name])) for name in self.values)

    def is_wrong(self, prefix: str) -> bool:
        """Say whether something at or below a place is wrong."""
        return any(name == prefix or name.startswith(prefix + ".") for name in self.errors)

    def copy(self) -> "Sheet":
        """Return the same values, without what was found about them."""
        return Sheet({name: list(values) for name, values in self.values.items()})

    def change_rows(self, wish: str) -> None:
        """Add, remove or move a row as a button asks: `add:can`, `remove:can.2`, `up:can.2`, `down:can.2`.

        `clear:image` empties a place that is no row, with all below it.
        """
        verb, _colon, place = wish.partition(":")
        if verb == "clear":
            kept = {name: said for name, said in self.values.items() if name != place}
            self.values = {name: said for name, said in kept.items() if not name.startswith(f"{place}.")}
            return
        if verb == "add":
            number = self.height(place)
            if number < MOST_ROWS:
                self.set(f"{place}.{number}", "")
                self.fresh = f"{place}.{number}"
            return
        prefix, _dot, last = place.rpartition(".")
        height = self.height(prefix) if last.isdecimal() and len(last) < 4 else 0  # noqa: PLR2004 (three digits) (see MOST_ROWS)
        if not height or int(last) >= height:
            return
        order = list(range(height))
        row = order.pop(int(last))
        if verb in ("up", "down"):
            order.insert(max(0, row + (-1 if verb == "up" else 1)), row)
        self._reorder(prefix, order)

    def _reorder(self, prefix: str, order: list[int]) -> None:
        number = _row_of(prefix)
        place = {old: new for new, old in enumerate(order)}
        moved: dict[str, list[str]] = {}
        for name, values in self.values.items():
            row = number(name)
            if row is None:
                moved[name] = values
            elif row in place:
                rest = name[len(prefix) + 1 :].partition(".")[2]
                moved[f"{prefix}.{place[row]}" + (f".{rest}" if rest else "")] = values
        self.values = moved

    def blame(self, problems: Iterable[Problem], names: Mapping[str, str] | None = None) -> None:
        """Put each problem beside the field of its place, or the nearest there is; `names` maps places that differ."""
        for problem in problems:
            self.errors.setdefault(self.field(problem.path, names or {}), sentence(problem.message))

    def field(self, place: str, names: Mapping[str, str]) -> str:
        """Find the field in which a part of a document is written."""
        steps = place.split(".")
        for length in range(len(steps), 0, -1):
            above = ".".join(steps[:length])
            above = names.get(above, above)
            for name in (above, *(f"{above}.{locale}" for locale in LOCALES)):
                if name in self.values:
                    return name
        return place


def _row_of(prefix: str) -> Callable[[str], int | None]:
    start = prefix + "."

    def number(name: str) -> int | None:
        if not name.startswith(start):
            return None
        row = name[len(start) :].partition(".")[0]
        return int(row) if row.isdecimal() and len(row) < 4 and int(row) < MOST_ROWS else None  # noqa: PLR2004 (three digits)

    return number


def typed(raw: FormData) -> Sheet:
    """Take what a browser sent as a sheet; names that can be no place are left out."""
    values: dict[str, list[str]] = {}
    for name, value in raw.multi_items():
        if isinstance(value, str) and len(name) <= 200 and _NAME.fullmatch(name):  # noqa: PLR2004 (three digits) (longer than any)
            values.setdefault(name, []).append(_clean(value))
    return Sheet(values)


def step_of(sheet: Sheet) -> int:
    """Read which step of the draft a page was made from; -1, which no draft has, for anything that is no number."""
    step = sheet.get("step")
    return int(step) if step.isdecimal() and len(step) < 10 else -1  # noqa: PLR2004 (digits of an int)


def _clean(value: str) -> str:
    # browsers send CR LF; PostgreSQL cannot hold NUL
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def lay_out(part: Mapping[str, Any], layout: Layout) -> Sheet:
    """Lay a part of a document out on a sheet."""
    sheet = Sheet()
    for place in layout:
        _lay(sheet, part, place.split("."), layout[place], "")
    return sheet


def _lay(sheet: Sheet, value: Any, steps: list[str], kind: As, name: str) -> None:
    if not steps:
        _put(sheet, value, kind, name)
    elif steps[0] == "*":
        for row, below in enumerate(value if isinstance(value, list) else ()):
            _lay(sheet, below, steps[1:], kind, f"{name}.{row}" if name else str(row))
    elif isinstance(value, dict) and steps[0] in value:
        _lay(sheet, value[steps[0]], steps[1:], kind, f"{name}.{steps[0]}" if name else steps[0])


def _put(sheet: Sheet, value: Any, kind: As, name: str) -> None:
    match kind:
        case As.TEXT:
            words = value if isinstance(value, dict) else {"en": value}
            for locale in words:
                sheet.set(f"{name}.{locale}", str(words[locale]))
        case As.MANY:
            sheet.set(name, *(str(each) for each in value))
        case As.LINES:
            sheet.set(name, "\n".join(str(each) for each in value))
        case As.TAGS:
            sheet.set(name, _line_of(value))
        case As.FLAG | As.TRUTH:
            sheet.set(name, "true" if value else "false")
        case As.INTEGER | As.NUMBER:
            whole = isinstance(value, float) and value.is_integer()
            sheet.set(name, str(int(value) if whole else value))
        case _:
            sheet.set(name, str(value))


def read_back(sheet: Sheet, layout: Layout, before: Mapping[str, Any]) -> dict[str, Any]:
    """Read a sheet as a part of a document; empty fields and rows are left out, and the rows close up.

    `before` is what is stored: what the layout does not show is taken from it, and a text that was one string for
    every language stays one.
    """
    _close_up(sheet, layout)
    shown = {place.partition(".")[0] for place in layout}
    part: dict[str, Any] = {key: value for key, value in before.items() if key not in shown}
    for place, kind in layout.items():
        for name in _names(sheet, place):
            value = _value(sheet, name, kind, before)
            if value is not None:
                _hang(part, name.split("."), value)
    return part


def _names(sheet: Sheet, place: str) -> list[str]:
    head, star, rest = place.partition(".*")
    if not star:
        return [place]
    return [name for row in sheet.rows(head) for name in _names(sheet, f"{head}.{row}{rest}")]


def _close_up(sheet: Sheet, layout: Layout) -> None:
    for place in layout:
        for prefix in _lists(sheet, place):
            number = _row_of(prefix)
            used = {number(name) for name, values in sheet.values.items() if any(value.strip() for value in values)}
            full = [row for row in sheet.rows(prefix) if row in used]
            if len(full) < sheet.height(prefix):
                sheet._reorder(prefix, full)  # noqa: SLF001 (the same module)


def _lists(sheet: Sheet, place: str) -> Iterator[str]:
    """Give the lists of a place, the inner ones of each row after the outer one."""
    head, star, rest = place.partition(".*")
    if star:
        yield head
        for row in sheet.rows(head):
            yield from _lists(sheet, f"{head}.{row}{rest}")


def _value(sheet: Sheet, name: str, kind: As, before: Mapping[str, Any]) -> Any:
    match kind:
        case As.TEXT:
            return _text(sheet, name, before)
        case As.FLAG:
            return sheet.get(name) == "true" or None
        case As.TRUTH:
            return {"true": True, "false": False}.get(sheet.get(name))
        case As.MANY:
            found = [part for value in sheet.all(name) for part in _SPLIT.split(value) if part]
            return list(dict.fromkeys(found)) or None
        case As.TAGS:
            return _tags(sheet.get(name), _at(before, name.split(".")))
        case As.LINES:
            return [line.strip() for line in sheet.get(name).split("\n") if line.strip()] or None
        case As.PROSE:
            return sheet.get(name).strip("\n").rstrip() or None
        case _:
            return _number(sheet.get(name).strip(), kind)


def _line_of(tags: Iterable[Any]) -> str:
    return ", ".join(str(each) for each in tags)


def _tags(line: str, stored: Any) -> list[str] | None:
    """Take a line apart at its commas, unless it is what a file says, whose tags may have commas of their own."""
    if isinstance(stored, list) and line == _line_of(stored):
        return stored
    return list(dict.fromkeys(tag for part in _SPLIT_TAGS.split(line) if (tag := part.strip()))) or None


def _number(value: str, kind: As) -> int | float | str | None:
    """Read a number; what is none stays text, for the document's model to refuse."""
    if kind is As.INTEGER and _INT.fullmatch(value):
        return int(value)
    if kind is As.NUMBER and _FLOAT.fullmatch(value):
        return float(value.replace(",", "."))
    return value or None


def _text(sheet: Sheet, name: str, before: Mapping[str, Any]) -> str | dict[str, str] | None:
    words = {str(locale): said for locale in LOCALES if (said := sheet.get(f"{name}.{locale}").strip())}
    if set(words) == {"en"} and isinstance(_at(before, name.split(".")), str):
        return words["en"]
    return words or None


def _at(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            return None
    return value


def _hang(part: dict[str, Any], steps: list[str], value: Any) -> None:
    here: Any = part
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        below: Any = value if following is None else [] if following.isdecimal() else {}
        if isinstance(here, list):
            while len(here) <= int(step):
                here.append(type(below)() if following is not None else None)
            if following is None:
                here[int(step)] = value
            here = here[int(step)]
        elif following is None:
            here[step] = value
        else:
            here = here.setdefault(step, below)
