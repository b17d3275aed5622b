"""The CRM sends its teams: what it is answered, line by line, and what it is not allowed to send."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import Session, col

from app.api import receiving
from app.api.problems import MEBIBYTE
from app.deals.models import DealMember
from app.deals.reconciling.models import Reconciliation
from app.people.tokens import create_token
from factories import NOW, attest, deal, person, sellable

Send = Callable[..., Response]
ADDRESS = "/api/v1/deals/reconcile"
ROWS = """\
{"id": "D-1", "team": [{"rep": "ana@example.com", "role": "owner"}, {"rep": "Ben@example.com", "role": "specialist"}]}
{"id": "D-2", "stage": "closing"}
"""


@pytest.fixture(autouse=True)
def harbour(session: Session) -> None:
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    keeper = sellable(session)
    attest(session, ana, keeper)
    deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    deal(session, "D-3", products=[keeper], team={"owner": [ben]})
    session.commit()


@pytest.fixture
def send(client: TestClient, session: Session) -> Send:
    secret = create_token(session, "crm", ["deals:write"], actor="admin@example.com", moment=NOW)
    session.commit()

    def post(content: Any, kind: str = "application/x-ndjson", query: str = "", **headers: str) -> Response:
        sent = {"authorization": f"Bearer {secret}", "content-type": kind, **headers}
        return client.post(ADDRESS + query, content=content, headers=sent)

    return post


def answered(response: Response) -> list[Any]:
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


@pytest.mark.usefixtures("clock")
def test_the_answer_says_what_differs_and_who_is_not_cleared(send: Send, session: Session) -> None:
    response = send(ROWS)
    none = {"same": 0, "unknown": 0, "recorded": 0}
    assert response.headers["content-type"] == "application/x-ndjson"
    assert answered(response) == [
        {"progress": {"run": 1, "rows": 0, "different": 0, "missing": 0, "not_cleared": 0, "wrong": 0, **none}},
        {
            "deal": {
                "line": 1,
                "id": "D-1",
                "known": True,
                "decision": "not_cleared",
                "allowed": False,
                "stops": True,
                "differences": [
                    {"kind": "member_missing_here", "what": "ben@example.com", "crm": "specialist", "here": None}
                ],
                "not_cleared": [
                    {
                        "rep": "ben@example.com",
                        "role": "specialist",
                        "products": [
                            {
                                "product": "keeper",
                                "decision": "not_cleared",
                                "allowed": False,
                                "enforcement": "block",
                                "failure_mode": "closed",
                                "valid_through": None,
                                "reasons": [
                                    {
                                        "code": "redlines_not_attested",
                                        "message": "The red lines have not been signed.",
                                        "fix": {
                                            "label": "Sign the red lines",
                                            "url": "http://testserver/products/keeper/red-lines",
                                            "minutes": 1,
                                        },
                                    }
                                ],
                                "basis": {
                                    "program_version": 1,
                                    "redlines_version": 1,
                                    "period": None,
                                    "policy": None,
                                    "waiver": None,
                                },
                            }
                        ],
                    }
                ],
                "recorded": False,
                "errors": [],
            }
        },
        {
            "wrong": {
                "line": 2,
                "id": "D-2",
                "errors": [
                    {
                        "pointer": "/stage",
                        "detail": "Choose one of discovery, proposal, negotiation, contract, delivery, renewal.",
                    }
                ],
            }
        },
        {"missing": {"id": "D-3", "name": "Harbour Bakery Group", "team": ["ben@example.com"]}},
        {"summary": {"run": 1, "rows": 2, "different": 1, "missing": 1, "not_cleared": 1, "wrong": 1, **none}},
    ]
    assert session.scalars(select(col(Reconciliation.asked_by))).all() == ["api:crm"]


def test_with_recording_the_team_is_taken_over(send: Send, session: Session) -> None:
    content = gzip.compress(ROWS.encode())
    lines = answered(send(content, "application/jsonl", "?recording=true&whole=false", **{"content-encoding": "gzip"}))
    assert lines[-1]["summary"]["recorded"] == 1
    assert len(session.scalars(select(col(DealMember.person_id)).where(col(DealMember.deal_id) == 1)).all()) == 2


def test_nothing_is_nothing(send: Send) -> None:
    assert [next(iter(each)) for each in answered(send("", query="?whole=false"))] == ["progress", "summary"]


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "JSON": ({"content": b"[]", "kind": "application/json"}, 415),
    "another packing": ({"content": b"", "content-encoding": "br"}, 415),
    "no gzip": ({"content": b"{}", "content-encoding": "gzip"}, 422),
    "half a gzip": ({"content": gzip.compress(b"{}" * 99)[:-9], "content-encoding": "gzip"}, 422),
    "two gzips": ({"content": gzip.compress(b"{}\n") * 2, "content-encoding": "gzip"}, 422),
    "a bomb": ({"content": gzip.compress(b" " * (65 * MEBIBYTE)), "content-encoding": "gzip"}, 413),
    "too many lines": ({"content": gzip.compress(b"\n" * 100_001), "content-encoding": "gzip"}, 413),
    "what says it is too large": ({"content": b"", "content-length": str(65 * MEBIBYTE)}, 413),
    "another parameter": ({"content": b"", "query": "?record=true"}, 422),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_leaves_no_run(send: Send, session: Session, case: str) -> None:
    request, status = REFUSED[case]
    response = send(**request)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert session.scalars(select(Reconciliation)).all() == []


def test_what_is_too_large_without_saying_so_is_refused_too(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LARGEST", MEBIBYTE)
    response = send(b" " * 1000 for _ in range(2000))
    assert (response.status_code, response.json()["detail"]) == (
        413,
        "What was sent is larger than 1 MiB. Nothing was read.",
    )


def test_who_sends_too_slowly_is_told_so(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LONGEST_WAIT", 0)
    assert send(ROWS).status_code == 408


@pytest.mark.parametrize(("scope", "status"), [("clearance:read", 403), (None, 401)])
def test_who_may_not_write_deals_is_refused_before_anything_is_read(
    client: TestClient, session: Session, scope: str | None, status: int
) -> None:
    secret = create_token(session, "other", [scope], actor="admin@example.com", moment=NOW) if scope else "dw_wrong"
    session.commit()
    response = client.post(ADDRESS, content=_unread(), headers={"authorization": f"Bearer {secret}"})
    assert response.status_code == status


def _unread() -> Any:
    yield b"{"
