"""Servers, workers and the database are killed at random while a company works: what was told is done, stays done."""

import os
from random import Random
from threading import Event

import pytest

from faults.company import at_work
from faults.houses import House
from faults.promises import assert_kept, unfinished_jobs

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("FAULTS_KILLS", "3"))


def test_nothing_that_was_told_is_lost_or_done_twice(installed: House, chance: Random) -> None:
    company = installed.found(reps=8 * KILLS)
    installed.serve(2 if installed.cluster else 1)
    with at_work(company, installed.bases) as told:
        for _ in range(KILLS):
            told.wait_for(chance.randrange(1, 40))
            victim = installed.kill_something(chance)
            Event().wait(chance.uniform(0, 0.3))
            victim.start()
            installed.wait_until_ready()
        told.wait_for(40)
    assert min(len(told.kept), len(told.decisions), len(told.stored)) > 0
    installed.finish_jobs()
    assert_kept(installed.database, company, told)
    with installed.database.read() as session:
        assert unfinished_jobs(session) == []
