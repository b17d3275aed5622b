"""Texts of other systems as plain text with line breaks, and plain text as HTML."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Final

from markdown_it import MarkdownIt

from app.quizzes.interchange.htmltext import PlainWriter
from app.quizzes.interchange.outcome import Loss, LossCode

ImageTaker = Callable[[str, str], bool]
"""Is told the address and the alternative text of a picture; says whether it took the picture in."""

_MOST_MARKDOWN: Final = 50_000
_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES: Final = re.compile("[\u00a0\u2007\u202f]")
_SPACE: Final = re.compile(r"[ \t\n]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_LINE_ENDS: Final = re.compile(r"(?<! ) +\n")
_HARD_SPACE: Final = re.compile(r"(?:(?<= )|^) ")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufdd0-\ufdef\ufffe\uffff]")


class TextFormat(StrEnum):
    """How Moodle names the forms of a text."""

    html = "html"
    moodle = "moodle"
    plain = "plain"
    markdown = "markdown"


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without markup, and what it lost."""

    text: str
    losses: tuple[Loss, ...] = ()


def normal(text: str) -> str:
    """Give a text as it is kept: no control characters, plain spaces, at most one blank line in a row."""
    text = _SPACES.sub(" ", _BREAKS.sub("\n", text)).replace("\t", "    ")
    return _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("\n", _CONTROLS.sub("", text))).strip()


def clean(text: str) -> str:
    """Give a text as it stands, without characters that cannot be kept."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text)).strip()


def read(source: str, form: TextFormat, image: ImageTaker | None = None) -> Plain:
    """Give the text of `source`, which is written in `form`."""
    readers = {TextFormat.html: from_html, TextFormat.moodle: from_moodle, TextFormat.markdown: from_markdown}
    return readers[form](source, image) if form in readers else Plain(normal(source))


def from_html(source: str, image: ImageTaker | None = None) -> Plain:
    """Take the markup out of HTML. Paragraphs, line breaks and the lines of lists stay."""
    writer = PlainWriter(image)
    writer.feed(source)
    return Plain(normal(writer.text), tuple(dict.fromkeys(writer.losses)))


def from_moodle(source: str, image: ImageTaker | None = None) -> Plain:
    """Take the markup out of Moodle's own format: HTML whose line breaks count, except beside a tag."""

    def breaks(found: re.Match[str]) -> str:
        space, before, after = (
            found[0],
            source[found.start() - 1 : found.start()],
            source[found.end() : found.end() + 1],
        )
        if before == ">" and after == "<":
            return ""
        if "\n" not in space or (before == ">" and space[0] == "\n") or (after == "<" and space[-1] == "\n"):
            return " "
        return "<br>" * space.count("\n")

    source = source.strip()
    return from_html(_SPACE.sub(breaks, source), image)


def from_markdown(source: str, image: ImageTaker | None = None) -> Plain:
    """Take the markup out of Markdown."""
    if len(source) > _MOST_MARKDOWN:
        return Plain(normal(source), (Loss(LossCode.formatting, "markdown"),))
    return from_html(MarkdownIt("commonmark", {"html": True}).enable("table").render(source), image)


def to_html(text: str) -> str:
    """Write plain text as HTML that `from_html` reads back as `normal(text)`."""
    lines = [_HARD_SPACE.sub("&nbsp;", escape(line, quote=False)) for line in normal(text).split("\n")]
    if len(lines) == 1:
        return lines[0]
    paragraphs = "<br>".join(lines).split("<br><br>")
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
