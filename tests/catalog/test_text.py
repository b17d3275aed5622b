from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from app.catalog.text import LOCALES, Text, at_most, localized, nearest

ALL: Text = {"en": "colour", "zh-Hans": "颜色", "zh-Hant": "顏色"}


@pytest.mark.parametrize(
    ("text", "locale", "words"),
    [
        (ALL, "en", "colour"),
        (ALL, "zh-Hans", "颜色"),
        (ALL, "zh-Hant", "顏色"),
        ({"en": "colour", "zh-Hans": "颜色"}, "zh-Hant", "颜色"),
        ({"en": "colour", "zh-Hant": "顏色"}, "zh-Hans", "顏色"),
        ({"en": "colour"}, "zh-Hans", "colour"),
        ({"en": "colour"}, "zh-Hant", "colour"),
        ({"zh-Hant": "顏色"}, "en", "顏色"),
        ({"zh-Hant": "顏色", "zh-Hans": "颜色"}, "en", "颜色"),
        (ALL, "fr", "colour"),
        ("colour", "zh-Hans", "colour"),
    ],
)
def test_the_nearest_words_are_shown(text: Text, locale: str, words: str) -> None:
    assert localized(text, locale) == words


def test_no_locale_serves_when_there_is_none() -> None:
    with pytest.raises(LookupError):
        nearest({}, "en")


@pytest.mark.parametrize("text", ["colour", {"en": "colour"}, {"zh-Hans": "颜色", "en": "colour"}])
def test_a_text_is_a_string_or_a_map_by_locale(text: object) -> None:
    assert TypeAdapter(Text).validate_python(text) == text


def test_spaces_around_a_text_are_dropped() -> None:
    assert TypeAdapter(Text).validate_python({"en": " colour\n"}) == {"en": "colour"}


@pytest.mark.parametrize("text", ["", "  ", {}, {"en": ""}, {"fr": "couleur"}, {"en": 1}, 12, True, None, ["colour"]])
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(text)


def test_a_text_is_bounded_in_each_locale() -> None:
    short = TypeAdapter[Text](Annotated[Text, at_most(6)])
    assert short.validate_python({"en": "colour", "zh-Hans": "颜色"}) == {"en": "colour", "zh-Hans": "颜色"}
    with pytest.raises(ValidationError, match="is 7 characters long in en; at most 6 are allowed"):
        short.validate_python({"en": "colours"})


def test_the_locales_are_these() -> None:
    assert LOCALES == ("en", "zh-Hans", "zh-Hant")
