"""Text that a person reads: one string for every language, or one for each."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag

Locale = Literal["en", "zh-Hans", "zh-Hant"]
LOCALES: Final[tuple[Locale, ...]] = ("en", "zh-Hans", "zh-Hant")

_FALLBACK: Final[Mapping[str, tuple[Locale, ...]]] = {
    "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
    "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
}

Words = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=20_000)]


def _form(value: object) -> str:
    return "<by locale>" if isinstance(value, dict) else "<text>"


Text = Annotated[
    Annotated[Words, Tag("<text>")] | Annotated[dict[Locale, Words], Field(min_length=1), Tag("<by locale>")],
    Discriminator(_form),
]
"""A non-empty string, or a map of non-empty strings by locale; spaces around them are dropped."""


def at_most(length: int) -> AfterValidator:
    """Bound a `Text` to `length` characters in each locale."""

    def check(text: Text) -> Text:
        for locale, words in by_locale(text).items():
            if len(words) > length:
                where = f" in {locale}" if locale else ""
                message = f"is {len(words):,} characters long{where}; at most {length:,} are allowed"
                raise ValueError(message)
        return text

    return AfterValidator(check)


Label = Annotated[Text, at_most(200)]
"""A name or a title: at most 200 characters."""

Sentence = Annotated[Text, at_most(2_000)]
"""A sentence or a short paragraph: at most 2,000 characters."""


def by_locale(text: Text) -> Mapping[str, str]:
    """Give the strings of a text; the locale of a plain string is the empty string."""
    return {"": text} if isinstance(text, str) else {str(locale): words for locale, words in text.items()}


def localized(text: Text, locale: str) -> str:
    """Give the words of `text` for `locale`, or the nearest there are: other Chinese, English, any."""
    return text if isinstance(text, str) else text[nearest(text, locale)]


def nearest(texts: Mapping[Locale, object], locale: str) -> Locale:
    """Give the key of `texts` that serves `locale` best. Raises LookupError when there is none."""
    for candidate in (*_FALLBACK.get(locale, ("en",)), *LOCALES):
        if candidate in texts:
            return candidate
    raise LookupError(locale)
