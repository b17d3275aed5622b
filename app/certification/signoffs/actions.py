"""Every write of sign-offs: asked for, withdrawn, taken, decided and signed, looked at again.

All of them lock the rep's row first, as awarding does: of two at once, the second sees what the first has stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.catalog.evidence import announce
from app.certification.actions import one_at_a_time, subject_of
from app.certification.content import Rubric
from app.certification.interests import beneficiaries
from app.certification.models import SignOff, SignOffOutcome
from app.certification.signoffs import queries, rules
from app.certification.signoffs.models import DemonstrationForm, Recording, SignOffRequest
from app.certification.signoffs.recordings import SentRecording
from app.certification.signoffs.rubrics import VersionedRubric, asked_of
from app.certification.signoffs.rules import Refusal
from app.certification.signoffs.words import meaning, refusal
from app.database import stored_id
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.models import Person
from app.people.somebody import Somebody
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Showing:
    """How somebody shows what they can do, with the link or the recording where there is one."""

    form: DemonstrationForm
    link: str = ""
    note: str = ""
    recording: SentRecording | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What an assessor says: the outcome, `met` and `note` by criterion, and the name under it.

    `version_id` is the version of the program whose rubric the assessor had before them.
    """

    version_id: int
    outcome: SignOffOutcome
    scores: Mapping[str, Mapping[str, Any]]
    signed_name: str
    note: str = ""
    evidence_url: str = ""


def ask(
    session: Session, rep: Somebody, product_id: int, rubric: str, showing: Showing, moment: datetime
) -> SignOffRequest:
    """Ask for a demonstration to be looked at; asking the same again, a second click, changes nothing.

    Raises NotFoundError where the program does not ask for it, ConflictError where another request is open.
    """
    one_at_a_time(session, rep.id)
    _needs(session, product_id, rubric, moment)
    stored = _open(session, rep.id, product_id, rubric)
    if stored is not None:
        if _is_same(session, stored, showing):
            return stored
        raise ConflictError(_("You have asked for this already, and it waits. Withdraw that first to ask anew."))
    request = _add(session, rep.id, product_id, rubric, showing, moment)
    _record(session, request, rep, "sign_off.asked", moment, form=showing.form.value)
    return request


def start(
    session: Session,
    assessor: Somebody,
    person_id: int,
    product_id: int,
    rubric: str,
    showing: Showing,
    moment: datetime,
) -> SignOffRequest:
    """Make and take the request of a rep who has not asked, or take the one that waits.

    Raises NotFoundError where the program does not ask for it or the account is closed, ForbiddenError for somebody
    who may not assess, ConflictError where another assessor has it.
    """
    one_at_a_time(session, person_id)
    _needs(session, product_id, rubric, moment)
    active = select(col(Person.id)).where(col(Person.id) == person_id, col(Person.deactivated_at).is_(None))
    if session.scalar(active) is None:
        raise NotFoundError(_("There is no such person, or their account is closed."))
    refuse_assessor(session, assessor.id, person_id, product_id, moment)
    request = _open(session, person_id, product_id, rubric)
    if request is None:
        request = _add(session, person_id, product_id, rubric, showing, moment)
    elif request.taken_by not in {None, assessor.id}:
        raise ConflictError(_("Another assessor has taken this. Open it in the queue to take it over."))
    _take(session, request, assessor, moment)
    return request


def withdraw(session: Session, rep: Somebody, request_id: int, moment: datetime) -> None:
    """Close a request of one's own that waits; it stays on record.

    Raises NotFoundError for somebody else's, ConflictError when it was decided meanwhile.
    """
    request = _locked(session, request_id)
    if request.person_id != rep.id:
        raise NotFoundError(_("Nobody asked for this sign-off."))
    if request.withdrawn:
        return
    if request.closed_at is not None:
        raise ConflictError(_("An assessor has decided meanwhile. What they said stands below."))
    request.closed_at = moment
    request.withdrawn = True
    _record(session, request, rep, "sign_off.withdrawn", moment)


def take(session: Session, assessor: Somebody, request_id: int, moment: datetime, over: int = 0) -> None:
    """Say that one will judge this. `over` is the assessor who had it, by id, where it is taken over on purpose.

    Raises ForbiddenError for somebody who may not assess, ConflictError when somebody else was faster.
    """
    request = _locked(session, request_id)
    _refuse_closed(request)
    refuse_assessor(session, assessor.id, request.person_id, request.product_id, moment)
    if request.taken_by not in {None, assessor.id, over}:
        raise ConflictError(_("Another assessor has taken this meanwhile."))
    _take(session, request, assessor, moment)


