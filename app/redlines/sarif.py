"""Findings as SARIF 2.1.0, the form that code hosts show beside a changed file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from app.redlines.matcher import Finding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"block": "error", "warn": "warning", "coach": "note"}


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with its file.

    Attributes:
        uri: the file, as SARIF names it.
        finding: what was found; its places are those of `text`.
        text: the text of the file itself, or None for one that has no lines, such as a deck; code hosts want a line
            all the same, and are given the first.
        place: where in the file it is, in words, when not in a line; with the kind of that place.
    """

    uri: str
    finding: Finding
    text: str | None
    place: tuple[str, str] | None = None


def position(text: str, place: int) -> tuple[int, int]:
    """Return the line and column of a place, both counted from 1, columns in code points."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _region(text: str, finding: Finding) -> dict[str, int]:
    line, column = position(text, finding.start)
    end_line, end_column = position(text, finding.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": finding.start,
        "charLength": finding.end - finding.start,
    }


def _location(located: Located) -> dict[str, Any]:
    region = {"startLine": 1} if located.text is None else _region(located.text, located.finding)
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": located.uri}, "region": region},
    }
    if located.place:
        name, kind = located.place
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": kind}]
    return location


def _fingerprint(located: Located) -> str:
    """Tell findings of one file apart that have no lines, which hosts look at otherwise."""
    named = [located.finding.red_line, located.place[0] if located.place else "", located.finding.matched]
    return sha256("\0".join(named).encode("utf-8", "replace")).hexdigest()[:32]


def _result(located: Located, title: str) -> dict[str, Any]:
    finding = located.finding
    level = _LEVELS[finding.severity] if finding.state == "active" else "note"
    where = f" ({located.place[0]})" if located.place else ""
    result: dict[str, Any] = {
        "ruleId": finding.red_line,
        "level": level,
        "message": {"text": f"{title}: “{finding.matched}”{where}"},
        "locations": [_location(located)],
        "properties": {"severity": finding.severity, "state": finding.state, "reason": finding.reason},
    }
    if located.text is None:
        result["partialFingerprints"] = {"primaryLocationLineHash": _fingerprint(located)}
    if finding.state == "suppressed":
        result["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return result


def _rule(name: str, words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": words["title"]},
        "fullDescription": {"text": words["why"]},
        "help": {"text": "\n".join(words["say_instead"]) or words["why"]},
    }


def sarif(found: Iterable[Located], words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a log of one run; `words` gives title, why and say_instead of each red line that is found."""
    results = list(found)
    names = dict.fromkeys(each.finding.red_line for each in results)
    driver = {"name": "dealworthy", "rules": [_rule(name, words[name]) for name in names]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, words[each.finding.red_line]["title"]) for each in results],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
