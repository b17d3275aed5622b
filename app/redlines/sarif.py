"""Findings as SARIF 2.1.0, the form that code hosts show beside a changed file."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from app.redlines.findings import Finding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"block": "error", "warn": "warning", "coach": "note"}


class Lines:
    """Where the lines of a text begin, counted once for all that is found in it."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        while end := text.find("\n", self._starts[-1]) + 1:
            self._starts.append(end)

    def position(self, place: int) -> tuple[int, int]:
        """Return the line and column of a place, both counted from 1, columns in code points."""
        line = bisect_right(self._starts, place)
        return line, place - self._starts[line - 1] + 1


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with its file.

    Attributes:
        uri: the file, as SARIF names it.
        finding: what was found; its places are those of the text with these `lines`.
        lines: those of the file itself, or None for one that has none, such as a deck; code hosts want a line all the
            same, and are given the first.
        place: where in the file it is, in words, when not in a line; with the kind of that place.
    """

    uri: str
    finding: Finding
    lines: Lines | None
    place: tuple[str, str] | None = None


def _region(lines: Lines, finding: Finding) -> dict[str, int]:
    line, column = lines.position(finding.start)
    end_line, end_column = lines.position(finding.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": finding.start,
        "charLength": finding.end - finding.start,
    }


def _location(located: Located) -> dict[str, Any]:
    region = {"startLine": 1} if located.lines is None else _region(located.lines, located.finding)
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
    if located.lines is None:
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
