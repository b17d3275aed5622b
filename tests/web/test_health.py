"""The two addresses that a supervisor asks."""

from fastapi.testclient import TestClient


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_an_unknown_address_is_a_page_of_the_design(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