def give_back(session: Session, assessor: Somebody, request_id: int, moment: datetime) -> None:
    """Let somebody else judge what one had taken."""
    request = _locked(session, request_id)
    _refuse_closed(request)
    if request.taken_by != assessor.id:
        return
    request.taken_by = request.taken_at = None
    _record(session, request, assessor, "sign_off.given_back", moment)


def decide(session: Session, assessor: Somebody, request_id: int, judged: Judged, moment: datetime) -> SignOff:
    """Store what an assessor decided and signed; a pass counts at once. The same again, a second click, is stored once.

    The caller has confirmed who signs. Raises ForbiddenError for somebody who may not assess, InvalidError for what
    contradicts the rubric, ConflictError when somebody else was faster or the rubric changed.
    """
    request = _locked(session, request_id)
    first, _second = queries.said_of(session, request_id)
    if first is not None and first.assessor_id == assessor.id and _is_repeated(first, judged):
        return session.get_one(SignOff, first.id)
    _refuse_closed(request)
    refuse_assessor(session, assessor.id, request.person_id, request.product_id, moment)
    if request.taken_by not in {None, assessor.id}:
        raise ConflictError(_("Another assessor has taken this meanwhile. Nothing was stored."))
    asked = queries.rubric_in_force(session, request.product_id, request.rubric, moment)
    if asked is None:
        raise ConflictError(_("The program does not ask for this demonstration any more. Nothing was stored."))
    if asked.version_id != judged.version_id and not _reads_the_same(session, request.rubric, asked, judged.version_id):
        raise ConflictError(_("The rubric was changed while you judged. Look at it again; nothing was stored."))
    _refuse_judgement(asked.rubric, judged)
    signed = _signed(request, assessor, judged, asked.version_id, moment)
    session.add(signed)
    session.flush()
    signed.second_wanted = rules.is_drawn(stored_id(signed), judged.outcome, asked.rubric.second_assessor_percent)
    request.taken_by, request.taken_at = assessor.id, request.taken_at or moment
    request.closed_at = moment
    details = {"program_version": asked.version, "second_look": signed.second_wanted}
    _record(session, request, assessor, f"sign_off.{judged.outcome.value}", moment, **_signature(signed), **details)
    if judged.outcome is SignOffOutcome.PASSED:
        announce(session, request.person_id, request.product_id, moment)
    return signed


def look_again(session: Session, assessor: Somebody, request_id: int, judged: Judged, moment: datetime) -> SignOff:
    """Store what a second assessor says of a demonstration that was drawn; it decides nothing.

    Raises as `decide` does, and ForbiddenError for whoever judged it first.
    """
    request = _locked(session, request_id)
    first, second = queries.said_of(session, request_id)
    asked = queries.judged_by(session, first, request.rubric) if first and first.second_wanted else None
    if first is None or asked is None:
        raise ConflictError(_("Nobody is asked to look at this a second time."))
    if second is not None:
        if second.assessor_id == assessor.id and _is_repeated(second, judged):
            return session.get_one(SignOff, second.id)
        raise ConflictError(_("Somebody has looked at this a second time already. Nothing was stored."))
    refuse_assessor(session, assessor.id, request.person_id, request.product_id, moment, first.assessor_id)
    _refuse_judgement(asked.rubric, judged)
    signed = _signed(request, assessor, judged, asked.version_id, moment, second_of=first.id)
    session.add(signed)
    details = {"outcome": judged.outcome.value, "equal": judged.outcome is first.outcome}
    _record(session, request, assessor, "sign_off.looked_at_again", moment, **_signature(signed), **details)
    return signed


def refuse_assessor(
    session: Session, assessor: int, person_id: int, product_id: int, moment: datetime, first: int | None = None
) -> None:
    """Raise ForbiddenError, with the reason, for somebody who may not judge this person on this product."""
    why = why_not(session, assessor, person_id, product_id, moment, first)
    if why is not None:
        raise ForbiddenError(refusal(why))


def why_not(
    session: Session, assessor: int, person_id: int, product_id: int, moment: datetime, first: int | None = None
) -> Refusal | None:
    """Return why somebody may not judge this person on this product, or None."""
    return rules.refuse_assessor(assessor, person_id, beneficiaries(session, person_id, product_id, moment), first)


