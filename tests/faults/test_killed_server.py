"""A server that is killed in the middle of everything has kept what it said it saved."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from secrets import token_urlsafe
from threading import Event

import httpx2
import pytest
from sqlmodel import Session

from app.people.access import digest
from app.people.models import SignInSession
from app.people.tokens import create_token
from factories import person, published_quiz, quiz_document, sellable
from forks import Forks
from servers import free_port, running_server, wait_until
from tools.demonstration import start as start_command

CLIENTS = 4
KILLS = 3
WORD_ITEMS = [
    {"id": f"word-{number}", "type": "short_text", "prompt": "Which?", "accept": ["x"]} for number in range(3)
]


@pytest.fixture
def cookies(session: Session) -> list[dict[str, str]]:
    """The session cookies of several reps who can take a quiz of written answers."""
    moment = datetime.now(UTC) - timedelta(minutes=1)
    published_quiz(session, quiz_document(items=WORD_ITEMS), at=moment)
    tokens = []
    for number in range(CLIENTS):
        rep = person(session, f"rep{number}@example.com", at=moment)
        assert rep.id is not None
        tokens.append(token_urlsafe(32))
        session.add(
            SignInSession(
                person_id=rep.id,
                digest=digest(tokens[-1]),
                address="test",
                user_agent="test",
                created_at=moment,
                expires_at=moment + timedelta(days=1),
            )
        )
    session.commit()
    return [{"session": token} for token in tokens]


def start(base: str, cookies: dict[str, str]) -> str:
    return httpx2.post(f"{base}/quizzes/keeper-quiz/attempts", cookies=cookies).headers["location"]


def save_until_the_server_dies(base: str, cookies: dict[str, str], attempt: str, kept: dict[int, str]) -> None:
    """Save one answer after another; `kept` holds the last that the server said it saved, by position."""
    with httpx2.Client(base_url=base, cookies=cookies, headers={"Accept": "application/json"}, timeout=10) as client:
        try:
            step = int(re.findall(r'name="step" value="(\d+)"', client.get(attempt).text)[0])
            while True:
                position = step % len(WORD_ITEMS) + 1
                word = f"answer {step}"
                fields = {"step": str(step), "position": str(position), "text": word}
                reply = client.post(f"{attempt}/answers", data=fields)
                assert reply.status_code == 200, reply.text
                kept[position] = word
                step = reply.json()["step"]
        except httpx2.TransportError:
            return


def stored_answers(base: str, cookies: dict[str, str], attempt: str) -> dict[int, str]:
    with httpx2.Client(base_url=base, cookies=cookies, timeout=10) as client:
        pages = {position: client.get(attempt, params={"q": position}).text for position in range(1, 4)}
    return {
        position: found
        for position, page in pages.items()
        if (found := re.findall(r'name="text" value="([^"]*)"', page)[0])
    }


def step_of(answer: str | None) -> int:
    return int(answer.removeprefix("answer ")) if answer else -1


def test_every_answer_that_was_said_to_be_saved_is_there(
    database_url: str, cookies: list[dict[str, str]], forks: Forks, tmp_path: Path
) -> None:
    chance = Random(20261123)  # noqa: S311 (moments of a test, not secrets)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    kept: list[dict[int, str]] = [{} for _ in cookies]
    attempts: list[str] = []
    for kills in range(KILLS + 1):
        begin = forks.start if kills else start_command  # once as in life; the others need not import everything anew
        log = tmp_path / f"server-{kills}.log"
        with ThreadPoolExecutor(CLIENTS) as pool, running_server(begin, database_url, port, log) as server:
            for cookie, attempt, own in zip(cookies, attempts, kept, strict=False):
                stored = stored_answers(base, cookie, attempt)
                lost = {place: word for place, word in own.items() if step_of(stored.get(place)) < step_of(word)}
                assert lost == {}
            if kills == KILLS:
                break
            attempts = attempts or [start(base, cookie) for cookie in cookies]
            for own in kept:
                own.clear()
            for cookie, attempt, own in zip(cookies, attempts, kept, strict=True):
                pool.submit(save_until_the_server_dies, base, cookie, attempt, own)
            wait_until(lambda: all(len(own) == len(WORD_ITEMS) for own in kept))
            Event().wait(chance.uniform(0.05, 0.6))
            server.kill()
        assert log.read_text() == ""


def ask_until_the_server_dies(base: str, headers: dict[str, str], number: int, given: list[str]) -> None:
    """Ask one question after another; `given` holds the ids of the answers that were given."""
    with httpx2.Client(base_url=base, headers=headers, timeout=10) as client:
        try:
            while True:
                query = {"rep": f"rep{number}@example.com", "product": "keeper", "region": str(len(given))}
                reply = client.get("/api/v1/clearance", params=query)
                assert reply.status_code == 200, reply.text
                given.append(reply.json()["decision_id"])
        except httpx2.TransportError:
            return


def test_every_answer_of_the_gate_that_was_given_opens_again(
    database_url: str, session: Session, forks: Forks, tmp_path: Path
) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    sellable(session, at=moment)
    token = create_token(session, "CRM", ["clearance:read"], actor="admin@example.com", moment=moment)
    session.commit()
    headers = {"authorization": f"Bearer {token}"}
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    given: list[list[str]] = [[] for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool, running_server(forks.start, database_url, port, tmp_path / "1") as server:
        for number, own in enumerate(given):
            pool.submit(ask_until_the_server_dies, base, headers, number, own)
        wait_until(lambda: all(len(own) >= 5 for own in given))
        server.kill()
    with running_server(forks.start, database_url, port, tmp_path / "2"), httpx2.Client(headers=headers) as client:
        for decision_id in [each for own in given for each in own[-5:]]:
            reply = client.get(f"{base}/api/v1/decisions/{decision_id}")
            assert (reply.status_code, reply.json()["asked_again"]["same"]) == (200, True), reply.text
