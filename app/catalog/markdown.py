"""The one way from Markdown to HTML: CommonMark, tables and strikethrough, then an allow-list.

The result is a list of blocks, because a paragraph that holds only ``[[redline: some.id]]`` is not HTML yet:
the page puts that red line's card there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from markupsafe import Markup

MAX_SOURCE: Final = 200_000
_MAX_NESTING: Final = 20
_HIGHEST, _LOWEST = 2, 6

_CARD: Final = re.compile(r"\[\[redline:\s*([a-z0-9]+(?:[.-][a-z0-9]+)*)\s*\]\]")
_CJK: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_TABLE_NAMES: Final = {"zh-Hans": "表格", "zh-Hant": "表格"}


@dataclass(frozen=True, slots=True)
class Html:
    """Sanitized HTML, safe to put on a page."""

    html: Markup


@dataclass(frozen=True, slots=True)
class RedLineCard:
    """The place where the card of a red line stands."""

    id: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention of a red line, by its line from 1; without an id where no card can stand."""

    line: int
    red_line: str | None


Block = Html | RedLineCard


@lru_cache(maxsize=512)
def render(source: str, locale: str) -> tuple[Block, ...]:
    """Render Markdown written in `locale` (which names the tables for a screen reader).

    Raises ValueError when the source is longer than 200,000 characters. What is nested deeper than 20 levels
    is left out.
    """
    if len(source) > MAX_SOURCE:
        message = f"Markdown of {len(source):,} characters; at most {MAX_SOURCE:,} are rendered"
        raise ValueError(message)
    tokens = _MARKDOWN.parse(source)
    _prepare(tokens, _TABLE_NAMES.get(locale, "Table"))
    blocks: list[Block] = []
    rest: list[Token] = []
    position = 0
    while position < len(tokens):
        card = _card(tokens, position)
        if card is None:
            rest.append(tokens[position])
            position += 1
            continue
        blocks += _html(rest)
        blocks.append(RedLineCard(card))
        rest = []
        position += 3
    return (*blocks, *_html(rest))


def redline_references(source: str) -> list[Reference]:
    """Find the red lines that a source shows, and the mentions that would stay plain text."""
    references: list[Reference] = []
    tokens = _MARKDOWN.parse(source[:MAX_SOURCE])
    for position, token in enumerate(tokens):
        if token.type != "inline" or "[[redline" not in _text(token):
            continue
        card = _card(tokens, position - 1)
        references.append(Reference((token.map or [0])[0] + 1, card))
    return references


def _text(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type == "text")


def _card(tokens: Sequence[Token], position: int) -> str | None:
    opening = tokens[position]
    if opening.type != "paragraph_open" or opening.level:
        return None
    match = _CARD.fullmatch(tokens[position + 1].content.strip())
    return match[1] if match else None


def _html(tokens: Sequence[Token]) -> list[Block]:
    if not tokens:
        return []
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener",
        clean_content_tags={"script", "style"},
    )
    # Everything above has gone through the allow-list, so the string is safe by construction.
    return [Html(Markup(clean))]  # noqa: S704 (nh3 has cleaned it)


def _prepare(tokens: list[Token], table_name: str) -> None:
    levels = [int(token.tag[1:]) for token in tokens if token.type == "heading_open"]
    shift = _HIGHEST - min(levels, default=_HIGHEST)
    tables = 0
    _empty_headers_to_cells(tokens)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + shift, _LOWEST)}"
        elif token.type == "table_open":
            tables += 1
            token.meta["name"] = f"{table_name} {tables}"
        elif token.type in ("th_open", "td_open"):
            _align(token)
        for child in token.children or ():
            if child.type == "image":
                _image(child)


def _empty_headers_to_cells(tokens: Sequence[Token]) -> None:
    # the corner above the row names heads no column, and a header without a name says nothing to a screen reader
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not inline.content.strip():
            opening.tag = closing.tag = "td"


def _align(token: Token) -> None:
    align = str(token.attrs.pop("style", "")).removeprefix("text-align:")
    if align in ("right", "center"):
        token.attrSet("class", f"align-{align}")
    if token.tag == "th":
        token.attrSet("scope", "col")


def _image(token: Token) -> None:
    if _is_image_source(str(token.attrs.get("src", ""))):
        token.attrSet("loading", "lazy")
        return
    token.type, token.tag, token.nesting = "text", "", 0
    token.content = "".join(child.content for child in token.children or ())


def _is_image_source(source: str) -> bool:
    return source.startswith("https://") or not re.match(r"[\\/]{2}|[A-Za-z][A-Za-z0-9+.-]*:", source)


def _attribute(element: str, attribute: str, value: str) -> str | None:
    if (element, attribute) == ("img", "src") and not _is_image_source(value):
        return None
    if element in ("th", "td") and attribute == "class" and value not in ("align-right", "align-center"):
        return None
    return value


def _table_open(tokens: Sequence[Token], index: int) -> str:
    # A wide table scrolls in its own box. A keyboard can scroll it only if it takes the focus, and so it needs a name.
    name = tokens[index].meta["name"]
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">\n<table>\n'


class _State(StateInline):
    """Emphasis beside Chinese, Japanese and Korean, which put no spaces around words.

    CommonMark decides by spaces and punctuation whether ``**`` may end emphasis, and so leaves ``**中文。**后面``
    as it is. A neighbouring CJK character counts here like a space would.
    """

    # The names are those of the library.
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803, FBT001 (the name is the library's)
        scanned = super().scanDelims(start, canSplitWord)
        if not canSplitWord:
            return scanned
        before = self.src[start - 1 : start]
        after = self.src[start + scanned.length : start + scanned.length + 1]
        if not before.strip() or not after.strip():
            return scanned
        return Scanned(
            scanned.can_open or bool(_CJK.match(before)),
            scanned.can_close or bool(_CJK.match(after)),
            scanned.length,
        )


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark")
    markdown.inline = _Inline()
    markdown.configure("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    markdown.enable(["table", "strikethrough"])
    renderer: dict[str, object] = markdown.renderer.rules  # type: ignore[attr-defined]  # the protocol leaves it out
    renderer["table_open"] = lambda tokens, index, _options, _env: _table_open(tokens, index)
    renderer["table_close"] = lambda *_: "</table>\n</div>\n"
    return markdown


_MARKDOWN: Final = _parser()
_TAGS: Final = {
    *("p", "h2", "h3", "h4", "h5", "h6", "hr", "br", "blockquote", "pre", "code", "ul", "ol", "li"),
    *("em", "strong", "s", "a", "img", "div", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "th": {"class", "scope"},
    "td": {"class"},
}
