"""Writing an item for a system that keeps one language: its words, its numbers, and what could not be said."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from app.catalog.text import Text, localized
from app.quizzes.interchange import texts
from app.quizzes.interchange.keys import exact
from app.quizzes.interchange.outcome import Loss, LossCode

_NOT_XML: Final = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_LONGEST_DECIMAL: Final = 30


class Voice:
    """Says the texts of one item in one language, and collects in `losses` what it cannot."""

    def __init__(self, item: Mapping[str, Any], locale: str, media: Mapping[str, bytes]) -> None:
        """Speak of `item`, whose files are in `media`."""
        self.item = item
        self.media = media
        self.losses: list[Loss] = []
        self._locale = locale

    def lose(self, code: LossCode, detail: str = "") -> None:
        """Note what was not written, once."""
        loss = Loss(code, " ".join(detail.split())[:200])
        if loss not in self.losses:
            self.losses.append(loss)

    def say(self, text: Any) -> str:
        """Give the words of a text; empty for none."""
        if not text:
            return ""
        words = localized(text, self._locale)
        others = [] if isinstance(text, str) else sorted(name for name, other in text.items() if other != words)
        if others:
            self.lose(LossCode.language, ", ".join(others))
        return texts.normal(_NOT_XML.sub("", words))

    def choose(self, text: Text) -> str:
        """Give our own words in the language that is written."""
        return localized(text, self._locale)

    def line(self, text: Any) -> str:
        """Give the words of a text on one line."""
        return " ".join(self.say(text).split())

    def prompt(self) -> str:
        """Give what the item asks."""
        return self.say(self.item["prompt"])

    def picture(self, media: Mapping[str, Any]) -> tuple[str, bytes, str] | None:
        """Give the name, the bytes and the alternative text of a picture; None for a sound or what is missing."""
        name, alt = media["file"], self.line(media.get("alt"))
        data = self.media.get(name)
        if data is None or not name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp")):
            self.lose(LossCode.media_left_out if data is not None else LossCode.image_left_out, name)
            return None
        return name, data, alt


def decimal(value: float | Fraction) -> str:
    """Write a number in full, or with an exponent when that would be long."""
    exactly = value if isinstance(value, Fraction) else Fraction(str(value))
    if exactly.denominator == 1 and abs(exactly) < 10**_LONGEST_DECIMAL:
        return str(exactly.numerator)
    written = (
        Decimal(str(value)) if isinstance(value, float) else Decimal(exactly.numerator) / Decimal(exactly.denominator)
    )
    plain = format(written.normalize(), "f")
    return plain if len(plain) <= _LONGEST_DECIMAL else str(written.normalize())


def is_decimal(value: Fraction) -> bool:
    """Say whether a number can be written with a few decimals."""
    return Fraction(decimal(value)) == value


def share(weight: float) -> Fraction:
    """Give the exact share of a weight: 0.333 is a third."""
    return exact(Fraction(str(weight)))


def middle(answer: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """Give an accepted number and its tolerance; of a range, its middle and half its width."""
    if answer.get("answer") is not None:
        return Fraction(str(answer["answer"])), Fraction(str(answer.get("tolerance", 0)))
    low, high = Fraction(str(answer["min"])), Fraction(str(answer["max"]))
    return (low + high) / 2, (high - low) / 2


def weights(options: Any) -> list[Fraction]:
    """Give what each option of a multiple choice adds to the mark."""
    right = sum(bool(option.get("correct")) for option in options)
    wrong = len(options) - right
    return [
        share(option["weight"])
        if option.get("weight") is not None
        else Fraction(1, right)
        if option.get("correct")
        else Fraction(-1, wrong)
        for option in options
    ]


def accepted(answers: Any) -> list[dict[str, Any]]:
    """Give the accepted answers of a key, the best first, as elsewhere the first that matches counts."""
    documents = [each if isinstance(each, Mapping) else {"text": each} for each in answers]
    return sorted((dict(each) for each in documents), key=lambda each: -each.get("weight", 1))


def numbers(key: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the accepted numbers of a key, the best first."""
    if key.get("answers"):
        return accepted(key["answers"])
    return [{"answer": key["answer"], "tolerance": key.get("tolerance", 0)}]
