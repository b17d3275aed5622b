"""`dealworthy deals import` as an operator meets it."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import Session, col

from app.cli import main
from app.config import Settings
from app.deals.models import Deal
from factories import NOW, person, sellable

FILE = """id,name,account,amount,currency,stage,products,team
CRM-1,Vela,Vela Sports,1000,EUR,proposal,keeper,marek@example.com:owner
"""
STOPPED = "row 2: CRM-1: the gate stops Marek: Keeper: The red lines have not been signed."


def test_what_the_gate_stops_is_stored_only_when_it_is_recorded(
    session: Session,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", settings.database_url)
    sellable(session)
    person(session, "marek@example.com", name="Marek")
    session.commit()
    file = tmp_path / "deals.csv"
    file.write_text(FILE, encoding="utf-8")
    found = []
    for options in ([], ["--record", "--dry-run"], ["--record"], ["--record"]):
        with time_machine.travel(NOW + timedelta(hours=1)):
            status = main(["deals", "import", str(file), *options])
        told = capsys.readouterr()
        found.append((status, (told.out + told.err).replace(str(file), "FILE").splitlines()))
        found.append((len(session.scalars(select(col(Deal.reference))).all()), []))
        session.rollback()
    assert found == [
        (1, [f"FILE: {STOPPED}", "Nothing was stored."]),
        (0, []),
        (0, [f"FILE: {STOPPED}", "Nothing was stored (dry run): 1 new, 0 changed, 0 unchanged."]),
        (0, []),
        (0, [f"FILE: {STOPPED}", "Stored: 1 new, 0 changed, 0 unchanged."]),
        (1, []),
        (0, ["Stored: 0 new, 0 changed, 1 unchanged."]),
        (1, []),
    ]
