"""Two servers and two workers, each a process of its own, on one PostgreSQL: whatever is done at one holds at all."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psutil
import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.api.security import WRONG_A_WINDOW
from app.audit.models import AuditEntry
from app.audit.queries import verify
from app.catalog.models import ContentKind, Product
from app.cli import main
from app.conduct import forgetting
from app.conduct.models import SentText
from app.database import Database, stored_id
from app.jobs.actions import enqueue
from app.people.models import Person, Role
from app.people.passwords import hash_password
from app.people.tokens import Scope, create_token
from factories import attest, deal, person, published, redline, sellable
from forks import Forks
from servers import NO_TLS, answers, free_port, wait_until
from tools.demonstration import Process
from tools.demonstration import environment as demonstration
from tools.demonstration import start as start_command

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("installation", ["postgresql"], indirect=True)]

PASSWORD = "a good long password"
TEXTS = 450
"""More than two runs of the job forget."""


def environment(database_url: str, port: int = 8000) -> dict[str, str]:
    """With logs in which each line is something wrong."""
    return {**demonstration(database_url, port), "DEALWORTHY_LOG_LEVEL": "warning"}


@dataclass
class House:
    """Two servers of one installation, and who works there."""

    a: httpx2.Client
    b: httpx2.Client
    processes: list[Process]
    ana: Person
    token: str

    @property
    def by_token(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def store_company(session: Session) -> tuple[Person, str]:
    moment = datetime.now(UTC) - timedelta(hours=1)
    keeper = sellable(session, at=moment)
    hashed = hash_password(PASSWORD)
    ana = person(session, "ana@example.com", password_hash=hashed, at=moment)
    person(session, "carol@example.com", Role.COMPLIANCE, password_hash=hashed, at=moment)
    person(session, "admin@example.com", Role.ADMIN, password_hash=hashed, at=moment)
    attest(session, ana, keeper, at=moment)
    deal(session, products=[keeper], team={"owner": [ana]}, at=moment)
    session.add_all(
        SentText(
            person_id=stored_id(ana),
            text="I said so.",
            products=["keeper"],
            places=[],
            rules="",
            key=f"key-{number}",
            sent_at=moment,
            keep_until=moment,
        )
        for number in range(TEXTS)
    )
    token = create_token(session, "CRM", list(Scope), actor="admin@example.com", moment=moment)
    session.commit()
    return ana, token


@pytest.fixture
def house(session: Session, database_url: str, forks: Forks, tmp_path: Path) -> Iterator[House]:
    ana, token = store_company(session)
    ports = [free_port(), free_port()]
    processes = []
    with ExitStack() as stack:
        for number, port in enumerate(ports):
            command = ["serve", "--no-worker", "--port", str(port)]
            processes.append(forks.start(command, environment(database_url, ports[0]), tmp_path / f"server-{number}"))
            stack.callback(processes[-1].wait)
            stack.callback(processes[-1].kill)
        for port in ports:
            wait_until(lambda port=port: answers(port))  # type: ignore[misc]  # it is called before the next round
        a, b = (
            stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, verify=NO_TLS))
            for port in ports
        )
        yield House(a, b, list(processes), ana, token)
    assert [(tmp_path / f"server-{number}").read_text() for number in range(2)] == ["", ""]


def sign_in(client: httpx2.Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/sign-in", data={"email": email, "password": password}).status_code


def decision(client: httpx2.Client, house: House) -> tuple[str, list[str]]:
    asked = {"rep": "ana@example.com", "product": "keeper"}
    answer = client.get("/api/v1/clearance", params=asked, headers=house.by_token).json()
    return answer["decision"], [each["code"] for product in answer["products"] for each in product["reasons"]]


def found(client: httpx2.Client, house: House, text: str) -> list[str]:
    body = {"text": text, "products": ["keeper"]}
    answer = client.post("/api/v1/redlines/check", json=body, headers=house.by_token)
    return sorted(each["red_line"] for each in answer.json()["findings"])


def test_who_signs_in_at_one_server_is_signed_in_and_out_at_the_other(house: House) -> None:
    assert sign_in(house.a, "ana@example.com") == 303
    cookie = {"cookie": f"session={house.a.cookies['session']}"}
    assert "Ana" in house.b.get("/account", headers=cookie).text
    assert house.b.post("/sign-out", headers=cookie).status_code == 303
    gone = house.a.get("/account")
    assert (gone.status_code, gone.headers["location"]) == (303, "/sign-in?next=%2Faccount")


def test_wrong_passwords_count_at_both_servers_together(house: House) -> None:
    servers = [house.a, house.b] * 5
    assert [sign_in(each, "ana@example.com", "wrong") for each in servers] == [422] * 10
    assert [sign_in(each, "ana@example.com") for each in (house.a, house.b)] == [429, 429]


def test_wrong_tokens_count_at_both_servers_together(house: House) -> None:
    wrong = {"authorization": "Bearer dwt_wrong"}
    statuses: list[int] = []
    while statuses[-2:] != [429, 429]:
        statuses += [each.get("/api/v1/deals", headers=wrong).status_code for each in (house.a, house.b)]
    assert (statuses.count(401), set(statuses)) == (WRONG_A_WINDOW, {401, 429})


def test_what_is_published_or_taken_away_at_one_holds_at_the_other_at_once(house: House, session: Session) -> None:
    text = "keeper.return keeper.gift"
    assert [found(each, house, text) for each in (house.a, house.b)] == [["keeper.return"]] * 2
    assert [decision(each, house) for each in (house.a, house.b)] == [("cleared", [])] * 2
    publish_another_rule(session)
    assert [found(each, house, text) for each in (house.a, house.b)] == [["keeper.gift", "keeper.return"]] * 2
    assert sign_in(house.a, "carol@example.com") == 303
    data = {"product": "keeper", "kind": "revoked", "reason": "Promised a return.", "confirmed": "yes"}
    answer = house.a.post(f"/team/people/{house.ana.id}/sanctions", data=data)
    assert answer.status_code == 303, answer.text
    assert decision(house.b, house) == ("not_cleared", ["revoked"])


def publish_another_rule(session: Session) -> None:
    keeper = session.scalars(select(Product)).one()
    rules = {"schema": 1, "rules": [redline("keeper.return"), redline("keeper.gift")]}
    published(session, keeper, ContentKind.REDLINES, "keeper", rules, at=datetime.now(UTC))
    session.commit()


def test_an_account_that_is_closed_at_one_server_is_closed_at_the_other(house: House) -> None:
    assert [sign_in(house.b, "ana@example.com"), sign_in(house.a, "admin@example.com")] == [303, 303]
    assert house.a.post(f"/admin/people/{house.ana.id}/deactivate").status_code == 303
    assert house.b.get("/account").status_code == 303
    assert decision(house.b, house) == ("not_cleared", ["inactive_rep"])


def test_a_request_sent_again_to_the_other_server_is_not_done_again(house: House, session: Session) -> None:
    headers = house.by_token | {"idempotency-key": "one-person"}
    body = {"email": "new@example.com", "name": "New", "roles": ["rep"]}
    first, second = (each.post("/api/v1/people", json=body, headers=headers) for each in (house.a, house.b))
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert first.json() == second.json()
    made = select(func.count()).where(col(AuditEntry.action) == "person.created")
    assert session.scalar(made.where(col(AuditEntry.subject) == "new@example.com")) == 1


@pytest.mark.usefixtures("house")
def test_two_workers_do_each_job_once(
    database: Database, database_url: str, forks: Forks, session: Session, tmp_path: Path
) -> None:
    moment = datetime.now(UTC)
    for _ in range(4):
        enqueue(session, forgetting.JOB, {}, moment=moment, due_at=moment)
    session.commit()
    logs = [tmp_path / f"worker-{number}" for number in range(2)]
    workers = [forks.start(["worker"], environment(database_url), log) for log in logs]

    def texts_left() -> int:
        session.rollback()
        left = select(func.count()).select_from(SentText).where(col(SentText.forgotten_at).is_(None))
        return session.scalar(left) or 0

    try:
        wait_until(lambda: texts_left() == 0)
    finally:
        for each in workers:
            each.terminate()
    assert [each.wait(30) for each in workers] == [0, 0]
    assert {log.read_text() for log in logs} == {"Working. Stop with Ctrl-C.\n"}
    forgotten = session.scalars(select(col(AuditEntry.details)).where(col(AuditEntry.action) == "texts.forgotten"))
    assert sum(each["texts"] for each in forgotten) == TEXTS
    with database.read() as reading:
        assert verify(reading).why is None


def children(process: int) -> list[psutil.Process]:
    """The processes that answer, without the one that watches over what they share."""
    found = [each for each in psutil.Process(process).children() if each.status() != psutil.STATUS_ZOMBIE]
    return [each for each in found if "spawn_main" in " ".join(each.cmdline())]


@pytest.mark.usefixtures("session")
def test_a_process_that_is_killed_is_started_again_and_all_end_together(database_url: str, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    command = ["serve", "--processes", "2", "--port", str(port)]
    server = start_command(command, environment(database_url, port), log)
    assert isinstance(server, subprocess.Popen)
    try:
        wait_until(lambda: answers(port))
        first = children(server.pid)
        first[0].kill()
        wait_until(lambda: len(children(server.pid)) == 2 and first[0] not in children(server.pid))
        wait_until(lambda: answers(port))
        left = children(server.pid)
        server.send_signal(signal.SIGTERM)
        assert server.wait(40) == 0
        assert [each for each in left if each.is_running()] == []
        assert log.read_text() == ""
    finally:
        server.kill()
        server.wait()


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("sqlite:///some.db", "s" * 32, "SQLite is for one process"),
        ("postgresql://db/dealworthy", "", "Several processes must share a DEALWORTHY_SECRET_KEY"),
    ],
)
def test_several_processes_are_refused_where_they_could_not_agree(
    installation: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    secret: str,
    said: str,
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", url)
    if secret:
        monkeypatch.setenv("DEALWORTHY_SECRET_KEY", secret)
    assert main(["serve", "--processes", "2"]) == 1
    assert capsys.readouterr().err.startswith(said)
