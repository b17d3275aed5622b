"""The settings of a quiz as an author's form shows them, and back."""

from collections.abc import Mapping
from typing import Any, Final

from app.authoring import layouts
from app.authoring.forms import Part, checked
from app.authoring.sheets import Layout, Sheet, lay_out, read_back
from app.quizzes.content import QuizDocument, ReviewPolicy
from app.web.i18n import gettext as _

_STAND_IN: Final = {"id": "one", "type": "true_false", "prompt": "-", "answer": True}
_MIDNIGHT: Final = "T00:00"
_MOMENTS: Final = ("opens", "closes")
_USUAL: Final = {**{f"review.{part}": when for part, when in ReviewPolicy()}, "practice": "missed"}


def show_quiz(part: Part) -> Sheet:
    """Lay the settings of a quiz out, with what holds where the document says nothing."""
    by_rules = isinstance(part.get("draw"), list)
    sheet = lay_out(part, {**layouts.QUIZ, **_layout(by_rules=by_rules)})
    for name in _MOMENTS:
        if sheet.get(name):
            sheet.set(name, _with_time(sheet.get(name)))
    for name, usual in _USUAL.items():
        if not sheet.get(name):
            sheet.set(name, usual)
    return sheet


def read_quiz(sheet: Sheet, before: Part) -> Part | None:
    """Read the settings of a quiz; its questions stay, also when there is none yet."""
    by_rules = sheet.says("draw")
    if by_rules and sheet.get("draw").strip():
        sheet.errors["draw"] = _("Draw by a number or by rules, not by both.")
    part = read_back(sheet, {**layouts.QUIZ, **_layout(by_rules=by_rules)}, before)
    for name in _MOMENTS:
        if part.get(name) and part[name] == _with_time(before.get(name)):
            part[name] = before[name]  # a day stays a day
    items = part.get("items", [])
    stand_ins = items or ([] if _draws_elsewhere(part) else [_STAND_IN])
    quiz = checked(QuizDocument, {**part, "items": stand_ins}, sheet)
    return None if quiz is None else {**quiz, "items": items}


def _layout(*, by_rules: bool) -> Layout:
    return layouts.DRAW_RULES if by_rules else layouts.DRAW_NUMBER


def _with_time(moment: Any) -> str:
    """Write a time as a browser's field for date and time does; a day alone is its first moment."""
    return f"{moment}{_MIDNIGHT}" if moment and "T" not in str(moment) else str(moment)


def _draws_elsewhere(part: Mapping[str, Any]) -> bool:
    draw = part.get("draw")
    return isinstance(draw, list) and any(isinstance(rule, dict) and rule.get("from") for rule in draw)
