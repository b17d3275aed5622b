"""What differs between two versions of a document, place by place, for people to read."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.authoring.requirementwords import is_requirement, requirement
from app.authoring.words import called, label, place
from app.catalog.text import LOCALES
from app.web.i18n import gettext as _

_LONG = 400
_TOLD = frozenset({"levels", "rubrics", "live_sessions"})
"""Parts of which the whole is told where they are new or gone."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs. `lines` show a long text line by line, each with `+`, `-` or a space."""

    where: str
    before: str
    after: str
    lines: tuple[tuple[str, str], ...] = ()


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """Compare two documents; parts with an id are compared with their own earlier wording."""
    return list(_compare(before or {}, after or {}, ()))


def _compare(before: Any, after: Any, trail: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            here, one, other = (*trail, label(str(key))), before.get(key), after.get(key)
            if key == "requirements":
                yield from _compare_asked(one or [], other or [], here)
            elif key in _TOLD:
                yield from _compare_parts(one or [], other or [], here, told=True)
            else:
                yield from _compare(one, other, here)
    elif _has_ids(before) and _has_ids(after) and (before or after):
        yield from _compare_parts(before, after, trail)
    elif isinstance(before, list) and isinstance(after, list):
        for row in range(max(len(before), len(after))):
            one, other = (side[row] if row < len(side) else None for side in (before, after))
            yield from _compare(one, other, (*trail, str(row + 1)))
    else:
        yield _difference(trail, _said(before), _said(after))


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) and "id" in each for each in value)


def _compare_asked(before: list[Any], after: list[Any], trail: tuple[str, ...]) -> Iterator[Difference]:
    """Compare what a program asks for: what went, what came, and whether the rest has another order."""
    old, new = ([requirement(each) for each in side] for side in (before, after))
    where = " › ".join(trail)
    yield from (Difference(where, each, "") for each in old if each not in new)
    yield from (Difference(where, "", each) for each in new if each not in old)
    kept_before, kept_after = ([each for each in side if each in old and each in new] for side in (old, new))
    if kept_before != kept_after:
        yield Difference(" › ".join((*trail, _("Order"))), "\n".join(kept_before), "\n".join(kept_after))


def _compare_parts(
    before: list[Any], after: list[Any], trail: tuple[str, ...], *, told: bool = False
) -> Iterator[Difference]:
    old, new = ({each["id"]: each for each in side} for side in (before, after))
    for part_id in dict.fromkeys([*new, *old]):
        one, other = old.get(part_id), new.get(part_id)
        here = (*trail, called(other or one or {}))
        if one and other:
            yield from _compare(one, other, here)
        elif told:
            yield Difference(" › ".join(here), _said(one), _said(other))
        else:
            yield Difference(" › ".join(here), _("Removed") if other is None else "", _("Added") if one is None else "")
    kept_before, kept_after = ([each for each in side if each in old and each in new] for side in (old, new))
    if kept_before != kept_after:
        one, other = (", ".join(called(new[each]) for each in side) for side in (kept_before, kept_after))
        yield Difference(" › ".join((*trail, _("Order"))), one, other)


def _difference(trail: tuple[str, ...], before: str, after: str) -> Difference:
    where = " › ".join(trail)
    if "\n" not in before + after and len(before) + len(after) < _LONG:
        return Difference(where, before, after)
    changed = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    lines = tuple((line[0], line[1:]) for line in changed if not line.startswith(("---", "+++", "@@")) and line)
    return Difference(where, before, after, lines)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Mapping):
        if set(value) <= set(LOCALES):
            return " / ".join(str(words) for words in value.values())
        if is_requirement(value):
            return requirement(value)
        return "; ".join(f"{place([str(key)])}: {_said(below)}" for key, below in value.items() if key != "id")
    if isinstance(value, list):
        return "\n".join(_said(each) for each in value)
    return str(value)
