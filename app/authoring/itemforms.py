"""From a sheet to a question that its model accepts, or to what is wrong with it.

Accepted answers are a line each, which is quick. Once one has a weight or a feedback they are a row each: `accepted`
on the sheet, `accept` in the document.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.authoring.forms import Part, checked, fill
from app.authoring.layouts import GAPS, ITEMS
from app.authoring.naming import name_rows
from app.authoring.sheets import MOST_ROWS, Layout, Sheet, lay_out, read_back
from app.catalog.document import SLUG, Document
from app.catalog.text import LOCALES
from app.quizzes import itemcontent as items
from app.quizzes.itemparts import split_gaps

USUAL_GAP: Final = "short_text"
_MODELS: Final[Mapping[str, type[Document]]] = {
    "single": items.SingleItem,
    "multiple": items.MultipleItem,
    "true_false": items.TrueFalseItem,
    "short_text": items.ShortTextItem,
    "numeric": items.NumericItem,
    "matching": items.MatchingItem,
    "ordering": items.OrderingItem,
    "cloze": items.ClozeItem,
    "essay": items.EssayItem,
}
_ROWS: Final[Mapping[str, tuple[str, str, int]]] = {
    "single": ("options", "text.en", 3),
    "multiple": ("options", "text.en", 3),
    "ordering": ("options", "text.en", 3),
    "matching": ("pairs", "left.en", 3),
    "essay": ("criteria", "title.en", 1),
}
_OF_EVERY_GAP: Final = ("id", "type", "points")


def item_layout(kind: str) -> Layout:
    """Give the layout of a type of question."""
    return ITEMS.get(kind, ITEMS["single"])


def show_item(part: Part) -> Sheet:
    """Lay a question out, with room for the fewest rows that it must have."""
    kind = str(part.get("type", "single"))
    sheet = lay_out(_laid(part), item_layout(kind))
    fill(sheet, {"points": "1"})
    if kind == "essay":
        fill(sheet, {"needed_percent": "60"})
    sheet.set("type", kind)
    find_gaps(sheet)
    _make_room(sheet)
    return sheet


def read_item(sheet: Sheet, before: Part) -> Part | None:
    """Read a question of the type that the sheet names."""
    kind = sheet.get("type")
    find_gaps(sheet)
    name_rows(sheet, "criteria", "title", "criterion")
    written = read_back(sheet, item_layout(kind), _laid(before) if before.get("type") == kind else {})
    part, names = _joined(written)
    _make_room(sheet)
    return checked(_MODELS.get(kind, items.SingleItem), part, sheet, names)


def change_item(sheet: Sheet, wish: str) -> None:
    """Change rows as a button asks. `spread:accept` and `spread:answer` give each answer a row of its own."""
    verb, _colon, place = wish.partition(":")
    if verb == "spread":
        _spread(sheet, place)
    else:
        sheet.change_rows(wish)
    find_gaps(sheet)
    _make_room(sheet)


def find_gaps(sheet: Sheet) -> None:
    """Give each gap of the prompt its place in the form; one that is gone and says nothing loses it."""
    if sheet.get("type") != "cloze":
        return
    named = {gap: None for locale in LOCALES for _, gap in split_gaps(sheet.get(f"prompt.{locale}")) if gap}
    for row in reversed(sheet.rows("gaps")):
        if sheet.get(f"gaps.{row}.id") not in named and not _says_more(sheet, row):
            sheet.change_rows(f"remove:gaps.{row}")
    known = {sheet.get(f"gaps.{row}.id") for row in sheet.rows("gaps")}
    for gap in named:
        row = sheet.height("gaps")
        if gap not in known and re.fullmatch(SLUG, gap) and row < MOST_ROWS:
            sheet.set(f"gaps.{row}.id", gap)
            sheet.set(f"gaps.{row}.type", USUAL_GAP)
    for row in sheet.rows("gaps"):
        fill(sheet, {f"gaps.{row}.points": "1"})


def _says_more(sheet: Sheet, row: int) -> bool:
    below = f"gaps.{row}."
    return any(
        name.startswith(below) and name.removeprefix(below) not in _OF_EVERY_GAP and "".join(said).strip()
        for name, said in sheet.values.items()
    )


def _make_room(sheet: Sheet) -> None:
    """Show empty rows where a list that must have some has none."""
    prefix, field, count = _ROWS.get(sheet.get("type"), ("", "", 0))
    lists = [(prefix, field, count)] if prefix else []
    lists += [
        (f"gaps.{row}.options", "text.en", 3) for row in sheet.rows("gaps") if sheet.get(f"gaps.{row}.type") == "choice"
    ]
    for place, below, rows in lists:
        if not sheet.height(place):
            for row in range(rows):
                sheet.set(f"{place}.{row}.{below}", "")


def _spread(sheet: Sheet, place: str) -> None:
    above, _dot, field = place.rpartition(".")
    above = f"{above}." if above else ""
    if field == "accept" and not sheet.height(f"{above}accepted"):
        lines = [line.strip() for line in sheet.values.pop(place, [""])[0].split("\n") if line.strip()]
        for row, line in enumerate([*lines[: MOST_ROWS - 1], ""]):
            sheet.set(f"{above}accepted.{row}.text", line)
    elif field == "answer" and not sheet.height(f"{above}answers"):
        for name in ("answer", "tolerance"):
            sheet.set(f"{above}answers.0.{name}", sheet.values.pop(f"{above}{name}", [""])[0])
        sheet.set(f"{above}answers.1.answer", "")


def _laid(part: Part) -> Part:
    """Give a stored question as it stands on a sheet."""
    gaps = {"gaps": [_with_rows(gap) for gap in part["gaps"]]} if "gaps" in part else {}
    return {**_with_rows(part), **gaps}


def _with_rows(part: Part) -> Part:
    accept = part.get("accept", [])
    if all(isinstance(each, str) for each in accept):
        return part
    rows = [{"text": each} if isinstance(each, str) else each for each in accept]
    return {**{key: value for key, value in part.items() if key != "accept"}, "accepted": rows}


def _joined(part: Part) -> tuple[Part, Mapping[str, str]]:
    """Give what stands on a sheet as a question, and the fields of what has another name there."""
    names = dict(_row_names(part, ""))
    part = _with_list(part)
    if "gaps" in part:
        names |= {
            name: field for row, gap in enumerate(part["gaps"]) for name, field in _row_names(gap, f"gaps.{row}.")
        }
        part["gaps"] = [_gap(gap) for gap in part["gaps"]]
    return part, names


def _gap(gap: Part) -> Part:
    """Leave out what belongs to a type that the gap no longer has."""
    places = {place.partition(".")[0] for place in GAPS.get(str(gap.get("type")), ())}
    return _with_list({key: value for key, value in gap.items() if key in _OF_EVERY_GAP or key in places})


def _with_list(part: Part) -> Part:
    rows: list[Any] = [row["text"] if set(row) == {"text"} else row for row in part.get("accepted", ())]
    rest = {key: value for key, value in part.items() if key != "accepted"}
    return {**rest, "accept": [*part.get("accept", ()), *rows]} if rows else rest


def _row_names(part: Part, above: str) -> Iterator[tuple[str, str]]:
    lines = len(part.get("accept", ()))
    for row in range(len(part.get("accepted", ()))):
        yield f"{above}accept.{lines + row}", f"{above}accepted.{row}.text"
        for field in ("text", "weight", "feedback"):
            yield f"{above}accept.{lines + row}.{field}", f"{above}accepted.{row}.{field}"
