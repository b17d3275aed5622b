"""What was measured, as the file that holds it and as tables for people."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from bench import aims, mix
from bench.operations import Measured, Measurements
from bench.servers import ROOT

Report = dict[str, Any]

HEADS = ("operation", "per core", "p50 ms", "p99 ms", "bare per core", "ratio", "statements", "bytes", "aim")


def header(database: str) -> Report:
    """Say what was measured, and where."""
    command = ["git", "rev-parse", "HEAD"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (a fixed command)
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "database": database}
    return {"commit": found.stdout.strip(), "machine": machine}


def operations(mine: Measurements, bare: Measurements, names: Sequence[str]) -> Report:
    """Return the figures of each operation."""
    return {name: _figures(name, mine[name], bare[name]) for name in names}


def _figures(name: str, mine: Measured, bare: Measured) -> dict[str, float | int]:
    ratio = bare.per_core / mine.per_core if name == "history_growth" else mine.per_core / bare.per_core
    return {
        "per_core": round(mine.per_core, 2),
        "p50_ms": round(mine.p50_ms, 2),
        "p99_ms": round(mine.p99_ms, 2),
        "ceiling_per_core": round(bare.per_core, 2),
        "ceiling_p99_ms": round(bare.p99_ms, 2),
        "ratio": round(ratio, 3),
        "p99_ratio": round(mine.p99_ms / bare.p99_ms, 2),
        "statements": mine.statements,
        "bytes": mine.size,
    }


def rows(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the table of operations as text, its head first."""
    database = report["machine"]["database"]
    found: list[tuple[str, ...]] = [HEADS]
    for name, each in report["operations"].items():
        aim = aims.said(aims.of_operation(name, database), each)
        found.append(
            (
                name,
                _number(each["per_core"]),
                f"{each['p50_ms']:.1f}",
                f"{each['p99_ms']:.1f}",
                _number(each["ceiling_per_core"]),
                f"{each['ratio']:.2f}",
                str(each["statements"]),
                f"{each['bytes']:,}",
                aim,
            )
        )
    return found


def _number(value: float) -> str:
    few = 100
    return f"{value:,.0f}" if value >= few else f"{value:.1f}"


def other_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what, figure and aim of growth, size and red lines."""
    found = []
    for name, figures in report.get("growth", {}).items():
        aim = aims.GROWTH[name]
        said = f"{figures['small']:g} → {figures['large']:g} ms" if "small" in figures else f"{figures[aim.figure]:g}"
        found.append((f"{name}: {figures['what']}", said, aims.said((aim,), figures)))
    for name, aim in aims.SIZE.items():
        if name in report.get("size", {}):
            found.append((name, f"{report['size'][name]:g}", aims.said((aim,), report["size"])))
    if "redlines" in report:
        red_lines = report["redlines"]
        found.append(("red-line check of 1 MB", f"{red_lines['check_L']:g} L", aims.said((aims.RED_LINES,), red_lines)))
    return found


def printed(table: Sequence[Sequence[str]]) -> str:
    """Write a table in columns; the last column is text, as the first."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    last = len(widths) - 1
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in {0, last} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def day(report: Mapping[str, Any]) -> list[str]:
    """Say how many people one core serves, and what their day is made of."""
    found = report.get("operations", {})
    if not mix.measured(found):
        return []
    costs = mix.milliseconds_a_day(found)
    spent = ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items())
    people = f"{mix.people_per_core(found):,}"
    return [f"One core serves {people} people, whose day takes {sum(costs.values()):.0f} ms of CPU each ({spent})."]
