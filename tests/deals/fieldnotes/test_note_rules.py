"""The way of a field note: who may do what with it in which status."""

import pytest

from app.deals.fieldnotes.models import NoteStatus
from app.deals.fieldnotes.rules import Deed, Note, Refusal, possible, refuse

ME, OTHER = 1, 2
NEW = Note()
MINE = Note(NoteStatus.TAKEN, ME)
THEIRS = Note(NoteStatus.TAKEN, OTHER)
ANSWERED = Note(NoteStatus.ANSWERED, ME)
ANSWERED_BY_OTHER = Note(NoteStatus.ANSWERED, OTHER)
CLOSED = Note(NoteStatus.CLOSED, ME)


@pytest.mark.parametrize(
    ("note", "refusals"),
    [
        (NEW, [None, Refusal.NOT_TAKEN, Refusal.NOT_TAKEN, Refusal.NOT_ANSWERED]),
        (MINE, [None, None, None, Refusal.NOT_ANSWERED]),
        (THEIRS, [Refusal.TAKEN_BY_ANOTHER] * 4),
        (ANSWERED, [Refusal.ANSWERED, Refusal.ANSWERED, Refusal.ANSWERED, None]),
        (ANSWERED_BY_OTHER, [Refusal.ANSWERED, Refusal.ANSWERED, Refusal.ANSWERED, Refusal.TAKEN_BY_ANOTHER]),
        (CLOSED, [Refusal.CLOSED] * 4),
    ],
)
def test_who_may_do_what(note: Note, refusals: list[Refusal | None]) -> None:
    assert [refuse(note, deed, ME) for deed in (Deed.TAKE, Deed.GIVE_BACK, Deed.ANSWER, Deed.CLOSE)] == refusals


@pytest.mark.parametrize(
    ("note", "deeds"),
    [
        (NEW, [Deed.TAKE]),
        (MINE, [Deed.GIVE_BACK, Deed.ANSWER]),
        (THEIRS, []),
        (ANSWERED, [Deed.CLOSE]),
        (CLOSED, []),
    ],
)
def test_what_a_page_offers(note: Note, deeds: list[Deed]) -> None:
    assert possible(note, ME) == deeds