def _locked(session: Session, request_id: int) -> SignOffRequest:
    person_id = session.scalar(select(col(SignOffRequest.person_id)).where(col(SignOffRequest.id) == request_id))
    if person_id is None:
        raise NotFoundError(_("Nobody asked for this sign-off."))
    one_at_a_time(session, person_id)
    found = select(SignOffRequest).where(col(SignOffRequest.id) == request_id)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _open(session: Session, person_id: int, product_id: int, rubric: str) -> SignOffRequest | None:
    found = select(SignOffRequest).where(
        col(SignOffRequest.person_id) == person_id,
        col(SignOffRequest.product_id) == product_id,
        col(SignOffRequest.rubric) == rubric,
        col(SignOffRequest.closed_at).is_(None),
    )
    return session.scalar(found.execution_options(populate_existing=True))


def _needs(session: Session, product_id: int, rubric: str, moment: datetime) -> None:
    if queries.rubric_in_force(session, product_id, rubric, moment) is None:
        raise NotFoundError(_("The program does not ask for this demonstration."))


def _add(
    session: Session, person_id: int, product_id: int, rubric: str, showing: Showing, moment: datetime
) -> SignOffRequest:
    request = SignOffRequest(
        person_id=person_id,
        product_id=product_id,
        rubric=rubric,
        form=showing.form,
        link=showing.link,
        note=showing.note,
        asked_at=moment,
    )
    session.add(request)
    session.flush()
    if showing.recording is not None:
        sent = showing.recording
        session.add(
            Recording(
                request_id=stored_id(request),
                name=sent.name,
                content_type=sent.content_type,
                digest=sha256(sent.data).hexdigest(),
                size=len(sent.data),
                data=sent.data,
                stored_at=moment,
            )
        )
        session.flush()
    return request


def _is_same(session: Session, stored: SignOffRequest, showing: Showing) -> bool:
    file = queries.recordings(session, [stored_id(stored)]).get(stored_id(stored))
    digest = sha256(showing.recording.data).hexdigest() if showing.recording else None
    return (stored.form, stored.link, stored.note, file.digest if file else None) == (
        showing.form,
        showing.link,
        showing.note,
        digest,
    )


def _take(session: Session, request: SignOffRequest, assessor: Somebody, moment: datetime) -> None:
    if request.taken_by == assessor.id:
        return
    request.taken_by, request.taken_at = assessor.id, moment
    _record(session, request, assessor, "sign_off.taken", moment)


def _refuse_closed(request: SignOffRequest) -> None:
    if request.withdrawn:
        raise ConflictError(_("The rep has withdrawn this. Nothing was stored."))
    if request.closed_at is not None:
        raise ConflictError(_("Another assessor has decided this meanwhile. Nothing was stored."))


def _is_repeated(said: queries.Said, judged: Judged) -> bool:
    return (said.outcome, said.note, said.evidence_url, said.scores) == (
        judged.outcome,
        judged.note,
        judged.evidence_url,
        judged.scores,
    )


def _reads_the_same(session: Session, rubric: str, asked: VersionedRubric, version_id: int) -> bool:
    before = queries.rubric_at(session, version_id, rubric)
    return before is not None and before.rubric == asked.rubric


def _refuse_judgement(rubric: Rubric, judged: Judged) -> None:
    met = {criterion: bool(score["met"]) for criterion, score in judged.scores.items()}
    why = rules.refuse_judgement(asked_of(rubric), met, judged.outcome, judged.note)
    if why is not None:
        raise InvalidError(refusal(why))


def _signed(
    request: SignOffRequest,
    assessor: Somebody,
    judged: Judged,
    version_id: int,
    moment: datetime,
    second_of: int | None = None,
) -> SignOff:
    return SignOff(
        person_id=request.person_id,
        product_id=request.product_id,
        rubric=request.rubric,
        outcome=judged.outcome,
        note=judged.note,
        assessor_id=assessor.id,
        decided_at=moment,
        request_id=request.id,
        program_version_id=version_id,
        scores={criterion: dict(score) for criterion, score in judged.scores.items()},
        evidence_url=judged.evidence_url,
        signed_name=judged.signed_name,
        meaning=meaning(request.form, second=second_of is not None),
        second_of=second_of,
    )


def _signature(signed: SignOff) -> dict[str, Any]:
    return {"signed_name": signed.signed_name, "meaning": signed.meaning}


def _record(
    session: Session, request: SignOffRequest, actor: Somebody, action: str, moment: datetime, **details: Any
) -> None:
    session.flush()
    audit(
        session,
        at=moment,
        actor=actor.email,
        action=action,
        subject=subject_of(session, request.person_id, request.product_id),
        details={"rubric": request.rubric, "request": request.id, **details},
    )
