"""How soon a process answers and how much memory it keeps: here as far as it can be said without a clock.

Figures are in docs/performance.md.
"""

import gc
import subprocess
import sys

from app.config import ROOT

NOT_AT_ONCE = {
    "alembic",
    "app.commands.demo",
    "app.quizzes.interchange.qti",
    "app.redlines.matcher",
    "cryptography",
    "docx",
    "icalendar",
    "joserfc",
    "lxml",
    "mcp",
    "numpy",
    "opentelemetry.sdk",
    "pptx",
    "pypdf",
    "typst",
}
"""Libraries that are slow to import or large and that few requests need, and what of our own brings such in."""
_MODULES = "import sys; from app.cli import build_parser; build_parser(['serve']); print(*sys.modules)"


def test_a_server_starts_without_what_few_requests_need() -> None:
    command = [sys.executable, "-c", _MODULES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
    imported = set(done.stdout.split())

    assert "app.main" in imported
    assert imported & NOT_AT_ONCE == set()


def test_what_is_imported_is_not_looked_through_again_and_again() -> None:
    assert gc.get_threshold() == (50_000, 20, 50)
