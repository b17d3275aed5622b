"""Marking a question again: what it would do to whom, the decision, and how far it is."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, StringConstraints
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.authoring.changes import differences
from app.authoring.words import called
from app.certification.queries import Record, records
from app.certification.words import state
from app.clock import Now, local_day
from app.database import SessionDep
from app.deals.open_deals import OpenDeal, open_deals
from app.errors import ForbiddenError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.quizzes.models import RegradePolicy
from app.quizzes.regrading import actions, queries
from app.quizzes.regrading.queries import MarkedAttempt, Target, Wording
from app.quizzes.regrading.rules import Effect, Regraded, regrade
from app.web.forms import Bound, Form, RawForm, bind, blank
from app.web.i18n import N_
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

Pair = tuple[str, UploadFile | str]
"""A field as a browser sends it."""

router = APIRouter(prefix="/author", dependencies=[Depends(allow(Role.TRAINER))])

POLICIES: Mapping[RegradePolicy, tuple[str, str]] = {
    RegradePolicy.OLD_AND_NEW: (
        N_("Old key and new key both count"),
        N_("Nobody loses anything: the better of the two marks holds."),
    ),
    RegradePolicy.NEW_ONLY: (N_("Only the new key counts"), N_("Marks can fall, and passed attempts can fail.")),
    RegradePolicy.FULL_CREDIT: (
        N_("Everybody gets the full points"),
        N_("For a question that could not be answered rightly."),
    ),
    RegradePolicy.NONE: (N_("Nothing is marked again"), N_("The new key counts from the next attempt on.")),
}
_POLICIES_OF_ONE_VERSION = {RegradePolicy.FULL_CREDIT: POLICIES[RegradePolicy.FULL_CREDIT]}
"""By another key there is nothing to mark: the others would change nothing."""

SHOWN = 200
"""Attempts that the page lists; the numbers above count all."""


class TrialForm(Form):
    """Whose key shall count, for the attempts of which versions, under which policy."""

    key: Annotated[int, Field(ge=1, le=2**31 - 1)]
    versions: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(min_length=1, max_length=1000)]
    policy: RegradePolicy = RegradePolicy.OLD_AND_NEW


class RegradeForm(TrialForm):
    """The decision: what was tried, why, and in `seen` what the page showed that it would do."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """An attempt whose mark would change, with what hangs on it: the standing now and the open deals."""

    attempt: MarkedAttempt
    marked: Regraded
    record: Record | None
    deals: Sequence[OpenDeal]

    @property
    def state(self) -> tuple[str, str, str] | None:
        """The standing of today, as the pages show it."""
        return state(self.record.verdict.standing, allowed=self.record.verdict.allowed) if self.record else None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a regrade would do."""

    attempts: int
    effects: Mapping[Effect, int]
    flips: Sequence[Flip]

    @property
    def seen(self) -> str:
        """What it would do, in one word that a form can carry."""
        facts = [[each.attempt.id, each.marked.effect.value, str(each.marked.percent)] for each in self.flips]
        return hashlib.sha256(json.dumps([self.attempts, facts]).encode()).hexdigest()[:16]


def trial(
    session: Session, target: Target, key: Wording, versions: Sequence[int], policy: RegradePolicy, moment: datetime
) -> Trial:
    """Work out what a regrade would do; nothing is stored."""
    attempts = queries.marked_attempts(session, target.content_id, target.item, versions)
    marked = [(each, regrade(each.held, each.places, key.document, policy, each.pass_percent)) for each in attempts]
    touched = [(each, result) for each, result in marked if result.items]
    people = {each.person_id for each, _result in touched}
    products = {each.product_id for each, _result in touched}
    standing = records(session, people, moment, products) if people else {}
    deals = open_deals(session, people, products, local_day(moment)) if people else {}
    flips = [
        Flip(
            each,
            result,
            standing.get((each.person_id, each.product_id)),
            deals.get((each.person_id, each.product_id), ()),
        )
        for each, result in touched
    ]
    order = list(Effect)
    flips.sort(key=lambda flip: (order.index(flip.marked.effect), flip.attempt.name, flip.attempt.id))
    return Trial(len(attempts), Counter(result.effect for _each, result in marked), flips)


