"""What must not cost more when there is more: a clearance and a team's matrix in a company that grew, and the limits.

A small company is measured, grows to 100,000 people and 1,000,000 certification periods while its server runs, and is
measured again.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from sqlalchemy import String, cast, func, insert, literal, select
from sqlmodel import Session, col

from app.certification import summary as company_summary
from app.certification.models import CertificationPeriod
from app.database import Database, Moment, stored_enum, stored_id
from app.people.models import Person, PersonRole, Role
from app.schema import migrate
from bench import company
from bench.accounts import admit
from bench.certified import Shape
from bench.clients import Caller, Visitor
from bench.fixture import Fixture
from bench.runs import TIMEOUT, telling, two_processors
from bench.servers import ROOT, Server, free_port, product
from bench.stores import Store
from tools.demonstration import environment

NAME = "growth"
SHAPE = Shape(products=12, reps=50, all_round=50)
FEW_PEOPLE = 1_000
PEOPLE = 100_000
PERIODS = 1_000_000
ROWS = 10_000
"""People in the file that is imported."""
SUMMARY = "/team/company"
"""The page of the whole company, of which the worker has added up the standings."""
_NOT_THERE = 404
_QUESTIONS = 200
_PAGES = 20


@dataclass(frozen=True)
class Grown:
    """What there is after growing."""

    people: int
    periods: int
    standings: int


def measure(store: Store) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the sections `growth` and `size` of bench.json, the latter in part."""
    url = store.database("growth")
    fixture = company.fill(url, SHAPE)
    compliance = _compliance(url)
    log = store.folder / "servers.log"
    with telling(log), two_processors() as (served, _driven), ExitStack() as stack:
        server = stack.enter_context(product(url, served, log, store.processes))
        clearance, matrix = _callers(stack, server, fixture)
        like = stored_id(fixture.gate.people[0])
        before = grow(url, like, FEW_PEOPLE, 0)
        small = _cost(server, clearance, _QUESTIONS), _cost(server, matrix, _PAGES)
        grown = grow(url, like, PEOPLE, PERIODS)
        large = _cost(server, clearance, _QUESTIONS), _cost(server, matrix, _PAGES)
        _add_up(url)
        summary = _summary(stack, server, fixture.cookie, compliance)
    found: dict[str, Any] = {
        "clearance": _grew(f"{before.periods:,} → {grown.periods:,} certification periods", small[0], large[0]),
        "matrix": _grew(f"one team in a company of {before.people:,} → {grown.people:,} people", small[1], large[1]),
    }
    if summary is not None:
        found["company_summary"] = {"what": f"{grown.standings:,} standings, CPU ms", "cpu_ms": round(summary, 1)}
    seconds = people_csv(store)
    found["people_csv"] = {"what": f"{ROWS:,} people from a file, seconds", "seconds": round(seconds, 2)}
    return found, {"first_answer_s": round(min(first_answer(url, store.folder) for _ in range(3)), 2)}


def _compliance(url: str) -> str:
    """Store somebody who may look at everybody; return what is in their cookie."""
    database = Database(url)
    moment = datetime.now(UTC)
    with database.write() as session:
        person = Person(email="everybody@example.com", name="Everybody", created_at=moment)
        session.add(person)
        session.flush()
        (token,) = admit(session, [person], Role.COMPLIANCE, moment)
    database.dispose()
    return token


def _callers(stack: ExitStack, server: Server, fixture: Fixture) -> tuple[Callable[[int], object], ...]:
    key = {"Authorization": f"Bearer {fixture.gate.token}"}
    caller = Caller(stack.enter_context(httpx2.Client(base_url=server.url, headers=key)), gate=fixture.gate)
    matrix = fixture.visits[0]
    cookies = {fixture.cookie: matrix.tokens[0]}
    manager = Visitor(stack.enter_context(httpx2.Client(base_url=server.url, cookies=cookies, timeout=TIMEOUT)))
    return caller.ask, lambda _number: manager.open(matrix.paths[0][0], matrix.pieces[0][0])


def _cost(server: Server, step: Callable[[int], object], count: int) -> float:
    """Return the CPU milliseconds of one step, as the median of some turns after a first one that is not measured."""
    found = []
    for turn in range(4):
        before = server.cpu_seconds()
        for number in range(count):
            step(turn * count + number)
        found.append(1000 * (server.cpu_seconds() - before) / count)
    return median(found[1:])


def _grew(what: str, small: float, large: float) -> dict[str, Any]:
    return {"what": what, "small": round(small, 2), "large": round(large, 2), "ratio": round(large / small, 2)}


def _add_up(url: str) -> None:
    """Do what the worker does every quarter of an hour."""
    database = Database(url)
    found = company_summary.prepare(database, {})
    with database.write() as session:
        company_summary.store(session, {}, found)
    database.dispose()


