"""Many questions at once: answered in order, at one price, and refused whole where one is not well formed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Product
from app.database import Database
from app.people.models import Person
from factories import NOW, deal, person, sellable
from tools.statements import count_statements

Ask = Callable[..., Any]
AS_OF = (NOW + timedelta(minutes=5)).isoformat()
BATCH = {"checks": [{"rep": "ana@example.com", "products": ["keeper"]}]}
pytestmark = pytest.mark.usefixtures("an_hour_later")


def test_a_batch_answers_in_order_and_in_the_same_shape(
    client: TestClient, token: str, ask: Ask, session: Session, ana: Person, keeper: Product
) -> None:
    checks = [
        {"rep": "nobody@example.com", "products": ["keeper"], "as_of": AS_OF},
        {"rep": "ana@example.com", "products": ["keeper"], "as_of": AS_OF},
        {"rep": "ana@example.com", "products": ["keeper"], "as_of": NOW.isoformat()},
    ]
    answer = client.post(
        "/api/v1/clearance/batch",
        json={"checks": checks},
        headers={"authorization": f"Bearer {token}", "idempotency-key": "one"},
    )
    assert answer.status_code == 200
    assert answer.json()["results"] == [
        ask(rep=each["rep"], product=each["products"], as_of=each["as_of"]) for each in checks
    ]


def test_a_batch_costs_the_same_statements_whatever_its_size(
    client: TestClient, application: Any, token: str, session: Session, keeper: Product
) -> None:
    people = [person(session, f"rep{number}@example.com") for number in range(1000)]
    products = [keeper, *(sellable(session, f"product-{number}") for number in range(4))]
    deals = [deal(session, f"D-{number}", products=[keeper], team={"owner": [people[number]]}) for number in range(20)]
    session.commit()
    database: Database = application.state.database
    statements: dict[int, int] = {}
    headers = {"authorization": f"Bearer {token}"}
    everything = [{"rep": "a@b", "products": [each.slug for each in products]}]  # reads the documents, once
    client.post("/api/v1/clearance/batch", json={"checks": everything}, headers=headers)
    for size in (1, 10, 1000):
        checks = [
            {
                "rep": people[number].email,
                "products": [products[number % 5].slug],
                "deal": deals[number % 20].reference,
            }
            for number in range(size)
        ]
        with count_statements(database) as found:
            answer = client.post("/api/v1/clearance/batch", json={"checks": checks}, headers=headers)
        assert answer.status_code == 200
        assert len(answer.json()["results"]) == size
        statements[size] = len(found)
    assert statements[1] == statements[10] == statements[1000] <= 21


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/checks"]),
        ({"checks": []}, ["/checks"]),
        ({"checks": [{"rep": "ana@example.com"}]}, ["/checks/0/products"]),
        ({"checks": [{"rep": False, "products": ["keeper"]}]}, ["/checks/0/rep"]),
        ({"checks": [{"rep": "ana\x00@example.com", "products": ["keeper"]}]}, ["/checks/0/rep"]),
        ({"checks": [{"rep": "ana@example.com", "products": [1]}]}, ["/checks/0/products/0"]),
        ({"checks": [{"rep": "ana@example.com", "products": "keeper"}]}, ["/checks/0/products"]),
        ({"checks": [{"rep": "ana@example.com", "products": ["k"], "as_of": 5}]}, ["/checks/0/as_of"]),
        ({"checks": [{"rep": "ana@example.com", "products": ["k"], "a/b": 5}]}, ["/checks/0/a~1b"]),
        ({"checks": [{"rep": "ana@example.com", "products": ["k"]}] * 1001}, ["/checks"]),
        ([], [""]),
    ],
)
def test_a_batch_that_is_not_well_formed(client: TestClient, token: str, body: object, pointers: list[str]) -> None:
    answer = client.post("/api/v1/clearance/batch", json=body, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == pointers


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"\xff", 422),
        (b'{"checks": NaN}', 422),
        (b'{"checks": 1' + b"0" * 5000 + b"}", 422),
        (b"[" * 100_000, 422),
        (b'{"checks": [{"rep": "ana@example.com", "rep": "lin@example.com", "products": ["keeper"]}]}', 422),
        (b" " * 3_000_000, 413),
    ],
)
def test_bytes_that_are_no_batch(client: TestClient, token: str, content: bytes, status: int) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = client.post("/api/v1/clearance/batch", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert [each["pointer"] for each in answer.json().get("errors", [])] == ([""] if status == 422 else [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": "application/vnd.crm+json"}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ({}, 415),
    ],
)
def test_only_plain_json_is_read(client: TestClient, token: str, headers: dict[str, str], status: int) -> None:
    headers = {"authorization": f"Bearer {token}", **headers}
    answer = client.post("/api/v1/clearance/batch", content=json.dumps(BATCH), headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == ("application/json" if status == 200 else "application/problem+json")
