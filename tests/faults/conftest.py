"""What tests of faults share: an installation of real processes on each database, and chance that can be repeated."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from secrets import randbits

import pytest

from app.schema import migrate
from clusters import cluster
from faults.houses import House, house
from forks import Forks


@pytest.fixture(scope="session")
def migrated(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a new installation stores, by kind of database: a file, and a PostgreSQL's folder of data."""
    folder = tmp_path_factory.mktemp("migrated")
    with cluster(folder=folder) as made:
        migrate(made.url())
        made.stop()
    return {"sqlite": sqlite_template, "postgresql": made.folder}


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(
    request: pytest.FixtureRequest, forks: Forks, tmp_path: Path, migrated: dict[str, Path]
) -> Iterator[House]:
    """An empty installation on each database; nothing runs yet but the database."""
    with house(request.param, forks, tmp_path, migrated) as made:
        yield made


@pytest.fixture
def chance() -> Random:
    """Moments and victims; the number is printed where a test fails, to have the same ones again."""
    seed = int(os.environ.get("FAULTS_SEED", str(randbits(32))))
    print(f"FAULTS_SEED={seed}")  # noqa: T201 (shown by a failure)
    return Random(seed)  # noqa: S311 (not to be kept secret)
