"""A program as an author's form shows it, and back.

A requirement is a row with one value, such as `quiz:keeper-crm`; a row of alternatives has such values in `any_of`, a
list for each alternative.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from app.authoring import layouts
from app.authoring.forms import Part, checked, fill
from app.authoring.naming import name_rows
from app.authoring.sheets import MOST_ROWS, Sheet, lay_out, read_back
from app.certification.content import ProgramDocument

FORMS: Final = ("demonstration", "role_play", "recording")
_USUAL: Final = {"level": "standard", "minimum_active_months": "6", "early_days": "0"}
_USUAL_RUBRIC: Final = {"pass_percent": "100", "second_assessor_percent": "0"}
_USUAL_SESSION: Final = {"minutes": "60", "presence_percent": "100", "checks": "1"}
_FEWEST_WAYS: Final = 2


def read_program(sheet: Sheet, before: Part) -> Part | None:
    """Read a program; parts that are new get an id of their name."""
    _name(sheet)
    part = read_back(sheet, layouts.PROGRAM, before)
    _arrange(sheet)
    if part.get("basis") != "fixed":
        part.pop("minimum_active_months", None)
    part["requirements"] = _requirements(part.get("requirements", ()))
    for level in part.get("levels", ()):
        level["requirements"] = _requirements(level.get("requirements", ()))
    _keep_order_of_forms(part, before)
    fields = {name: f"{name}.asked" for name in _simple_rows(sheet)}
    return checked(ProgramDocument, part, sheet, {**fields, **_unnamed(sheet)})


def show_program(part: Part) -> Sheet:
    """Lay a program out, with what holds where it says nothing."""
    laid = {**part, "requirements": _rows(part.get("requirements", ()))}
    if "levels" in part:
        laid["levels"] = [{**each, "requirements": _rows(each["requirements"])} for each in part["levels"]]
    sheet = lay_out(laid, layouts.PROGRAM)
    _arrange(sheet)
    for row in sheet.rows("rubrics"):
        if not sheet.all(f"rubrics.{row}.forms"):
            sheet.set(f"rubrics.{row}.forms", *FORMS)
    return sheet


def change_program(sheet: Sheet, wish: str) -> None:
    """Change rows as a button asks.

    `choice:LIST` adds a row of alternatives to a list of requirements, `describe:LIST:ID` adds a rubric or a live
    session that is asked for already.
    """
    verb, _colon, place = wish.partition(":")
    if verb == "choice" and place in lists(sheet) and sheet.height(place) < MOST_ROWS:
        sheet.fresh = f"{place}.{sheet.height(place)}.any_of.0.0"
        sheet.set(sheet.fresh, "")
    elif verb == "describe":
        prefix, _colon, name = place.partition(":")
        if prefix in ("rubrics", "live_sessions") and sheet.height(prefix) < MOST_ROWS:
            sheet.fresh = f"{prefix}.{sheet.height(prefix)}"
            sheet.set(f"{sheet.fresh}.id", name)
    else:
        sheet.change_rows(wish)
    if sheet.fresh == f"rubrics.{sheet.height('rubrics') - 1}":
        sheet.set(f"{sheet.fresh}.forms", *FORMS)
    _name(sheet)
    _arrange(sheet)


def lists(sheet: Sheet) -> list[str]:
    """Name the lists of requirements of a sheet: the first level's, and those above it."""
    return ["requirements", *(f"levels.{row}.requirements" for row in sheet.rows("levels"))]


def asked(sheet: Sheet) -> Iterator[str]:
    """Walk through the values of all rows of requirements, those inside of alternatives too."""
    for place in lists(sheet):
        for row in sheet.rows(place):
            yield from sheet.all(f"{place}.{row}.asked")
            for way in sheet.rows(f"{place}.{row}.any_of"):
                for step in sheet.rows(f"{place}.{row}.any_of.{way}"):
                    yield sheet.get(f"{place}.{row}.any_of.{way}.{step}")


def value_of(requirement: Part) -> str:
    """Write a requirement as the value of its row."""
    ((kind, what),) = requirement.items()
    return f"{kind}:{what}"


def _rows(requirements: Iterable[Part]) -> list[Part]:
    return [
        {"any_of": [[value_of(part) for part in way] for way in each["any_of"]]}
        if "any_of" in each
        else {"asked": value_of(each)}
        for each in requirements
    ]


def _requirements(rows: Iterable[Part]) -> list[Any]:
    return [
        {"any_of": [[_requirement(part) for part in way] for way in row["any_of"]]}
        if "any_of" in row
        else _requirement(row.get("asked", ""))
        for row in rows
    ]


def _requirement(value: str) -> Part:
    kind, _colon, what = value.partition(":")
    return {kind: what}


def _simple_rows(sheet: Sheet) -> Iterator[str]:
    for place in lists(sheet):
        for row in sheet.rows(place):
            if not sheet.height(f"{place}.{row}.any_of"):
                yield f"{place}.{row}"


def _unnamed(sheet: Sheet) -> dict[str, str]:
    """Say for each row that got no id, since it has no name, in which field its name is written."""
    places = [(prefix, "name") for prefix in ("levels", "rubrics", "live_sessions")]
    places += [(f"rubrics.{row}.criteria", "text") for row in sheet.rows("rubrics")]
    return {
        f"{prefix}.{row}.id": f"{prefix}.{row}.{field}"
        for prefix, field in places
        for row in sheet.rows(prefix)
        if not sheet.get(f"{prefix}.{row}.id")
    }


def _name(sheet: Sheet) -> None:
    """Give new parts an id, so that they can be asked for."""
    name_rows(sheet, "levels", "name", "level", [sheet.get("level")])
    name_rows(sheet, "rubrics", "name", "demonstration")
    name_rows(sheet, "live_sessions", "name", "session")
    for row in sheet.rows("rubrics"):
        name_rows(sheet, f"rubrics.{row}.criteria", "text", "criterion")


def _arrange(sheet: Sheet) -> None:
    """Show what holds where nothing is said, and an empty row where a list must have one."""
    fill(sheet, _USUAL)
    for row in sheet.rows("rubrics"):
        fill(sheet, {f"rubrics.{row}.{name}": value for name, value in _USUAL_RUBRIC.items()})
        if not sheet.height(f"rubrics.{row}.criteria"):
            sheet.set(f"rubrics.{row}.criteria.0.text.en", "")
    for row in sheet.rows("live_sessions"):
        fill(sheet, {f"live_sessions.{row}.{name}": value for name, value in _USUAL_SESSION.items()})
    for place in lists(sheet):
        for row in sheet.rows(place):
            _make_ways(sheet, f"{place}.{row}.any_of")
    for row in sheet.rows("levels"):
        if not sheet.height(f"levels.{row}.requirements"):
            sheet.set(f"levels.{row}.requirements.0.asked", "")


def _make_ways(sheet: Sheet, place: str) -> None:
    height = sheet.height(place)
    for way in range(max(height, _FEWEST_WAYS) if height else 0):
        if not sheet.height(f"{place}.{way}"):
            sheet.set(f"{place}.{way}.0", "")


def _keep_order_of_forms(part: Part, before: Part) -> None:
    """Leave the forms of a demonstration as they are stored while they are the same ones."""
    stored = {each["id"]: each.get("forms") for each in before.get("rubrics", ())}
    for rubric in part.get("rubrics", ()):
        forms = stored.get(rubric.get("id"))
        if forms and set(forms) == set(rubric.get("forms", ())):
            rubric["forms"] = forms
