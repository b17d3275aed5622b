"""What `/metrics` says, and to whom."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session

from app.config import Environment, Settings
from app.database import POOL_SIZE
from app.main import create_app
from app.people.tokens import Scope, create_token
from app.telemetry.access import may_read_metrics
from app.telemetry.metrics import Metrics
from app.telemetry.siblings import Siblings, together
from factories import NOW, person
from servers import wait_until

TOKEN = "a token of metrics"
HERE = {"host": "127.0.0.1:8000"}


@pytest.fixture
def near(application: FastAPI) -> Iterator[TestClient]:
    """Somebody on the same machine."""
    with TestClient(application, base_url="http://localhost", client=("127.0.0.1", 50000)) as client:
        yield client


def samples(client: TestClient) -> dict[str, float]:
    """Give the value of each series, written as in the text without the label of the process."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()) if name != "process")
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


@pytest.mark.parametrize(
    ("headers", "client", "admitted"),
    [
        (HERE, "127.0.0.1", True),
        ({"host": "localhost"}, "127.0.0.1", True),
        ({"host": "[::1]:8000"}, "::1", True),
        ({"host": "sales.example.com"}, "127.0.0.1", False),
        ({"host": "localhost.example.com"}, "127.0.0.1", False),
        ({}, "127.0.0.1", False),
        (HERE, "10.0.0.7", False),
        (HERE, "", False),
        ({**HERE, "x-forwarded-for": "127.0.0.1"}, "127.0.0.1", False),
        ({**HERE, "x-forwarded-proto": "https"}, "127.0.0.1", False),
        ({**HERE, "forwarded": "for=127.0.0.1"}, "127.0.0.1", False),
        ({**HERE, "via": "1.1 proxy"}, "127.0.0.1", False),
        ({**HERE, "x-real-ip": "127.0.0.1"}, "127.0.0.1", False),
        ({"host": "sales.example.com", "authorization": f"Bearer {TOKEN}"}, "10.0.0.7", True),
        ({"host": "sales.example.com", "authorization": f"bearer {TOKEN}"}, "10.0.0.7", False),
        ({"host": "sales.example.com", "authorization": "Bearer "}, "10.0.0.7", False),
        ({"host": "sales.example.com", "authorization": "Bearer ä"}, "10.0.0.7", False),
    ],
)
def test_who_may_read(headers: dict[str, str], client: str, admitted: bool) -> None:
    assert may_read_metrics(headers, client, token=TOKEN, trust_loopback=True) is admitted


def test_without_a_token_an_empty_one_opens_nothing() -> None:
    assert not may_read_metrics({"authorization": "Bearer "}, "10.0.0.7", token="", trust_loopback=True)


def test_in_production_this_machine_alone_is_not_enough(settings: Settings) -> None:
    strict = settings.model_copy(update={"env": Environment.PRODUCTION, "metrics_token": TOKEN})
    client = TestClient(create_app(strict), base_url="http://localhost", client=("127.0.0.1", 50000))
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    client.app.state.database.dispose()  # type: ignore[attr-defined]  # it is our application


def test_who_may_not_read_gets_the_page_of_an_address_that_is_not_there(client: TestClient) -> None:
    refused, missing = client.get("/metrics"), client.get("/nowhere")
    assert refused.status_code == missing.status_code == 404
    assert re.sub("[0-9a-f]{16}", "", refused.text) == re.sub("[0-9a-f]{16}", "", missing.text).replace(
        "/nowhere", "/metrics"
    )


def test_requests_are_counted_by_route_and_never_by_address(near: TestClient) -> None:
    before = samples(near)
    near.get("/sign-in")
    near.get("/certificates/SOMEBODY-1")
    near.get("/no/such/address")
    near.request("BREW", "/sign-in")
    near.get("/static/app.css")
    after = samples(near)
    changed = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}
    assert {name: each for name, each in changed.items() if name.startswith("dealworthy_http_requests_total")} == {
        "dealworthy_http_requests_total{method=GET,route=/sign-in,status=2xx}": 1,
        "dealworthy_http_requests_total{method=GET,route=/certificates/{code},status=4xx}": 1,
        "dealworthy_http_requests_total{method=GET,route=(none),status=4xx}": 1,
        "dealworthy_http_requests_total{method=other,route=/sign-in,status=4xx}": 1,
        "dealworthy_http_requests_total{method=GET,route=/static/…,status=2xx}": 1,
        "dealworthy_http_requests_total{method=GET,route=/metrics,status=2xx}": 1,
    }
    assert changed["dealworthy_http_request_statements_sum{method=GET,route=/sign-in}"] >= 1
    assert changed["dealworthy_http_request_seconds_count{method=GET,route=/sign-in}"] == 1
    assert changed["dealworthy_http_request_seconds_sum{method=GET,route=/sign-in}"] > 0
    assert not any("SOMEBODY" in name or "such" in name for name in after)


