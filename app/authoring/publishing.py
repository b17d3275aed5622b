"""Publishing: what would change, whom it touches, the freeze itself, and the versions there have been."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.authoring import words
from app.authoring.changes import differences
from app.authoring.crosschecks import untested
from app.authoring.drawchecks import Unfilled, unfilled
from app.authoring.hindrances import hindered
from app.authoring.links import linked
from app.authoring.queries import Course, course, lock_programs, product, version, versions
from app.authoring.touching import Wish, reach
from app.authoring.verdicts import ASKING, Said, carrier, delta, offered, signs, sources
from app.catalog.actions import publish
from app.catalog.models import ContentKind, Origin, Verdict
from app.certification.actions import award_waiting, lock_waiting
from app.certification.programs import MINUTES_AN_ITEM
from app.clock import Now, Today
from app.conduct import rescan
from app.database import SessionDep, stored_id
from app.people.access import Trainer, allow
from app.people.models import Role
from app.quizzes.actions import publish_items
from app.quizzes.delta.rules import how_many
from app.web.forms import Blank, Bound, Form, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

GATE = ("enforcement", "deal_level", "coverage", "from_stage", "roles", "regions")
"""The fields of a program that the gate reads for every open deal, whichever period somebody is in."""

router = APIRouter(prefix="/author/products/{slug}", dependencies=[Depends(allow(Role.TRAINER))])


class PublishForm(Form):
    """What the author says about a publication; `seen` is what the page showed."""

    verdict: Literal["none", "notify", "attest_again", "delta_quiz", "full"] = "none"
    deadline: Annotated[date | None, Blank] = None
    note: Annotated[str, StringConstraints(max_length=1000)] = ""
    seen: str = ""


@router.get("/publish")
def review(
    request: Request, slug: str, session: SessionDep, moment: Now, verdict: str = "none", deadline: str = ""
) -> Response:
    """Show what would be published, what hinders it, and whom it touches under a verdict."""
    form = bind(PublishForm, FormData({"verdict": verdict, "deadline": deadline}))
    return _page(request, session, course(session, slug), blank(**form.values), moment, wish=_wish(form))


@router.post("/publish")
def freeze(
    request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, today: Today, raw: RawForm
) -> Response:
    """Freeze every draft of the product that changed, all or none."""
    lock_programs(session)
    for stored in course(session, slug).documents:
        session.refresh(stored.content, with_for_update=True)
    found = course(session, slug)
    form = bind(PublishForm, raw)
    wish = _wish(form)
    if form.data and wish.verdict in ASKING and not form.data.deadline:
        form.wrong("deadline", _("Say until when they may do it."))
    elif form.data and wish.verdict in ASKING and form.data.deadline and form.data.deadline < today:
        form.wrong("deadline", _("Choose a day from today on."))
    asked = delta(session, found, moment) if wish.verdict is Verdict.DELTA_QUIZ else None
    if form.data and wish.verdict is not Verdict.NONE and wish.verdict not in offered(found):
        form.wrong("verdict", _("This publication cannot ask for that. Choose another."))
    elif form.data and asked == {}:
        form.wrong("verdict", _("No question asks about what changed. Add one, or choose another."))
    if form.data and form.data.seen != found.seen:
        return _page(request, session, found, form, moment, wish=wish, status=409)
    if form.data is None or found.problems or hindered(session, found) or not found.changed:
        return _page(request, session, found, form, moment, wish=wish, status=422)
    said = Said(wish.verdict, wish.deadline, asked)
    _freeze(session, found, said, form.data.note, by=person.email, moment=moment)
    return redirect(request, f"/author/products/{slug}", _("Published. This is what everybody sees now."))


def _wish(form: Bound[PublishForm]) -> Wish:
    if form.data is None:
        return Wish()
    verdict = Verdict(form.data.verdict)
    return Wish(verdict, form.data.deadline if verdict in ASKING else None)


def _freeze(session: Session, found: Course, said: Said, note: str, *, by: str, moment: datetime) -> None:
    waiting = lock_waiting(session, [found.product.id or 0], moment)
    red_lines = [each.content.product_id for each in found.changed if each.content.kind is ContentKind.REDLINES]
    carrying = carrier(found, said.verdict)
    for stored in found.changed:
        content = stored.content
        says = said if stored is carrying else Said()
        frozen = publish(
            session,
            content,
            origin=Origin.WEB,
            by=by,
            moment=moment,
            verdict=says.verdict,
            deadline=says.deadline,
            delta=says.delta,
            note=note,
        )
        if frozen and content.kind is ContentKind.QUIZ:
            publish_items(session, content, frozen, moment)
        if frozen and content.kind is ContentKind.COURSE:
            found.product.name = frozen.document["name"]
            session.add(found.product)
    award_waiting(session, waiting, moment)
    rescan.enqueue(session, red_lines, moment)


def _untested(found: Course) -> list[tuple[str, str]]:
    """Name the red lines that no question asks for, with the page that adds one."""
    rules = found.of(ContentKind.REDLINES)
    if rules is None:
        return []
    draft = rules.content.draft
    return [
        (words.called(draft["rules"][position]), _new_question(found))
        for position in untested(draft, [each.content.draft for each in found.quizzes])
    ]


def _unfilled(session: Session, found: Course, moment: datetime) -> list[tuple[str, str, Unfilled]]:
    """Name the quizzes with a rule that asks for more than there is, with the page that mends it."""
    drafts = {each.content.slug: each.content.draft for each in found.quizzes}
    there = sources(session, found, moment)
    return [
        (words.called(document), f"/author/quizzes/{slug}", each)
        for slug, document in drafts.items()
        for each in unfilled(document, there)
    ]


def _choices(found: Course) -> list[tuple[str, str]]:
    """Name what the publication may ask of those who are certified."""
    said = {
        Verdict.NONE: _("need do nothing"),
        Verdict.NOTIFY: _("are told about it"),
        Verdict.ATTEST_AGAIN: _("sign the red lines again"),
        Verdict.DELTA_QUIZ: _("sign again and answer the questions about what changed")
        if signs(found)
        else _("answer the questions about what changed"),
        Verdict.FULL: _("do again all that a renewal asks for"),
    }
    return [(verdict.value, said[verdict]) for verdict in offered(found)]


@dataclass(frozen=True, slots=True)
class Delta:
    """How much a delta quiz would ask, and where a question is added."""

    questions: int
    minutes: int
    url: str


def _delta(session: Session, found: Course, moment: datetime) -> Delta:
    questions = how_many(delta(session, found, moment))
    return Delta(questions, questions * MINUTES_AN_ITEM, _new_question(found))


def _new_question(found: Course) -> str:
    quizzes = found.quizzes
    if quizzes:
        return f"/author/quizzes/{quizzes[0].content.slug}/items/_new"
    return f"/author/products/{found.product.slug}/quizzes/_new"


def _at_once(found: Course) -> list[str]:
    """Name what changes about the gate, which asks the program that is published and not the one of a period."""
    changed = (each for each in found.changed if each.content.kind is ContentKind.PROGRAM)
    pairs = [(each.published, each.content.draft) for each in changed if each.published is not None]
    return [
        words.label(name) for name in GATE for old, new in pairs if new is not None and old.get(name) != new.get(name)
    ]


def _page(
    request: Request,
    session: Session,
    found: Course,
    form: Bound[PublishForm],
    moment: datetime,
    *,
    wish: Wish,
    status: int = 200,
) -> Response:
    context = {
        "course": found,
        "problems": linked(found),
        "untested": _untested(found),
        "unfilled": _unfilled(session, found, moment),
        "changes": [(stored, differences(stored.published, stored.content.draft)) for stored in found.changed],
        "hindered": hindered(session, found),
        "reach": reach(session, stored_id(found.product), wish, moment),
        "wish": wish,
        "choices": _choices(found),
        "delta": _delta(session, found, moment) if wish.verdict is Verdict.DELTA_QUIZ else None,
        "program_changes": any(each.content.kind is ContentKind.PROGRAM and each.number for each in found.changed),
        "at_once": _at_once(found),
        "form": form,
        "stale": status == 409,  # noqa: PLR2004 (Conflict)
        "words": words,
    }
    return page(request, "authoring/publish.html", context, fragment="reach", status=status)


@router.get("/versions")
def history(request: Request, slug: str, session: SessionDep) -> Response:
    """Show every version of the product's documents."""
    owner = product(session, slug)
    context = {"product": owner, "versions": versions(session, owner.id or 0), "words": words}
    return page(request, "authoring/versions.html", context)


@router.get("/versions/{kind}/{name}/{number}")
def one_version(
    request: Request, slug: str, kind: ContentKind, name: str, number: int, session: SessionDep
) -> Response:
    """Show one frozen version and what it changed."""
    owner = product(session, slug)
    frozen, before = version(session, owner.id or 0, kind, name, number)
    context = {
        "product": owner,
        "kind": kind,
        "name": name,
        "frozen": frozen,
        "changes": differences(before.document if before else None, frozen.document),
        "words": words,
    }
    return page(request, "authoring/version.html", context)
