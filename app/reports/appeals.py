"""Pages of compliance: the appeals with their clock, and one of them with everything that belongs to it."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session

from app.certification.models import AppealOutcome
from app.certification.queries import record
from app.certification.sanctions import appeals, words
from app.certification.sanctions.appeals import Answer
from app.certification.sanctions.forms import AnswerForm
from app.certification.sanctions.queries import Entry, appealed, history, queue
from app.certification.sanctions.rules import Decider, refuse_answer
from app.certification.words import state
from app.clock import Now, Today, local_day
from app.conduct.reviewing import words as review_words
from app.conduct.reviewing.queries import Outcome, crossing, violations
from app.database import SessionDep
from app.deals.incidents.queries import told
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/review/appeals")

Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]
AppealId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def show_queue(request: Request, session: SessionDep, person: Compliance, today: Today) -> Response:
    """Show the appeals: those that wait, the most urgent first, and those that are closed."""
    context = {"queue": queue(session), "words": words, "refused": _refused_to(person), "today": today}
    return page(request, "review/appeals.html", context)


@dataclass(frozen=True, slots=True)
class _Refused:
    """Says why a person cannot decide about an appeal; empty where that person can."""

    decider: Decider

    def __call__(self, entry: Entry) -> str:
        if entry.appeal is None:
            return ""
        why = refuse_answer(entry.decided, entry.appeal.asked, self.decider)
        return words.appeal_refusal(why) if why else ""


def _refused_to(person: CurrentPerson) -> _Refused:
    return _Refused(Decider(person.id, person.email))


@router.get("/{appeal_id}")
def show_appeal(
    request: Request, appeal_id: AppealId, session: SessionDep, person: Compliance, moment: Now
) -> Response:
    """Show one appeal with everything that belongs to it."""
    return _page(request, session, appeal_id, person, moment)


def _page(
    request: Request,
    session: Session,
    appeal_id: int,
    person: CurrentPerson,
    moment: Now,
    form: Bound[Any] | None = None,
) -> Response:
    entry = appealed(session, appeal_id)
    earlier = [each for each in history(session, entry.person_id) if each.id != entry.id]
    crossed = violations(session, entry.person_id)
    cause = _cause(entry, crossed)
    standing = record(session, entry.person_id, entry.product_id, moment)
    context = {
        "entry": entry,
        "appeal": entry.appeal,
        "state": state(standing.verdict.standing, allowed=standing.verdict.allowed) if standing else None,
        "earlier": earlier,
        "cause": cause,
        "crossing": crossing(session, cause.finding_id) if cause and cause.finding_id else None,
        # whom it is about reads what was decided, and not what was reported
        "incident": told(session, cause.incident_id)
        if cause and cause.incident_id and person.id != entry.person_id
        else None,
        "crossed": [each for each in crossed if each is not cause],
        "consequence": review_words.consequence,
        "refused": _refused_to(person)(entry),
        "form": form or blank(outcome="", answer=""),
        "words": words,
        "today": local_day(moment),
    }
    return page(request, "review/appeal.html", context, status=422 if form else 200)


def _cause(entry: Entry, crossed: list[Outcome]) -> Outcome | None:
    """Find the violation that a decision followed from, or that was named as its case."""
    number = words.violation_number(entry.case)
    return next((each for each in crossed if each.event_id == entry.id or each.id == number), None)


@router.post("/{appeal_id}")
def decide(
    request: Request, appeal_id: AppealId, session: SessionDep, person: Compliance, moment: Now, raw: RawForm
) -> Response:
    """Answer an appeal; granting it lifts the sanction at once."""
    form = bind(AnswerForm, raw)
    if form.data is None:
        return _page(request, session, appeal_id, person, moment, form)
    given = Answer(form.data.outcome, form.data.answer)
    lifted = appeals.decide(session, appeal_id, given, person, moment)
    said = _("Refused: the decision stands.")
    if given.outcome is AppealOutcome.GRANTED:
        said = _("Granted: the decision is lifted.") if lifted else _("Granted. Nothing was left to be lifted.")
    return redirect(request, f"/review/appeals/{appeal_id}", said)
