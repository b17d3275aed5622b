"""Where a compliance officer reads a red line that waits for approval, and decides about its parts."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, StringConstraints
from sqlmodel import Session
from starlette.responses import Response

from app.authoring.changes import differences
from app.authoring.forms import show_red_line
from app.authoring.touching import trial
from app.authoring.trying import try_out
from app.catalog.text import LOCALES
from app.clock import Now
from app.database import SessionDep
from app.errors import ConflictError, ForbiddenError, InvalidError
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.redlines.models import ReviewState, Verdict
from app.redlines.queries import Card, card_of
from app.redlines.reviewing import actions, rules, words
from app.redlines.reviewing.queries import Approval, Asked, Opened, opened
from app.web.forms import Bound, Form, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/review/red-lines", dependencies=[Depends(allow(Role.COMPLIANCE))])

Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class DecisionForm(Form):
    """What is approved or returned, with a note."""

    verdict: Literal["approved", "returned"]
    parts: list[Annotated[str, StringConstraints(max_length=16)]] = Field(default_factory=list)
    note: Annotated[str, StringConstraints(max_length=1000)] = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part with a box to tick; its card where it is a wording."""

    value: str
    name: str
    said: Approval | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a claim that may be made."""

    claim: str | dict[str, str]
    evidence: str | dict[str, str]
    valid_through: date | None


@router.get("/{review_id}")
def read(request: Request, review_id: Number, session: SessionDep, person: Compliance, moment: Now) -> Response:
    """Show what is asked for: differences, cards, examples, proofs, and what it would find."""
    found = opened(session, review_id)
    return _page(request, session, found, person, blank(), moment)


@router.post("/{review_id}")
def decide(
    request: Request, review_id: Number, session: SessionDep, person: Compliance, moment: Now, raw: RawForm
) -> Response:
    """Approve or return what is ticked."""
    form = bind(DecisionForm, raw)
    if form.data is None:
        return _page(request, session, opened(session, review_id), person, form, moment, status=422)
    verdict = Verdict(form.data.verdict)
    try:
        review = actions.decide(
            session,
            review_id,
            verdict=verdict,
            parts=form.data.parts,
            note=form.data.note,
            by=person,
            moment=moment,
        )
    except InvalidError as error:
        form.wrong("note" if verdict is Verdict.RETURNED else "parts", error.message)
        return _page(request, session, opened(session, review_id), person, form, moment, status=error.status)
    except (ConflictError, ForbiddenError) as error:
        form.wrong("", error.message)
        return _page(request, session, opened(session, review_id), person, form, moment, status=error.status)
    said = {
        ReviewState.APPROVED: _("Approved. It can be published now."),
        ReviewState.RETURNED: _("Returned. Its authors see your note."),
    }.get(review.state, _("Noted. The other parts still wait."))
    return redirect(request, f"/review/red-lines/{review_id}", said)


def _parts(found: Opened) -> list[Part]:
    asked = found.asked
    names = found.life.parts if asked.state is ReviewState.OPEN else [each.part for each in asked.approvals]
    return [Part(name, words.part(name), asked.said(name)) for name in names]


def _cards(asked: Asked) -> list[tuple[str, Card]]:
    """Return the card in each language that has an approved wording, with an id of its own on the page."""
    return [
        (locale, replace(card_of(asked.document, locale), id=f"{asked.red_line}.{locale}"))
        for locale in LOCALES
        if locale in asked.document["say_instead"]
    ]


def _proofs(asked: Asked) -> list[Proof]:
    return [
        Proof(
            each["claim"], each["evidence"], date.fromisoformat(until) if (until := each.get("valid_through")) else None
        )
        for each in asked.document.get("substantiation", ())
    ]


def _page(
    request: Request,
    session: Session,
    found: Opened,
    person: CurrentPerson,
    form: Bound[Any],
    moment: datetime,
    *,
    status: int = 200,
) -> Response:
    asked = found.asked
    sheet = show_red_line(asked.document)
    refusal = rules.may_decide(asked.facts, found.life.digest, found.life.authors, person.id)
    others = [rule for rule in found.content.draft.get("rules", []) if rule["id"] != asked.red_line]
    context = {
        "found": found,
        "asked": asked,
        "state": words.review(asked.state),
        "parts": _parts(found),
        "why_not": words.refusal(refusal) if refusal else "",
        "changes": differences(found.life.before, asked.document),
        "cards": _cards(asked),
        "proofs": _proofs(asked),
        "examples": try_out(sheet, asked.document, others, asked.red_line),
        "trial": trial(session, found.product.slug, asked.document, moment),
        "form": form,
    }
    return page(request, "review/red_line.html", context, status=status)
