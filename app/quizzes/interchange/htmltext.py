"""HTML as plain text: a reader that takes anything, in one pass, and says what it could not keep."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Final

from app.quizzes.interchange.outcome import Loss, LossCode

_OPENING: Final = re.compile(
    r"<(?:(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)(?=[\s/>])|!--|!doctype\b)", re.IGNORECASE
)
_ATTRIBUTE: Final = re.compile(
    r"""([^\s"'<>/=]+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?""",
)
_QUOTE_OR_END: Final = re.compile("[\"'>]")
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    a abbr acronym address area article aside audio b base basefont bdi bdo big blink blockquote body br button
    canvas caption center cite code col colgroup command data datalist dd del details dfn dialog dir div dl dt
    em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr
    html i iframe img input ins kbd label legend li link main map mark marquee math menu meta meter mfrac mi mn
    mo mrow ms mspace msqrt mroot mstyle msub msubsup msup mtable mtd mtext mtr munder munderover mover nav nobr
    noframes noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script
    section select semantics small source span strike strong style sub summary sup svg table tbody td template
    textarea tfoot th thead time title tr track tt u ul var video wbr annotation nolink
    """,
    ),
)
_VISIBLE: Final[Mapping[str, str]] = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "s": "strikethrough",
    "strike": "strikethrough", "del": "strikethrough", "mark": "highlight", "table": "table", "code": "code",
    "kbd": "code", "samp": "code", "tt": "code", "pre": "code", "blockquote": "quotation", "big": "size",
    "math": "formula", "svg": "drawing", "font": "font", "ruby": "ruby",
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
}  # fmt: skip
_PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl"}
)
_LINES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    address article aside body caption center dd details dialog div dt fieldset figcaption figure footer form
    header hr legend li main nav option section summary thead tbody tfoot tr title
    """,
    ),
)
_DROPPED: Final = frozenset({"script", "style"})
_MEDIA: Final = frozenset({"audio", "video", "iframe", "embed", "object"})
_HIGHER: Final = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWER: Final = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SHORT: Final = 40
_DEEPEST_LIST: Final = 10