def test_answers_of_the_gate_are_counted(near: TestClient, session: Session) -> None:
    person(session, "ana@example.com", at=NOW.replace(year=2020))
    token = create_token(session, "crm", [Scope.CLEARANCE_READ], actor="system", moment=NOW.replace(year=2020))
    session.commit()
    before = samples(near)
    query = {"rep": "ana@example.com", "product": "nothing"}
    answer = near.get("/api/v1/clearance", params=query, headers={"authorization": f"Bearer {token}"})
    assert answer.json()["decision"] == "unknown"
    name = "dealworthy_gate_answers_total{decision=unknown,reason=unknown_product}"
    assert samples(near)[name] - before.get(name, 0) == 1


def test_who_waits_for_a_connection_is_seen(near: TestClient, application: FastAPI) -> None:
    semaphore = application.state.watching._waiting  # noqa: SLF001 (of the framework, which has no name for it)
    assert near.portal is not None
    for _ in range(POOL_SIZE):
        near.portal.call(semaphore.acquire)
    waiting = Thread(target=near.get, args=("/sign-in",))
    waiting.start()
    try:
        wait_until(lambda: semaphore.statistics().tasks_waiting == 1)
        found = samples(near)
    finally:
        for _ in range(POOL_SIZE):
            near.portal.call(semaphore.release)
        waiting.join()
    assert found["dealworthy_database_connections_waiting{}"] == 1
    assert found["dealworthy_database_connections_limit{}"] == POOL_SIZE
    assert found["dealworthy_http_requests_in_flight{}"] == 2


def test_without_the_database_the_rest_is_there(near: TestClient, application: FastAPI) -> None:
    assert samples(near)["dealworthy_database_readable{}"] == 1
    exposition = application.state.watching.exposition
    stored = exposition.stored
    exposition.stored = [lambda connection: connection.exec_driver_sql("SELECT wrong")]
    found = samples(near)
    exposition.stored = stored
    assert found["dealworthy_database_readable{}"] == 0
    assert found["process_resident_memory_bytes{}"] > 0


def test_processes_that_serve_together_answer_for_each_other() -> None:
    folder = together(os.getpid())  # a path of its own, and short, as that of a socket must be
    metrics = {"one": Metrics(), "two": Metrics()}
    siblings = {name: Siblings(name, folder) for name in metrics}
    for number, (name, each) in enumerate(metrics.items(), 1):
        each.requests.add("GET", "/", 200, 0.1, 3, 10 * number)
        siblings[name].listen(each.registry)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "dead.sock"))
    for asked, own in metrics.items():
        families = {family.name: family for family in siblings[asked].families(own.registry)}
        sent = {s.labels["process"]: s.value for s in families["dealworthy_http_response_bytes"].samples}
        assert sent == {"one": 10, "two": 20}
    for each_sibling in siblings.values():
        each_sibling.leave()
    assert not folder.exists()


@pytest.mark.parametrize("place", ["open", "link"])
def test_nobody_is_asked_in_a_folder_that_others_may_enter(place: str) -> None:
    with TemporaryDirectory() as name:
        folder, metrics = Path(name) / place, Metrics()
        (Path(name) / "open").mkdir()
        (Path(name) / "open").chmod(0o777)
        (Path(name) / "link").symlink_to("open")
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(folder / "other.sock"))
            other.listen()
            other.setblocking(False)
            siblings = Siblings("one", folder)
            siblings.listen(metrics.registry)
            metrics.requests.add("GET", "/", 200, 0.1, 3, 10)
            families = {family.name: family for family in siblings.families(metrics.registry)}
            assert [each.labels["process"] for each in families["dealworthy_http_response_bytes"].samples] == ["one"]
            with pytest.raises(BlockingIOError):
                other.accept()
            siblings.leave()


def test_what_a_killed_starter_left_is_cleared_away() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", ""]) as ended,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running,
    ):
        ended.wait()
        folders = [together(ended.pid), together(running.pid)]
        for folder in folders:
            folder.mkdir(mode=0o700)
            (folder / "one.sock").touch()
        siblings = Siblings("jobs", together(os.getpid()))
        siblings.listen(Metrics().registry)
        siblings.leave()
        left = [folder.exists() for folder in folders]
        running.kill()
    shutil.rmtree(folders[1])
    assert left == [False, True]
