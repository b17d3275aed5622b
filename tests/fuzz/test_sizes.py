"""What is huge, packed or slow, sent to a real server: it is refused, and the server stays as small as it was."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from sqlmodel import Session

from app.cli import main
from app.people.models import Role
from app.people.tokens import Scope, create_token
from factories import NOW, person, published_quiz, sellable, signed_in
from forks import Forks
from fuzz.examples import EXAMPLES
from fuzz.submissions import multipart
from handed_in import assembled, changed, drawn_pdf, letter, packed
from installations import Installation
from servers import free_port, running_server

pytestmark = pytest.mark.faults
LONG = pytest.mark.skipif(EXAMPLES == 1, reason="takes too long beside others: make fuzz")

SLOW = 200 if EXAMPLES > 1 else 60
MOST_GROWTH = 300_000_000
"""Bytes that a server may keep of all that; what one request takes and gives back is not in it."""
MEGABYTE = 1_000_000
FORM = "multipart/form-data; boundary=edge"


@dataclass
class Served:
    """A server, and somebody with every role who asks it."""

    port: int
    pid: int
    client: httpx2.Client
    token: str

    @property
    def held(self) -> int:
        """Bytes that the server and its children hold."""
        process = psutil.Process(self.pid)
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])

    def post(self, path: str, content: bytes, kind: str = FORM, **headers: str) -> int:
        asked = {"content-type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(path, content=content, headers=asked).status_code

    def upload(self, path: str, data: bytes, **fields: str) -> int:
        return self.post(path, multipart([*fields.items(), ("file", data)]))


@pytest.fixture
def served(installation: Installation, forks: Forks, tmp_path: Path) -> Iterator[Served]:
    application = installation.application()
    with Session(installation.database.engine.execution_options(writes=True), expire_on_commit=False) as session:
        person(session, "all@example.com", *Role)
        published_quiz(session, owner=sellable(session))
        token = create_token(session, "crm", list(Scope), actor="admin@example.com", moment=NOW)
        session.commit()
    cookies = dict(signed_in(application, "all@example.com").cookies)
    port = free_port()
    log = tmp_path / "server.log"
    with running_server(forks.start, installation.settings.database_url, port, log) as running:
        process: Any = running  # whoever started it knows its number
        base = f"http://127.0.0.1:{port}"
        with httpx2.Client(base_url=base, cookies=cookies, timeout=120, follow_redirects=False) as client:
            served = Served(port, process.pid, client, token)
            client.get("/check")
            before = served.held
            yield served
            assert client.get("/healthz").status_code == 200
            assert served.held - before < MOST_GROWTH
    assert "Traceback" not in log.read_text()


def bomb() -> bytes:
    """A gigabyte of nothing, twice packed by a thousand."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(1000)) + packer.flush()


def office_bomb() -> bytes:
    return changed(letter(), {"word/document.xml": b"<w:document>" + b" " * (200 * MEGABYTE)})


def sheet_bomb() -> bytes:
    return packed({"xl/workbook.xml": b"<w/>", "xl/worksheets/sheet1.xml": b" " * (200 * MEGABYTE)})


def questions_bomb() -> bytes:
    return packed({"imsmanifest.xml": b"<manifest>" + b" " * (200 * MEGABYTE) + b"</manifest>"})


def stream_bomb() -> bytes:
    """A PDF whose one object stream unpacks to a hundred megabytes."""
    stream = zlib.compress(b"1 0 " * (25 * MEGABYTE), 9)
    head = b"<< /Type /ObjStm /N 9999999 /First 10 /Filter /FlateDecode /Length %d >>" % len(stream)
    drawn = drawn_pdf([b"BT (words) Tj ET"])
    return drawn + assembled([b"<< /Type /Catalog /Pages 2 0 R >>", head + b"\nstream\n" + stream + b"\nendstream"])


@LONG
def test_ten_megabytes_of_any_kind_are_answered(served: Served) -> None:
    token = f"Bearer {served.token}"
    ten = b"a" * (10 * MEGABYTE)
    kinds = ["application/x-www-form-urlencoded", "application/json", "text/plain", "application/octet-stream", FORM]
    paths = ["/sign-in", "/check", "/deals", "/admin/people/import", "/api/v1/people", "/api/v1/redlines/check"]
    found = {(path, kind): served.post(path, ten, kind, authorization=token) for path in paths for kind in kinds}
    assert {each: status for each, status in found.items() if not 400 <= status < 500 and status != 200} == {}
    assert served.post("/sign-in", ten * 2, kinds[0]) == 413
    pairs = b"&".join(b"a%d=1" % number for number in range(MEGABYTE))
    assert served.post("/sign-in", pairs, kinds[0]) == 400
    assert served.post("/sign-in", b"email=" + ten, kinds[0]) == 400


