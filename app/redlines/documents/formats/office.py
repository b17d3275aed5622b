"""The XML that Word and PowerPoint files have in common: paragraphs of runs."""

import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree

Element = etree._Element  # noqa: SLF001 - the only name that the library has for it

WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
BROKEN: Final = (AttributeError, KeyError, TypeError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile)
"""What the libraries raise on files whose parts do not fit together."""

_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE: Final = {f"{WORD}del", f"{WORD}moveFrom", _FALLBACK}
"""What was deleted or moved away, and what repeats a drawing for older programs."""

_SIGNS: Final = {
    f"{WORD}tab": "\t",
    f"{WORD}ptab": "\t",
    f"{WORD}br": "\n",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "-",
    f"{DRAWING}br": "\n",
    f"{DRAWING}tab": "\t",
}
_TEXTS: Final = {f"{WORD}t", f"{DRAWING}t"}
_PARAGRAPHS: Final = frozenset({f"{WORD}p", f"{DRAWING}p"})
_APART: Final = _PARAGRAPHS | {f"{WORD}pPr", f"{WORD}rPr", f"{DRAWING}pPr", f"{DRAWING}rPr"}
"""Properties hold no words; paragraphs within a paragraph, as in a text box, are read for themselves."""


def parse(content: bytes) -> Element:
    """Return the root of a part that the libraries do not parse themselves."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    return etree.fromstring(content, parser)


def walk(root: Element, *, stop: frozenset[str] = frozenset()) -> Iterator[Element]:
    """Yield an element and all within it in their order, without what is gone.

    What lies within an element named in `stop` is left out, unless it is the root.
    """
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        if element.tag not in stop or element is root:
            waiting += [child for child in reversed(element) if isinstance(child.tag, str) and child.tag not in _GONE]


def paragraph_text(paragraph: Element) -> str:
    """Return the words of a paragraph, without those of paragraphs in boxes that hang on it."""
    return "".join(
        (element.text or "") if element.tag in _TEXTS else _SIGNS.get(str(element.tag), "")
        for element in walk(paragraph, stop=_APART)
    )


def paragraphs(root: Element) -> Iterator[Element]:
    """Yield the paragraphs within an element in their order, those in boxes too."""
    yield from (element for element in walk(root) if element.tag in _PARAGRAPHS)
