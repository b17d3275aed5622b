"""Who may do what with a field note: pure functions of what is known."""

from dataclasses import dataclass
from enum import StrEnum

from app.deals.fieldnotes.models import NoteStatus


class Refusal(StrEnum):
    """Why something cannot be done with a note."""

    TAKEN_BY_ANOTHER = "taken_by_another"
    ANSWERED = "answered"
    CLOSED = "closed"
    NOT_TAKEN = "not_taken"
    NOT_ANSWERED = "not_answered"


class Deed(StrEnum):
    """What a trainer does with a note."""

    TAKE = "take"
    GIVE_BACK = "give_back"
    ANSWER = "answer"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as far as its way depends on it."""

    status: NoteStatus = NoteStatus.NEW
    taken_by: int | None = None


def refuse(note: Note, deed: Deed, trainer_id: int) -> Refusal | None:
    """Say why a trainer cannot do something with a note; None where they can.

    new → taken → answered → closed. Who has taken a note answers and closes it; it may be given back until it is
    answered.
    """
    if note.status is NoteStatus.CLOSED:
        return Refusal.CLOSED
    if deed is not Deed.CLOSE and note.status is NoteStatus.ANSWERED:
        return Refusal.ANSWERED
    if note.taken_by not in {None, trainer_id}:
        return Refusal.TAKEN_BY_ANOTHER
    if deed is Deed.CLOSE and note.status is not NoteStatus.ANSWERED:
        return Refusal.NOT_ANSWERED
    return Refusal.NOT_TAKEN if deed in {Deed.ANSWER, Deed.GIVE_BACK} and note.taken_by is None else None


def possible(note: Note, trainer_id: int) -> list[Deed]:
    """List what a trainer may do with a note."""
    found = [deed for deed in Deed if refuse(note, deed, trainer_id) is None]
    return [deed for deed in found if not (deed is Deed.TAKE and note.taken_by is not None)]
