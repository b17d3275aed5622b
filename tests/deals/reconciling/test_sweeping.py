"""A whole run: what differs, who acts in the CRM without being cleared, and what is taken over."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.commands.work import HANDLERS, PERIODIC
from app.database import Database
from app.deals.facts import deals_by_reference
from app.deals.lists import at_risk
from app.deals.models import Deal, Decision
from app.deals.reconciling import runs, sweeping
from app.deals.reconciling.comparing import compare
from app.deals.reconciling.models import Reconciliation
from app.deals.reconciling.reading import Broken, lines
from app.deals.reconciling.rules import Difference, DifferenceKind
from app.deals.reconciling.runs import Counts
from app.deals.reconciling.sweeping import Finding, Found, Missing, Progress, Summary, Sweep
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def harbour(session: Session) -> None:
    """Ana, who is cleared, owns D-1 with Keeper; Ben is not cleared, and Cleo's account is closed."""
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    person(session, "cleo@example.com").deactivated_at = NOW
    keeper = sellable(session)
    attest(session, ana, keeper)
    deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    deal(session, "D-9", products=[keeper], team={"owner": [ben]}, outcome="lost", closed_on=date(2026, 11, 1))
    session.commit()


def sweep(database: Database, **how: Any) -> Sweep:
    with database.write() as session:
        run = runs.begin(session, by="api:crm", recording=how.get("recording", False), moment=LATER)
    return Sweep(database=database, run_id=run, by="api:crm", clock=lambda: LATER, **how)


def found(database: Database, *rows: str, **how: Any) -> list[Finding]:
    return list(sweep(database, **how).findings(lines(BytesIO("\n".join(rows).encode()))))


def in_the_way(finding: Finding) -> list[tuple[str, str, list[str]]]:
    assert isinstance(finding, Found)
    return [
        (each.member.email, answer.decision.decision.value, [str(reason.code) for reason in answer.decision.reasons])
        for each in finding.row.refusals
        for answer in each.products
    ]


TEAM = '"team": [{"rep": "ana@example.com", "role": "owner"}'


NEW = """{"id": "D-2", "name": "Mill", "account": "Mill Ltd", "amount": 5, "currency": "EUR", "stage": "proposal",
 "products": ["keeper"], "team": [{"rep": "ana@example.com", "role": "owner"}]}""".replace("\n", "")


def test_a_deal_that_is_the_same_is_counted_and_not_told(database: Database) -> None:
    same = Counts(rows=1, same=1)
    assert found(database, f'{{"id": "D-1", "stage": "discovery", "products": ["keeper"], {TEAM}]}}') == [
        Progress(Counts()),
        Summary(same),
    ]
    with database.read() as session:
        run = session.scalars(select(Reconciliation)).one()
        audited = session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "deals.reconciled")).one()
    assert (run.rows, run.same, run.started_at, run.finished_at, run.lines, run.error) == (1, 1, LATER, LATER, [], "")
    assert (audited.actor, audited.details["same"]) == ("api:crm", 1)


@pytest.mark.parametrize(
    ("rep", "reasons"),
    [
        ("ben@example.com", ("not_cleared", ["redlines_not_attested"])),
        ("cleo@example.com", ("not_cleared", ["inactive_rep"])),
        ("nobody@example.com", ("unknown", ["unknown_rep"])),
    ],
)
def test_whoever_acts_in_the_crm_without_clearance_is_found(
    database: Database, rep: str, reasons: tuple[str, list[str]]
) -> None:
    row = f'{{"id": "D-1", {TEAM}, {{"rep": "{rep}", "role": "specialist"}}]}}'
    _progress, finding, summary = found(database, row)
    assert isinstance(finding, Found)
    assert finding.row.differences == (Difference(DifferenceKind.MEMBER_MISSING_HERE, rep, "specialist"),)
    assert in_the_way(finding) == [(rep, *reasons)]
    assert summary == Summary(Counts(rows=1, different=1, not_cleared=1))
    with database.read() as session:
        (stored,) = session.scalars(select(Reconciliation)).all()
        assert session.scalars(select(Decision)).all() == []  # nothing of the deals was stored
    assert [(each["id"], each["people"]) for each in stored.lines] == [("D-1", sorted(["ana@example.com", rep]))]


def test_the_crms_own_facts_are_asked_about_also_of_a_deal_that_is_not_here(database: Database) -> None:
    row = '{"id": "D-2", "products": ["keeper", "gone"], "team": [{"rep": "ben@example.com", "role": "owner"}]}'
    _progress, finding, summary = found(database, row, whole=False)
    assert isinstance(finding, Found)
    assert finding.row.differences == (Difference(DifferenceKind.UNKNOWN_DEAL, "D-2"),)
    assert in_the_way(finding) == [
        ("ben@example.com", "unknown", ["unknown_product"]),
        ("ben@example.com", "not_cleared", ["redlines_not_attested"]),
    ]
    assert summary == Summary(Counts(rows=1, unknown=1, not_cleared=1))


def test_broken_rows_stop_nothing_and_open_deals_that_were_not_sent_are_missing(database: Database) -> None:
    rows = ('{"id": "D-9", "outcome": "lost"}', '{"id": "D-9"}', "{")
    _progress, twice, broken, missing, summary = found(database, *rows)
    assert twice == Broken(2, "D-9", (("/id", "This deal stands in an earlier row."),))
    assert isinstance(broken, Broken)
    assert missing == Missing("D-1", "Harbour Bakery Group", ("ana@example.com",))
    assert summary == Summary(Counts(rows=3, same=1, wrong=2, missing=1))