@LONG
def test_bombs_are_refused(served: Served) -> None:
    packed_body = bomb()
    assert served.post("/sign-in", packed_body, "application/x-www-form-urlencoded", content_encoding="gzip") == 422
    api = {"authorization": f"Bearer {served.token}", "content_encoding": "gzip"}
    assert served.post("/api/v1/deals/reconcile", packed_body, "application/x-ndjson", **api) == 413
    assert served.post("/api/v1/people", packed_body, "application/json", **api) in {400, 415, 422}
    twice = gzip.compress(packed_body)
    assert served.post("/api/v1/deals/reconcile", twice, "application/x-ndjson", **api) in {200, 413, 422}
    for make in (office_bomb, sheet_bomb, stream_bomb):
        assert (make.__name__, served.upload("/check", make())) == (make.__name__, 422)
    assert served.upload("/author/quizzes/keeper-quiz/import", questions_bomb(), format="qti") == 303
    assert served.client.get("/author/quizzes/keeper-quiz/imports/1").status_code == 200
    assert served.upload("/certificates/verify", stream_bomb()) in {200, 422}


def lines(head: str, line: Callable[[int], str], count: int) -> bytes:
    return "\n".join([head, *(line(number) for number in range(count))]).encode()


@LONG
def test_tables_of_too_many_rows_or_columns_are_refused(served: Served) -> None:
    count = 100_000
    people = lines("email,name,role", lambda number: f"p{number}@example.com,P {number},rep", count)
    deals = lines(
        "id,name,account,amount,currency,stage,products,team",
        lambda number: f"{number},D,A,1,EUR,discovery,keeper,owner:a@b.eu",
        count,
    )
    past = lines("email,product,completed_on", lambda number: f"p{number}@example.com,keeper,2026-01-05", count)
    for path, table in (
        ("/admin/people/import", people),
        ("/deals/import", deals),
        ("/admin/certifications", past),
    ):
        assert (path, served.upload(path, table)) == (path, 422)
        assert (path, served.upload(path, b"a," * (2 * MEGABYTE))) == (path, 422)
        assert (path, served.upload(path, b"email," * (MEGABYTE // 2))) == (path, 422)
        assert (path, served.upload(path, table[: 4 * MEGABYTE].replace(b",", b"\x00"))) == (path, 422)


def test_ten_thousand_people_are_stored_in_ten_seconds(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", installation.settings.database_url)
    file = tmp_path / "people.csv"
    file.write_bytes(
        lines(
            "email,name,role,team,manager",
            lambda number: f"p{number}@example.com,P {number},rep,Team {number % 99},p{number // 100}@example.com",
            10_000,
        ).replace(b",p0@example.com\n", b",\n", 1)
    )
    began = time.process_time()
    assert main(["people", "import", str(file)]) == 0
    spent = time.process_time() - began
    print(f"10,000 people in {spent:.1f} seconds of this process")  # noqa: T201 (shown by a long run)
    assert spent < 10


def test_a_table_in_which_every_cell_is_wrong_is_answered(served: Served) -> None:
    table = lines(
        "email,name,role,team,manager,locale,region,hired_on", lambda _number: "x,,?,,y,z,,2026-13-01", 19_000
    )
    answer = served.client.post(
        "/admin/people/import", content=multipart([("file", table)]), headers={"content-type": FORM}
    )
    assert answer.status_code == 422
    assert len(answer.content) < MEGABYTE


def test_two_hundred_slow_senders_keep_nobody_waiting(served: Served) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in served.client.cookies.items())
    head = f"POST /check HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {cookie}\r\n"
    begun = [
        head.encode(),
        f"{head}Content-Type: {FORM}\r\nContent-Length: 9999\r\n\r\n--ed".encode(),
        f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\n--ed".encode(),
        b"GET / HT",
    ]
    with ExitStack() as open_ones:
        for number in range(SLOW):
            sender = open_ones.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            sender.sendall(begun[number % len(begun)])
        for _ in range(5):
            assert served.client.get("/check").status_code == 200
            assert served.post("/check", b"text=words", "application/x-www-form-urlencoded") == 200