def _summary(stack: ExitStack, server: Server, cookie: str, token: str) -> float | None:
    client = stack.enter_context(httpx2.Client(base_url=server.url, cookies={cookie: token}, timeout=TIMEOUT))
    if client.get(SUMMARY).status_code == _NOT_THERE:
        return None
    visitor = Visitor(client)
    return _cost(server, lambda _number: visitor.open(SUMMARY, "</main>"), 5)


def grow(url: str, like: int, people: int, periods: int) -> Grown:
    """Add people, of whom the first hold what one person holds, until there are so many people and periods."""
    database = Database(url)
    before = _counted(url)
    with database.write() as session:
        _add_people(session, before.people, people)
        held = session.execute(
            select(func.count()).select_from(CertificationPeriod).where(col(CertificationPeriod.person_id) == like)
        ).scalar_one()
        _add_periods(session, like, max(0, periods - before.periods) // held)
    if not database.sqlite:
        with database.write() as session:
            session.connection().exec_driver_sql("ANALYZE")
    database.dispose()
    return _counted(url)


def _add_people(session: Session, there: int, wanted: int) -> None:
    numbers = select(literal(there + 1).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < wanted))
    name = literal("grown") + cast(numbers.c.number, String)
    session.execute(
        insert(Person).from_select(
            ["email", "name", "locale", "created_at"],
            select(name + literal("@example.com"), name, literal("en"), literal(datetime.now(UTC), Moment())),
            include_defaults=False,
        )
    )
    grown = col(Person.email).like("grown%"), col(Person.id).not_in(select(col(PersonRole.person_id)))
    role = literal(Role.REP, stored_enum(Role))
    session.execute(insert(PersonRole).from_select(["person_id", "role"], select(col(Person.id), role).where(*grown)))


def _add_periods(session: Session, like: int, count: int) -> None:
    """Give the first people who were added the periods of somebody else."""
    whose = select(col(Person.id)).where(col(Person.email).like("grown%")).order_by(col(Person.id)).limit(count)
    person = whose.subquery()
    columns = [each for each in CertificationPeriod.__table__.columns if each.name != "id"]  # type: ignore[attr-defined]  # every table has one
    others = {
        "person_id": person.c.id,
        "code": col(CertificationPeriod.code) + literal("-") + cast(person.c.id, String),
    }
    session.execute(
        insert(CertificationPeriod).from_select(
            [each.name for each in columns],
            select(*(others.get(each.name, each) for each in columns))
            .select_from(CertificationPeriod)
            .join(person, literal(value=True))
            .where(col(CertificationPeriod.person_id) == like),
            include_defaults=False,
        )
    )


def _counted(url: str) -> Grown:
    database = Database(url)
    period = CertificationPeriod
    with database.read() as session:
        people = session.execute(select(func.count()).select_from(PersonRole)).scalar_one()
        periods = session.execute(select(func.count()).select_from(period)).scalar_one()
        pairs = select(col(period.person_id), col(period.product_id)).distinct().subquery()
        standings = session.execute(select(func.count()).select_from(pairs)).scalar_one()
    database.dispose()
    return Grown(people, periods, standings)


def people_csv(store: Store, rows: int = ROWS) -> float:
    """Import people from a file into an empty database by the command; return the seconds that it took."""
    url = store.database("people-csv")
    migrate(url)
    file = store.folder / "people.csv"
    lines = ["email,name,role,team,manager,locale,region,hired_on"]
    for number in range(rows):
        boss = "" if number < rows // 100 else f"person{number % (rows // 100)}@example.com"
        part = "rep" if boss else "manager"
        lines.append(f"person{number}@example.com,Person {number},{part},Team {number % 50},{boss},en,EU,2024-05-01")
    file.write_text("\n".join(lines) + "\n")
    began = time.monotonic()
    subprocess.run(  # noqa: S603 (this interpreter, on the product itself)
        [sys.executable, "-m", "app", "people", "import", str(file)],
        cwd=ROOT,
        env=environment(url),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - began


def first_answer(url: str, folder: Path) -> float:
    """Start the product; return the seconds until it answers with a page."""
    port = free_port()
    command = [sys.executable, "-m", "app", "serve", "--no-worker", "--port", str(port)]
    with (folder / "start.log").open("wb") as log:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, env=environment(url, port), stdout=log, stderr=log)  # noqa: S603 (as above)
        try:
            while not _answers(port):
                if process.poll() is not None or time.monotonic() - began > TIMEOUT:
                    raise RuntimeError((folder / "start.log").read_text())
                time.sleep(0.01)
            return time.monotonic() - began
        finally:
            process.terminate()
            process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/sign-in", timeout=TIMEOUT).is_success
    except httpx2.TransportError:
        return False
