"""The page of an attempt: its questions while it runs, then what came of it and what that opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from app.certification import words
from app.certification.queries import Record, periods, records
from app.clock import Now, Today
from app.database import SessionDep
from app.deals.facts import DealFacts
from app.deals.obstacles import Obstacle
from app.people.access import SignedIn
from app.quizzes import itemqueries, queries, results
from app.quizzes.accommodations.queries import allowance
from app.quizzes.clock import AttemptLimits
from app.quizzes.essays.queries import OwnEssay, own_essays
from app.quizzes.models import EssayState
from app.quizzes.opening import Opening, opening, passed_before
from app.quizzes.openingwords import still_closed
from app.quizzes.practice.queries import offer
from app.quizzes.queries import OneAttempt
from app.quizzes.regrading.queries import MarkedAgain, marked_again
from app.quizzes.reporting.actions import report
from app.quizzes.reporting.forms import ReportForm
from app.quizzes.reporting.queries import own_reports
from app.quizzes.routes import running_page
from app.quizzes.starting import limits_of, start_of
from app.redlines.queries import cards_of
from app.reports.queries import deals_of
from app.reports.risks import risks
from app.web.forms import Bound, RawForm, bind
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

AttemptId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Place = Annotated[int, Path(ge=1, le=10_000)]
Position = Annotated[int | None, Query(alias="q", ge=1, le=10_000)]


@router.get("/attempts/{attempt_id}")
def attempt(
    request: Request,
    attempt_id: AttemptId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    today: Today,
    position: Position = None,
) -> Response:
    """Show a question of a running attempt, or what came of a finished one."""
    own = queries.attempt(session, person.id, attempt_id)
    if own.finished_at is None:
        return running_page(request, session, own, moment, position)
    return _result_page(request, session, own, moment, today)


@router.get("/attempts/{attempt_id}/questions/{position}/report")
def back_to_question(request: Request, attempt_id: AttemptId, position: Place, _person: SignedIn) -> Response:
    """Lead back to the question, for who comes to the address of its form."""
    return redirect(request, f"/attempts/{attempt_id}#q{position}")


@router.post("/attempts/{attempt_id}/questions/{position}/report")
def report_question(
    request: Request,
    attempt_id: AttemptId,
    position: Place,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    today: Today,
    raw: RawForm,
) -> Response:
    """Keep what the person says is wrong with a question."""
    form = bind(ReportForm, raw)
    if form.data is None:
        own = queries.attempt(session, person.id, attempt_id)
        if own.finished_at is None:
            return redirect(request, f"/attempts/{attempt_id}")
        return _result_page(request, session, own, moment, today, {position: form})
    report(session, person, attempt_id, position, form.data.text, moment)
    return redirect(request, f"/attempts/{attempt_id}#q{position}", _("Reported. A trainer looks at the question."))


def _result_page(
    request: Request,
    session: Session,
    own: OneAttempt,
    moment: datetime,
    today: date,
    wrong: Mapping[int, Bound[Any]] | None = None,
) -> Response:
    assert own.finished_at is not None  # noqa: S101 (the caller looked)
    past = queries.attempts(session, own.person_id, own.content_id, delta_of=own.delta_of)
    version = queries.quiz_in_force(session, own.quiz, moment)
    present = queries.settings_of(version.document)
    limits = _limits(session, own, present)
    this = next(each for each in past if each.id == own.id)
    opened = opening(
        present.review,
        this,
        past,
        limit=limits.attempts,
        closes=present.closes,
        moment=moment,
        asked_again=itemqueries.asked_again(session, own.person_id, own.id, moment),
    )
    forgotten = own.answers_forgotten_at is not None
    essays = {} if forgotten else own_essays(session, own.id)
    drawn = [] if forgotten else itemqueries.drawn_items(session, own.id)
    products = {own.product_id, *(each.product_id for each in drawn if each.product_id)}
    reviewed = results.review(
        drawn,
        {card.id: card for found in cards_of(session, products, moment).values() for card in found},
        queries.lesson_names(session, products, moment),
        essays,
        opened,
    )
    zone = request.app.state.settings.zone
    context = {
        "attempt": own,
        "quiz_url": f"/quizzes/{own.quiz}" + (f"/changes/{own.delta_of}" if own.delta_of else ""),
        "marked_again": _marked_again(session, own) if opened.score else [],
        "shown": results.shown_percent(own.percent) if opened.score and own.percent is not None else None,
        "reviewed": reviewed,
        "topics": results.topic_marks(reviewed),
        "lessons": results.to_read_again(reviewed),
        "opened": opened,
        "closed": still_closed(opened, present.closes, zone),
        "returned": [each for each in essays.values() if each.state is EssayState.RETURNED],
        "waiting": _waiting(essays),
        "reports": own_reports(session, own.person_id, own.id),
        "wrong": wrong or {},
        "took": int((own.finished_at - own.started_at).total_seconds()),
        "round": own.number - passed_before(this, past),
        "limit": limits.attempts,
        "start": start_of(past, limits, moment, zone, {each.id for each in past} if opened.score else ()),
        "practice": _to_practise(session, own, version, past, opened, moment),
        "gain": _gain(session, own, moment, today) if opened.score and own.passed else None,
    }
    return page(request, "quizzes/result.html", context, status=422 if wrong else 200)


def _limits(session: Session, own: OneAttempt, present: queries.QuizSettings) -> AttemptLimits:
    """Return what holds for the next attempt: questions about a change may be tried at once and for ever."""
    if own.delta_of is not None:
        return AttemptLimits()
    return limits_of(present, allowance(session, own.person_id, own.content_id).extra_attempts)


def _marked_again(session: Session, own: OneAttempt) -> list[tuple[MarkedAgain, Decimal]]:
    return [(each, results.shown_percent(each.percent_before)) for each in marked_again(session, own.id)]


def _waiting(essays: Mapping[int, OwnEssay]) -> int:
    return sum(each.state is EssayState.WAITING for each in essays.values())


def _to_practise(
    session: Session,
    own: OneAttempt,
    version: Any,
    past: list[queries.AttemptSummary],
    opened: Opening,
    moment: datetime,
) -> int:
    """Count the missed questions to practise: none while it is closed which those are, or while an attempt runs."""
    if own.delta_of is not None or not opened.marks or any(each.finished_at is None for each in past):
        return 0
    return offer(session, own.person_id, version, moment).missed


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal of the person that carries the product, and what is still in the person's way there."""

    deal: DealFacts
    obstacle: Obstacle | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What a passed quiz has led to: where the person stands with its product now, and on which deals."""

    state: words.State
    until: str
    allowed: bool
    certificate: str | None
    missing: list[tuple[str, words.Fix | None]]
    deals: list[OpenDeal]


def _gain(session: Session, own: OneAttempt, moment: datetime, today: date) -> Gain | None:
    standings = records(session, [own.person_id], moment)
    record = standings.get((own.person_id, own.product_id))
    if record is None:
        return None
    verdict = record.verdict
    return Gain(
        state=words.state(verdict.standing, allowed=verdict.allowed),
        until=words.until(verdict, today, record.due_on),
        allowed=verdict.allowed,
        certificate=_certificate(session, record) if verdict.allowed else None,
        missing=[(words.sentence(each), words.fix(each, own.product)) for each in verdict.reasons],
        deals=_deals(session, own, moment, today),
    )


def _certificate(session: Session, record: Record) -> str | None:
    held = (each.code for each in periods(session, record.person_id) if each.product_id == record.product_id)
    return next(held, None)


def _deals(session: Session, own: OneAttempt, moment: datetime, today: date) -> list[OpenDeal]:
    carrying = [
        deal for deal in deals_of(session, [own.person_id], moment) if own.product in deal.slugs and deal.is_open(today)
    ]
    at_risk = {risk.deal.id: risk.of(own.person_id) for risk in risks(session, carrying, moment)}
    return [OpenDeal(deal, at_risk.get(deal.id)) for deal in carrying]
