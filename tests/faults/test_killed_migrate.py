"""A migration that is killed has happened wholly or not at all, and the next one finishes the work."""

from pathlib import Path
from random import Random
from threading import Event

import pytest
from sqlalchemy import create_engine, text

from app.schema import migrate, newest_revision
from forks import Forks
from olddatabases import fill, old_database, rows_of
from tools.demonstration import environment

KILLS = 8
SHORTEST = 0.05
"""Seconds after which the first is killed at the latest, and each next after twice as many; one takes about one."""

pytestmark = pytest.mark.faults


def test_a_killed_migration_leaves_the_database_as_it_was(new_url: str, forks: Forks, tmp_path: Path) -> None:
    chance = Random(6)  # noqa: S311 (moments to kill at, no secret)
    old_database(new_url, "0001")
    engine = create_engine(new_url)
    before = fill(engine)
    killed = 0
    for number in range(KILLS):
        running = forks.start(["migrate"], environment(new_url, 8342), tmp_path / f"{number}.log")
        Event().wait(chance.uniform(0, SHORTEST * 2**number))
        running.kill()
        killed += running.wait() == -9
        with engine.connect() as connection:
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        assert revision in {"0001", newest_revision()}
        assert (rows_of(engine) if revision == "0001" else rows_of(engine, like=before)) == before
        if revision != "0001":
            break
    assert killed
    migrate(new_url)
    assert rows_of(engine, like=before) == before
    engine.dispose()
