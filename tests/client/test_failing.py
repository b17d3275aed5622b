"""What a client does when the network fails: it tries again where that is safe, and nothing is ever done twice."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.audit.models import AuditEntry
from crmside import Crm, Proxy
from docs.client.dealworthy_client import Client, ProblemError, RefusedError, UnreachableError

Order = Callable[..., Proxy]
FAY = {"email": "fay@example.com", "name": "Fay"}


def test_an_answer_that_was_lost_is_given_again_and_nothing_is_done_twice(
    crm: Crm, proxy: Order, session: Session
) -> None:
    between = proxy("lose", "lose")
    stored = crm.client(between.url).put_person(FAY)
    keys = {key for _method, _path, key in between.seen}
    assert (stored["name"], len(between.seen), len(keys), None in keys) == ("Fay", 3, 1, False)
    assert between.replayed == [None, "true", "true"]
    made = select(col(AuditEntry.subject)).where(col(AuditEntry.action) == "person.created")
    assert session.scalars(made).all().count("fay@example.com") == 1


@pytest.mark.parametrize("orders", [[502, 503, 504], ["lose", 500], [429]])
def test_what_may_pass_is_waited_for(crm: Crm, proxy: Order, orders: list[Any]) -> None:
    between = proxy(*orders)
    begun = time.monotonic()
    assert crm.client(between.url).clearance("ana@example.com", ["pilot"]).allowed
    assert len(between.seen) == len(orders) + 1
    assert (time.monotonic() - begun >= 1) is (429 in orders)


def test_a_refusal_is_not_asked_for_again(crm: Crm, proxy: Order) -> None:
    between = proxy()
    deal = {
        "name": "A",
        "account": "B",
        "amount": 1,
        "currency": "EUR",
        "stage": "contract",
        "products": ["pilot"],
        "team": [{"rep": "ben@example.com", "role": "owner"}],
    }
    with pytest.raises(RefusedError):
        crm.client(between.url).put_deal("D-9", deal)
    with pytest.raises(ProblemError, match="422"):
        crm.client(between.url).put_deal("D-9", {**deal, "amount": -1})
    assert [(method, path) for method, path, _key in between.seen] == [("PUT", "/api/v1/deals/D-9")] * 2


def test_it_gives_up_after_its_tries(crm: Crm, proxy: Order) -> None:
    between = proxy("lose", 503, "lose")
    with pytest.raises(UnreachableError, match="did not answer"):
        crm.client(between.url, tries=3).deal("D-1")
    assert len(between.seen) == 3


def test_the_token_does_not_follow_a_redirect(crm: Crm, proxy: Order) -> None:
    between = proxy(302)
    with pytest.raises(ProblemError, match="302"):
        crm.client(between.url).deal("D-1")
    assert between.replayed == []


def test_a_comparison_that_breaks_off_is_said_to_be_none(crm: Crm, proxy: Order) -> None:
    lines = crm.client(proxy("cut").url).reconcile([{"id": "D-1"}])
    assert list(next(lines)) == ["progress"]
    with pytest.raises(UnreachableError, match="broke off"):
        next(lines)


@pytest.mark.parametrize("address", ["http://sales.example.com", "sales.example.com", "ftp://localhost"])
def test_a_token_is_never_sent_in_the_clear(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Client(address, "token")
