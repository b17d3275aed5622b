"""Findings as SARIF 2.1.0, the form that code hosts show beside a changed file."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.redlines.matcher import Finding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"block": "error", "warn": "warning", "coach": "note"}


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


def _result(uri: str, text: str, finding: Finding, title: str) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": _region(text, finding)}}
    level = _LEVELS[finding.severity] if finding.state == "active" else "note"
    result: dict[str, Any] = {
        "ruleId": finding.red_line,
        "level": level,
        "message": {"text": f"{title}: “{finding.matched}”"},
        "locations": [location],
        "properties": {"severity": finding.severity, "state": finding.state, "reason": finding.reason},
    }
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


def sarif(uri: str, text: str, findings: Iterable[Finding], words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a log of one run; `words` gives title, why and say_instead of each red line that is found."""
    found = list(findings)
    driver = {
        "name": "dealworthy",
        "rules": [_rule(name, words[name]) for name in dict.fromkeys(f.red_line for f in found)],
    }
    results = [_result(uri, text, finding, words[finding.red_line]["title"]) for finding in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
