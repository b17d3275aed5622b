"""The first page: what to do next, and the numbers behind each part that the person plays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.catalog.queries import OpenProduct, courses, offered
from app.certification.awaiting import awaiting
from app.certification.credits.queries import how_many_wait
from app.certification.holdings import Key
from app.certification.live import words as live_words
from app.certification.live.queries import next_dates
from app.certification.outlook import asked as asked_for
from app.certification.outlook import outlooks, stopped
from app.certification.queries import Record, programs, records_under
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing
from app.certification.sanctions import words as sanction_words
from app.certification.sanctions.actions import is_felt
from app.certification.sanctions.queries import Entry, history, standing_of
from app.certification.sanctions.queries import waiting as waiting_appeals
from app.certification.signoffs import queues
from app.certification.signoffs import words as sign_off_words
from app.certification.signoffs.queries import returned_to as demonstrations_returned_to
from app.certification.signoffs.rules import Shown
from app.clock import Now, Today, local_day
from app.conduct.drills.queries import asked
from app.conduct.models import Consequence
from app.conduct.reviewing import words as review_words
from app.conduct.reviewing.queries import Outcome, violations, waits
from app.database import SessionDep
from app.deals.fieldnotes.queries import waiting as waiting_notes
from app.deals.gate import concerned
from app.deals.incidents.queries import waiting as waiting_incidents
from app.deals.queries import Known
from app.deals.reconciling.sources import listed as crm_sources
from app.deals.waivers.queue import queue as waivers_queue
from app.people.access import CurrentPerson, SignedIn
from app.people.models import Role
from app.quizzes.analysis.watch import misbehaving
from app.quizzes.essays.queries import queue_length, returned_to
from app.quizzes.essays.words import waited
from app.quizzes.itemparts import without_gaps
from app.quizzes.reporting.queries import how_many_open
from app.quizzes.spaced.queries import today_of
from app.redlines.reviewing.queries import answered as red_lines_answered
from app.redlines.reviewing.queries import waiting as red_lines_waiting
from app.redlines.reviewing.words import review as stage_of
from app.reports.coverage import Coverage, coverage
from app.reports.glance import Glance, glance
from app.reports.news import news
from app.reports.queries import (
    Seller,
    accounts_to_mend,
    branch,
    changed_drafts,
    deals_of,
    hard_quizzes,
    open_deals_of,
    sellers,
)
from app.reports.risks import risks
from app.reports.today import Next, day_of, lesson_of
from app.web.templating import page
from app.webhooks.queries import Health
from app.webhooks.queries import endpoints as webhook_endpoints

router = APIRouter()

SHOWN = 8
"""Lines of a list on the first page; the whole of it is elsewhere."""
NEWS = timedelta(days=30)
"""How long a confirmed finding stands on the first page of the person it is about."""


@router.get("/")
def show_home(request: Request, session: SessionDep, person: SignedIn, moment: Now, today: Today) -> Response:
    """Show the first page: a rep's own work first, then what the person looks after."""
    sold = offered(session)
    there = glance(session, person.id, moment)
    context: dict[str, Any] = {
        "Role": Role,
        "today": today,
        "shown": SHOWN,
        "essays": 0,
        "sanction_words": sanction_words,
        "live": next_dates(session, person.id, moment) if there.sessions else [],
        "live_words": live_words,
    }
    if person.has(Role.REP):
        context |= _rep(session, person, there, sold, moment)
        context |= _crossed(session, person, there, moment)
        zone = request.app.state.settings.zone
        context["fresh"] = today_of(session, person.id, moment, zone) if there.cards else None
    if person.has(Role.MANAGER):
        context |= _manager(session, sellers(session, branch(session, person), moment), sold, moment)
    if person.has(Role.TRAINER):
        context |= {
            "drafts": changed_drafts(session),
            "approvals": [(each, stage_of(each.state)) for each in red_lines_answered(session)],
            "quizzes": hard_quizzes(session),
            "watched": misbehaving(session),
            "without_gaps": without_gaps,
            "reports": how_many_open(session),
        }
        context |= _sign_offs(session, person.id, moment)
    if person.has(Role.TRAINER, Role.COMPLIANCE):
        context |= _essays(session, person, moment)
    if person.has(Role.COMPLIANCE):
        context |= {
            "sanctioned": _sanctioned(session, sold, moment),
            "waits": waits(session, person.id),
            "appeals": waiting_appeals(session, person.id, person.email, today),
            "credits_to_decide": how_many_wait(session),
            "red_lines": len(red_lines_waiting(session)),
        }
    context["exceptions"] = waivers_queue(session, person, moment).count
    context |= _from_the_field(session, person, moment)
    if person.has(Role.ADMIN):
        context |= {"accounts": accounts_to_mend(session, moment, moment + timedelta(days=30))}
        context |= _other_systems(session)
    return page(request, "reports/home.html", context)


def _from_the_field(session: Session, person: CurrentPerson, moment: datetime) -> dict[str, Any]:
    """Return what comes back from the field: notes for trainers, incidents for compliance."""
    found: dict[str, Any] = {"notes_wait": "", "notes": 0, "incidents": 0}
    if person.has(Role.TRAINER):
        notes = waiting_notes(session, person.id)
        found["notes"] = notes.count
        found["notes_wait"] = sign_off_words.waited(notes.oldest, moment) if notes.oldest else ""
    if person.has(Role.COMPLIANCE):
        found["incidents"] = waiting_incidents(session, person.id)
    return found