def test_recording_takes_over_what_the_crm_says_whoever_is_in_the_way(database: Database) -> None:
    rows = [
        '{"id": "D-1", "stage": "contract", "team": [{"rep": "ben@example.com", "role": "owner"}]}',
        NEW,
        '{"id": "D-3", "stage": "proposal", "team": []}',
        '{"id": "D-9", "team": [{"rep": "nobody@example.com", "role": "owner"}]}',
    ]
    findings = found(database, *rows, recording=True)
    assert findings[-1] == Summary(Counts(rows=4, different=2, unknown=2, not_cleared=1, recorded=2))
    told = {each.row.crm.id: (each.recorded, each.problems) for each in findings if isinstance(each, Found)}
    lacking = "A deal that is not here yet needs this."
    assert told == {
        "D-1": (True, ()),
        "D-2": (True, ()),
        "D-3": (False, tuple((f"/{name}", lacking) for name in ("name", "account", "amount", "currency", "products"))),
        "D-9": (False, (("/team/0/rep", "Nobody with the address nobody@example.com is known here."),)),
    }
    with database.read() as session:
        stored = deals_by_reference(session, ["D-1", "D-2", "D-3"], LATER + timedelta(seconds=1))
        risky = at_risk(session, None, LATER + timedelta(seconds=1))
    assert {name: (each.stage, each.account, [m.email for m in each.members]) for name, each in stored.items()} == {
        "D-1": ("contract", "Harbour Bakery", ["ben@example.com"]),
        "D-2": ("proposal", "Mill Ltd", ["ana@example.com"]),
    }
    assert [each.deal.reference for each in risky] == ["D-1"]
    # what is the same is left alone
    assert found(database, *rows[:2], recording=True)[-1] == Summary(Counts(rows=2, same=2, not_cleared=1))


@pytest.mark.parametrize("recording", [False, True])
def test_the_statements_do_not_grow_with_the_rows(database: Database, *, recording: bool) -> None:
    def statements(first: int, number: int) -> int:
        rows = [
            f'{{"id": "N-{each}", "name": "N", "account": "A", "amount": 5, "currency": "EUR", "stage": "proposal", '
            '"products": ["keeper"], "team": [{"rep": "ben@example.com", "role": "owner"}]}'
            for each in range(first, first + number)
        ]
        with count_statements(database) as sent:
            found(database, *rows, recording=recording, whole=False)
        return len([each for each in sent if not each.startswith("INSERT INTO deal ")])  # SQLite takes one at a time

    statements(0, 2)
    assert statements(10, 3) == statements(100, 60)


def test_who_goes_away_ends_the_run_and_it_says_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 1)
    run = sweep(database)
    rows = lines(BytesIO(b"".join(f'{{"id": "X-{each}"}}\n'.encode() for each in range(5))))
    findings = run.findings(rows)
    assert [type(next(findings)) for _ in range(2)] == [Progress, Found]
    findings.close()
    with database.read() as session:
        stored = session.get_one(Reconciliation, run.run_id)
    assert (stored.rows, stored.error, stored.finished_at, len(stored.lines)) == (1, "hung_up", None, 1)


def test_a_run_that_fails_keeps_what_it_found(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 1)

    def source() -> Iterator[Any]:
        yield from lines(BytesIO(b'{"id": "X-1"}'))
        raise OSError("the disk is gone")

    run = sweep(database)
    with pytest.raises(OSError, match="the disk is gone"):
        list(run.findings(source()))
    with database.read() as session:
        stored = session.get_one(Reconciliation, run.run_id)
    assert (stored.rows, stored.error, stored.finished_at) == (1, "failed", None)


def test_progress_is_told_and_the_first_thousand_lines_are_kept(database: Database) -> None:
    findings = found(database, *(f'{{"id": "X-{each}", "products": []}}' for each in range(2_100)), whole=False)
    assert [each.counts.rows for each in findings if isinstance(each, Progress)] == [0, 1_000, 2_000]
    assert findings[-1] == Summary(Counts(rows=2_100, unknown=2_100))
    with database.read() as session:
        assert len(session.scalars(select(Reconciliation)).one().lines) == 1_000
        assert session.scalars(select(col(Deal.reference))).all() == ["D-1", "D-9"]


def test_large_teams_are_asked_about_in_small_batches_and_only_so_much_of_them_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_ASKED", 40)
    monkeypatch.setattr(runs, "MOST_PARTS", 100)
    asked: list[int] = []

    def counted(session: Session, rows: Any, moment: Any) -> Any:
        asked.append(sum(len(each.deal.team) * len(each.deal.products) for each in rows))
        return compare(session, rows, moment)

    monkeypatch.setattr(sweeping, "compare", counted)
    team = [{"rep": f"nobody{each}@example.com", "role": "specialist"} for each in range(10)]
    row = {"products": ["keeper", "pilot", "porter"], "team": team}
    findings = found(database, *(json.dumps({"id": f"X-{each}", **row}) for each in range(6)), whole=False)
    assert asked == [60, 60, 60]
    assert findings[-1] == Summary(Counts(rows=6, unknown=6, not_cleared=6))
    with database.read() as session:
        (line, line_2) = session.scalars(select(Reconciliation)).one().lines
    assert [runs.parts_of(each) for each in (line, line_2)] == [41, 41]


def test_runs_are_forgotten_after_half_a_year_and_the_audit_trail_keeps_their_counts(database: Database) -> None:
    found(database, '{"id": "D-1"}', whole=False)
    left = []
    for days in (180, 181):
        with database.write() as session:
            runs.forget_old(session, LATER + timedelta(days=days))
        with database.read() as session:
            left.append(len(session.scalars(select(Reconciliation)).all()))
            entry = session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "deals.reconciled")).one()
    assert left == [1, 0]
    assert (entry.details["rows"], entry.details["same"]) == (1, 1)
    assert runs.FORGET_JOB in PERIODIC.keys() & HANDLERS.keys()
