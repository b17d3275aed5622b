"""More people at once than there are connections: everybody is answered, and what they were told holds."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.audit.queries import verify
from app.database import POOL_SIZE
from app.quizzes.models import Attempt, AttemptItem
from callers import Caller
from faults.company import PLACES, Rep
from faults.houses import House

pytestmark = pytest.mark.faults

CLIENTS = 40 * POOL_SIZE
SITTERS = int(os.environ.get("FAULTS_SITTERS", "200"))
AT_ONCE = 50


def test_four_hundred_clients_share_ten_connections(installed: House) -> None:
    company = installed.found(reps=CLIENTS)
    installed.serve(1, workers=0)
    (base,) = installed.bases

    def look(rep: Rep) -> int:
        with closing(Caller(base, rep.signed_in, timeout=120)) as client:
            reply = client.get("/")
        assert rep.name in reply.text
        return reply.status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert Counter(pool.map(look, company.reps)) == {200: CLIENTS}


def test_everybody_starts_the_same_quiz_at_once(installed: House) -> None:
    company = installed.found(reps=SITTERS)
    installed.serve(2 if installed.cluster else 1, workers=0)

    def begin(rep: Rep) -> str:
        base = installed.bases[rep.id % len(installed.bases)]
        with closing(Caller(base, rep.signed_in, timeout=120)) as client:
            reply = client.post("/quizzes/keeper-quiz/attempts")
            assert reply.status_code == 303, reply.text
            page = client.get(reply.headers["location"])
            assert (page.status_code, "Which?" in page.text) == (200, True)
        return reply.headers["location"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = Counter(pool.map(begin, company.reps))
    with installed.database.read() as session:
        stored = Counter(f"/attempts/{number}" for number in session.scalars(select(col(Attempt.id))))
        assert told == stored
        assert session.scalar(select(func.count(col(AttemptItem.id)))) == PLACES * SITTERS
        assert verify(session).broken is None
