"""A company at work while its servers die: reps get certified, a CRM asks the gate and writes deals.

Everybody notes what they were told is done. Whoever gets no answer does what a person would: tries again, at the other
server where there is one.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from queue import Empty, SimpleQueue
from secrets import token_urlsafe
from threading import Event
from typing import Any

from sqlmodel import Session

from app.database import stored_id
from app.people.access import digest
from app.people.models import Role, SignInSession
from app.people.tokens import create_token
from callers import NO_ANSWER, Caller, Reply
from factories import attest, person, published_quiz, quiz_document, sellable

PLACES = 3
ROUNDS = 4
"""How often a rep answers each question before the last time, which is right."""
RIGHT = "right"
ITEMS = [
    {"id": f"word-{place}", "type": "short_text", "prompt": "Which?", "accept": [RIGHT]} for place in range(PLACES)
]
ASKED = [{"attest": "redlines"}, {"quiz": "keeper-quiz"}]
OLGA = "olga@example.com"
"""May sell Porter from the beginning."""
DEAL = {
    "name": "Harbour",
    "account": "Harbour Bakery",
    "stage": "discovery",
    "close_date": "2030-01-01",
    "amount": 1,
    "currency": "EUR",
    "products": ["porter"],
    "team": [{"rep": OLGA, "role": "owner"}],
}
NOT_NOW = {429, 502, 503}


@dataclass(frozen=True)
class Rep:
    """Somebody with a browser in which they are signed in."""

    id: int
    name: str
    email: str
    cookies: dict[str, str]

    @property
    def signed_in(self) -> dict[str, str]:
        """The headers by which their browser is known."""
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}


@dataclass(frozen=True)
class Company:
    """Who is there: reps who are not certified yet, and the CRM's token."""

    reps: Sequence[Rep]
    token: str


@dataclass
class Told:
    """What people and machines were told is done, and what they sent, told or not.

    `sent` holds the words of each place of an attempt in order, `kept` how many of them were answered by a yes.
    """

    sent: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[tuple[int, int], int] = field(default_factory=dict)
    signed: set[int] = field(default_factory=set)
    started: dict[int, int] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)
    amounts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    stored: dict[str, int] = field(default_factory=dict)

    @property
    def things(self) -> int:
        """How many things were told so far."""
        return len(self.signed) + len(self.kept) + len(self.finished) + len(self.decisions) + sum(self.stored.values())

    def wait_for(self, more: int, seconds: float = 120) -> None:
        """Wait until so many more things were told. TimeoutError: they were not."""
        had, until = self.things, time.monotonic() + seconds
        while self.things < had + more:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.things - had} of {more} things were done")
            Event().wait(0.02)


class StoppedError(Exception):
    """Everybody goes home, and what was asked for last stays unanswered."""


def found_company(session: Session, reps: int) -> Company:
    """Store a product with a quiz, reps who may sell it once they are certified, and a token for the CRM."""
    moment = datetime.now(UTC) - timedelta(minutes=1)
    owner = sellable(session, requirements=ASKED, at=moment)
    published_quiz(session, quiz_document(items=ITEMS), owner=owner, at=moment)
    person(session, "admin@example.com", Role.ADMIN, at=moment)
    attest(session, person(session, OLGA, at=moment), sellable(session, "porter", at=moment), at=moment)
    hired = []
    for number in range(reps):
        rep = person(session, f"rep{number}@example.com", name=f"Rep {number}", at=moment)
        hired.append(Rep(stored_id(rep), rep.name, rep.email, {"session": _signed_in(session, stored_id(rep), moment)}))
    scopes = ["clearance:read", "deals:write"]
    token = create_token(session, "CRM", scopes, actor="admin@example.com", moment=moment)
    return Company(hired, token)


def _signed_in(session: Session, person_id: int, moment: datetime) -> str:
    token = token_urlsafe(32)
    session.add(
        SignInSession(
            person_id=person_id,
            digest=digest(token),
            address="test",
            user_agent="test",
            created_at=moment,
            expires_at=moment + timedelta(days=1),
        )
    )
    return token


