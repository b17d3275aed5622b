"""How many statements each operation sends, counted within this process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from fastapi.testclient import TestClient

from app.config import Settings
from app.main import create_app
from bench.clients import Caller, Sitting, Visitor
from bench.data import ITEMS
from bench.fixture import Fixture
from tools.statements import count_statements

Steps = Sequence[tuple[str, Callable[[], object]]]


def statements(url: str, fixture: Fixture, operations: Sequence[str]) -> dict[str, int]:
    """Count the statements of each operation that this database is for."""
    found: dict[str, int] = {}
    for visit in fixture.visits:
        with _client(url, {"cookies": {fixture.cookie: visit.tokens[0]}} if visit.tokens[0] else {}) as client:
            pages = list(zip(visit.paths[0], visit.pieces[0], strict=True))
            visitor = Visitor(client)
            for path, piece in pages:
                visitor.open(path, piece)
            found |= _counted(client, [(visit.operation, lambda: [visitor.open(*each) for each in pages])])  # noqa: B023 (called here)
    if fixture.reps:
        found |= _of_quizzes(url, fixture)
    return {name: count for name, count in found.items() if name in operations}


def _of_quizzes(url: str, fixture: Fixture) -> dict[str, int]:
    with _client(url, {"cookies": {fixture.cookie: fixture.reps[-1]}}) as client:
        sitting = Sitting(client, items=ITEMS)
        found = _counted(
            client,
            [
                ("start_attempt", sitting.start),
                ("attempt_page", sitting.show),
                ("save_answer", lambda: sitting.save(1)),
                ("submit_attempt", sitting.finish),
            ],
        )
    with _client(url, {"cookies": {fixture.cookie: fixture.trainer}}) as client:
        found |= _counted(client, [("item_analysis", Sitting(client, items=ITEMS).analyse)])
    with _client(url, {"headers": {"Authorization": f"Bearer {fixture.gate.token}"}}) as client:
        caller = Caller(client, gate=fixture.gate)
        caller.ask(0)
        found |= _counted(client, [("clearance", lambda: caller.ask(1))])
    parts = found["start_attempt"] + found["attempt_page"] + found["submit_attempt"]
    return {**found, "whole_attempt": parts + ITEMS * found["save_answer"]}


@contextmanager
def _client(url: str, more: dict[str, dict[str, str]]) -> Iterator[TestClient]:
    application = create_app(Settings(_env_file=None, database_url=url, base_url="http://testserver"))
    with TestClient(
        application, follow_redirects=False, cookies=more.get("cookies"), headers=more.get("headers")
    ) as found:
        yield found
    application.state.database.dispose()


def _counted(client: TestClient, steps: Steps) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, step in steps:
        with count_statements(client.app.state.database) as sent:  # type: ignore[attr-defined]  # ours, see create_app
            step()
        found[name] = len(sent)
    return found
