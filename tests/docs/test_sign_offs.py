"""The page about sign-offs names the numbers that the product keeps."""

from pathlib import Path

from app.certification.signoffs.recordings import LARGEST
from app.people.confirming import TRIES
from app.people.limits import WINDOW

PAGE = (Path(__file__).parents[2] / "docs" / "sign-offs.md").read_text()


def test_the_page_names_the_numbers_that_the_product_keeps() -> None:
    assert f"at most {LARGEST // 1_000_000} MB" in PAGE
    assert (f"After {TRIES} wrong passwords within a quarter of an hour" in PAGE, WINDOW.total_seconds()) == (True, 900)