@router.get("/quizzes/{slug}/items/{item}/regrade")
def ask(request: Request, slug: str, item: str, session: SessionDep, moment: Now) -> Response:
    """Show the versions of a question and, once that is asked, what marking it again would do."""
    target = queries.target(session, slug, item)
    asked = bind(TrialForm, FormData(list[Pair](request.query_params.multi_items()))) if request.query_params else None
    if asked:
        _check_versions(asked, target)
    return _page(request, session, target, asked, moment, status=422 if asked and asked.data is None else 200)


@router.post("/quizzes/{slug}/items/{item}/regrade")
def decide(
    request: Request, slug: str, item: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Decide it, when the page showed what it will do."""
    target = queries.target(session, slug, item)
    form = bind(RegradeForm, raw)
    _check_versions(form, target)
    wish = form.data
    key = target.wording(wish.key) if wish else None
    if wish is None or key is None or wish.policy is RegradePolicy.NONE:
        return _page(request, session, target, form, moment, status=422)
    found = trial(session, target, key, wish.versions, wish.policy, moment)
    if found.seen != wish.seen:
        return _page(request, session, target, form, moment, status=409)
    if any(each.attempt.person_id == person.id for each in found.flips):
        raise ForbiddenError(_("This would change a mark of your own. Ask another trainer to decide it."))
    wanted = actions.Decision(target, key, tuple(wish.versions), wish.policy, wish.reason)
    decided = actions.decide(session, wanted, attempts=found.attempts, by=person.email, moment=moment)
    return redirect(request, f"/author/regrades/{decided.id}", _("Decided. The attempts are being marked again."))


def _check_versions(form: Bound[Any], target: Target) -> None:
    wish = form.data
    if wish and target.wording(wish.key) is None:
        form.wrong("key", _("Choose one of the list."))
    if wish and not all(target.wording(number) for number in wish.versions):
        form.wrong("versions", _("Choose one of the list."))


def _page(
    request: Request,
    session: Session,
    target: Target,
    form: Bound[Any] | None,
    moment: datetime,
    *,
    status: int = 200,
) -> Response:
    newest = target.wordings[0]
    before = next((each for each in target.wordings[1:] if each.attempts), None)
    older = [each.number for each in target.wordings[1:] if each.attempts] or [newest.number]
    policies = POLICIES if len(target.wordings) > 1 else _POLICIES_OF_ONE_VERSION
    form = form or blank(key=str(newest.number), versions=[str(each) for each in older], policy=next(iter(policies)))
    trial_of = bind(TrialForm, FormData(_pairs(form)))
    key = target.wording(trial_of.data.key) if trial_of.data else None
    wish = trial_of.data if key else None
    asked = status != 200 or "policy" in request.query_params  # noqa: PLR2004 (OK)
    context: dict[str, Any] = {
        "target": target,
        "form": form,
        "wish": wish,
        "policies": policies,
        "names": POLICIES,
        "key_choices": [(each.number, _("Version %(number)s") % {"number": each.number}) for each in target.wordings],
        "trial": trial(session, target, key, wish.versions, wish.policy, moment) if asked and wish and key else None,
        "shown": SHOWN,
        "effects": Effect,
        "changes": differences(before.document, newest.document) if before else [],
        "before": before,
        "newest": newest,
        "called": called,
        "past": queries.regrades_of(session, target.content_id, target.item),
        "stale": status == 409,  # noqa: PLR2004 (Conflict)
    }
    return page(request, "authoring/regrade.html", context, status=status)


def _pairs(form: Bound[Any]) -> list[Pair]:
    return [
        (name, each)
        for name in ("key", "versions", "policy")
        for each in (form.get(name) if isinstance(form.get(name), list) else [form.get(name)])
    ]


@router.get("/regrades/{regrade_id}")
def progress(
    request: Request,
    regrade_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    session: SessionDep,
    moment: Now,
    part: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show how far a regrade is and what it did; htmx asks for the part that changes."""
    decided = queries.decided(session, regrade_id)
    done = queries.done(session, regrade_id)
    people = {each.person_id for each in done}
    products = {each.product_id for each in done}
    standing = records(session, people, moment, products) if people else {}
    context = {
        "decided": decided,
        "policy": POLICIES[decided.regrade.policy],
        "done": done,
        "flipped": [each for each in done if each.passed_before != each.passed_after],
        "states": {
            each.attempt_id: state(found.verdict.standing, allowed=found.verdict.allowed)
            for each in done
            for found in [standing.get((each.person_id, each.product_id))]
            if found
        },
    }
    return page(request, "authoring/regraded.html", context, fragment="progress" if part else None)
