"""The pages on which people say it right, and the part of a page that answers a try."""

from collections.abc import Sequence
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.clock import Now
from app.conduct.checking.forms import text_of
from app.conduct.drills import views
from app.conduct.drills.actions import try_drill
from app.conduct.drills.forms import DrillForm
from app.conduct.drills.queries import Drilled, all_drilled, asked, drilled_red_line
from app.conduct.drills.views import IN_LESSON, Shown
from app.database import SessionDep, reads
from app.errors import ConflictError
from app.people import limits
from app.people.access import SignedIn
from app.web.forms import Bound, RawForm, bind
from app.web.i18n import gettext as _
from app.web.templating import page, wants_fragment

router = APIRouter(prefix="/drills")

TRIES_A_WINDOW: Final = 300
"""Tries of one person within `limits.WINDOW`; each is stored."""


@router.get("")
def show_all(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """List what a person may say right: what was asked after a violation first, then each product's."""
    context = {
        "asked": [each for each in asked(session, person.id, moment) if each.passed_at is None],
        "products": all_drilled(session, person.id, moment),
    }
    return page(request, "conduct/drills.html", context)


@router.get("/{slug}/{red_line}")
def show(request: Request, slug: str, red_line: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show the drills of a red line."""
    _rules, drilled = drilled_red_line(session, person.id, slug, red_line, moment)
    return _page(request, drilled, views.shown(drilled))


@router.post("/{slug}/{red_line}")
def attempt(
    request: Request, slug: str, red_line: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Judge a new wording, store the try, and show what it came to."""
    rules, drilled = drilled_red_line(session, person.id, slug, red_line, moment)
    form = _read(raw)
    one = _chosen(drilled, form)
    if form.data is None:
        return _answer(request, drilled, one, status=422)
    limits.count(session, f"drill:{person.id}", TRIES_A_WINDOW, moment)
    outcome = try_drill(
        session,
        person_id=person.id,
        drilled=drilled,
        drill=one.passed.drill,
        text=form.data.text,
        rules=rules,
        seen=form.data.seen,
        key=form.data.key or token_urlsafe(16),
        moment=moment,
    )
    passed = replace(one.passed, at=moment) if outcome.passed else one.passed
    result = views.result(outcome, form.data.text, rules, one.passed.drill)
    return _answer(request, drilled, replace(one, passed=passed, result=result, seen=one.seen or outcome.passed))


@router.post("/{slug}/{red_line}/wordings")
@reads
def wordings(
    request: Request, slug: str, red_line: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Show how it may be said, and keep what was typed; whoever looked may try again."""
    _rules, drilled = drilled_red_line(session, person.id, slug, red_line, moment)
    form = _read(raw)
    form.errors.clear()
    return _answer(request, drilled, replace(_chosen(drilled, form), seen=True))


def _read(raw: FormData) -> Bound[DrillForm]:
    # each line's end is one sign, so that the limit is what the reader counts
    others = [(name, value) for name, value in raw.multi_items() if name != "text"]
    return bind(DrillForm, FormData([*others, ("text", text_of(raw))]))


def _chosen(drilled: Drilled, form: Bound[DrillForm]) -> Shown:
    for each in views.shown(drilled):
        if each.name == form.get("drill"):
            level = IN_LESSON if form.get("level") == str(IN_LESSON) else each.level
            return replace(each, form=form, seen=form.get("seen") == "true", level=level)
    raise ConflictError(_("This sentence was changed meanwhile. Open the page again."))


def _answer(request: Request, drilled: Drilled, one: Shown, *, status: int = 200) -> Response:
    """Answer with the one drill where htmx asked for it, also from a lesson, else with the whole page."""
    if wants_fragment(request):
        return page(request, "conduct/drill_one.html", {"one": one}, status=status)
    return _page(request, drilled, views.replaced(views.shown(drilled), one), status=status)


def _page(request: Request, drilled: Drilled, drills: Sequence[Shown], *, status: int = 200) -> Response:
    context: dict[str, Any] = {"drilled": drilled, "drills": drills}
    return page(request, "conduct/drill.html", context, status=status)
