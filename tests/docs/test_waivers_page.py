"""The page about exceptions names the numbers and the answer that the product keeps."""

from datetime import timedelta
from pathlib import Path

from app.deals.rules import ClearanceDecision
from app.deals.waivers.charts import WEEKS
from app.deals.waivers.rules import LAPSES_SOON, LONGEST, LONGEST_EMERGENCY

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "waivers.md").read_text().split())


def test_the_page_names_the_numbers_that_the_product_keeps() -> None:
    assert f"for {LONGEST.days} days at most" in PAGE
    assert f"in its last {LAPSES_SOON.days} days" in PAGE
    assert f"from {LAPSES_SOON.days} days before its end" in PAGE
    assert f"A chart of the last {WEEKS} weeks" in PAGE
    assert ("through tomorrow at the latest" in PAGE, LONGEST_EMERGENCY) == (True, timedelta(days=1))
    assert f"`{ClearanceDecision.CLEARED_BY_WAIVER}`" in PAGE
