"""The keys of items as GIFT writes them: weights, accepted texts and numbers, the best first."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.catalog.text import Text
from app.quizzes.interchange import keys
from app.quizzes.interchange.outcome import Loss, LossCode, SkipError
from app.quizzes.interchange.texts import clean


class UnwritableError(Exception):
    """The file format has no way to say this question."""


def decimal(value: float) -> str:
    """Write a number in full where that is short. Raises UnwritableError for one that cannot be read back."""
    text = f"{Decimal(repr(float(value))).normalize():f}"
    if len(text) > 30:  # noqa: PLR2004 (more digits than anybody reads)
        text = repr(float(value))
    try:
        back = keys.decimal(keys.number(text))
    except SkipError as error:
        raise UnwritableError(text) from error
    if back != value:
        raise UnwritableError(text)
    return text


def percent(share: Fraction, *, usual: int = 0) -> str:
    """Write a weight such as `%50%`, nothing for the usual one; thirds are rounded as Moodle rounds them."""
    return "" if share == usual else f"%{float(round(share * 100, 5)):.5f}".rstrip("0").rstrip(".") + "%"


def rounded(weight: float, losses: list[Loss]) -> Fraction:
    """Give the share that a weight stands for in a file."""
    share = keys.exact(round(Fraction(str(weight)), 7))
    if float(share) != weight:
        losses.append(Loss(LossCode.weight, f"{weight:g}"))
    return share


def shares(item: Mapping[str, Any], losses: list[Loss]) -> list[Fraction]:
    """Give the share of the mark of each option. Raises UnwritableError when it would belie what is right."""
    options = item["options"]
    right = sum(option.get("correct", False) for option in options)
    wrong = len(options) - right
    found = []
    for option in options:
        is_right = option.get("correct", False)
        if option.get("weight") is not None:
            share = rounded(option["weight"], losses)
        elif item["type"] == "single":
            share = Fraction(is_right)
        else:
            share = Fraction(1, right) if is_right else Fraction(-1, wrong)
        if item["type"] == "multiple" and is_right != (share > 0):
            raise UnwritableError(f"{float(share):.0%}")
        found.append(share)
    return found


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be typed, in the words of the file, with its share of the mark."""

    text: str
    share: Fraction
    feedback: Text | None


def accepted(item: Mapping[str, Any], losses: list[Loss]) -> list[Accepted]:
    """Give the accepted texts, each once, the best first, as the first that matches counts elsewhere."""
    found: list[Accepted] = []
    for each in item["accept"]:
        entry: Mapping[str, Any] = {"text": each} if isinstance(each, str) else each
        text = " ".join(clean(entry["text"]).split("\n"))
        if text != entry["text"]:
            losses.append(Loss(LossCode.formatting))
        if not text:
            raise UnwritableError("control characters")
        found.append(Accepted(text, rounded(entry.get("weight", 1), losses), entry.get("feedback")))
    kept: dict[str, Accepted] = {}
    for answer in sorted(found, key=lambda answer: -answer.share):
        folded = " ".join(answer.text.split())
        folded = folded if item.get("case_sensitive") else folded.casefold()
        if kept.setdefault(folded, answer) is not answer and answer.feedback:
            losses.append(Loss(LossCode.feedback))
    return list(kept.values())


def numbers(item: Mapping[str, Any], losses: list[Loss]) -> list[tuple[Fraction, str, Text | None]]:
    """Give the share, the number or range, and the feedback of each answer, the best first."""
    answers = item.get("answers") or [{"answer": item["answer"], "tolerance": item.get("tolerance", 0)}]
    found = [(rounded(each.get("weight", 1), losses), _range(each), each.get("feedback")) for each in answers]
    return sorted(found, key=lambda answer: -answer[0])


def _range(answer: Mapping[str, Any]) -> str:
    if "min" in answer:
        return f"{decimal(answer['min'])}..{decimal(answer['max'])}"
    width = answer.get("tolerance", 0)
    return decimal(answer["answer"]) + (f":{decimal(width)}" if width else "")
