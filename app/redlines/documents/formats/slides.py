"""PowerPoint: slides with all that is written on them, and the speaker's notes."""

from collections.abc import Iterable, Iterator
from typing import Final

from pptx import Presentation
from pptx.exc import PythonPptxError
from pptx.slide import Slide

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.formats.office import BROKEN, CHART, DRAWING, Element, paragraph_text, parse, walk
from app.redlines.documents.formats.packages import safe_package
from app.redlines.documents.formats.taken import Taken, label
from app.redlines.documents.limits import MOST_PAGES
from app.redlines.documents.places import Place

_PRESENTATION: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_BOXES: Final = frozenset({f"{_PRESENTATION}txBody", f"{DRAWING}tc"})
_DRAWN_ELSEWHERE: Final = {"chart", "diagramData"}
"""Charts and SmartArt have parts of their own."""


def take(data: bytes, taken: Taken) -> None:
    """Take the text of a PowerPoint file.

    Raises UnreadableError: `damaged`, `too_large`, `encrypted`, `too_much_text`.
    """
    try:
        slides = Presentation(safe_package(data)).slides
        count = len(slides)
    except (*BROKEN, PythonPptxError) as error:
        raise UnreadableError(Code.DAMAGED) from error
    if count > MOST_PAGES:
        raise UnreadableError(Code.TOO_LARGE)
    try:
        for number, slide in enumerate(slides, 1):
            _take_slide(number, slide, taken)
    except (*BROKEN, PythonPptxError) as error:
        raise UnreadableError(Code.DAMAGED) from error


def _take_slide(number: int, slide: Slide, taken: Taken) -> None:
    title = slide.shapes.title
    name = label(title.text_frame.text) if title is not None else ""
    boxes = [text for text in (*_boxes(slide.shapes.element), *_drawn(slide)) if text.strip()]
    place = Place("slide", number, name)
    if boxes:
        taken.add(place, "\n\n".join(boxes))
    else:
        taken.unread.append(place)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame
        elements = (paragraph._p for paragraph in notes.paragraphs)  # noqa: SLF001 (the library's way to its XML)
        taken.add(Place("notes", number, name), _lines(elements))


def _boxes(shapes: Element) -> Iterator[str]:
    """Yield the words of each shape and cell, in the order in which they are read aloud."""
    for element in walk(shapes, stop=_BOXES):
        if element.tag in _BOXES:
            yield _lines(each for each in walk(element) if each.tag == f"{DRAWING}p")


def _lines(paragraphs: Iterable[Element]) -> str:
    return "\n".join(map(paragraph_text, paragraphs))


def _drawn(slide: Slide) -> Iterator[str]:
    for relation in slide.part.rels.values():
        if relation.reltype.rpartition("/")[2] in _DRAWN_ELSEWHERE and not relation.is_external:
            root = parse(relation.target_part.blob)
            for element in walk(root):
                if element.tag == f"{DRAWING}p":
                    yield paragraph_text(element)
                elif element.tag == f"{CHART}v" and element.getparent() is not None and _is_name(element):
                    yield element.text or ""


def _is_name(value: Element) -> bool:
    """Tell a category or a series from a number."""
    try:
        float(value.text or "")
    except ValueError:
        return True
    return False
