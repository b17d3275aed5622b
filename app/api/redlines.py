"""The check of a text against the red lines, for editors, mail clients and assistants."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.api.problems import MEBIBYTE, ProblemRoute
from app.api.refusals import BODY, refusals
from app.api.schemas import CHECKED, SAID, TextCheck, TextChecked
from app.api.security import needs
from app.clock import Now
from app.database import SessionDep, reads
from app.people.tokens import Scope
from app.redlines.checking import Circumstances, Found, rule_set
from app.redlines.queries import Card
from app.redlines.sarif import Lines, Located, sarif
from app.web.i18n import match_locale, use_locale

MOST_FINDINGS: Final = 2_000
"""Findings that one answer carries."""

SARIF: Final = "application/sarif+json"


class TextRoute(ProblemRoute):
    """A route that takes a whole text: the longest one, with each of its characters escaped, still fits."""

    largest_body = 8 * MEBIBYTE


router = APIRouter(
    prefix="/api/v1/redlines",
    tags=["red lines"],
    route_class=TextRoute,
    dependencies=[Depends(needs(Scope.REDLINES_CHECK))],
    responses=refusals(
        Scope.REDLINES_CHECK,
        more={**BODY, 404: "There is no product of that slug.", 413: "The body is larger than 8 MiB."},
    ),
)


@router.post(
    "/check",
    summary="Does this text cross a red line?",
    operation_id="redlines_check",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": SAID}}}},
    responses={
        200: {
            "description": f"The findings; as SARIF 2.1.0 where `Accept` asks for `{SARIF}`.",
            "model": TextChecked,
            "content": {"application/json": {"example": CHECKED}, SARIF: {}},
        }
    },
)
@reads
def check(request: Request, session: SessionDep, moment: Now, body: TextCheck) -> Response:
    """Say what a text crosses, with what to say instead and why. Nothing of it is stored or logged."""
    crossed = read_text(session, body, moment)
    if SARIF in request.headers.get("accept", ""):
        return _answer(_sarif(body.text, crossed), SARIF)
    return _answer(document(crossed), "application/json")


@dataclass(frozen=True, slots=True)
class Crossed:
    """What a text crosses: the first findings, the cards of their red lines, and how many more there are."""

    found: Sequence[Found]
    cards: Mapping[str, Card]
    rules: int
    more: int


def read_text(session: Session, asked: TextCheck, moment: datetime) -> Crossed:
    """Hold a text against the red lines in force; from here on its language is spoken.

    Raises NotFoundError for a product that is not there.
    """
    if locale := match_locale(asked.locale or ""):
        use_locale(locale)
    rules = rule_set(session, list(dict.fromkeys(asked.products)), moment)
    found = rules.check(asked.text, Circumstances(asked.locale, asked.region, asked.channel, asked.speaker))
    shown = found[:MOST_FINDINGS]
    cards = {name: each.card for name, each in {each.finding.red_line: each for each in shown}.items()}
    return Crossed(shown, cards, len(rules), len(found) - len(shown))


def document(crossed: Crossed) -> dict[str, Any]:
    """Write what a text crosses as the API gives it; the keys always stand in this order."""
    findings = [_finding(each, crossed.cards[each.finding.red_line]) for each in crossed.found]
    return {"findings": findings, "rules": crossed.rules, "more": crossed.more}


def _finding(found: Found, card: Card) -> dict[str, Any]:
    """Write a finding as the API gives it; the keys always stand in this order."""
    finding = found.finding
    return {
        "start": finding.start,
        "end": finding.end,
        "matched": finding.matched,
        "red_line": finding.red_line,
        "title": card.title,
        "severity": finding.severity,
        "why": card.why,
        "say_instead": list(card.say_instead),
        "products": list(found.products),
        "state": finding.state,
        "reason": finding.reason,
    }


def _sarif(text: str, crossed: Crossed) -> dict[str, Any]:
    words = {
        name: {"title": card.title, "why": card.why, "say_instead": list(card.say_instead)}
        for name, card in crossed.cards.items()
    }
    lines = Lines(text)
    return sarif([Located("text", each.finding, lines) for each in crossed.found], words)


def _answer(content: dict[str, Any], kind: str) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    headers = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"}
    return Response(body, media_type=kind, headers=headers)
