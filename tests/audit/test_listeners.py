"""Features above the audit trail are told of actions whose name they registered for, once for each record."""

from datetime import datetime

import pytest
from sqlmodel import Session

from app.audit import actions
from app.audit.actions import Event, on_record, record, record_all
from factories import NOW


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, datetime]]:
    monkeypatch.setattr(actions, "_listeners", [])
    found: list[tuple[str, datetime]] = []

    @on_record("kettle.", "tea.poured")
    def listen(_session: Session, action: str, moment: datetime) -> None:
        found.append((action, moment))

    return found


def test_a_listener_is_told_of_what_it_registered_for(session: Session, heard: list[tuple[str, datetime]]) -> None:
    for action in ("kettle.boiled", "tea.drunk", "tea.poured", "kettles.sold"):
        record(session, at=NOW, actor="system", action=action, subject=("kettle", "1"))
    assert heard == [("kettle.boiled", NOW), ("tea.poured", NOW)]


def test_of_many_things_at_once_a_listener_is_told_once(session: Session, heard: list[tuple[str, datetime]]) -> None:
    events = [
        Event("tea.drunk", ("cup", "1")),
        Event("kettle.boiled", ("kettle", "1")),
        Event("tea.poured", ("cup", "1")),
    ]
    record_all(session, at=NOW, actor="system", events=events)
    record_all(session, at=NOW, actor="system", events=[])
    assert heard == [("kettle.boiled", NOW)]
