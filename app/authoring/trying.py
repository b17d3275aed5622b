"""What a red line does to its own examples while it is written, sentence by sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.authoring.forms import Part, red_line_part
from app.authoring.proving import prove_examples
from app.authoring.sentences import sentence
from app.authoring.sheets import Sheet
from app.catalog.document import validate
from app.catalog.text import LOCALES
from app.catalog.yamlfile import Located
from app.redlines.content import RedLineDocument, RedLinesDocument
from app.redlines.findings import Finding
from app.web.i18n import gettext as _

if TYPE_CHECKING:
    from app.redlines.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Tried:
    """One sentence: its pieces, each with whether it is flagged, whether that is right, and a word about it."""

    pieces: tuple[tuple[str, bool], ...]
    holds: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """Every example of a red line, by its field's number, and a sentence that the author tries."""

    must_flag: Mapping[int, Tried]
    must_not_flag: Mapping[int, Tried]
    drills: Mapping[int, Tried]
    free: Tried | None
    broken: int

    @property
    def holds(self) -> bool:
        """Whether the red line may be published."""
        return not self.broken


def try_out(sheet: Sheet, before: Part, others: Sequence[Part], rule_id: str) -> Trial | None:
    """Try what a sheet says beside the other rules of its product, and remark on it what does not hold.

    None while the rule itself is not well formed. Rows that are still empty keep their place on the sheet.
    """
    from app.redlines.compiler import compile_rules  # noqa: PLC0415 (with all that checks texts, arrays too: few processes do)
    from app.redlines.matcher import Matcher  # noqa: PLC0415 (as above)

    rule, found = red_line_part(sheet.copy(), before)
    rule["id"] = rule_id
    names = dict(found) | _shifts(sheet) | _whole_drills(rule, found)
    document, _problems = validate(RedLineDocument, Located("", rule, {}))
    if document is None:
        return None
    examined = {**rule, "status": "active"}
    compiled = compile_rules([examined])
    matcher = Matcher.of(compiled)
    together = {"schema": 1, "rules": [examined, *(each for each in others if each.get("id") != rule.get("id"))]}
    whole, _problems = validate(RedLinesDocument, Located("", together, {}))
    failures = list(prove_examples(whole, "")) if whole else []
    mine = [(trail[2:], message) for trail, message in failures if trail[:2] == ("rules", 0)]
    for trail, message in mine:
        sheet.remarks.setdefault(sheet.field(".".join(map(str, trail)), names), sentence(message))
    return Trial(
        must_flag=_all(matcher, sheet, "examples.must_flag", wanted=True),
        must_not_flag=_all(matcher, sheet, "examples.must_not_flag", wanted=False),
        drills={
            row: _tried(matcher, text, wanted=True)
            for row in sheet.rows("drills")
            if (text := sheet.get(f"drills.{row}.rewrite").strip())
        },
        free=_tried(matcher, sheet.get("attempt"), wanted=None) if sheet.get("attempt").strip() else None,
        broken=len(mine),
    )


def _whole_drills(rule: Part, names: Mapping[str, str]) -> dict[str, str]:
    """Leave out drills that are still being written, so that the rest is tried, and name the fields of the others."""
    needed = ("rewrite", "locale", "anchors")
    whole = [(place, each) for place, each in enumerate(rule.pop("drills", [])) if each.keys() >= set(needed)]
    if whole:
        rule["drills"] = [each for _place, each in whole]
    return {
        f"drills.{new}.{key}": names[f"drills.{old}.{key}"] for new, (old, _each) in enumerate(whole) for key in needed
    }


def _filled(sheet: Sheet, prefix: str) -> list[int]:
    return [row for row in sheet.rows(prefix) if sheet.get(f"{prefix}.{row}").strip()]


def _shifts(sheet: Sheet) -> dict[str, str]:
    """Say in which row of the sheet each row of the document is written."""
    prefixes = ("examples.must_flag", "examples.must_not_flag", *(f"say_instead.{locale}" for locale in LOCALES))
    return {
        f"{prefix}.{place}": f"{prefix}.{row}"
        for prefix in prefixes
        for place, row in enumerate(_filled(sheet, prefix))
    }


def _all(matcher: "Matcher", sheet: Sheet, prefix: str, *, wanted: bool) -> dict[int, Tried]:
    rows = _filled(sheet, prefix)
    return {row: _tried(matcher, sheet.get(f"{prefix}.{row}").strip(), wanted=wanted) for row in rows}


def _tried(matcher: "Matcher", text: str, *, wanted: bool | None) -> Tried:
    found = matcher.check_all(text)
    active = [finding for finding in found if finding.state == "active"]
    holds = wanted is None or bool(active) == wanted
    note = ""
    if not active and found:
        note = _reason(found[0])
    elif wanted is None and not found:
        note = _("Nothing is found.")
    elif active and wanted is False:
        note = _("Flagged by “%(phrase)s”. Narrow the phrase.") % {"phrase": active[0].matched}
    elif wanted and not found:
        note = _("No phrase matches this sentence.")
    return Tried(_pieces(text, active or found), holds, note)


def _reason(finding: Finding) -> str:
    return {
        "within": _("Left out: an allowed phrase covers it."),
        "required": _("Left out: the required statement stands near."),
        "speaker": _("Left out: somebody else says it."),
        "quoted": _("Left out: it is quoted."),
        "negated": _("Set aside: the sentence denies it."),
        "attributed": _("Set aside: somebody else is said to say it."),
        "question": _("Set aside: it is a question."),
    }.get(finding.reason or "", _("Set aside."))


def _pieces(text: str, found: Sequence[Finding]) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    start = 0
    for finding in sorted(found, key=lambda each: (each.start, -each.end)):
        if finding.start < start:
            continue
        pieces += [(text[start : finding.start], False), (text[finding.start : finding.end], finding.state == "active")]
        start = finding.end
    pieces.append((text[start:], False))
    return tuple((piece, flagged) for piece, flagged in pieces if piece)
