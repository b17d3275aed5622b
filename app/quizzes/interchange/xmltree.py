"""XML from strangers as a tree: bounded, without document types, entities or anything from elsewhere."""

import codecs
import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from typing import Final

from lxml import etree

from app.quizzes.interchange.encodings import decode
from app.quizzes.interchange.outcome import DEEPEST, MOST_BYTES, FileCode, UnreadableError

Element = etree._Element  # noqa: SLF001 - the only name that the library has for it

MOST_MARKS: Final = 1_500_000
"""A tree takes more memory than its text; this many tags are far more than 5,000 questions have."""

_DECLARATION: Final = re.compile(r"<\?xml\b[^>]*\?>")
_ENCODING: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHARSET: Final = re.compile(
    r"(?:iso-?8859-?\d+|latin-?\d+|(?:windows|cp)-?\d+|koi8-[ru]|gbk|gb2312|gb18030|big5|shift[_-]jis|euc-(?:jp|kr))"
)
_ASIDE: Final = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_VERBATIM: Final = re.compile(r"<!\[CDATA\[|<!--|<\?")
_CLOSINGS: Final = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_AMPERSAND: Final = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_OWN_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BEFORE_THE_FIRST_TAG: Final = 10_000
_LONGEST_MESSAGE: Final = 120


def parse(data: bytes) -> Element:
    """Give the root of an XML file.

    Bare ampersands and the named characters of HTML are mended, since what they mean is certain; nothing else is.
    Raises UnreadableError: too large, too deep, a document type, or not well formed.
    """
    text = _without_declaration(_characters(data))
    _refuse_document_type(text)
    if text.count("<") > MOST_MARKS:
        raise UnreadableError(FileCode.too_large)
    try:
        root = _tree(text)
    except etree.XMLSyntaxError as error:
        mended = _mend(text)
        if mended == text:
            raise _refusal(error) from error
        try:
            root = _tree(mended)
        except etree.XMLSyntaxError as second:
            raise _refusal(second) from second
    _refuse_depth(root)
    return root


def name_of(element: Element) -> str:
    """Give the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Give the children of these names, in their order; none of nothing."""
    return (child for child in (() if element is None else element) if name_of(child) in names)


def child(element: Element | None, name: str) -> Element | None:
    """Give the first child of this name."""
    return None if element is None else next(children(element, name), None)


def words(element: Element | None) -> str:
    """Give the text of an element and all within it, without spaces around it; empty when there is none."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def markup(element: Element | None) -> str:
    """Give what is within an element as source text; tags that somebody forgot to quote stay tags."""
    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return escape(element.text or "", quote=False) + inner


def line_of(element: Element) -> int:
    """Give the line on which an element begins."""
    return int(element.sourceline or 0)


def _characters(data: bytes) -> str:
    """Follow the declared encoding where it is one of a single byte or of East Asia; the bytes tell the others."""
    declared = _ENCODING.search(data[:500])
    if declared and len(data) <= MOST_BYTES and not data.startswith(codecs.BOM_UTF8) and b"\0" not in data:
        name = declared[1].decode("ascii").lower()
        name = "cp1252" if name in {"iso-8859-1", "latin-1", "latin1"} else name
        if _CHARSET.fullmatch(name):
            try:
                return decode(data.decode(name).encode())
            except (UnicodeDecodeError, LookupError):
                pass
    return decode(data)


def _without_declaration(text: str) -> str:
    """Drop what a server or an editor put before the document; lines keep their numbers."""
    start = text.find("<", 0, _BEFORE_THE_FIRST_TAG)
    if start < 0:
        if text.strip():
            raise UnreadableError(FileCode.malformed, 0, "XML: <")
        raise UnreadableError(FileCode.empty)
    declaration = _DECLARATION.search(text, start, _BEFORE_THE_FIRST_TAG)
    if declaration:
        start = declaration.end()
    return "\n" * text.count("\n", 0, start) + text[start:]


def _refuse_document_type(text: str) -> None:
    position = 0
    while found := _ASIDE.match(text, position):
        position = found.end()
    if text[position : position + 9].upper() == "<!DOCTYPE":
        raise UnreadableError(FileCode.doctype, text.count("\n", 0, position) + 1)


def _tree(text: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _mend(text: str) -> str:
    """Mend ampersands wherever they are not taken as they stand."""
    if text.count("&") > MOST_MARKS:
        raise UnreadableError(FileCode.too_large)
    pieces, done = [], 0
    for found in _VERBATIM.finditer(text):
        if found.start() >= done:
            closing = _CLOSINGS[found[0]]
            end = text.find(closing, found.end())
            if end < 0:
                break
            pieces += [_AMPERSAND.sub(_mended, text[done : found.start()]), text[found.start() : end + len(closing)]]
            done = end + len(closing)
    return "".join([*pieces, _AMPERSAND.sub(_mended, text[done:])])


def _mended(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "&amp;"
    if name.startswith("#") or name in _OWN_ENTITIES:
        return found[0]
    return escape(html5[f"{name};"]) if f"{name};" in html5 else f"&amp;{name};"


def _refusal(error: etree.XMLSyntaxError) -> UnreadableError:
    message, line = error.msg or "", max(0, error.lineno or 0)
    if "depth" in message.lower():
        return UnreadableError(FileCode.too_deep, line)
    if "XML_PARSE_HUGE" in message:
        return UnreadableError(FileCode.too_large, line)
    return UnreadableError(FileCode.malformed, line, _first_line(message.rpartition(", line ")[0] or message))


def _first_line(message: str) -> str:
    """Leave out the source that a message goes on with."""
    return message.partition("\n")[0][:_LONGEST_MESSAGE].strip()


def _refuse_depth(root: Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise UnreadableError(FileCode.too_deep, line_of(element))