class PlainWriter:
    """Collects the text of HTML in `text` and what it lost in `losses`."""

    def __init__(self, image: Callable[[str, str], bool] | None = None) -> None:
        """Ask `image` about every picture: given its address and alternative text, was it taken in?"""
        self.losses: list[Loss] = []
        self._image = image
        self._out: list[str] = []
        self._at_line_start = True
        self._space = False
        self._lists: list[int | None] = []
        self._verbatim = 0
        self._raised: list[tuple[str, int]] = []
        self._links: list[tuple[str, int]] = []

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._out)

    def feed(self, source: str) -> None:
        """Read a whole text. What only looks like a tag, as in `a < b` or `List<String>`, is text."""
        last_end, last_comment = source.rfind(">"), source.rfind("-->")
        unclosed: set[str] = set()
        done = position = 0
        while (found := _OPENING.search(source, position)) and found.start() < last_end:
            name = (found["name"] or "").lower()
            position = found.end()
            if name and name not in _NAMES and ":" not in name:
                continue
            if found[0] == "<!--":
                if found.start() > last_comment:
                    continue
                end = source.index("-->", found.start()) + 3
            else:
                end = _end_of_tag(source, found.end())
            self._write(unescape(source[done : found.start()]))
            done = position = end
            if name in _DROPPED and not found["close"]:
                done = position = self._after(source, name, end, unclosed)
            elif name:
                self._tag(name, source[found.end() : end - 1], closes=bool(found["close"]))
        self._write(unescape(source[done:]))

    def _after(self, source: str, name: str, start: int, unclosed: set[str]) -> int:
        """Skip a script or a style sheet; one that is never closed is read on as text."""
        if name == "script":
            self.losses.append(Loss(LossCode.scripting))
        if name in unclosed:
            return start
        closing = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(source, start)
        if closing is None:
            unclosed.add(name)
            return start
        return closing.end()

    def _write(self, words: str) -> None:
        if self._verbatim:
            self._out.append(words)
            self._at_line_start = words.endswith("\n") or (self._at_line_start and not words)
            return
        for position, part in enumerate(_SPACE.split(words)):
            self._space = self._space or position > 0
            if part:
                if self._space and not self._at_line_start:
                    self._out.append(" ")
                self._out.append(part)
                self._space = self._at_line_start = False

    def _break(self, lines: int) -> None:
        """End the line, with a blank one when `lines` is 2; what begins nothing is not broken off."""
        self._space = False
        if not self._out:
            return
        standing = 0
        while standing < min(2, len(self._out)) and self._out[-1 - standing] == "\n":
            standing += 1
        self._out.extend(["\n"] * (lines - standing))
        self._at_line_start = True

    def _tag(self, name: str, rest: str, *, closes: bool) -> None:
        if name in _VISIBLE and not closes:
            self.losses.append(Loss(LossCode.formatting, _VISIBLE[name]))
        if name in _PARAGRAPHS or name in _LINES:
            self._block(name, closes=closes)
        elif name in {"sub", "sup"}:
            self._raise(name, closes=closes)
        elif name == "a":
            self._link(rest, closes=closes)
        elif name == "q":
            self._write('"')
        elif not closes:
            self._thing(name, rest)

    def _thing(self, name: str, rest: str) -> None:
        if name == "br":
            self._space = False
            self._out.append("\n")
            self._at_line_start = True
        elif name == "img":
            self._picture(rest)
        elif name in {"td", "th"} and not self._at_line_start:
            self._write(" | ")
        elif name in _MEDIA:
            self.losses.append(Loss(LossCode.media_left_out, _attributes(rest).get("src", name)[:_SHORT]))

    def _block(self, name: str, *, closes: bool) -> None:
        if name in {"ul", "ol"}:
            self._list(name, closes=closes)
            return
        self._break(2 if name in _PARAGRAPHS else 1)
        if name == "pre":
            self._verbatim = max(0, self._verbatim + (-1 if closes else 1))
        elif name == "li" and not closes:
            self._bullet()

    def _list(self, name: str, *, closes: bool) -> None:
        self._break(1 if self._lists and (not closes or len(self._lists) > 1) else 2)
        if not closes:
            self._lists.append(1 if name == "ol" else None)
        elif self._lists:
            self._lists.pop()

    def _bullet(self) -> None:
        number = self._lists[-1] if self._lists else None
        indent = "  " * min(len(self._lists) - 1, _DEEPEST_LIST)
        if number is not None:
            self._lists[-1] = number + 1
        self._out.append(indent + ("- " if number is None else f"{number}. "))
        self._at_line_start = True

    def _raise(self, name: str, *, closes: bool) -> None:
        if not closes:
            self._write("")
            if self._space and not self._at_line_start:
                self._out.append(" ")
                self._space = False
            self._raised.append((name, len(self._out)))
            self._out.append("")  # where a sign goes when there are no small letters for what follows
        elif self._raised:
            opened, start = self._raised.pop()
            piece = "".join(self._out[start : start + _SHORT])
            small = piece.translate(_HIGHER if opened == "sup" else _LOWER)
            whole = len(self._out) - start <= _SHORT
            if whole and not any(old == new for old, new in zip(piece, small, strict=True)):
                self._out[start:] = [small] if small else []
            else:
                self._out[start] = "^" if opened == "sup" else "_"
                self.losses.append(Loss(LossCode.formatting, "superscript" if opened == "sup" else "subscript"))

    def _picture(self, rest: str) -> None:
        attributes = _attributes(rest)
        source, words = attributes.get("src", ""), " ".join(attributes.get("alt", "").split())
        if self._image and self._image(source, words):
            return
        self.losses.append(
            Loss(LossCode.image_left_out, source[:_SHORT] if source.startswith("data:") else source[:200])
        )
        if words:
            self._write(f" [{words}] ")

    def _link(self, rest: str, *, closes: bool) -> None:
        if not closes:
            self._links.append((_attributes(rest).get("href", "").strip(), len(self._out)))
        elif self._links:
            target, start = self._links.pop()
            if not target:
                return
            shown = "".join(self._out[start : start + _SHORT]).strip()
            if target.startswith(("http://", "https://")):
                if shown != target:
                    self._write(f" ({target})" if shown else target)
            else:
                self.losses.append(Loss(LossCode.link, target[:200]))


def _end_of_tag(source: str, start: int) -> int:
    """Find where a tag ends; a bracket within quotes does not end it, unless a quote is never closed."""
    position = start
    while found := _QUOTE_OR_END.search(source, position):
        if found[0] == ">":
            return found.end()
        closing = source.find(found[0], found.end())
        if closing < 0:
            break
        position = closing + 1
    return source.index(">", start) + 1


def _attributes(rest: str) -> dict[str, str]:
    return {found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(rest)}
