"""`make bench`: measures the product beside a bare stack on this machine, prints tables and writes bench.json."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import aims, company, data, figures, growth, redlines, report
from bench.counting import statements
from bench.fixture import Fixture
from bench.operations import NAMES, OF_COMPANY
from bench.runs import Plan, measure
from bench.stores import KINDS, Store, store

ROUNDS = 5
FILLED: Sequence[tuple[str, Callable[[str], Fixture], Sequence[str]]] = (
    ("people", data.fill, [name for name in NAMES if name not in OF_COMPANY]),
    ("company", company.fill, OF_COMPANY),
)
"""The databases of a run: what fills each, and what is measured on it."""


def main() -> int:
    """Run the benchmark and return the exit status."""
    wanted = _arguments()
    operations = wanted.operation or [*NAMES, growth.NAME, redlines.NAME]
    output = wanted.output or figures.FILES[wanted.database]
    found = json.loads(output.read_text()) if output.exists() else {}
    found |= report.header(wanted.database)
    if redlines.NAME in operations:
        found[redlines.NAME] = section = redlines.measure()
        print(redlines.table(section), flush=True)
    with tempfile.TemporaryDirectory() as folder, store(wanted.database, Path(folder)) as there:
        for name in _operations(there, wanted, [name for name in operations if name in NAMES], found):
            _keep(found, wanted.output)
            print(f"Kept what was measured on the database {name}.", flush=True)
        if growth.NAME in operations:
            print("Growing a company …", flush=True)
            found[growth.NAME], size = growth.measure(there)
            found["size"] = found.get("size", {}) | size
    _keep(found, wanted.output)
    print(_said(found))
    print(f"\nWritten: {output}")
    return 0


def _keep(found: dict[str, Any], output: Path | None) -> None:
    """Write what was measured so far, and bring the page to it unless the file is another."""
    kept = output or figures.FILES[found["machine"]["database"]]
    kept.write_text(json.dumps(found, indent=2) + "\n")
    if output is None:
        figures.write()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument(
        "--operation",
        choices=[*NAMES, growth.NAME, redlines.NAME],
        action="append",
        help="measure only this (may be given again)",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--tries", type=int, default=3, help="runs at most, when the machine does not stand still")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="write a profile of the product's server (py-spy)")
    parser.add_argument(
        "--output", type=Path, help="instead of bench.json or bench.postgresql.json, and docs/performance.md"
    )
    return parser.parse_args()


def _operations(
    there: Store, wanted: argparse.Namespace, operations: Sequence[str], found: dict[str, Any]
) -> Iterator[str]:
    """Measure operations on the databases that they need; yield each when its figures are in what is reported."""
    memory = 0.0
    for name, fill, there_is in FILLED:
        names = [each for each in there_is if each in operations]
        if not names:
            continue
        print(f"Filling a database ({wanted.database}, {name}) …", flush=True)
        url = there.database(name)
        fixture = fill(url)
        result = measure(url, fixture, there, Plan(names, wanted.rounds, wanted.tries, _profile(wanted.profile, name)))
        for each, count in statements(url, fixture, names).items():
            result.mine[each].statements = count
        kept = found.get("operations", {}) | report.operations(result.mine, result.bare, names)
        found["operations"] = {each: kept[each] for each in NAMES if each in kept}
        memory = max(memory, result.memory_mb)
        largest = max(each["bytes"] for each in found["operations"].values()) / 1000
        found["size"] = found.get("size", {}) | {"memory_mb": round(memory, 1), "page_kb": round(largest, 1)}
        yield name


def _profile(wanted: Path | None, name: str) -> Path | None:
    return wanted.with_stem(f"{wanted.stem}-{name}") if wanted else None


def _said(found: dict[str, Any]) -> str:
    parts = [report.printed(report.rows(found))] if found.get("operations") else []
    if others := report.other_rows(found):
        parts.append(report.printed(others))
    parts += ["\n".join(report.day(found)), "\n".join(f"missed: {each}" for each in aims.missed(found))]
    return "\n" + "\n\n".join(part for part in parts if part)


if __name__ == "__main__":
    sys.exit(main())
