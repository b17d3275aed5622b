"""The short way to renew: what changed since, what is weak, what is left to do, and what is kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, ContentVersion
from app.catalog.queries import OpenProduct, Version, in_force, open_product
from app.catalog.text import localized
from app.certification import words
from app.certification.awaiting import awaiting
from app.certification.models import CertificationPeriod
from app.certification.otherways import OtherWay, other_ways
from app.certification.queries import Record, record
from app.certification.requirements import RequirementKind
from app.certification.rules import Missing, Standing, standing
from app.clock import Now, Today
from app.database import SessionDep
from app.errors import ConflictError, NotFoundError
from app.people.access import SignedIn
from app.quizzes.delta.rules import Part, Replaced, changed_parts
from app.quizzes.delta.words import shown
from app.quizzes.practice.queries import running_attempt
from app.quizzes.practice.weak import Weak, start, weak
from app.reports.record import steps
from app.web.forms import RawForm
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/products/{slug}/renewal")


class Phase(StrEnum):
    """Where somebody stands with the renewal of one certification."""

    NEVER_HELD = "never_held"
    STOPPED = "stopped"
    NOT_OPEN = "not_open"
    EARLY = "early"
    OPEN = "open"
    CATCH_UP = "catch_up"
    GRACE = "grace"
    EXPIRED = "expired"


def phase(standing: Standing, period_id: int | None) -> Phase:
    """Say where somebody stands with the renewal."""
    if period_id is None and standing in {Standing.NOT_STARTED, Standing.IN_PROGRESS}:
        return Phase.NEVER_HELD
    return {
        Standing.REVOKED: Phase.STOPPED,
        Standing.SUSPENDED: Phase.STOPPED,
        Standing.RENEWAL_OPEN: Phase.OPEN,
        Standing.RECERTIFICATION_REQUIRED: Phase.CATCH_UP,
        Standing.IN_GRACE: Phase.GRACE,
        Standing.EXPIRED: Phase.EXPIRED,
    }.get(standing, Phase.NOT_OPEN)


def is_due(standing: Standing) -> bool:
    """Say whether the page of the renewal has something to do."""
    return standing in {
        Standing.RENEWAL_OPEN,
        Standing.RECERTIFICATION_REQUIRED,
        Standing.IN_GRACE,
        Standing.EXPIRED,
    }


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that is left to do, or what may be done instead; `title` names the lesson, or is empty."""

    label: str
    title: str
    url: str
    minutes: int
    ways: tuple[OtherWay, ...]


@dataclass(frozen=True, slots=True)
class WeakQuiz:
    """The weak questions of one quiz: what they are about, each with how many."""

    quiz: str
    title: str | dict[str, str]
    about: tuple[tuple[str, int], ...]
    count: int


@router.get("")
def show_renewal(
    request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now, today: Today
) -> Response:
    """Show the short way to renew a certification, or when it opens."""
    product, found = _found(session, person.id, slug, moment)
    now = {
        kind: [
            each for each in in_force(session, list(ContentKind), moment, products=[product.id]) if each.kind is kind
        ]
        for kind in ContentKind
    }
    quizzes = _asked_quizzes(found, now[ContentKind.QUIZ])
    parts = _changes(session, person.id, product, [*now[ContentKind.COURSE], *now[ContentKind.REDLINES]])
    waiting = awaiting(session, person.id, moment).get(product.id, {})
    stage, left = phase(found.verdict.standing, found.period_id), found.verdict.missing
    opens_on, counts_from = found.verdict.window_opens_on, _counts_from(found)
    if stage is Phase.NOT_OPEN and opens_on and counts_from and counts_from <= today < opens_on:
        stage, left = Phase.EARLY, standing(found.facts, opens_on).missing
    missing = words.to_do(left, waiting)
    context = {
        "product": product,
        "verdict": found.verdict,
        "phase": stage,
        "counts_from": counts_from,
        "state": words.state(found.verdict.standing, allowed=found.verdict.allowed),
        "until": words.until(found.verdict, today, found.due_on, waiting),
        "changes": shown(parts, slug),
        "weak": [_weak_quiz(each, now[ContentKind.REDLINES]) for each in weak(session, person.id, quizzes, moment)],
        "to_do": _to_do(missing, found, slug, now[ContentKind.COURSE], waiting),
        "waits": words.waits(left, waiting),
        "minutes": words.minutes_left(missing),
        "steps": steps(found, today, waiting),
        "today": today,
    }
    return page(request, "reports/renewal.html", context)


