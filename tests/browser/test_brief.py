"""A brief is printed and taken along: a deal with one product fits one sheet, with two the two sides of it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page

SHEET = re.compile(rb"/Type\s*/Page\b")


def test_a_brief_fits_the_sheet_that_is_taken_along(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as("manager@example.com", at="/deals")
    found = {}
    for reference in ("D-20419", "D-20420", "D-20417"):
        page.goto(f"/deals/{reference}/brief")
        products = page.locator("[id^='product-']").count()
        found[reference] = (products, len(SHEET.findall(page.pdf(format="A4"))))
    assert found == {"D-20419": (1, 1), "D-20420": (1, 1), "D-20417": (2, 2)}
