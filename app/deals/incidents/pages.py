"""What the pages of incidents show."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.certification.sanctions import words as sanction_words
from app.certification.sanctions.actions import possible_now
from app.certification.sanctions.queries import history
from app.certification.sanctions.rules import RECERTIFY_DAYS
from app.clock import local_day
from app.conduct.reviewing import words as review_words
from app.conduct.reviewing.ladder import CONSEQUENCE_OF, fitting, taken_with
from app.conduct.reviewing.queries import Outcome, violations
from app.conduct.reviewing.rules import SANCTIONS
from app.deals.incidents import queries, words
from app.deals.incidents.queries import Facts
from app.deals.incidents.rules import closed_to
from app.deals.incidents.thatday import that_day
from app.deals.incidents.timeline import taken_for, timeline
from app.people.access import CurrentPerson
from app.people.models import Role
from app.redlines.queries import card_of
from app.web.forms import Bound, blank
from app.web.templating import page


def case_page(
    request: Request,
    session: Session,
    viewer: CurrentPerson,
    incident: Facts,
    moment: datetime,
    *,
    form: Bound[Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """Show an incident with everything that belongs to it, and the form that decides where the viewer may."""
    compliance = viewer.has(Role.COMPLIANCE)
    rule = queries.red_lines_on(session, incident.slug, incident.happened_on).get(incident.red_line)
    crossed = violations(session, incident.person_id) if incident.person_id else []
    violation = next((each for each in crossed if each.id == incident.violation_id), None)
    decided = history(session, incident.person_id) if incident.person_id else []
    of_product = [each for each in decided if each.product_id == incident.product_id]
    refused = closed_to(queries.case_of(session, incident), viewer.id) if compliance else None
    context = {
        "incident": incident,
        "card": card_of(rule) if rule else None,
        "then": that_day(session, incident, rule),
        "crossed": [each for each in crossed if each is not violation],
        "others": queries.same_red_line(session, viewer, incident),
        "steps": timeline(incident, violation, of_product, for_compliance=compliance),
        "compliance": compliance,
        "refused": words.refusal(refused) if refused else "",
        "may_decide": compliance and refused is None,
        "form": form or blank(outcome="", consequence="none", deadline=local_day(moment) + timedelta(RECERTIFY_DAYS)),
        "problem": problem,
        **(_following(session, incident, moment) if compliance and refused is None else {}),
        "words": words,
        "consequence": review_words.consequence,
    }
    return page(request, "incidents/case.html", context, status=status)


def _following(session: Session, incident: Facts, moment: datetime) -> Mapping[str, Any]:
    """Return which consequences may be chosen, and which one fits; all where it is not known whom it concerns."""
    choices = review_words.consequences()
    if incident.person_id is None:
        return {"consequences": choices, "proposal": ""}
    possible = possible_now(session, incident.person_id, incident.product_id, moment)
    stops = {CONSEQUENCE_OF[kind].value for kind in possible if kind in CONSEQUENCE_OF}
    others = {each.value for each in SANCTIONS} - stops
    taken = taken_with(session, incident.person_id, history(session, incident.person_id))
    return {
        "consequences": [each for each in choices if each[0] not in others],
        "proposal": sanction_words.proposal(fitting(taken, possible, local_day(moment))),
    }


def decision_page(request: Request, session: Session, person_id: int, incident: Facts) -> Response:
    """Show whom an incident is about what was decided, and why; not who reported it."""
    violation = next((each for each in violations(session, person_id) if each.id == incident.violation_id), None)
    context = {
        "incident": incident,
        "violation": violation,
        "card": _card(session, incident),
        "appeal": _appeal(session, person_id, violation),
        "consequence": review_words.consequence,
    }
    return page(request, "incidents/decision.html", context)


def _card(session: Session, incident: Facts) -> Any:
    rule = queries.red_lines_on(session, incident.slug, incident.happened_on).get(incident.red_line)
    return card_of(rule) if rule else None


def _appeal(session: Session, person_id: int, violation: Outcome | None) -> int | None:
    """Return the decision about a certification that the person may read about, and appeal against."""
    taken = taken_for(violation, history(session, person_id)) if violation else None
    return taken.id if taken else None
