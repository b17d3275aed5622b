r"""GIFT before its answers are understood: questions, their names, prompts and answer parts.

Within a question, what a backslash protects is put into characters that stand for nothing (U+FDD0 and on), so that
`{`, `}`, `~`, `=`, `#` and `:` are control characters wherever they are left.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.quizzes.interchange import giftnotes
from app.quizzes.interchange.checking import count
from app.quizzes.interchange.outcome import FileCode, Loss, LossCode, SkipCode, SkipError, UnreadableError

BLANK: Final = "____"
_PROTECTED: Final = {
    ":": "\ufdd0",
    "#": "\ufdd1",
    "=": "\ufdd2",
    "{": "\ufdd3",
    "}": "\ufdd4",
    "~": "\ufdd5",
    "n": "\ufdd6",
}
_PLAIN: Final = str.maketrans({mark: "\n" if each == "n" else each for each, mark in _PROTECTED.items()})
_NOTHING: Final = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_BACKSLASH: Final = "\ufdd7"
_CATEGORY: Final = "$CATEGORY:"
_CONTEXT: Final = re.compile(r"\$(?:course|module|coursecat|cat\d*|system|user)\$(?:/|$)")
_TOP: Final = re.compile(r"top(?:/|$)")
_LONGEST_CATEGORY: Final = 200


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one question, numbered from `line`, with the notes of its comments and the category in force."""

    line: int
    text: str
    notes: tuple[tuple[str, str], ...]
    category: str | None
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """One question taken apart; `answer` is None when it has no answer part."""

    name: str
    prompt: str
    answer: str | None
    feedback: str


def blocks(text: str) -> list[Block]:
    """Split a file into questions: blank lines stand between them. Raises UnreadableError beyond 5,000."""
    found: list[Block] = []
    category: str | None = None
    losses: tuple[Loss, ...] = ()
    for lines in _paragraphs(text):
        notes: list[tuple[str, str]] = []
        body: list[tuple[int, str]] = []
        for line, words in lines:
            if words.startswith("//"):
                notes += giftnotes.find(words)
            elif words.startswith(_CATEGORY) and not body:
                category, losses = _category(words[len(_CATEGORY) :])
            else:
                body.append((line, words))
        for part in _questions(body):
            count(len(found) + 1, part[0][0])
            found.append(Block(part[0][0], "\n".join(words for _, words in part), tuple(notes), category, losses))
            notes = []
    if not found:
        raise UnreadableError(FileCode.no_questions)
    return found


def _paragraphs(text: str) -> Iterator[list[tuple[int, str]]]:
    """Give the runs of lines between blank ones. An answer part that is still open goes on after a blank line."""
    open_part: list[tuple[int, str]] = []
    for lines in _runs(text):
        opens, closes = _braces(lines)
        if open_part and opens < 0 and closes < 0:
            open_part += lines
        elif open_part and closes >= 0 and (opens < 0 or closes < opens):
            yield open_part + lines
            open_part = []
        else:
            if open_part:
                yield open_part
            open_part = lines if opens >= 0 and closes < 0 else []
            if not open_part:
                yield lines
    if open_part:
        yield open_part


def _runs(text: str) -> Iterator[list[tuple[int, str]]]:
    lines: list[tuple[int, str]] = []
    for line, words in enumerate(_NOTHING.sub("\ufffd", text).split("\n"), start=1):
        if stripped := words.strip():
            lines.append((line, stripped))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _braces(lines: list[tuple[int, str]]) -> tuple[int, int]:
    text = protect("\n".join(words for _, words in lines if not words.startswith("//")))
    return text.find("{"), text.find("}")


def _questions(lines: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Split questions that no blank line separates: where an answer part ends a line and another question follows."""
    current: list[tuple[int, str]] = []
    rest = sum(protect(words).count("{") for _, words in lines)
    ended = False
    for line, words in lines:
        shown = protect(words)
        if ended and (shown.startswith("::") or rest):
            yield current
            current = []
        current.append((line, words))
        rest -= shown.count("{")
        ended = shown.endswith("}")
    if current:
        yield current


def category_of(path: str) -> str | None:
    """Give the category that a line of a file names."""
    return _category(path)[0]


def _category(path: str) -> tuple[str | None, tuple[Loss, ...]]:
    path = path.strip()
    if context := _CONTEXT.match(path):
        path = path[context.end() :]
    if top := _TOP.match(path):
        path = path[top.end() :]
    parts = [part.replace("\0", "-").strip() for part in path.replace("//", "\0").split("/")]
    whole = "/".join(filter(None, parts)) if "//" in path or not all(parts) else path.strip()
    if len(whole) > _LONGEST_CATEGORY:
        return whole[:_LONGEST_CATEGORY].rstrip("/ "), (Loss(LossCode.category, whole[:_LONGEST_CATEGORY]),)
    return whole or None, ()


def protect(text: str) -> str:
    """Put what a backslash protects out of reach."""
    text = text.replace("\\\\", _BACKSLASH)
    for each, mark in _PROTECTED.items():
        text = text.replace(f"\\{each}", mark)
    return text.replace(_BACKSLASH, "\\")


def plain(text: str) -> str:
    """Give protected characters back."""
    return text.translate(_PLAIN)


def take_apart(text: str) -> Parts:
    """Find the name, the prompt and the answer part of a question. Raises SkipError."""
    text, name = protect(text), ""
    if text.startswith("::"):
        text = text[2:]
        named, mark, rest = text.partition("::")
        if mark:
            name, text = " ".join(plain(named).split()), rest.strip()
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        return Parts(name, text, None, "")
    if start < 0 or end < start:
        raise SkipError(SkipCode.malformed, "{ }")
    answer, tail = text[start + 1 : end].strip(), text[end + 1 :].strip()
    if any(brace in part for part in (answer, tail) for brace in "{}"):
        raise SkipError(SkipCode.malformed, "{ { } }")
    answer, mark, feedback = answer.rpartition("####") if "####" in answer else (answer, "", "")
    prompt = text[:start] + BLANK + text[end + 1 :] if tail else text[:start].rstrip()
    return Parts(name, prompt, answer.strip(), feedback.strip())
