"""A sentence for the next page is shown once, and only if we wrote it."""

from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from factories import person

FORGED = urlsafe_b64encode(b"Your password has expired. Call 555-0199.").decode()


@pytest.fixture
def ana(session: Session, sign_in: Callable[[str], TestClient]) -> TestClient:
    person(session, "ana@example.com")
    session.commit()
    return sign_in("ana@example.com")


def test_a_sentence_is_shown_on_the_next_page_only(ana: TestClient) -> None:
    ana.post("/account/sessions/others/end")
    first, second = ana.get("/account").text, ana.get("/account").text
    assert (first.count('class="notice ok flash"'), second.count('class="notice ok flash"')) == (1, 0)


@pytest.mark.parametrize("cookie", [FORGED, f"{FORGED}.", f"{FORGED}.{'0' * 64}", ".", "é.é", ""])
def test_a_sentence_that_we_did_not_write_is_not_shown(ana: TestClient, cookie: str) -> None:
    answer = ana.get("/account", headers={b"cookie": f"flash={cookie}; session={ana.cookies['session']}".encode()})
    assert answer.status_code == 200
    assert "flash" not in answer.text
