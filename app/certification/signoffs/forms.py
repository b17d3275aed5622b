"""What a rep fills in to be looked at, and what an assessor fills in and signs."""

import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints
from starlette.datastructures import FormData, UploadFile

from app.certification.content import Rubric
from app.certification.models import SignOffOutcome
from app.certification.signoffs import rules
from app.certification.signoffs.models import DemonstrationForm
from app.certification.signoffs.recordings import LARGEST, SentRecording, content_type_of, plain_name
from app.certification.signoffs.rubrics import asked_of
from app.certification.signoffs.rules import Refusal
from app.certification.signoffs.words import refusal
from app.people.forms import LARGEST_ID, Secret
from app.redlines.signing import same_name
from app.web.forms import Bound, Form, Line, bind
from app.web.i18n import gettext as _

_LINK: Final = re.compile(r"https?://[^\s\"'<>\\]+")


def _link(value: str) -> str:
    if value and not _LINK.fullmatch(value):
        raise ValueError(_("Write a whole address, which begins with https://."))
    return value


Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_link)]
Note = Annotated[str, StringConstraints(max_length=2000)]


class AskForm(Form):
    """How somebody wants to show what they can do."""

    form: DemonstrationForm
    link: Link = ""
    note: Note = ""


class TakeForm(Form):
    """Take a demonstration; `over` is who had it when the page was made, by id, or 0."""

    over: int = 0


class StartForm(Form):
    """How a trainer saw a rep who had not asked."""

    form: DemonstrationForm


class JudgementForm(Form):
    """What an assessor decides and signs; the criteria stand beside it, in fields of their own.

    `version` is the program's that the page was made from.
    """

    version: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    outcome: SignOffOutcome
    note: Note = ""
    evidence_url: Link = ""
    meant: Literal["yes"]
    signed_name: Line
    password: Secret


def asking(raw: FormData, rubric: Rubric) -> tuple[Bound[AskForm], SentRecording | None]:
    """Read what a rep sent: a form of showing that the rubric allows, and a recording where that is the form."""
    form = bind(AskForm, raw)
    if form.data and form.data.form.value not in rubric.forms:
        form.wrong("form", _("Choose one of the list."))
    upload = raw.get("file")
    if not (isinstance(upload, UploadFile) and upload.filename):
        if form.data and form.data.form is DemonstrationForm.RECORDING and not form.data.link:
            form.wrong("link", _("Give the address of the recording, or choose a file below."))
        return form, None
    data = upload.file.read(LARGEST + 1)
    content_type = content_type_of(data)
    if len(data) > LARGEST:
        form.wrong("file", _("The file is larger than 15 MB. Send a link instead, or a shorter recording."))
    elif content_type is None:
        form.wrong("file", _("This is no recording of a known kind. Use MP3, M4A, Ogg, WAV, MP4, MOV or WebM."))
    else:
        return form, SentRecording(plain_name(upload.filename, content_type), content_type, data)
    return form, None


@dataclass
class ReadJudgement:
    """A judgement as it was typed, and what was said of each criterion."""

    form: Bound[JudgementForm]
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)


def judgement(raw: FormData, rubric: Rubric, signer: str) -> ReadJudgement:
    """Read what an assessor sent about a demonstration; `signer` is their name."""
    form = bind(JudgementForm, raw)
    form.values.pop("password", None)
    read = ReadJudgement(form)
    for criterion in rubric.criteria:
        said, note = (_typed(raw, f"{name}-{criterion.id}") for name in ("met", "note"))
        form.values |= {f"met-{criterion.id}": said, f"note-{criterion.id}": note}
        if said in {"yes", "no"}:
            read.scores[criterion.id] = {"met": said == "yes", "note": note[:2000]}
        else:
            form.wrong(f"met-{criterion.id}", refusal(Refusal.CRITERION_OPEN))
    if form.data:
        met = {criterion: score["met"] for criterion, score in read.scores.items()}
        why = rules.refuse_judgement(asked_of(rubric), met, form.data.outcome, form.data.note)
        if why is not None:
            form.wrong("note" if why is Refusal.NOTE_MISSING else "outcome", refusal(why))
    if "meant" in form.errors:
        form.errors["meant"] = _("Tick this to sign.")
    if "password" in form.errors:
        form.errors["password"] = _("Type your password to sign.")
    if "signed_name" not in form.errors and not same_name(str(form.get("signed_name")), signer):
        form.wrong("signed_name", _("Type your name as your account has it: %(name)s.") % {"name": signer})
    return read


def _typed(raw: FormData, name: str) -> str:
    value = raw.get(name)
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""
