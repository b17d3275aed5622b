"""Small whole numbers are written without Babel, and look as it writes them."""

import pytest
from babel.numbers import format_decimal

from app.web.i18n import LOCALES, number, speaking


@pytest.mark.parametrize("locale", LOCALES)
def test_a_small_number_looks_as_babel_writes_it(locale: str) -> None:
    babels = locale.replace("-", "_")
    with speaking(locale):
        wrong = [each for each in range(10_001) if number(each) != format_decimal(each, locale=babels)]
    assert wrong == []
