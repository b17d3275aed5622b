"""Reads Moodle XML: the questions and categories that Moodle exports, in any of its versions.

What Moodle itself does where a file leaves something out (question/format/xml/format.php) is done here.
"""

from dataclasses import replace
from typing import Any, Final

from app.quizzes.interchange import dossiers
from app.quizzes.interchange.checking import checked, count, skipped
from app.quizzes.interchange.drafts import MediaBox
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.moodlecloze import read_cloze, read_gaps
from app.quizzes.interchange.moodlequestion import Question
from app.quizzes.interchange.moodletypes import (
    read_choice,
    read_essay,
    read_matching,
    read_numerical,
    read_ordering,
    read_short_answer,
    read_true_false,
)
from app.quizzes.interchange.outcome import (
    FileCode,
    Imported,
    LossCode,
    Reading,
    SkipCode,
    SkipError,
    Skipped,
    UnreadableError,
)
from app.quizzes.interchange.xmltree import Element, child, children, line_of, name_of, parse, words

_READERS: Final = {
    "multichoice": read_choice,
    "multichoiceset": read_choice,
    "truefalse": read_true_false,
    "shortanswer": read_short_answer,
    "numerical": read_numerical,
    "matching": read_matching,
    "match": read_matching,
    "essay": read_essay,
    "cloze": read_cloze,
    "multianswer": read_cloze,
    "gapselect": read_gaps,
    "ddwtos": read_gaps,
    "ordering": read_ordering,
}
_SKIPPED: Final = {
    "description": SkipCode.description,
    "random": SkipCode.random,
    "randomsamatch": SkipCode.random,
    "calculated": SkipCode.calculated,
    "calculatedsimple": SkipCode.calculated,
    "calculatedmulti": SkipCode.calculated,
    "ddimageortext": SkipCode.drag_and_drop,
    "ddmarker": SkipCode.drag_and_drop,
}
_USUAL_PENALTIES: Final = frozenset({"", "0", "0.1", "0.3333333", "0.3333", "1"})
_CONTEXTS: Final = ("$course$", "$module$", "$system$", "$cat$", "$category$", "$coursecat$")
_LONGEST_CATEGORY: Final = 200


def read(data: bytes) -> Reading:
    """Read a file. Raises UnreadableError when it is no Moodle XML."""
    root = parse(data)
    if name_of(root).lower() not in {"quiz", "question"}:
        raise UnreadableError(FileCode.no_questions, line_of(root), f"<{name_of(root)[:80]}>")
    questions = list(children(root, "question")) if name_of(root).lower() == "quiz" else [root]
    count(sum(_kind(each) != "category" for each in questions))
    box, ids, category = MediaBox(), Ids(), ""
    entries: list[Imported | Skipped] = []
    for element in questions:
        if _kind(element) == "category":
            category = _category(words(child(element, "category")))
        else:
            entries.append(_entry(element, Question(element, box), ids, category))
    if not entries:
        raise UnreadableError(FileCode.no_questions)
    return Reading(tuple(entries), box.named_by(entry.document for entry in entries if isinstance(entry, Imported)))


def _kind(question: Element) -> str:
    return question.get("type", "").strip().lower()


def _entry(element: Element, question: Question, ids: Ids, category: str) -> Imported | Skipped:
    name, line = words(child(element, "name")), line_of(element)
    try:
        document = _document(question, category)
    except SkipError as error:
        return skipped(error, line, name)
    prompt = document["prompt"]
    entry = checked({"id": "q", **document}, line, name or prompt, question.draft.losses)
    if isinstance(entry, Skipped):
        return entry
    identity = ids.give(question.words("idnumber"), name, prompt)
    return replace(entry, document=entry.document | {"id": identity})


def _document(question: Question, category: str) -> dict[str, Any]:
    kind = question.kind
    if kind in _SKIPPED:
        raise SkipError(_SKIPPED[kind])
    if kind not in _READERS:
        raise SkipError(SkipCode.unknown_type, kind[:80])
    document = {
        "points": question.points(),
        "category": _bounded_category(question, category),
        "feedback": question.text("generalfeedback") or None,
        **_READERS[kind](question),
    }
    if not document["prompt"]:
        raise SkipError(SkipCode.no_prompt)
    _note_what_is_lost(question)
    return document | _tagged(question)


def _note_what_is_lost(question: Question) -> None:
    draft = question.draft
    for part in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        if said := question.text(part):
            draft.lose(LossCode.feedback, f"{part}: {said}")
    if any(words(hint) for hint in question.all("hint")):
        draft.lose(LossCode.hint)
    if (penalty := question.words("penalty").rstrip("0").rstrip(".")) not in _USUAL_PENALTIES:
        draft.lose(LossCode.penalty, penalty)
    if question.words("hidden") == "1":
        draft.lose(LossCode.other, "hidden")


def _tagged(question: Question) -> dict[str, Any]:
    tags = [words(each) for name in ("tags", "coursetags") for each in children(child(question.element, name), "tag")]
    found, losses = dossiers.sort(tags)
    question.draft.losses += losses
    return found


def _category(path: str) -> str:
    """Give the path of a category without the place in Moodle that it begins with."""
    parts = [" ".join(part.split()) for part in path.replace("//", "\0").split("/")]
    if parts and parts[0].lower() in _CONTEXTS:
        parts = parts[1:]
        if parts and parts[0] == "top":
            parts = parts[1:]
    return "/".join(part.replace("\0", "-") for part in parts if part)


def _bounded_category(question: Question, category: str) -> str | None:
    if len(category) > _LONGEST_CATEGORY:
        question.draft.lose(LossCode.category, category)
        return None
    return category or None
