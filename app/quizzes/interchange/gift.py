"""Moodle's GIFT: questions as text, read as Moodle reads them."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from app.quizzes.interchange import giftnotes
from app.quizzes.interchange.checking import WHOLE_ESSAY, checked, skipped
from app.quizzes.interchange.choices import Choice, options_of
from app.quizzes.interchange.encodings import decode_lines
from app.quizzes.interchange.giftblocks import Block, Parts, blocks, plain, take_apart
from app.quizzes.interchange.giftnumbers import numeric, pieces_of, weighed
from app.quizzes.interchange.gifttexts import Texts
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.keys import FULL, Answer, accepted
from app.quizzes.interchange.outcome import Imported, Loss, LossCode, Reading, SkipCode, SkipError, Skipped

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))//[^\n]*")
_BEFORE: Final = re.compile(r"//[^\n]*\n\s*")
_BEHIND: Final = re.compile(r"\S\s+//\s")
_TRUTH: Final[Mapping[str, bool]] = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def read(data: bytes) -> Reading:
    """Read a GIFT file. Raises UnreadableError when nothing of it can be read."""
    ids = Ids()
    return Reading(tuple(_entry(block, ids) for block in blocks(decode_lines(data))))


def _entry(block: Block, ids: Ids) -> Imported | Skipped:
    name = block.text.lstrip(":")
    try:
        parts = take_apart(block.text)
        texts = Texts(case_sensitive=("case_sensitive", "yes") in block.notes)
        prompt = texts.prompt(parts.prompt)
        name = parts.name or prompt or name
        document = {"prompt": prompt, **_answers(parts, texts)}
        if feedback := texts.text(parts.feedback):
            document["feedback"] = feedback
    except SkipError as error:
        return skipped(error, block.line, name)
    if not prompt:
        return Skipped(block.line, parts.name, SkipCode.no_prompt)
    own_id, extras, losses = giftnotes.read(block.notes, document["type"])
    if block.category:
        document["category"] = block.category
    document = {"id": ids.give(own_id, parts.name, prompt), **document, **extras}
    _pin(document, block.notes)
    return checked(document, block.line, name, [*texts.losses, *losses, *block.losses])


def _pin(document: dict[str, Any], notes: tuple[tuple[str, str], ...]) -> None:
    for place in dict(notes).get("pinned", "").split(","):
        if place.isdecimal() and 0 < int(place[:3]) <= len(document.get("options", ())):
            document["options"][int(place[:3]) - 1]["pinned"] = True


def _answers(parts: Parts, texts: Texts) -> dict[str, Any]:
    """Tell the type of a question by its answer part, in the order in which Moodle tries them."""
    if parts.answer is None:
        raise SkipError(SkipCode.description)
    answer = _without_comments(parts.answer)
    readers: tuple[tuple[bool, Callable[[str, Texts], dict[str, Any]]], ...] = (
        (not answer, _essay),
        (answer.startswith("#"), numeric),
        ("~" in answer, _choices),
        ("=" in answer and "->" in answer, _matching),
        (_is_truth(answer), _true_false),
    )
    return next((reader for fits, reader in readers if fits), _short_text)(answer, texts)


def _is_truth(answer: str) -> bool:
    return answer.partition("#")[0].strip().upper() in _TRUTH


def _without_comments(answer: str) -> str:
    """Leave out comments that can be nothing else, though Moodle knows only those on lines of their own."""
    answer = answer[found.end() :] if (found := _BEFORE.match(answer)) else answer
    bare = _COMMENT.sub("", answer).strip()
    is_number = bare.startswith("#") and answer.count("#") == 1
    return bare if not _is_truth(answer) and (not bare or is_number or _is_truth(bare)) else answer


def _essay(_answer: str, _texts: Texts) -> dict[str, Any]:
    return {"type": "essay", "criteria": [dict(WHOLE_ESSAY)]}


def _true_false(answer: str, texts: Texts) -> dict[str, Any]:
    truth, wrong, right = (*answer.split("#", 2), "", "")[:3]
    is_true = _TRUTH[truth.strip().upper()]
    document: dict[str, Any] = {"type": "true_false", "answer": is_true}
    for key, said in (("feedback_true", right if is_true else wrong), ("feedback_false", wrong if is_true else right)):
        if feedback := texts.text(said):
            document[key] = feedback
    return document


def _choices(answer: str, texts: Texts) -> dict[str, Any]:
    choices = []
    partial = False
    for piece in pieces_of(answer.replace("=", "~="), "~"):
        right, words = piece.strip().startswith("="), piece.strip().removeprefix("=").strip()
        mark, rest = weighed(words, FULL if right else Fraction(0))
        partial = partial or (right and mark != 1)
        words, feedback = texts.answer(rest)
        if words or feedback or mark:
            choices.append(Choice(words, mark, feedback))
    document, losses = options_of(choices, one="=" in answer and not partial)
    texts.losses += losses
    return document


def _matching(answer: str, texts: Texts) -> dict[str, Any]:
    pairs, extra = [], []
    for piece in pieces_of(answer, "="):
        left, arrow, right = piece.partition("->")
        belongs = texts.label(right)
        if not arrow or not belongs:
            raise SkipError(SkipCode.malformed, plain(piece.strip())[:80])
        if words := texts.text(left):
            pairs.append({"left": words, "right": belongs})
        else:
            extra.append(belongs)
    if len(pairs) < 2:  # noqa: PLR2004 (one pair leaves nothing to choose)
        raise SkipError(SkipCode.too_few_options)
    return {"type": "matching", "pairs": pairs, **({"extra": extra} if extra else {})}


def _short_text(answer: str, texts: Texts) -> dict[str, Any]:
    answers: list[Answer] = []
    for piece in pieces_of(answer, "="):
        mark, rest = weighed(piece.strip(), FULL)
        words, feedback = texts.accepted(rest)
        if mark < 0:
            raise SkipError(SkipCode.weights, f"{float(mark):.0%}")
        if _BEHIND.search(words):  # a comment, or to be typed as well
            raise SkipError(SkipCode.malformed, words[:80])
        if words:
            answers.append(Answer(words, mark, feedback))
        elif feedback:
            texts.losses.append(Loss(LossCode.feedback))
    if not answers:
        raise SkipError(SkipCode.no_right_answer)
    document = {"type": "short_text", "accept": accepted(answers, case_sensitive=texts.case_sensitive)}
    return document | ({"case_sensitive": True} if texts.case_sensitive else {})
