"""The page on which a text is checked while it is written, and what somebody sent from it for review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.clock import Now, local_day
from app.conduct import marks
from app.conduct.checking import drafts, placing, queries, words
from app.conduct.checking.drafts import Draft
from app.conduct.checking.forms import ReviewForm
from app.conduct.checking.queries import Choice
from app.conduct.checking.results import Result, replaced, result
from app.conduct.models import SentText
from app.conduct.reviewing.queries import outcome
from app.conduct.reviewing.words import consequence
from app.conduct.sending import send
from app.database import Database, SessionDep, reads, stored_id
from app.errors import TooManyRequestsError
from app.people import limits
from app.people.access import CurrentPerson, SignedIn
from app.redlines.checking import RuleSet, rule_set
from app.web.forms import sent_form
from app.web.i18n import gettext as _
from app.web.templating import page, redirect, wants_fragment

router = APIRouter(prefix="/check")

_MOST_FIELDS: Final = 300
_LARGEST_FIELD: Final = 16 * 1024 * 1024
"""Bytes: as much as the application lets through, so that the page can say how long a text is that is too long."""
SENT_A_WINDOW: Final = 60
"""Texts that one person sends within `limits.WINDOW`."""
_AT_ONCE: Final = 6
"""Products that are offered without a click when none is near to the person."""


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD) as raw:
        yield raw


RawText = Annotated[FormData, Depends(_read)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, when, and which products they may choose."""

    request: Request
    session: Session
    person_id: int
    moment: datetime
    products: list[Choice]


def _ask(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> _Asked:
    products = queries.choices(session, person.id, local_day(moment))
    return _Asked(request, session, person.id, moment, products)


Asked = Annotated[_Asked, Depends(_ask)]


@router.get("")
def form(asked: Asked, product: Annotated[list[str] | None, Query()] = None) -> Response:
    """Show the page with an empty text; `product` chooses products by their slugs."""
    return _page(asked, drafts.empty(product or []))


@router.post("")
@reads
def check(asked: Asked, raw: RawText) -> Response:
    """Show what a text crosses: the whole page, or the findings alone while somebody types. Nothing is stored."""
    draft = drafts.draft_of(raw)
    if draft.problem or not draft.text.strip():
        return _page(asked, draft, status=422 if draft.problem else 200)
    rules = _rules(asked, draft)
    wish = raw.get("replace")
    if isinstance(wish, str) and wish:
        better = replaced(rules, draft.text, draft.circumstances, wish)
        if better is None:
            draft = replace(draft, problem=_("That passage is not in the text any more, so nothing was replaced."))
        else:
            draft = replace(draft, text=better)
    chosen = draft.products([each.slug for each in asked.products])
    names = {each.slug: each.name for each in asked.products}
    return _page(asked, draft, result(rules, draft.text, draft.circumstances, draft.parts, names, chosen))


@router.post("/send")
@reads
def ask_for_review(asked: Asked, person: SignedIn, raw: RawText) -> Response:
    """Store a text with what it crosses, so that compliance looks at it."""
    draft = drafts.draft_of(raw)
    if not (draft.problem or draft.text.strip() or draft.review.get("note").strip()):
        draft.review.wrong("note", _("Write a text above, or here what you want to ask."))
    review = draft.review.data
    if draft.problem or draft.said.data is None or review is None:
        return _page(asked, draft, status=422)
    rules = _rules(asked, draft)
    len(rules)  # compiled now, as the file was read now: nobody who writes waits for either
    asked.session.rollback()  # hands its connection back, so that no request ever holds two
    try:
        stored = _sent(asked, draft, review, rules, person)
    except TooManyRequestsError as error:
        return _page(asked, replace(draft, problem=error.message), status=error.status)
    return redirect(asked.request, f"/check/sent/{stored_id(stored)}", _("Sent. Compliance will look at it."))


def _sent(asked: _Asked, draft: Draft, review: ReviewForm, rules: RuleSet, person: CurrentPerson) -> SentText:
    database: Database = asked.request.app.state.database
    with database.write() as session:
        limits.count(session, f"text:{person.id}", SENT_A_WINDOW, asked.moment)
        return send(
            session,
            person_id=person.id,
            email=person.email,
            title=review.title or draft.title(),
            text=draft.text,
            note=review.note,
            said=draft.circumstances,
            products=rules.asked,
            places=placing.stored(draft.parts),
            key=draft.key(person.id),
            rules=rules,
            keep_days=asked.request.app.state.settings.keep_texts_days,
            moment=asked.moment,
        )


@router.get("/sent/{sent_id}")
def sent(request: Request, session: SessionDep, person: SignedIn, sent_id: int) -> Response:
    """Show somebody what they sent, and what was decided about it."""
    found = queries.sent_text(session, person.id, sent_id)
    context = {
        "sent": found,
        "pieces": marks.pieces(found.text.text, found.findings),
        "outcomes": outcome(session, sent_id),
        "consequence": consequence,
        "marks": marks,
    }
    return page(request, "conduct/check_sent.html", context)


def _rules(asked: _Asked, draft: Draft) -> RuleSet:
    chosen = draft.products([each.slug for each in asked.products])
    return rule_set(asked.session, chosen, asked.moment)


def _page(asked: _Asked, draft: Draft, found: Result | None = None, *, status: int = 200) -> Response:
    whole = not wants_fragment(asked.request)
    near = [each for each in asked.products if each.near] or asked.products[:_AT_ONCE]
    context: dict[str, Any] = {
        "draft": draft,
        "key": draft.review.get("key") or token_urlsafe(16),
        "near": near,
        "others": [each for each in asked.products if each not in near],
        "found": found,
        "pieces": marks.pieces(draft.text, found.marks) if found and whole else [],
        "mine": queries.sent_by(asked.session, asked.person_id) if whole else [],
        "words": words,
        "marks": marks,
        "keep_days": asked.request.app.state.settings.keep_texts_days,
    }
    return page(asked.request, "conduct/check.html", context, fragment="found", status=status)
