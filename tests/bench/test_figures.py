"""The figures on docs/performance.md are those of the files, and the assumptions those that are computed with."""

import pytest

from bench import aims, figures, mix, report
from bench.operations import NAMES

FIGURES = {
    "per_core": 400.0,
    "p50_ms": 2.5,
    "p99_ms": 4.0,
    "ceiling_per_core": 1_000.0,
    "ceiling_p99_ms": 1.6,
    "ratio": 0.4,
    "p99_ratio": 2.5,
    "statements": 5,
    "bytes": 2_048,
}
MACHINE = {"processors": 2, "python": "3.11.9", "database": "sqlite"}
REPORT = {
    "commit": "0123456789abcdef",
    "machine": MACHINE,
    "operations": {"home": FIGURES, "clearance": FIGURES},
    "growth": {"clearance": {"what": "1 → 2 periods", "small": 1.0, "large": 1.5, "ratio": 1.5}},
    "size": {"memory_mb": 120.5},
    "redlines": {"check_L": 6.5},
}
WRITTEN = """\
### SQLite

Commit `0123456789ab`, Python 3.11.9, one of 2 processors for the server.

| operation | per core | p50 ms | p99 ms | bare per core | ratio | statements | bytes | aim |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
| home | 400 | 2.5 | 4.0 | 1,000 | 0.40 | 5 | 2,048 | ≥ 300 held |
| clearance | 400 | 2.5 | 4.0 | 1,000 | 0.40 | 5 | 2,048 | ≥ 0.5 × bare missed; p99 ≤ 3 × bare held |

| what | found | aim |
| --- | ---: | --- |
| clearance: 1 → 2 periods | 1 → 1.5 ms | ≤ 1.2 × missed |
| memory_mb | 120.5 | ≤ 150 MB held |
| red-line check of 1 MB | 6.5 L | ≤ 7 L held |

Missed:

- clearance: ratio is 0.4, asked is ≥ 0.5 × bare
- growth of clearance: ratio is 1.5, asked is ≤ 1.2 ×"""


def test_the_page_holds_the_figures_of_the_files() -> None:
    page = figures.PAGE.read_text()
    assert page == figures.written(page, figures.figures(figures.stored()))


def test_the_page_holds_the_assumptions() -> None:
    assert figures.assumptions() in figures.PAGE.read_text()


def test_every_operation_is_explained() -> None:
    page = figures.PAGE.read_text()
    assert [name for name in NAMES if f"`{name}`" not in page] == []


def test_figures_are_written_as_tables() -> None:
    assert figures.figures({"sqlite": REPORT}) == WRITTEN


def test_text_goes_between_the_markers() -> None:
    page = f"before\n{figures.BEGIN}\n\nold\n\n{figures.END}\nafter\n"
    assert figures.written(page, "new") == f"before\n{figures.BEGIN}\n\nnew\n\n{figures.END}\nafter\n"
    with pytest.raises(ValueError, match="no place"):
        figures.written("nothing", "new")


def test_each_aim_is_of_something_that_is_measured() -> None:
    assert set(aims.OPERATIONS) <= set(NAMES)
    assert {use.operation for use in mix.DAY} <= set(NAMES)


def test_columns_stand_below_each_other() -> None:
    assert report.printed([("name", "ms", "aim"), ("a", "1,000", "held")]) == "name     ms  aim\na     1,000  held"
