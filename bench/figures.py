"""The figures on docs/performance.md, written from the files that hold them, so that none is ever typed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import aims, mix, report
from bench.servers import ROOT

PAGE = ROOT / "docs" / "performance.md"
FILES = {"sqlite": ROOT / "bench.json", "postgresql": ROOT / "bench.postgresql.json"}
"""Where the figures of each database are kept."""
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


def stored() -> dict[str, dict[str, Any]]:
    """Read what was measured, by database."""
    return {kind: json.loads(path.read_text()) for kind, path in FILES.items() if path.exists()}


def figures(reports: Mapping[str, Mapping[str, Any]]) -> str:
    """Write everything that was measured, as Markdown."""
    return "\n\n".join(part for kind, found in reports.items() for part in _parts(NAMES[kind], found))


def _parts(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    machine = found["machine"]
    yield f"### {name}"
    yield (
        f"Commit `{found['commit'][:12]}`, Python {machine['python']}, one of {machine['processors']} processors for "
        f"the server{' and its database' if name != NAMES['sqlite'] else ''}."
    )
    if found.get("operations"):
        yield _table(report.rows(found))
    if others := report.other_rows(found):
        yield _table([("what", "found", "aim"), *others])
    yield from report.day(found)
    missed = [f"- {each}" for each in aims.missed(found)]
    yield "\n".join(["Missed:", "", *missed]) if missed else "Every aim is held."


def assumptions() -> str:
    """Write the day that people per core are computed with, as Markdown."""
    lines = [
        ("operation", "times a day", "a person …"),
        *((use.operation, f"{use.times:g}", use.words) for use in mix.DAY),
    ]
    return _table(lines)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *others = rows
    last = len(head) - 1
    marks = ["---" if place in {0, last} else "---:" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *others))


def written(page: str, text: str) -> str:
    """Return a page with text between its markers. Raises ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for figures")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def write(page: Path = PAGE) -> None:
    """Bring the page to what the files hold."""
    page.write_text(written(page.read_text(), figures(stored())))
