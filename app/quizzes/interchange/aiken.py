"""Moodle's Aiken format: a prompt, lettered answers, and a line that names the right letter."""

import re
from dataclasses import dataclass, field
from typing import Final

from app.quizzes.interchange.checking import checked, count, skipped
from app.quizzes.interchange.choices import Choice, options_of
from app.quizzes.interchange.encodings import decode_lines
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.outcome import (
    FileCode,
    Imported,
    Reading,
    SkipCode,
    SkipError,
    Skipped,
    UnreadableError,
)
from app.quizzes.interchange.texts import clean

_OPTION: Final = re.compile(r"(?P<letter>[A-Za-z])[).](?P<space>\s*)(?P<text>.*)")
_ANSWER: Final = re.compile(r"ANSWER\s*[:：]\s*(?P<letter>[A-Za-z]?)(?P<more>.*)", re.IGNORECASE)


@dataclass(slots=True)
class _Question:
    """The lines of one question so far, those of each option apart."""

    line: int = 0
    prompt: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return " ".join(self.prompt) or (self.options[0][0] if self.options else "")

    def takes(self, letter: str) -> bool:
        """Say whether a letter is the next in turn."""
        return letter.upper() == chr(ord("A") + len(self.options))


def read(data: bytes) -> Reading:
    """Read an Aiken file. Raises UnreadableError when nothing of it can be read.

    As in Moodle the answers stand one to a line behind A) or A., and the line ANSWER: ends the question. Beyond
    Moodle the letters may be small, nothing needs to stand between the letter and its answer, a prompt may have
    several lines, and a line below an answer that is no answer goes on with it.
    """
    ids = Ids()
    entries: list[Imported | Skipped] = []
    question = _Question()
    after_blank = False
    for number, line in enumerate(decode_lines(data).split("\n"), start=1):
        words = line.strip()
        if not words:
            after_blank = True
            continue
        if end := _ANSWER.fullmatch(words):
            entries.append(_entry(question, end, number, ids))
            count(len(entries), number)
            question = _Question()
        elif question.options and after_blank and not _is_option(words, question):
            entries.append(_unanswered(question))
            count(len(entries), number)
            question = _Question(number, [words])
        else:
            _take(question, words, number)
        after_blank = False
    if question.line:
        entries.append(_unanswered(question))
    if not entries:
        raise UnreadableError(FileCode.no_questions)
    return Reading(tuple(entries))


def _is_option(words: str, question: _Question) -> bool:
    found = _OPTION.fullmatch(words)
    return found is not None and question.takes(found["letter"]) and (found["space"] != "" or found["letter"].isupper())


def _take(question: _Question, words: str, number: int) -> None:
    question.line = question.line or number
    found = _OPTION.fullmatch(words)
    if found and _is_option(words, question) and (question.prompt or question.options):
        question.options.append([found["text"].strip()])
    elif question.options:
        question.options[-1].append(words)
    else:
        question.prompt.append(words)


def _unanswered(question: _Question) -> Skipped:
    return skipped(SkipError(SkipCode.no_right_answer, "ANSWER:"), question.line, question.name)


def _entry(question: _Question, end: re.Match[str], number: int, ids: Ids) -> Imported | Skipped:
    line = question.line or number
    prompt = clean("\n".join(question.prompt))
    try:
        place = _place(end, question)
        choices = [Choice(clean("\n".join(lines)), float(each == place)) for each, lines in enumerate(question.options)]
        document, losses = options_of(choices, one=True)
    except SkipError as error:
        return skipped(error, line, question.name)
    return checked({"id": ids.give(prompt), "prompt": prompt, **document}, line, question.name, losses)


def _place(end: re.Match[str], question: _Question) -> int:
    """Find the one right answer. Raises SkipError when the line names none or several."""
    if not question.prompt:
        raise SkipError(SkipCode.no_prompt)
    more = end["more"].strip()
    if not end["letter"] or (more and more[0] not in ").:-" and more != "."):
        raise SkipError(SkipCode.no_right_answer, end[0][:80])
    place = ord(end["letter"].upper()) - ord("A")
    if place >= len(question.options):
        raise SkipError(SkipCode.no_right_answer, end[0][:80])
    return place
