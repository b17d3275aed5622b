"""The body of a QTI item as text: what is asked, with marks where gaps are, and what is for assessors alone."""

import copy
import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from lxml import etree

from app.quizzes.interchange import texts
from app.quizzes.interchange.drafts import Draft
from app.quizzes.interchange.outcome import LossCode, SkipCode, SkipError
from app.quizzes.interchange.texts import ImageTaker
from app.quizzes.interchange.xmltree import Element, child, children

MARK: Final = "\ue000{}\ue001"
MARKED: Final = re.compile("\ue000([0-9]+)\ue001")
_PRIVATE: Final = re.compile("[\ue000\ue001]")
_FEEDBACK: Final = frozenset({"feedbackInline", "feedbackBlock"})
_MADE_UP: Final = frozenset({"printedVariable", "templateInline", "templateBlock"})
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp")


_HTML: Final = frozenset(
    re.findall(
        r"\w+",
        """
    a abbr acronym address audio b big blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li math mfrac mi mn mo mrow ms mspace msqrt mroot mstyle msub msubsup msup
    mtable mtd mtext mtr munder munderover mover object ol p pre q rp rt ruby s samp section small span strong sub sup
    svg table tbody td tfoot th thead tr tt u ul var video
    """,
    )
)


def interactions(body: Element) -> list[Element]:
    """Give the interactions within a body, in their order."""
    return [each for each in body.iter(etree.Element) if str(each.tag).endswith("Interaction")]


def prose(element: Element | None, draft: Draft, take: ImageTaker | None = None) -> str:
    """Give the text within an element."""
    if element is None:
        return ""
    return draft.text(texts.from_html(_source(copy.deepcopy(element)), take))


def without(element: Element, name: str) -> Element:
    """Give an element without the children of a name; what stands between them stays."""
    element = copy.deepcopy(element)
    for each in list(children(element, name)):
        _replace(each, "")
    return element


def asked(body: Element, draft: Draft, gaps: Mapping[str, int]) -> tuple[str, list[dict[str, Any]], str]:
    """Give the prompt with its pictures, and the guidance for assessors.

    `gaps` numbers the responses that are given within the text; their places are marked.
    """
    body = copy.deepcopy(body)
    guidance: list[str] = []
    for each in list(body.iter(etree.Element)):
        name = str(each.tag)
        if name in _MADE_UP:
            raise SkipError(SkipCode.calculated, name)
        if name in _FEEDBACK:
            draft.lose(LossCode.feedback, prose(each, draft))
            _replace(each, "")
        elif name == "rubricBlock" and "candidate" not in each.get("view", "candidate").split():
            guidance.append(prose(each, draft))
            _replace(each, "")
        elif name.endswith("Interaction"):
            place = gaps.get(each.get("responseIdentifier", ""))
            if place is not None:
                _replace(each, MARK.format(place))
            else:
                _leave_prompt(each)
    media: list[dict[str, Any]] = []
    prompt = draft.text(texts.from_html(_source(body, keep_marks=True), draft.pictures(media)))
    return prompt, media, "\n\n".join(filter(None, guidance))


def _source(element: Element, *, keep_marks: bool = False) -> str:
    for each in element.iter("object"):
        _as_picture(each)
    for each in element.iterdescendants(etree.Element):
        if each.tag not in _HTML:
            each.tag = "div" if each.tag == "contentBody" else "span"
    parts = (etree.tostring(each, encoding="unicode", method="html") for each in element)
    source = escape(element.text or "", quote=False) + "".join(parts)
    return source if keep_marks else _PRIVATE.sub("", source)


def _as_picture(element: Element) -> None:
    """Turn an object that is a picture into one, as QTI has pictures in both forms."""
    address = element.get("data", "")
    if element.get("type", "").startswith("image/") or address.lower().endswith(_PICTURES):
        element.tag = "img"
        element.set("src", address)
        element.set("alt", " ".join("".join(str(part) for part in element.itertext()).split()))
        for each in list(element):
            element.remove(each)
        element.text = None


def _leave_prompt(interaction: Element) -> None:
    prompt = child(interaction, "prompt")
    for each in list(interaction):
        if each is not prompt:
            each.tail = None
            interaction.remove(each)
    interaction.tag = "div"
    interaction.text = None
    interaction.attrib.clear()
    if prompt is not None:
        prompt.tag = "div"


def _replace(element: Element, text: str) -> None:
    parent = element.getparent()
    if parent is None:
        return
    text += element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    element.tail = None
    parent.remove(element)
