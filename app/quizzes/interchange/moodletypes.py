"""The types of questions in Moodle XML, each as the keys that our item of that kind has."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from app.quizzes.interchange import keys, texts
from app.quizzes.interchange.checking import WHOLE_ESSAY
from app.quizzes.interchange.choices import Choice, options_of
from app.quizzes.interchange.moodlequestion import Question, share, source
from app.quizzes.interchange.outcome import LossCode, SkipCode, SkipError
from app.quizzes.interchange.xmltree import Element, child, children, words

Reader = Callable[[Question], dict[str, Any]]

_TRUE: Final = frozenset(
    {"true", "wahr", "vrai", "verdadero", "vero", "verdadeiro", "waar", "对", "正确", "對", "正確"}
)
_FALSE: Final = frozenset({"false", "falsch", "faux", "falso", "onwaar", "错", "错误", "錯", "錯誤"})
_NO_UNITS: Final = "3"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def read_choice(question: Question) -> dict[str, Any]:
    """Read a multiple choice, of one answer or of several."""
    head = question.prompt()
    choices = [
        _choice(question, each, place)
        for place, each in enumerate(each for each in question.all("answer") if source(each))
    ]
    all_or_nothing = question.kind == "multichoiceset"
    if all_or_nothing:
        choices = _equal_shares(choices)
        question.draft.lose(LossCode.weight, "all or nothing")
    one = not all_or_nothing and question.flag("single", default=True)
    document, losses = options_of(choices, one=one)
    question.draft.losses += losses
    if not question.flag("shuffleanswers", default=False):
        document["options"] = [option | {"pinned": True} for option in document["options"]]
    if question.words("answernumbering") not in {"", "abc", "none"}:
        question.draft.lose(LossCode.numbering, question.words("answernumbering"))
    return head | document


def read_true_false(question: Question) -> dict[str, Any]:
    """Read a true/false; its answers are known by their words, in the languages of older exports too."""
    document: dict[str, Any] = {"type": "true_false", **question.prompt()}
    shares: dict[bool, Fraction] = {}
    for each in question.all("answer"):
        said = question.prose(each).casefold()
        if said not in _TRUE | _FALSE or (said in _TRUE) in shares:
            raise SkipError(SkipCode.malformed, said[:80])
        is_true = said in _TRUE
        shares[is_true] = share(each)
        if feedback := question.prose(child(each, "feedback")):
            document["feedback_true" if is_true else "feedback_false"] = feedback
    right = [is_true for is_true, share in shares.items() if share == keys.FULL]
    if len(right) != 1 or any(share not in {0, 1} for share in shares.values()):
        raise SkipError(SkipCode.no_right_answer)
    return document | {"answer": right[0]}


def read_short_answer(question: Question) -> dict[str, Any]:
    """Read a short answer."""
    case_sensitive = question.flag("usecase", default=False)
    return {
        "type": "short_text",
        **question.prompt(),
        "accept": keys.accepted(question.answers(), case_sensitive=case_sensitive),
        "case_sensitive": case_sensitive,
    }


def read_numerical(question: Question) -> dict[str, Any]:
    """Read a numerical question with its units."""
    answers = question.answers()
    for answer in answers:
        if answer.text.strip() in {"", "*"} and answer.feedback:
            question.draft.lose(LossCode.feedback, f"*: {answer.feedback}")
    return {"type": "numeric", **question.prompt(), **keys.ranges(answers), **_units(question)}


def read_matching(question: Question) -> dict[str, Any]:
    """Read a matching; an answer without a question belongs to nothing."""
    pairs, extra = [], []
    for each in question.all("subquestion"):
        alternatives: list[str] = []

        def describe(_address: str, alt: str, into: list[str] = alternatives) -> bool:
            into.append(alt)
            return False

        left = question.prose(each, describe)
        right = texts.normal(words(child(child(each, "answer"), "text")))
        if "" in alternatives and not left:
            raise SkipError(SkipCode.missing_file, "subquestion")
        if left:
            pairs.append({"left": left, "right": right})
        elif right and right not in extra:
            extra.append(right)
    if not question.flag("shuffleanswers", default=True):
        question.draft.lose(LossCode.shuffle)
    rights = {pair["right"] for pair in pairs}
    extra = [each for each in extra if each not in rights]
    return {"type": "matching", **question.prompt(), "pairs": pairs, "extra": extra}


def read_essay(question: Question) -> dict[str, Any]:
    """Read an essay. Its one criterion is the answer as a whole."""
    if question.words("responseformat") == "noinline":
        raise SkipError(SkipCode.unknown_type, "responseformat: noinline")
    if (attachments := question.words("attachments")) not in {"", "0"}:
        question.draft.lose(LossCode.attachments, attachments)
    if question.text("responsetemplate"):
        question.draft.lose(LossCode.template)
    return {
        "type": "essay",
        **question.prompt(),
        "criteria": [WHOLE_ESSAY],
        "guidance": question.text("graderinfo") or None,
        "min_words": _count(question.words("minwordlimit")),
        "max_words": _count(question.words("maxwordlimit")),
    }


def read_ordering(question: Question) -> dict[str, Any]:
    """Read an ordering of Moodle's plugin; its answers stand in the right order."""
    places = [keys.number(each.get("fraction", "0")) for each in question.all("answer")]
    if places != sorted(places):
        raise SkipError(SkipCode.malformed, "fraction")
    if question.words("selecttype") not in {"", "0", "ALL"}:
        question.draft.lose(LossCode.shuffle, f"selecttype: {question.words('selecttype')}")
    if (grading := question.words("gradingtype")) not in {"", "-1", "ALL_OR_NOTHING"}:
        question.draft.lose(LossCode.weight, f"gradingtype: {grading}")
    options = [_step(question, each, place) for place, each in enumerate(question.all("answer"))]
    for each in question.all("answer"):
        if said := question.prose(child(each, "feedback")):
            question.draft.lose(LossCode.feedback, said)
    return {"type": "ordering", **question.prompt(), "options": options}


