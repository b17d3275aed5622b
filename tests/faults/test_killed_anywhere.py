"""Servers, workers and the database are killed at random while a company works: what was told is done, stays done."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from secrets import randbits
from threading import Event

import pytest
from sqlmodel import Session

from faults.company import at_work, found_company
from faults.houses import House, house
from faults.promises import assert_kept, unfinished_jobs
from forks import Forks

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("FAULTS_KILLS", "3"))
SERVERS = {"sqlite": 1, "postgresql": 2}


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, forks: Forks, tmp_path: Path) -> Iterator[House]:
    with house(request.param, forks, tmp_path) as made:
        yield made


@pytest.fixture
def chance() -> Random:
    """Moments and victims; the number is printed where a test fails, to have the same ones again."""
    seed = int(os.environ.get("FAULTS_SEED", str(randbits(32))))
    print(f"FAULTS_SEED={seed}")  # noqa: T201 (shown by a failure)
    return Random(seed)  # noqa: S311 (not to be kept secret)


def test_nothing_that_was_told_is_lost_or_done_twice(installed: House, chance: Random) -> None:
    with Session(installed.database.engine.execution_options(writes=True), expire_on_commit=False) as session:
        company = found_company(session, reps=8 * KILLS)
    installed.serve(SERVERS["postgresql" if installed.cluster else "sqlite"])
    with at_work(company, installed.bases) as told:
        for _ in range(KILLS):
            Event().wait(chance.uniform(0.1, 0.8))
            victim = installed.kill_something(chance)
            Event().wait(chance.uniform(0, 0.3))
            victim.start()
            installed.wait_until_ready()
        Event().wait(0.5)
    assert min(len(told.kept), len(told.finished), len(told.decisions), len(told.stored)) > 0
    installed.finish_jobs()
    assert_kept(installed.database, company, told)
    with installed.database.read() as session:
        assert unfinished_jobs(session) == []
