"""How soon a process answers and how much memory it keeps: here as far as it can be said without a clock.

Figures are in docs/performance.md.
"""

import gc

from forks import Forks

NOT_AT_ONCE = {
    "cryptography",
    "docx",
    "joserfc",
    "mcp",
    "opentelemetry.sdk",
    "pptx",
    "pypdf",
    "typst",
}
"""Libraries that are slow to import or large, and that few requests need."""


def test_a_process_starts_without_what_few_requests_need(forks: Forks) -> None:
    imported = set(forks.order({"do": "modules"}))

    assert "app.main" in imported
    assert imported & NOT_AT_ONCE == set()


def test_what_is_imported_is_not_looked_through_again_and_again() -> None:
    assert gc.get_threshold() == (50_000, 20, 50)
