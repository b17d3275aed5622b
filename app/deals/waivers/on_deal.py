"""What the page of a deal says about exceptions: those that there are, and where to ask for one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from sqlmodel import Session

from app.certification.words import State
from app.deals.facts import OWNER, DealFacts
from app.deals.gate import DealState
from app.deals.lists import Opened, Viewer
from app.deals.queries import Answer
from app.deals.waivers import words
from app.deals.waivers.actions import may_ask
from app.deals.waivers.emergencies import may_give
from app.deals.waivers.listing import Listed, of_deal
from app.deals.waivers.rules import WaiverState, obstacle


@dataclass(frozen=True, slots=True)
class AskLink:
    """Where to ask for an exception for somebody and a product."""

    person: str
    product: Any
    url: str
    emergency: str


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The exceptions on a deal, the open ones first, which of them may be opened, and where to ask for another."""

    rows: tuple[tuple[Listed, State], ...]
    readable: frozenset[int]
    asks: tuple[AskLink, ...]
    may_give: bool


def on_deal(session: Session, viewer: Viewer, opened: Opened, state: DealState, today: date) -> Exceptions:
    """Return what is said about exceptions on a deal; one statement."""
    found = of_deal(session, opened.deal.id)
    open_ones = {WaiverState.WAITING, WaiverState.HOLDS}
    found.sort(key=lambda each: each.state(today) not in open_ones)
    there = {(each.email, each.slug) for each in found if each.state(today) in open_ones}
    asks = [
        link
        for link in links(opened.deal, state.stopped())
        if may_ask(opened, viewer, link[0]) and (link[0], link[1]) not in there
    ]
    rows = tuple((each, words.state(each.state(today))) for each in found)
    readable = frozenset(each.id for each in found if _reads(viewer, opened, each))
    return Exceptions(rows, readable, tuple(link[2] for link in asks), may_give(opened, viewer))


def _reads(viewer: Viewer, opened: Opened, one: Listed) -> bool:
    """Tell whether somebody who sees the deal may open an exception; `listing.visible` is the same."""
    owns = any(each.person_id == viewer.id and each.role == OWNER for each in opened.deal.members)
    had_a_part = viewer.id in {one.asked_by, one.person_id, one.decided_by}
    return owns or had_a_part or may_give(opened, viewer) or one.person_id in opened.led


def asks_of(deal: DealFacts, answers: Iterable[Answer]) -> list[list[AskLink]]:
    """Return, for each answer that stopped a change, where to ask for exceptions."""
    return [[link for _email, _slug, link in links(deal, [answer])] for answer in answers]


def links(deal: DealFacts, answers: Iterable[Answer]) -> list[tuple[str, str, AskLink]]:
    """Return (address, slug, link) for each refusal that an exception can stand in for."""
    return [
        (answer.question.rep, each.decision.product, _link(deal, answer, each.decision.product, each.name))
        for answer in answers
        for each in answer.products
        if not each.decision.allowed
        and obstacle(
            each.decision.decision, each.decision.enforcement, [str(reason.code) for reason in each.decision.reasons]
        )
        is None
    ]


def _link(deal: DealFacts, answer: Answer, slug: str, name: Any) -> AskLink:
    chosen = urlencode({"person": answer.question.rep, "product": slug})
    base = f"/deals/{quote(deal.reference, safe='')}/waivers"
    return AskLink(answer.name, name, f"{base}/new?{chosen}", f"{base}/emergency?{chosen}")
