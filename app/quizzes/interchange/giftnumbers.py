"""Numbers in GIFT: weights such as %50%, and the answers of a numerical question."""

import re
from fractions import Fraction
from typing import Any, Final

from app.quizzes.interchange.gifttexts import Texts
from app.quizzes.interchange.keys import FULL, decimal, number, percent, weight
from app.quizzes.interchange.outcome import Loss, LossCode, SkipCode, SkipError

_WEIGHT: Final = re.compile(r"%(-*[0-9]{1,2}\.?[0-9]*)%")
_MOST_ANSWERS: Final = 50

_Range = tuple[Fraction, Fraction, dict[str, Any]]


def weighed(answer: str, usual: Fraction) -> tuple[Fraction, str]:
    """Take the weight, such as %50%, from the front of an answer. Raises SkipError."""
    found = _WEIGHT.match(answer)
    return (percent(found[1]), answer[found.end() :].strip()) if found else (usual, answer)


def pieces_of(answer: str, mark: str) -> list[str]:
    """Take an answer part apart where `mark` stands. Raises SkipError when there are too many answers."""
    if answer.count(mark) > _MOST_ANSWERS:
        raise SkipError(SkipCode.too_many_options, str(answer.count(mark)))
    pieces = answer.split(mark)
    return pieces if pieces[0].strip() else pieces[1:]


def numeric(answer: str, texts: Texts) -> dict[str, Any]:
    """Read an answer part that begins with `#`. Raises SkipError."""
    answer, wrong, _ = answer[1:].partition("~")
    if wrong:  # what Moodle says to every other number
        texts.losses.append(Loss(LossCode.feedback))
    found: list[tuple[Fraction, _Range]] = []
    for piece in pieces_of(answer, "="):
        share, rest = weighed(piece.strip(), FULL)
        words, feedback = texts.accepted(rest)
        if share < 0:
            raise SkipError(SkipCode.weights, piece.strip()[:80])
        if words in {"", "*"}:
            _let_go(words, share, feedback, texts)
            continue
        low, high, document = _range(words)
        if any(share > earlier and low <= end and start <= high for earlier, (start, end, _) in found):
            raise SkipError(SkipCode.weights, words[:80])  # Moodle takes the first that matches, not the best
        found.append((share, (low, high, document | weight(share) | ({"feedback": feedback} if feedback else {}))))
    if not any(share == 1 for share, _ in found):
        raise SkipError(SkipCode.no_right_answer)
    documents = [document for _, (_, _, document) in found]
    alone = len(documents) == 1 and documents[0].keys() <= {"answer", "tolerance"}
    return {"type": "numeric"} | (documents[0] if alone else {"answers": documents})


def _let_go(words: str, share: Fraction, feedback: str, texts: Texts) -> None:
    """Leave out an answer that stands for every other number."""
    if words == "*" and share > 0:
        raise SkipError(SkipCode.accepts_everything)
    if feedback:
        texts.losses.append(Loss(LossCode.feedback))


def _range(words: str) -> _Range:
    if words.find("..") > 0:
        least, _, most = words.partition("..")
        low, high = number(least), number(most)
        if low > high:
            raise SkipError(SkipCode.not_a_number, words[:80])
        return low, high, {"min": decimal(low), "max": decimal(high)}
    middle, _, width = words.partition(":")
    value, tolerance = number(middle), number(width or "0")
    if tolerance < 0:
        raise SkipError(SkipCode.not_a_number, words[:80])
    document = {"answer": decimal(value)} | ({"tolerance": decimal(tolerance)} if tolerance else {})
    return value - tolerance, value + tolerance, document