@router.post("/practice")
def practise(slug: str, request: Request, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm) -> Response:
    """Begin a round of exactly the weak questions of a quiz."""
    _product, found = _found(session, person.id, slug, moment)
    quizzes = _asked_quizzes(found, in_force(session, [ContentKind.QUIZ], moment, products=[found.product_id]))
    chosen = [each for each in quizzes if each.slug == raw.get("quiz")]
    if running_attempt(session, person.id, {each.content_id for each in chosen}, moment):
        raise ConflictError(_("An attempt of yours runs that may ask these questions. Finish it first."))
    questions = weak(session, person.id, chosen, moment)
    practice_id = start(session, person.id, questions[0], moment) if questions else None
    if practice_id is None:
        return redirect(request, f"/products/{slug}/renewal", _("There is nothing to practise: no question is open."))
    return redirect(request, f"/practice/{practice_id}")


@router.get("/practice")
def back_to_renewal(slug: str, request: Request, _person: SignedIn) -> Response:
    """Lead back to the renewal, for who comes to the address of its button."""
    return redirect(request, f"/products/{slug}/renewal")


def _found(session: Session, person_id: int, slug: str, moment: datetime) -> tuple[OpenProduct, Record]:
    product = open_product(session, slug)
    found = record(session, person_id, product.id, moment)
    if found is None:
        raise NotFoundError(_("There is no program for this product yet, so there is nothing to renew."))
    return product, found


def _counts_from(found: Record) -> date | None:
    """Return the day from which work counts towards a renewal before it opens; None where the program says none."""
    opens_on, early_days = found.verdict.window_opens_on, found.facts.terms.early_days
    return opens_on - timedelta(days=early_days) if opens_on and early_days else None


def _asked_quizzes(found: Record, quizzes: Iterable[Version]) -> list[Version]:
    parts = (part for each in found.program.requirements for part in each.parts())
    asked = {each.key for each in parts if each.kind is RequirementKind.QUIZ}
    return [each for each in quizzes if each.slug in asked]


def _changes(session: Session, person_id: int, product: OpenProduct, now: Sequence[Version]) -> list[Part]:
    """Compare what is in force with what the last period was earned under: the red lines that were signed for it."""
    held = session.execute(
        select(col(CertificationPeriod.awarded_at), col(ContentVersion.document))
        .outerjoin(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.redlines_version_id))
        .where(
            col(CertificationPeriod.person_id) == person_id,
            col(CertificationPeriod.product_id) == product.id,
            col(CertificationPeriod.level) == "",
        )
        .order_by(col(CertificationPeriod.number).desc())
        .limit(1)
    ).first()
    if held is None:
        return []
    kinds = [ContentKind.COURSE, ContentKind.REDLINES]
    then: dict[ContentKind, Mapping[str, Any]] = {
        each.kind: each.document for each in in_force(session, kinds, held.awarded_at, products=[product.id])
    }
    if held.document is not None:
        then[ContentKind.REDLINES] = held.document
    return changed_parts(
        Replaced(each.kind, each.slug, then[each.kind], each.document) for each in now if each.kind in then
    )


def _weak_quiz(found: Weak, redlines: Sequence[Version]) -> WeakQuiz:
    locale = current_locale()
    titles = {rule["id"]: localized(rule["title"], locale) for each in redlines for rule in each.document["rules"]}
    about: Counter[str] = Counter()
    for item in found.items.values():
        named = next((titles[name] for name in item.get("red_line", ()) if name in titles), None)
        about[named or (localized(item["topic"], locale) if item.get("topic") else _("Other"))] += 1
    return WeakQuiz(found.version.slug, found.version.document["title"], tuple(about.most_common()), len(found.items))


def _to_do(
    missing: Iterable[Missing], record: Record, slug: str, courses: Sequence[Version], waiting: words.Awaiting
) -> list[ToDo]:
    titles = {
        lesson["id"]: localized(lesson["title"], current_locale())
        for course in courses
        for lesson in course.document.get("lessons", [])
    }
    found = []
    for each in missing:
        fix = words.fix_of(each, slug)
        if fix is not None:
            is_lesson = each.requirement.kind is RequirementKind.LESSON
            title = titles.get(each.requirement.key, "") if is_lesson else ""
            # the form to sign again is folded away for everybody else who has signed this version
            url = f"{fix.url}?again=true#signed" if each.requirement.kind is RequirementKind.ATTESTATION else fix.url
            ways = other_ways([each], record.program, slug, waiting)
            found.append(ToDo(fix.label, title, url, each.minutes, ways))
    return found
