"""From a sheet to a part of a document that its model accepts, or to what is wrong with it."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from app.authoring import layouts, phrasing
from app.authoring.sheets import Sheet, lay_out, read_back
from app.catalog.content import Lesson, ProductDocument
from app.catalog.document import Document, canonical, validate
from app.catalog.yamlfile import Located
from app.redlines.content import RedLineDocument
from app.web.i18n import gettext as _

LANGUAGES: Final = ("en", "zh")

Part = dict[str, Any]


def checked(model: type[BaseModel], part: Part, sheet: Sheet, names: Mapping[str, str] | None = None) -> Part | None:
    """Give what a model makes of a part; None when something is wrong, which then stands on the sheet."""
    value, problems = validate(model, Located("", part, {}))
    sheet.blame(problems, names)
    if not isinstance(value, Document) or sheet.errors:
        return None
    return canonical(value)


def read_facts(sheet: Sheet, before: Part) -> Part | None:
    """Read what a product says of itself; its lessons stay."""
    product = {key: value for key, value in before.items() if key != "lessons"}
    part = checked(ProductDocument, read_back(sheet, layouts.FACTS, product), sheet)
    return None if part is None else {**part, **({"lessons": before["lessons"]} if "lessons" in before else {})}


def show_facts(part: Part) -> Sheet:
    """Lay the facts of a product out, with one empty row where there is none."""
    sheet = lay_out(part, layouts.FACTS)
    for prefix in ("can", "cannot"):
        if not sheet.height(prefix):
            sheet.set(f"{prefix}.0.en", "")
    return sheet


def read_lesson(sheet: Sheet, before: Part) -> Part | None:
    """Read a lesson."""
    part = read_back(sheet, layouts.LESSON, before)
    if part.get("kind") == "talk_track":
        part.setdefault("talk_track", {})
    part.setdefault("number", 0)
    return checked(Lesson, part, sheet, {"video": "video.url", "case": "case.industry"})


def show_red_line(part: Part) -> Sheet:
    """Lay a red line out, its phrases in short form where they have one."""
    exempt = part.get("unless", {}).get("within", ())
    plain = [each for each in exempt if isinstance(each, str)]
    sheet = lay_out(part, layouts.RED_LINE)
    sheet.set("unless.within", "\n".join(plain))
    sheet.set("advanced.within", phrasing.write_yaml(each for each in exempt if not isinstance(each, str)))
    for language in LANGUAGES:
        short, others = phrasing.split(part.get("match", {}).get(language, ()))
        for row, line in enumerate(short or [""]):
            sheet.set(f"phrases.{language}.{row}", line)
        sheet.set(f"advanced.{language}", others)
    for prefix in ("say_instead.en", "say_instead.zh-Hans", "say_instead.zh-Hant"):
        if not sheet.height(prefix):
            sheet.set(f"{prefix}.0", "")
    for prefix in ("examples.must_flag", "examples.must_not_flag"):
        for row in range(sheet.height(prefix), 2):
            sheet.set(f"{prefix}.{row}", "")
    fill(sheet, {"unless.quoted": "suppress", "said_by": "rep", "require.within_sentences": "2"})
    return sheet


def fill(sheet: Sheet, usual: Mapping[str, str]) -> None:
    """Show what holds where the document says nothing."""
    for name, value in usual.items():
        if not sheet.get(name):
            sheet.set(name, value)


def read_red_line(sheet: Sheet, before: Part) -> Part | None:
    """Read a red line. Whether its examples hold is asked elsewhere: a draft is kept either way."""
    part, names = red_line_part(sheet, before)
    return checked(RedLineDocument, part, sheet, {**names, "require": "require.say"})


def red_line_part(sheet: Sheet, before: Part) -> tuple[Part, Mapping[str, str]]:
    """Read a red line as it stands, and in which field each of its phrases is written."""
    part = read_back(sheet, layouts.RED_LINE, {key: value for key, value in before.items() if key != "match"})
    if part.get("category") != "missing_required_statement":
        part.pop("require", None)
    match: dict[str, list[Any]] = {}
    names: dict[str, str] = {"match": "phrases.en.0"}
    for language in LANGUAGES:
        found: list[Any] = []
        for row in sheet.rows(f"phrases.{language}"):
            name = f"phrases.{language}.{row}"
            if line := sheet.get(name).strip():
                phrases = phrasing.parse(line)
                names |= {f"match.{language}.{len(found) + n}": name for n in range(len(phrases))}
                found += phrases
        others = _advanced(sheet, f"advanced.{language}")
        names |= {f"match.{language}.{len(found) + n}": f"advanced.{language}" for n in range(len(others))}
        found += others
        if found:
            match[language] = found
    for language, stored in before.get("match", {}).items():
        if phrasing.same(stored, match.get(language, ())):
            match[language] = stored
            names = {place: name for place, name in names.items() if not place.startswith(f"match.{language}.")}
            names |= _fields_of(sheet, language, stored)
    if match:
        part["match"] = {language: match[language] for language in ("en", "zh") if language in match}
    names |= _drills(sheet, part)
    return part, names | _exempt(sheet, part, before.get("unless", {}).get("within", []))


def _drills(sheet: Sheet, part: Part) -> dict[str, str]:
    """Leave out rows of drills that have a language alone, and say in which field each of the others is written."""
    rows = [row for row in sheet.rows("drills") if sheet.says(f"drills.{row}")]
    named = list(zip(rows, part.pop("drills", []), strict=True))
    written = [(row, drill) for row, drill in named if drill.keys() - {"locale"}]
    if written:
        part["drills"] = [drill for _row, drill in written]
    return {
        f"drills.{place}.{key}": f"drills.{row}.{key}"
        for place, (row, _drill) in enumerate(written)
        for key in ("rewrite", "locale", "anchors")
    }


def _advanced(sheet: Sheet, name: str) -> list[Any]:
    """Read phrases that are written as in files; what is wrong with their YAML stands on the sheet."""
    phrases, problems = phrasing.read_yaml(sheet.get(name))
    for problem in problems:
        said = _("Line %(line)s: %(why)s") % {"line": problem.line, "why": problem.message}
        sheet.errors.setdefault(name, said)
    return phrases


def _exempt(sheet: Sheet, part: Part, stored: list[Any]) -> dict[str, str]:
    """Put what may cover a hit into a part, plain phrases and others, and say in which field each is written.

    While nothing of it changes, it keeps the order in which it is stored.
    """
    unless = part.get("unless", {})
    exempt = [*unless.get("within", []), *_advanced(sheet, "advanced.within")]
    if phrasing.same(stored, exempt):
        exempt = stored
    if not exempt:
        return {}
    part["unless"] = {**unless, "within": exempt}
    return {
        f"unless.within.{place}": "unless.within" if isinstance(phrase, str) else "advanced.within"
        for place, phrase in enumerate(exempt)
    }


def _fields_of(sheet: Sheet, language: str, phrases: list[Any]) -> dict[str, str]:
    """Find the field of each stored phrase by what it says."""
    lines = {sheet.get(f"phrases.{language}.{row}").strip(): row for row in sheet.rows(f"phrases.{language}")}
    found = {}
    for place, phrase in enumerate(phrases):
        line = phrasing.write(phrase)
        field = f"phrases.{language}.{lines[line]}" if line in lines else f"advanced.{language}"
        found[f"match.{language}.{place}"] = field
    return found
