"""HTML: the text of a page or of a mail, block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree, html

from app.redlines.documents.decoding import clean, decode
from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.formats.office import Element
from app.redlines.documents.formats.taken import Taken, label
from app.redlines.documents.places import Place

_SILENT: Final = {"script", "style", "template", "head", "noscript", "svg", "math"}
_BLOCKS: Final = {
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main",
    "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_HEADINGS: Final = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LINE: Final = "\n"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a page; `quoted` when it repeats what somebody else wrote."""

    text: str
    quoted: bool
    heading: bool


def take(data: bytes, taken: Taken) -> None:
    """Take the text of a page.

    Raises UnreadableError: `damaged`, `too_complex`, `too_much_text`.
    """
    heading = ""
    for number, block in enumerate(blocks(decode(data)), 1):
        if block.heading:
            heading = label(block.text)
        taken.add(Place("paragraph", number, heading), quoted(block))


def running(source: str) -> str:
    """Return the text of HTML with a blank line between blocks."""
    return "\n\n".join(map(quoted, blocks(source)))


def quoted(block: Block) -> str:
    """Return the text of a block, its lines marked with `>` where they are somebody else's."""
    return "\n".join(f"> {line}" for line in block.text.splitlines()) if block.quoted else block.text


def blocks(source: str) -> Iterator[Block]:
    """Yield the blocks of HTML that have words.

    Raises UnreadableError: `damaged`, `too_complex`.
    """
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(clean(source).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(Code.DAMAGED, "html") from error
    if len(parser.error_log.filter_from_fatals()):
        # the parser stops where elements lie too deep in each other, and keeps quiet about the rest
        raise UnreadableError(Code.TOO_COMPLEX, "html")
    words: list[str] = []
    quotes, headings = 0, 0
    for opens, element in _events(root):
        name = str(element.tag)
        if name in _BLOCKS:
            yield from _block(words, quoted=quotes > 0, heading=headings > 0)
            words = []
            quotes += (1 if opens else -1) if name == "blockquote" else 0
            headings += (1 if opens else -1) if name in _HEADINGS else 0
        elif name == "br" and opens:
            words.append(_LINE)
        words.append(_flat(element.text if opens else element.tail))
    yield from _block(words, quoted=quotes > 0, heading=headings > 0)


def _events(root: Element) -> Iterator[tuple[bool, Element]]:
    """Yield the openings and closings of elements, without those that show no words; deep trees are no trouble."""
    waiting = [(True, root)]
    while waiting:
        opens, element = waiting.pop()
        yield opens, element
        if opens:
            waiting.append((False, element))
            waiting += [(True, child) for child in reversed(element) if child.tag not in _SILENT]


def _flat(text: str | None) -> str:
    return text.replace("\n", " ").replace("\r", " ") if text else ""


def _block(words: list[str], *, quoted: bool, heading: bool) -> Iterator[Block]:
    lines = [" ".join(line.split()) for line in "".join(words).split(_LINE)]
    text = _LINE.join(line for line in lines if line)
    if text:
        yield Block(text, quoted, heading)
