"""Deals are fetched from a CRM that answers well, wrongly or not at all: what is kept, and when it is tried again."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.config import Settings
from app.database import Database
from app.deals.reconciling import pulling, sources
from app.deals.reconciling.models import CrmSource, Reconciliation, SourceForm
from app.deals.reconciling.pulling import Puller
from app.deals.reconciling.reading import Broken, Given
from app.deals.reconciling.rules import CrmDeal, CrmMember
from app.deals.reconciling.sources import PULL_JOB, Wish
from app.deals.reconciling.tables import HeaderError, table
from app.jobs.models import Job
from app.jobs.worker import Worker
from factories import NOW, deal, person, sellable

HOUR = timedelta(hours=1)


@dataclass
class Crm:
    """A CRM that gives one answer, and remembers how it was asked."""

    status: int
    body: bytes
    asked: list[str | None] = field(default_factory=list)
    url: str = ""
    meanwhile: Callable[[], object] = list


@contextmanager
def crm(body: bytes, status: int = 200) -> Iterator[Crm]:
    found = Crm(status, body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.headers["authorization"])
            found.meanwhile()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/deals"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def harbour(session: Session) -> None:
    ben = person(session, "ben@example.com")
    deal(session, "D-1", products=[sellable(session)], team={"owner": [ben]})
    session.commit()


def pulled(
    database: Database, settings: Settings, url: str, form: SourceForm = SourceForm.CSV, **more: Any
) -> tuple[Reconciliation, CrmSource]:
    """The run of a fetch that a worker does, and the address after it."""
    wish = Wish(name="Sales", url=url, form=form, every_hours=24, **{"header": "", "recording": False, **more})
    with database.write() as session:
        sources.add(session, wish, secret_key=settings.secret_key, by="admin@example.com", moment=NOW)
    allowed = settings.model_copy(update={"outbound_allow": "127.0.0.1"})
    worker = Worker(database, {PULL_JOB: Puller(allowed, clock=lambda: NOW).job})
    assert worker.run_once() == 1
    with database.read() as session:
        assert session.scalars(select(Job)).all() == []
        return session.scalars(select(Reconciliation)).one(), session.scalars(select(CrmSource)).one()


ROWS = [
    {"id": "D-1", "stage": "discovery", "products": ["keeper"], "team": [{"rep": "ben@example.com", "role": "owner"}]},
    {"id": "D-2", "team": []},
]
ANSWERS: dict[str, tuple[SourceForm, bytes]] = {
    "CSV": (SourceForm.CSV, b"id,stage,products,team\nD-1,discovery,keeper,ben@example.com:owner\nD-2,,,\n"),
    "array": (SourceForm.JSON, json.dumps(ROWS).encode()),
    "lines": (SourceForm.JSON, b"\n".join(json.dumps(row).encode() for row in ROWS)),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.usefixtures("clock")
def test_deals_are_fetched_and_compared(database: Database, settings: Settings, answer: str) -> None:
    form, body = ANSWERS[answer]
    with crm(body) as there:
        run, source = pulled(database, settings, there.url, form, header="Bearer abc")
    assert there.asked == ["Bearer abc"]
    assert "abc" not in source.sealed_header
    assert (run.rows, run.same, run.unknown, run.not_cleared, run.missing) == (2, 1, 1, 1, 0)
    assert (run.asked_by, run.source_id, run.finished_at, run.error) == ("crm:Sales", source.id, NOW, "")
    assert source.due_at == NOW + 24 * HOUR


@pytest.mark.usefixtures("clock")
def test_who_takes_the_job_of_a_long_fetch_fetches_nothing(database: Database, settings: Settings) -> None:
    another = Puller(settings.model_copy(update={"outbound_allow": "127.0.0.1"}), clock=lambda: NOW).job
    with crm(ANSWERS["CSV"][1]) as there:
        there.meanwhile = lambda: another.prepare(database, {"source": 1})
        run, source = pulled(database, settings, there.url)
    assert (len(there.asked), run.rows, source.due_at) == (1, 2, NOW + 24 * HOUR)


FAILURES: dict[str, tuple[bytes, int, str]] = {
    "no right": (b"", 401, "status:401"),
    "a redirect": (b"", 302, "status:302"),
    "another header": (b"id,owner\nD-1,x\n", 200, "header:owner"),
    "nothing": (b"", 200, "header:"),
    "a column twice": (b"id,id\nD-1,x\n", 200, "header:"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.usefixtures("clock")
def test_what_fails_is_kept_with_its_reason_and_tried_again_in_an_hour(
    database: Database, settings: Settings, failure: str
) -> None:
    body, status, error = FAILURES[failure]
    with crm(body, status) as there:
        run, source = pulled(database, settings, there.url)
    assert (run.error, run.finished_at, run.rows) == (error, None, 0)
    assert source.due_at == NOW + HOUR


@pytest.mark.usefixtures("clock")
def test_nobody_there_and_a_private_address_are_failures_too(database: Database, settings: Settings) -> None:
    with crm(b"") as there:
        pass
    run, _source = pulled(database, settings, there.url)
    assert run.error == "The server cannot be reached."
    with database.write() as session:
        sources.pull_now(session, 1, by="admin@example.com", moment=NOW)
    Worker(database, {PULL_JOB: Puller(settings, clock=lambda: NOW).job}).run_once()
    with database.read() as session:
        newest = session.scalars(select(Reconciliation).order_by(col(Reconciliation.id).desc())).first()
    assert newest is not None
    assert newest.error.startswith("This address leads into a private network.")


@pytest.mark.usefixtures("clock")
def test_too_many_rows_end_the_run(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST_ROWS", 1)
    with crm(b"id\nD-1\nD-2\n") as there:
        run, _source = pulled(database, settings, there.url)
    assert run.error == "too_many"


@pytest.mark.usefixtures("clock")
def test_with_another_secret_the_header_cannot_be_opened_and_nothing_is_asked(
    database: Database, settings: Settings
) -> None:
    other = settings.model_copy(update={"secret_key": "another secret of at least thirty-two characters"})
    with crm(b"id\n") as there, database.write() as session:
        wish = Wish(name="S", url=there.url, form=SourceForm.CSV, header="x", every_hours=1, recording=False)
        sources.add(session, wish, secret_key=other.secret_key, by="admin@example.com", moment=NOW)
    Worker(database, {PULL_JOB: Puller(settings, clock=lambda: NOW).job}).run_once()
    with database.read() as session:
        assert session.scalars(select(Reconciliation)).one().error == "sealed"
    assert there.asked == []


@pytest.mark.usefixtures("clock")
def test_only_what_is_due_and_not_stopped_is_planned_and_fetched_once(database: Database, settings: Settings) -> None:
    with database.write() as session:
        for number, due in enumerate((NOW, NOW + HOUR, NOW)):
            wish = Wish(name=str(number), url="x", form=SourceForm.CSV, header="", every_hours=1, recording=False)
            sources.add(session, wish, secret_key=settings.secret_key, by="admin@example.com", moment=due)
        sources.stop(session, 3, by="admin@example.com", moment=NOW)
        for job in session.scalars(select(Job)):
            session.delete(job)
    with database.write() as session:
        sources.plan(session, NOW)
        sources.plan(session, NOW)
        assert [each.payload for each in session.scalars(select(Job))] == [{"source": 1}]
    handler = Puller(settings, clock=lambda: NOW).job
    for source in (1, 1, 2, 3, 4):
        handler.prepare(database, {"source": source})
    with database.read() as session:
        assert session.scalars(select(col(Reconciliation.source_id))).all() == [1]


def test_the_header_is_forgotten_with_the_address_it_was_for(session: Session) -> None:
    def wish(url: str, header: str = "") -> Wish:
        return Wish(name="S", url=url, form=SourceForm.CSV, header=header, every_hours=1, recording=False)

    source_id = sources.add(session, wish("a", "x"), secret_key="k", by="admin@example.com", moment=NOW)
    sealed = sources.find(session, source_id).sealed_header
    sources.change(session, source_id, wish("a"), secret_key="k", by="admin@example.com", moment=NOW)
    assert sources.find(session, source_id).sealed_header == sealed != ""
    sources.change(session, source_id, wish("b"), secret_key="k", by="admin@example.com", moment=NOW)
    assert sources.find(session, source_id).sealed_header == ""


def test_a_table_gives_rows_whatever_parts_its_cells() -> None:
    content = (
        "\ufeffTeam\tid\tclose_date\tamount\r\nana@example.com:owner; ben@example.com:specialist\tD-1\t\t5\r\n"
        "\t\t\t\r\nben@example.com\tD-2\t2026-12-11\t\r\n\tD-3\t\t\tmore\r\n"
    )
    role = "Choose one of owner, account-manager, solution-consultant, customer-success, specialist."
    team = (CrmMember("ana@example.com", "owner"), CrmMember("ben@example.com", "specialist"))
    first, second, third = table(BytesIO(content.encode()))
    assert first == Given(2, CrmDeal("D-1", {"amount": 5, "close_date": None}, None, team))
    assert isinstance(second, Broken)
    assert second.errors[-1] == ("/team/0/role", role)
    assert third == Broken(5, None, (("", "There are more cells than columns in the header."),))


@pytest.mark.parametrize("content", [b'id,name\nD-1,"x', b"id,name\nD-1,x\n\xff"])
def test_a_table_that_breaks_says_where(content: bytes) -> None:
    *_before, last = table(BytesIO(content))
    assert isinstance(last, Broken)
    assert last.errors == (("", "From here on this is no CSV in UTF-8; nothing after it was read."),)


@pytest.mark.parametrize("content", [b"", b"name\n", b"id,id\n", b"id,x\n", b"\x00"])
def test_a_table_without_its_columns_is_none(content: bytes) -> None:
    with pytest.raises(HeaderError):
        list(table(BytesIO(content)))