def _choice(question: Question, answer: Element, place: int) -> Choice:
    step = _step(question, answer, place)
    said = question.prose(child(answer, "feedback"))
    return Choice(step["text"], float(share(answer)), said, step.get("media"))


def _equal_shares(choices: list[Choice]) -> list[Choice]:
    right = sum(choice.mark > 0 for choice in choices) or 1
    wrong = len(choices) - right or 1
    return [replace(choice, mark=1 / right if choice.mark > 0 else -1 / wrong) for choice in choices]


def _step(question: Question, answer: Element, place: int) -> dict[str, Any]:
    """Give what is to be chosen; a picture alone is known by its alternative text, or by a letter."""
    media: list[dict[str, str]] = []
    text = question.prose(answer, question.draft.pictures(media, most=1))
    document: dict[str, Any] = {"media": media[0]} if media else {}
    if not text and media:
        text = media[0].get("alt") or _LETTERS[place % len(_LETTERS)]
    return {"text": text} | document


def _units(question: Question) -> dict[str, Any]:
    found = {}
    for each in children(child(question.element, "units"), "unit"):
        name = words(child(each, "unit_name"))
        multiplier = keys.number(words(child(each, "multiplier")) or "1")
        if name and multiplier > 0 and name not in found:
            found[name] = multiplier
    if not found or question.words("showunits") == _NO_UNITS:
        return {}
    if question.words("unitgradingtype") not in {"", "0"}:
        question.draft.lose(LossCode.unit_penalty, question.words("unitpenalty"))
    base = next((name for name, multiplier in found.items() if multiplier == 1), None)
    if base is None:
        question.draft.lose(LossCode.unit, ", ".join(found))
        return {}
    units = []
    for name, by in found.items():
        factor = float(1 / by)
        if Fraction(str(factor)) != 1 / by:
            question.draft.lose(LossCode.unit, name)
        elif name != base:
            units.append({"unit": name, "factor": factor})
    return {"unit": base, "units": units}


def _count(written: str) -> int | None:
    count = int(written) if written.isdecimal() and len(written) < 6 else 0  # noqa: PLR2004 - more words than there are
    return count or None
