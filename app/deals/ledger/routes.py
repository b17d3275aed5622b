"""The page of one decision."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.catalog.queries import products
from app.certification import words as standing_words
from app.certification.reasons import Reason
from app.certification.rules import StandingVerdict
from app.certification.words import State
from app.clock import Now
from app.database import SessionDep
from app.deals import words
from app.deals.ledger import content
from app.deals.ledger.queries import level_names, opened
from app.deals.ledger.replaying import replayed
from app.deals.rules import ClearanceDecision, Coverage, ProductFacts
from app.people.access import SignedIn
from app.people.models import Role
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.templating import page

router = APIRouter(prefix="/decisions")


@router.get("/{number}")
def decision(request: Request, number: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show who asked what and when, what was answered, what it rests on, and what is answered when asked again."""
    kept = opened(session, person, number, moment)
    names = {each.slug: words.name(each.name) for each in products(session)}
    given = {each["product"]: content.given(each, kept.asked) for each in kept.facts}
    context = {
        "kept": kept,
        "names": names,
        "given": [(each, content.decision(each), given[each["product"]]) for each in kept.answer["products"]],
        "replay": replayed(session, kept),
        "reads_gate": person.has(Role.TRAINER, Role.MANAGER, Role.COMPLIANCE, Role.ADMIN),
        "reads_records": person.has(Role.MANAGER, Role.TRAINER, Role.COMPLIANCE, Role.ADMIN),
        "read": content.decision,
        "state": _state,
        "standing": _standing,
        "asks": partial(_asks, levels=level_names(session, kept)),
        "reasons": _reasons,
        "words": words,
    }
    return page(request, "deals/decision.html", context)


def _state(written: str) -> State:
    return words.state(ClearanceDecision(written))


def _standing(verdict: StandingVerdict) -> State:
    return standing_words.state(verdict.standing, allowed=verdict.allowed)


def _reasons(found: tuple[Reason, ...]) -> str:
    return i18n.sentences(words.sentence(each) for each in found)


def _asks(facts: ProductFacts, levels: Mapping[tuple[str, str], str]) -> str:
    """Say in one line what was asked of whom."""
    asked = facts.requirement
    if asked is None:
        return _("Nothing was asked for.")
    coverage = {
        Coverage.EVERY: _("of every member of the team"),
        Coverage.OWNER: _("of the owner"),
        Coverage.ONE: _("of at least one member of the team"),
    }
    lines = [
        _("From stage %(stage)s on") % {"stage": words.stage(asked.from_stage)},
        _("level %(level)s") % {"level": levels.get((facts.product, asked.level), asked.level)} if asked.level else "",
        coverage[asked.coverage],
        _("as %(roles)s only") % {"roles": words.listed(map(words.role, sorted(asked.roles)))} if asked.roles else "",
        _("in %(regions)s only") % {"regions": words.listed(sorted(asked.regions))} if asked.regions else "",
        words.enforcement(asked.enforcement),
    ]
    return words.listed(filter(None, lines))