def _other_systems(session: Session) -> dict[str, Any]:
    """Return what does not get through to other systems, or from them."""
    endpoints = webhook_endpoints(session)
    return {
        "given_up": sum(each.dead for each in endpoints),
        "not_told": [each for each in endpoints if each.health in {Health.FAILING, Health.DISABLED}],
        "not_fetched": [
            each.source
            for each in crm_sources(session)
            if each.source.stopped_at is None and each.run and not each.run.finished_at and each.run.error
        ],
    }


def _essays(session: Session, person: CurrentPerson, moment: datetime) -> dict[str, Any]:
    essays = queue_length(session, person.id)
    return {"essays": essays.count, "essays_wait": waited(essays.oldest, moment) if essays.oldest else ""}


def _rep(
    session: Session, person: CurrentPerson, there: Glance, sold: list[OpenProduct], moment: datetime
) -> dict[str, Any]:
    waiting = awaiting(session, person.id, moment) if there.waits else {}
    deals = open_deals_of(session, person.id, moment) if there.deals else []
    known = _known(session, {(person.id, product.id) for product in sold} | concerned(deals), moment)
    at_risk = risks(session, deals, moment, known) if deals else []
    mine = ((person.id, product.id) for product in sold)
    standings = {key: known.records[key] for key in mine if key in known.records}
    day = day_of(person.id, sold, standings, deals, local_day(moment), waiting, at_risk)
    return {
        "day": day,
        "lesson": _lesson(session, day.next, moment),
        "to_mend": returned_to(session, person.id) if there.attempts else [],
        "sanctions": _sanctions_of(session, person, standings) if there.decisions else [],
        "to_show_again": demonstrations_returned_to(session, person.id) if there.demonstrations else [],
        "news": news(session, person.id, standings, moment) if there.notices else [],
    }


def _known(session: Session, keys: set[Key], moment: datetime) -> Known:
    """Read the standing of a rep and of those beside them at once."""
    found = programs(session, moment, {product_id for _person_id, product_id in keys})
    people = {person_id for person_id, _product_id in keys}
    return Known(found, records_under(session, people, moment, found, deciding=True, only=keys))


def _lesson(session: Session, next_: Next | None, moment: datetime) -> tuple[int, object] | None:
    """Return the number and the title of the lesson to do next, where it is one."""
    if next_ is None or next_.missing.requirement.kind is not RequirementKind.LESSON:
        return None
    product_id = next_.line.record.product_id
    return lesson_of(next_, courses(session, moment, [product_id]).get(product_id))


def _sanctions_of(session: Session, person: CurrentPerson, standings: Mapping[Key, Record]) -> list[Entry]:
    """Return what stands against the person's own certifications; a quiz that was passed again does not."""
    standing = standing_of(history(session, person.id))
    return [each for product_id, each in standing.items() if is_felt(each, standings.get((person.id, product_id)))]


def _is_news(each: Outcome, moment: datetime) -> bool:
    return each.to_do or each.at > moment - NEWS


def _crossed(session: Session, person: CurrentPerson, there: Glance, moment: datetime) -> dict[str, Any]:
    """Return the violations of which somebody still reads, and what they are asked to say right, or advised to."""
    found = violations(session, person.id) if there.violations else []
    waiting = [each for each in asked(session, person.id, moment) if each.passed_at is None] if found else []
    return {
        "violations": [each for each in found if _is_news(each, moment)],
        "consequence": review_words.consequence,
        "to_say": [each for each in waiting if each.consequence is Consequence.COACHING],
        "advised": [each for each in waiting if each.consequence is not Consequence.COACHING],
    }


def _manager(session: Session, people: list[Seller], sold: list[OpenProduct], moment: datetime) -> dict[str, Any]:
    ids, products = {each.id for each in people}, [each.id for each in sold]
    whole = coverage(people, sold, outlooks(session, ids, moment, products))
    wanted = asked_for(session, ids, moment, products)
    return {
        "whole": whole,
        "cannot": _cannot(whole, wanted),
        "lapsing": _lapsing(whole),
        "at_risk": risks(session, deals_of(session, ids, moment), moment),
    }


@dataclass(frozen=True, slots=True)
class Named:
    """One standing with whose it is and for what."""

    seller: Seller
    product: OpenProduct
    cell: Any


def _named(whole: Coverage) -> list[Named]:
    return [
        Named(row.seller, column.product, cell)
        for row in whole.rows
        for column, cell in zip(whole.columns, row.cells, strict=True)
        if cell is not None
    ]


def _cannot(whole: Coverage, asked: Collection[Key]) -> list[Named]:
    """List the standings that stop somebody who was certified, or was asked to be."""
    return [
        each
        for each in _named(whole)
        if not each.cell.may_sell and (each.cell.kind == "no" or (each.seller.id, each.product.id) in asked)
    ]


def _lapsing(whole: Coverage) -> list[Named]:
    found = [each for each in _named(whole) if each.cell.lapses_soon]
    return sorted(found, key=lambda each: each.cell.outlook.days_left)


def _sign_offs(session: Session, person_id: int, moment: datetime) -> dict[str, Any]:
    """Return the demonstrations that have waited the longest for an assessor, each with how long."""
    queued = queues.queue(session, person_id, SHOWN)
    return {
        "sign_offs": [(each, sign_off_words.waited(each.since, moment)) for each in queued],
        "sign_off_count": queues.waits(session, person_id).count,
        "second_looks": queues.waits(session, person_id, Shown.SECOND).count,
    }


def _sanctioned(session: Session, sold: list[OpenProduct], moment: datetime) -> list[Named]:
    people = sellers(session, stopped(session, moment), moment)
    standings = outlooks(session, [each.id for each in people], moment, [each.id for each in sold])
    whole = coverage(people, sold, standings)
    return [each for each in _named(whole) if each.cell.outlook.standing in {Standing.SUSPENDED, Standing.REVOKED}]
