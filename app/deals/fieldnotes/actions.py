"""Every write of field notes: written down, taken, given back, answered, closed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.deals.fieldnotes import rules
from app.deals.fieldnotes.models import FieldNote, NoteKind, NoteRoot, NoteStatus
from app.deals.fieldnotes.rules import Deed
from app.deals.fieldnotes.words import refusal
from app.errors import ConflictError
from app.people.once import stored_before
from app.people.somebody import Somebody


@dataclass(frozen=True, slots=True)
class Heard:
    """What a customer said, asked or misunderstood about a product, and its root."""

    product_id: int
    kind: NoteKind
    text: str
    root: NoteRoot
    root_text: str = ""


def write(session: Session, deal_id: int, heard: Heard, key: str, author: Somebody, moment: datetime) -> FieldNote:
    """Store a note. The same `key` again, a second click, returns the first.

    Raises ConflictError for a key that somebody else has used.
    """
    with_key = select(FieldNote).where(col(FieldNote.key) == key)
    known = stored_before(session, with_key, author.id, lambda each: each.person_id)
    if known is not None:
        return known
    note = FieldNote(
        key=key,
        deal_id=deal_id,
        product_id=heard.product_id,
        person_id=author.id,
        kind=heard.kind,
        text=heard.text,
        root=heard.root,
        root_text=heard.root_text,
        at=moment,
    )
    session.add(note)
    session.flush()
    _record(session, note, author, "written", moment, kind=heard.kind.value, root=heard.root.value)
    return note


def take(session: Session, note_id: int, trainer: Somebody, moment: datetime) -> None:
    """Say that one will answer a note. Raises ConflictError when another trainer was faster."""
    note = _locked(session, note_id)
    if note.status is NoteStatus.TAKEN and note.taken_by == trainer.id:
        return
    _refuse(note, Deed.TAKE, trainer)
    note.status, note.taken_by, note.taken_at = NoteStatus.TAKEN, trainer.id, moment
    session.flush()
    _record(session, note, trainer, "taken", moment)


def give_back(session: Session, note_id: int, trainer: Somebody, moment: datetime) -> None:
    """Let another trainer answer what one had taken. Raises ConflictError where it is not one's own to give."""
    note = _locked(session, note_id)
    if note.status is NoteStatus.NEW:
        return
    _refuse(note, Deed.GIVE_BACK, trainer)
    note.status, note.taken_by, note.taken_at = NoteStatus.NEW, None, None
    session.flush()
    _record(session, note, trainer, "given_back", moment)


def answer(session: Session, note_id: int, text: str, led_to: str, trainer: Somebody, moment: datetime) -> None:
    """Answer a note, which its author is told; the same again, a second click, changes nothing.

    Raises ConflictError where another trainer has it, or nobody.
    """
    note = _locked(session, note_id)
    if (note.answered_by, note.answer, note.led_to) == (trainer.id, text, led_to):
        return
    _refuse(note, Deed.ANSWER, trainer)
    note.status, note.answer, note.led_to = NoteStatus.ANSWERED, text, led_to
    note.answered_by, note.answered_at = trainer.id, moment
    session.flush()
    _record(session, note, trainer, "answered", moment, led_to=led_to or None)


def close(session: Session, note_id: int, led_to: str, trainer: Somebody, moment: datetime) -> None:
    """Close an answered note; `led_to` says what came of it, where that was not said with the answer.

    Raises ConflictError where another trainer has it, or where it is not answered.
    """
    note = _locked(session, note_id)
    if note.status is NoteStatus.CLOSED and note.taken_by == trainer.id and led_to in {"", note.led_to}:
        return
    _refuse(note, Deed.CLOSE, trainer)
    note.status, note.led_to = NoteStatus.CLOSED, led_to or note.led_to
    session.flush()
    _record(session, note, trainer, "closed", moment, led_to=note.led_to or None)


def _locked(session: Session, note_id: int) -> FieldNote:
    wanted = select(FieldNote).where(col(FieldNote.id) == note_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def _refuse(note: FieldNote, deed: Deed, trainer: Somebody) -> None:
    why = rules.refuse(rules.Note(note.status, note.taken_by), deed, trainer.id)
    if why is not None:
        raise ConflictError(refusal(why))


def _record(
    session: Session, note: FieldNote, actor: Somebody, deed: str, moment: datetime, **details: str | None
) -> None:
    record(
        session,
        at=moment,
        actor=actor.email,
        action=f"field_note.{deed}",
        subject=("field_note", str(note.id)),
        details=details,
    )
