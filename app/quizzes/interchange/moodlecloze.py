r"""Questions of Moodle with gaps in their text: embedded answers (cloze), and words to choose or to drag into gaps.

An embedded answer is `{2:NUMERICAL:=12:0.5#Right~%50%10}`: what the gap counts, its kind, and its answers; `\` protects
a character that would end one (question/type/multianswer/questiontype.php).
"""

import re
from fractions import Fraction
from html import unescape
from typing import Any, Final

from app.quizzes.interchange import keys, texts
from app.quizzes.interchange.choices import Choice, options_of
from app.quizzes.interchange.keys import Answer
from app.quizzes.interchange.moodlequestion import Question, source
from app.quizzes.interchange.outcome import LossCode, SkipCode, SkipError
from app.quizzes.interchange.xmltree import child, words

_SHORT: Final = frozenset({"SHORTANSWER", "SA", "MW"})
_SHORT_CASE: Final = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_NUMERICAL: Final = frozenset({"NUMERICAL", "NM"})
_CHOICE: Final = frozenset({"MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"})
_CHOICE_SHUFFLED: Final = frozenset({"MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"})
_SEVERAL: Final = frozenset(
    {"MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS"}
)
_KINDS: Final = _SHORT | _SHORT_CASE | _NUMERICAL | _CHOICE | _CHOICE_SHUFFLED | _SEVERAL
_OPENING: Final = re.compile(r"\{([0-9]{0,6}):([A-Z_]{2,20}):")
_SHARE: Final = re.compile(r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%")
_ENTITY: Final = re.compile(r"&amp;(#?[0-9a-zA-Z]{2,9};)")
_REFERENCE: Final = re.compile(r"#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});")
_MARK: Final = "\ue000{}\ue001"
_MARKED: Final = re.compile("\ue000([0-9]+)\ue001")
_PRIVATE: Final = re.compile("[\ue000\ue001]")
_NUMBERED: Final = re.compile(r"\[\[([0-9]{1,3})\]\]")
_LONGEST_GAP: Final = 20_000
_MOST_GAPS: Final = 20


def read_cloze(question: Question) -> dict[str, Any]:
    """Read a question with embedded answers."""
    part = child(question.element, "questiontext")
    text = _PRIVATE.sub("", source(part))
    gaps: list[dict[str, Any]] = []
    pieces: list[str] = []
    done = 0
    while found := _OPENING.search(text, done):
        kind = found[2]
        end = _end(text, found.end())
        if kind not in _KINDS or end is None:
            raise SkipError(SkipCode.malformed, text[found.start() : found.start() + 80])
        pieces += [text[done : found.start()], _MARK.format(len(gaps))]
        gaps.append(_gap(question, kind, found[1], text[found.end() : end], len(gaps)))
        done = end + 1
        if len(gaps) > _MOST_GAPS:
            raise SkipError(SkipCode.too_many_options, "gaps")
    if not gaps:
        raise SkipError(SkipCode.no_right_answer, "gaps")
    document = _cloze(question, "".join([*pieces, text[done:]]), gaps)
    if not question.words("defaultgrade"):
        document["points"] = sum(gap.get("points", 1) for gap in gaps)
    return document


def read_gaps(question: Question) -> dict[str, Any]:
    """Read a question whose gaps, `[[1]]`, are filled from groups of words."""
    words_by_group: dict[str, list[str]] = {}
    boxes: list[tuple[str, str]] = []
    for each in question.element.iterchildren("selectoption", "dragbox"):
        text = question.draft.text(texts.from_html(source(each)))
        group = words(child(each, "group")) or "1"
        boxes.append((text, group))
        if text not in words_by_group.setdefault(group, []):
            words_by_group[group].append(text)
    gaps: list[dict[str, Any]] = []
    pinned = not question.flag("shuffleanswers", default=True)

    def gap(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 1 <= number <= len(boxes):
            raise SkipError(SkipCode.malformed, found[0])
        if len(gaps) == _MOST_GAPS:
            raise SkipError(SkipCode.too_many_options, "gaps")
        right, group = boxes[number - 1]
        choices = [Choice(each, float(each == right)) for each in words_by_group[group]]
        gaps.append(_choice_gap(question, choices, len(gaps), pinned=pinned))
        return _MARK.format(len(gaps) - 1)

    text = _NUMBERED.sub(gap, _PRIVATE.sub("", source(child(question.element, "questiontext"))))
    if not gaps:
        raise SkipError(SkipCode.no_right_answer, "gaps")
    return _cloze(question, text, gaps)


def _cloze(question: Question, text: str, gaps: list[dict[str, Any]]) -> dict[str, Any]:
    """Turn a text with marks for its gaps into a prompt; brackets that are none of ours are told from gaps."""
    media: list[dict[str, str]] = []
    form = question.form(child(question.element, "questiontext"))
    prompt = question.draft.text(texts.read(text, form, question.draft.pictures(media)))
    if "[[" in prompt:
        prompt = prompt.replace("[[", "[ [")
        question.draft.lose(LossCode.formatting, "[[")
    return {
        "type": "cloze",
        "prompt": _MARKED.sub(lambda found: f"[[{gaps[int(found[1])]['id']}]]", prompt),
        "media": media,
        "gaps": gaps,
    }


def _gap(question: Question, kind: str, norm: str, body: str, place: int) -> dict[str, Any]:
    if kind in _SEVERAL:
        raise SkipError(SkipCode.unknown_type, kind)
    points = int(norm or 1)
    if points == 0:
        raise SkipError(SkipCode.weights, f"{{{norm}:{kind}}}")
    body = _ENTITY.sub(r"&\1", body)  # an editor escaped the ampersands of entities
    answers = [_answer(question, each, is_prose=kind in _CHOICE | _CHOICE_SHUFFLED) for each in _split(body, "~")]
    base = {"id": f"g{place + 1}"} | ({"points": float(points)} if points != 1 else {})
    if kind in _NUMERICAL:
        return base | {"type": "numeric", **keys.ranges([_numeric(answer) for answer in answers])}
    if kind in _SHORT | _SHORT_CASE:
        case_sensitive = kind in _SHORT_CASE
        accept = keys.accepted(answers, case_sensitive=case_sensitive)
        return base | {"type": "short_text", "accept": accept, "case_sensitive": case_sensitive}
    choices = [Choice(answer.text, float(answer.share), answer.feedback) for answer in answers]
    return _choice_gap(question, choices, place, pinned=kind in _CHOICE) | base


def _choice_gap(question: Question, choices: list[Choice], place: int, *, pinned: bool) -> dict[str, Any]:
    document, losses = options_of(choices, one=True)
    if document["type"] != "single":
        raise SkipError(SkipCode.weights, "several answers of a gap are right")
    question.draft.losses += losses
    options = [option | ({"pinned": True} if pinned else {}) for option in document["options"]]
    return {"id": f"g{place + 1}", "type": "choice", "options": options}


def _answer(question: Question, text: str, *, is_prose: bool) -> Answer:
    text = text.strip()
    share = Fraction(0)
    if found := _SHARE.match(text):
        share = keys.percent(found[1]) if found[1] else keys.FULL
        text = text[found.end() :]
    said, *feedback = _split(text, "#")
    feedback_text = question.draft.text(texts.from_html(_unprotected("#".join(feedback))))
    plain = question.draft.text(texts.from_html(_unprotected(said)))
    return Answer(
        plain if is_prose else unescape(_without_tags(_unprotected(said), plain)).strip(), share, feedback_text
    )


def _without_tags(text: str, plain: str) -> str:
    return plain if "<" in text else text


def _numeric(answer: Answer) -> Answer:
    value, _, tolerance = answer.text.partition(":")
    return Answer(value, answer.share, answer.feedback, tolerance)


def _end(text: str, start: int) -> int | None:
    """Find the brace that closes an embedded answer."""
    at = start
    while 0 <= at < min(len(text), start + _LONGEST_GAP):
        if text[at] == "}" and text[at - 1] != "\\":
            return at
        at += 1
    return None


def _split(text: str, by: str) -> list[str]:
    """Split where a character is not protected; within a character reference, `#` is not one."""
    pieces, start = [], 0
    for found in re.finditer(re.escape(by), text):
        before = text[max(0, found.start() - 1) : found.start()]
        if before == "\\" or (by == "#" and before == "&" and _REFERENCE.match(text, found.start())):
            continue
        pieces.append(text[start : found.start()])
        start = found.end()
    return [*pieces, text[start:]]


def _unprotected(text: str) -> str:
    """Take away the backslashes before what they protect."""
    return re.sub(r"\\([~#}])", r"\1", text)
