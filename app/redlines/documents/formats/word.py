"""Word: paragraphs and tables in their order, boxes, headers, footers and notes."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from docx.package import Package

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.formats.office import BROKEN, WORD, Element, paragraph_text, paragraphs, parse, walk
from app.redlines.documents.formats.packages import safe_package
from app.redlines.documents.formats.taken import Taken, label
from app.redlines.documents.places import Place

_BESIDE: Final = {"header": "header", "footer": "footer", "footnotes": "footnote", "endnotes": "footnote"}
_HEADING: Final = ("heading", "title")


def take(data: bytes, taken: Taken) -> None:
    """Take the text of a Word file.

    Raises UnreadableError: `damaged`, `too_large`, `encrypted`, `too_much_text`.
    """
    try:
        package = Package.open(safe_package(data))
        document = package.main_document_part
        body = document.element.find(f"{WORD}body")
    except BROKEN as error:
        raise UnreadableError(Code.DAMAGED) from error
    if body is None:
        raise UnreadableError(Code.DAMAGED)
    _take_body(body, taken)
    try:
        for name, root in _beside(document.rels.values()):
            _take_paragraphs(root, Place("paragraph", None, name), taken)
    except BROKEN as error:
        raise UnreadableError(Code.DAMAGED) from error


def _take_body(body: Element, taken: Taken) -> None:
    """Take paragraphs and tables, each counted for itself, with the heading above as the label."""
    heading, paragraph_number, table_number = "", 0, 0
    for element in walk(body, stop=frozenset({f"{WORD}tbl", f"{WORD}p"})):
        if element.tag == f"{WORD}tbl":
            table_number += 1
            _take_paragraphs(element, Place("table", table_number, heading), taken)
        elif element.tag == f"{WORD}p" and _has_words(element):
            paragraph_number += 1
            if _is_heading(element):
                heading = label(paragraph_text(element))
            _take_paragraphs(element, Place("paragraph", paragraph_number, heading), taken)


def _take_paragraphs(element: Element, place: Place, taken: Taken) -> None:
    for paragraph in paragraphs(element):
        taken.add(place, paragraph_text(paragraph))


def _has_words(element: Element) -> bool:
    return any(paragraph_text(paragraph).strip() for paragraph in paragraphs(element))


def _is_heading(paragraph: Element) -> bool:
    style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
    return style is not None and (style.get(f"{WORD}val") or "").lower().startswith(_HEADING)


def _beside(relations: Iterable[Any]) -> Iterator[tuple[str, Element]]:
    """Yield headers, footers and notes once each."""
    seen = set()
    for relation in relations:
        name = _BESIDE.get(relation.reltype.rpartition("/")[2])
        if name and not relation.is_external and relation.target_part not in seen:
            seen.add(relation.target_part)
            yield name, parse(relation.target_part.blob)