class Line:
    """Asks one server after another until one answers other than `not now`; raises `StoppedError` at the end."""

    def __init__(self, bases: Sequence[str], stop: Event, headers: Mapping[str, str]) -> None:
        self._callers = [Caller(base, headers) for base in bases]
        self._stop = stop
        self._turn = 0

    def send(self, method: str, path: str, **more: Any) -> Reply:
        """Send a request as often as it takes. AssertionError: it was answered by an error of ours."""
        while not self._stop.is_set():
            try:
                reply = self._callers[self._turn % len(self._callers)].send(method, path, **more)
            except NO_ANSWER:
                reply = None
            if reply is not None and reply.status_code not in NOT_NOW:
                assert reply.status_code < 500, f"{method} {path}: {reply.status_code} {reply.text[:500]}"
                return reply
            self._turn += 1
            self._stop.wait(0.05)
        raise StoppedError

    def close(self) -> None:
        """Close its connections."""
        for each in self._callers:
            each.close()


def certify(line: Line, rep: Rep, told: Told) -> None:
    """Sign, answer every question several times, the last time rightly, and finish."""
    form = {"version": "1", "number": "1", "signed_name": rep.name, "understood": "true"}
    signed = line.send("POST", "/products/keeper/attest", data=form)
    assert signed.status_code in {303, 409}, signed.text  # 409: the first try had been stored, but nobody heard of it
    told.signed.add(rep.id)
    started = line.send("POST", "/quizzes/keeper-quiz/attempts")
    assert started.status_code == 303, started.text
    attempt = int(started.headers["location"].rpartition("/")[2])
    told.started[rep.id] = attempt
    for number in range(ROUNDS):
        for position in range(1, PLACES + 1):
            _answer(line, told, attempt, position, RIGHT if number == ROUNDS - 1 else f"answer {number}")
    assert line.send("POST", f"/attempts/{attempt}/finish").status_code == 303
    told.finished.add(attempt)


def _answer(line: Line, told: Told, attempt: int, position: int, word: str) -> None:
    """Save an answer, as often as it takes to hear that it is saved."""
    sent = told.sent[attempt, position]
    while True:
        page = line.send("GET", f"/attempts/{attempt}?q={position}").text
        step = re.findall(r'name="step" value="(\d+)"', page)[0]
        sent.append(word)
        fields = {"step": step, "position": str(position), "text": word}
        reply = line.send("POST", f"/attempts/{attempt}/answers", data=fields, headers={"Accept": "application/json"})
        if reply.status_code == 200:
            told.kept[attempt, position] = len(sent)
            return
        assert reply.status_code == 409, reply.text  # the first try had been stored, but nobody heard of it


def ask(line: Line, company: Company, told: Told) -> None:
    """Ask the gate about one rep after another."""
    for number in count():
        query = {"rep": company.reps[number % len(company.reps)].email, "product": "keeper"}
        reply = line.send("GET", "/api/v1/clearance", params=query)
        assert reply.status_code == 200, reply.text
        told.decisions.add(reply.json()["decision_id"])


def sell(line: Line, told: Told, reference: str) -> None:
    """Write one deal again and again, each time with another amount; the same request has the same key."""
    for amount in count(1):
        body = {
            "name": "Harbour",
            "account": "Harbour Bakery",
            "stage": "discovery",
            "close_date": "2030-01-01",
            "amount": amount,
            "currency": "EUR",
            "products": ["porter"],
            "team": [{"rep": OLGA, "role": "owner"}],
        }
        told.amounts[reference].append(amount)
        key = {"Idempotency-Key": f"{reference}-{amount}"}
        reply = line.send("PUT", f"/api/v1/deals/{reference}", json=body, headers=key)
        assert reply.status_code == 200, reply.text
        told.stored[reference] = amount


@contextmanager
def at_work(company: Company, bases: Sequence[str], *, seats: int = 4) -> Iterator[Told]:
    """Let everybody work until the block ends; an assertion of theirs is raised then."""
    told, stop = Told(), Event()
    waiting: SimpleQueue[Rep] = SimpleQueue()
    for rep in company.reps:
        waiting.put(rep)

    def sit() -> None:
        while True:
            rep = waiting.get_nowait()
            line = Line(bases, stop, rep.signed_in)
            try:
                certify(line, rep, told)
            finally:
                line.close()

    key = {"authorization": f"Bearer {company.token}"}
    lines = [Line(bases, stop, key) for _ in range(3)]
    with ThreadPoolExecutor(seats + len(lines)) as pool:
        working: list[Future[None]] = [pool.submit(sit) for _ in range(seats)]
        working += [
            pool.submit(ask, lines[0], company, told),
            pool.submit(sell, lines[1], told, "D-1"),
            pool.submit(sell, lines[2], told, "D-2"),
        ]
        try:
            yield told
        finally:
            stop.set()
    for line in lines:
        line.close()
    for each in working:
        error = each.exception()
        if error is not None and not isinstance(error, StoppedError | Empty):
            raise error
