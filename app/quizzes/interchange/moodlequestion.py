"""One question of a Moodle XML file: its parts, its texts in their format, and the files within it."""

import base64
import binascii
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final
from urllib.parse import unquote

from app.quizzes.interchange import keys, texts
from app.quizzes.interchange.drafts import Draft, MediaBox
from app.quizzes.interchange.keys import Answer
from app.quizzes.interchange.outcome import LossCode, SkipCode, SkipError
from app.quizzes.interchange.texts import ImageTaker, TextFormat
from app.quizzes.interchange.xmltree import Element, child, children, markup, words

_FILES: Final = "@@PLUGINFILE@@/"
_FORMATS: Final = {
    "html": TextFormat.html,
    "moodle_auto_format": TextFormat.moodle,
    "plain_text": TextFormat.plain,
    "plain": TextFormat.plain,
    "markdown": TextFormat.markdown,
}
_MOST_POINTS: Final = 1000


class Question:
    """Gives the parts of a question by their names and collects what is lost in `draft`."""

    def __init__(self, element: Element, box: MediaBox) -> None:
        """Read parts of `element`; its pictures go into `box`."""
        self.element = element
        self.draft = Draft(box, lambda address: box.take(address, self._file(address)))
        self._files: dict[str, Element] | None = None

    @property
    def kind(self) -> str:
        """The type, as Moodle names it."""
        kind = self.element.get("type", "").strip().lower()
        if not kind:
            raise SkipError(SkipCode.malformed, "type")
        return kind

    def all(self, name: str) -> Iterator[Element]:
        """Give the parts of this name."""
        return children(self.element, name)

    def words(self, name: str) -> str:
        """Give the text of a part that is no prose: a number, a setting."""
        return words(child(self.element, name))

    def flag(self, name: str, *, default: bool) -> bool:
        """Read a setting: `false`, `0` and nothing are no."""
        part = child(self.element, name)
        return default if part is None else words(part).lower() not in {"false", "0", ""}

    def prompt(self) -> dict[str, Any]:
        """Give the text of the question with its pictures."""
        media: list[dict[str, str]] = []
        take = self.draft.pictures(media)
        prompt = self.prose(child(self.element, "questiontext"), take)
        self._old_picture(take)
        return {"prompt": prompt, "media": media}

    def text(self, name: str) -> str:
        """Give the prose of a part; empty when there is none."""
        return self.prose(child(self.element, name))

    def prose(self, part: Element | None, take: ImageTaker | None = None) -> str:
        """Give the prose of an element in plain text."""
        return self.draft.text(texts.read(source(part), self.form(part), take))

    def form(self, part: Element | None) -> TextFormat:
        """Tell the format of a part: its own, or that of the question."""
        own = part.get("format") if part is not None else None
        if own is None:
            prompt = child(self.element, "questiontext")
            own = prompt.get("format", "html") if prompt is not None else "html"
        return _FORMATS.get(own.strip().lower(), TextFormat.html)

    def points(self) -> float:
        """Give what the question is worth; Moodle's default is 1. Raises SkipError for none or too many."""
        written = self.words("defaultgrade") or self.words("defaultmark") or "1"
        try:
            points = keys.number(written)
        except SkipError as error:
            raise SkipError(SkipCode.malformed, f"defaultgrade: {written[:80]}") from error
        if points == 0:
            self.draft.lose(LossCode.dossier, "defaultgrade: 0")
            points = keys.FULL
        if not 0 < points <= _MOST_POINTS:
            raise SkipError(SkipCode.malformed, f"defaultgrade: {written[:80]}")
        return float(points)

    def answers(self) -> list[Answer]:
        """Give the answers that are typed, in their order."""
        return [
            Answer(
                # before 1.5 the words of a numerical answer stood outside of <text>
                words(child(each, "text")) if child(each, "text") is not None else (each.text or "").strip(),
                share(each),
                self.prose(child(each, "feedback")),
                words(child(each, "tolerance")),
            )
            for each in self.all("answer")
        ]

    def _old_picture(self, take: ImageTaker) -> None:
        """Take the picture of a file from before Moodle 2."""
        image, data = self.words("image"), self.words("image_base64")
        if image and not (data and take(image, "")):
            self.draft.lose(LossCode.image_left_out, image)

    def _file(self, address: str) -> bytes | None:
        """Find a file within the question by its address in a text."""
        if address == self.words("image"):
            return _decoded(self.words("image_base64"))
        if not address.startswith(_FILES):
            return None
        wanted = unquote(address.removeprefix(_FILES).partition("?")[0])
        if self._files is None:
            self._files = {}
            for each in self.element.iter("file"):
                name = each.get("name", "")
                self._files.setdefault(each.get("path", "/").lstrip("/") + name, each)
                self._files.setdefault(name, each)
        found = self._files.get(wanted)
        return None if found is None else _decoded(found.text or "")


def source(part: Element | None) -> str:
    """Give the source of a text; some files leave `<text>` out."""
    inner = child(part, "text")
    if inner is not None:
        return markup(inner).strip()
    return (part.text or "").strip() if part is not None else ""


def share(answer: Element) -> Fraction:
    """Read the share of the mark of an answer; Moodle once kept it in an element of its own."""
    own = child(answer, "fraction")
    if own is not None and words(own):
        return keys.exact(keys.number(words(own)))
    return keys.percent(answer.get("fraction", "").strip() or "0")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None
