"""Reading what an assessor decided and signed with their password."""

from datetime import datetime

from sqlmodel import Session
from starlette.datastructures import FormData

from app.certification.content import Rubric
from app.certification.signoffs.actions import Judged
from app.certification.signoffs.forms import JudgementForm, judgement
from app.people.access import CurrentPerson
from app.people.confirming import confirm_password
from app.web.forms import Bound


def signed_judgement(
    session: Session, assessor: CurrentPerson, raw: FormData, rubric: Rubric, moment: datetime
) -> tuple[Bound[JudgementForm], Judged | None]:
    """Return the form as it was typed, and the judgement; None where the form says what is wrong."""
    read = judgement(raw, rubric, assessor.name)
    form = read.form
    if form.data and (wrong := confirm_password(session, assessor, form.data.password, moment)):
        form.wrong("password", wrong)
    given = form.data
    if given is None:
        return form, None
    return form, Judged(given.version, given.outcome, read.scores, given.signed_name, given.note, given.evidence_url)
