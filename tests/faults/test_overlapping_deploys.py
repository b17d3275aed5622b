"""A deploy under load: the old version works on while the database is migrated, then beside the new one."""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.database import Database
from app.schema import migrate
from clusters import cluster
from faults.company import Company, Rep, at_work
from faults.houses import Command, House
from faults.promises import assert_kept
from forks import Forks
from servers import free_port
from tools.demonstration import ROOT, environment, start

pytestmark = pytest.mark.faults

FOUND = """
import json, sys
from dataclasses import asdict
import app.tables
from app.database import Database
from faults.company import found_company
with Database(sys.argv[1]).write() as session:
    print(json.dumps(asdict(found_company(session, 24))))
"""


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603, S607 (fixed)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it was before the newest migration."""
    newest = ScriptDirectory(str(ROOT / "alembic")).get_revision("head")
    assert newest is not None
    try:
        added = git("log", "--diff-filter=A", "--format=%H", "--", newest.path).split()
        archive = git("archive", f"{added[-1].decode()}^")
    except (subprocess.CalledProcessError, FileNotFoundError, IndexError):
        pytest.skip("NOT TRIED: the version before this one stands in git's history, which is not here")
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'house.db'}"
    else:
        with cluster() as made:
            yield made.url()


def found_by(old: Path, url: str) -> Company:
    """Let the old version make its database and a company in it."""
    variables = {**environment(url), "PYTHONPATH": f"{old}:{old / 'tests'}:{ROOT / 'tests'}"}

    def run(*arguments: str) -> bytes:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=old, env=variables, check=True, capture_output=True).stdout  # noqa: S603 (fixed)

    run("-m", "app", "migrate")
    found = json.loads(run("-c", FOUND, url))
    return Company([Rep(**each) for each in found["reps"]], found["token"])


def test_the_old_version_works_until_the_new_one_has_taken_over(
    old: Path, url: str, forks: Forks, tmp_path: Path
) -> None:
    company = found_by(old, url)
    port, next_port = free_port(), free_port()
    before = Command(
        lambda arguments, variables, log: start(arguments, variables, log, cwd=old),
        ["serve", "--port", str(port), "--no-worker"], environment(url, port), tmp_path / "old.log", port,
    )  # fmt: skip
    after = Command(
        forks.start, ["serve", "--port", str(next_port)], environment(url, next_port), tmp_path / "new.log", next_port
    )
    installed = House(url, Database(url), forks, tmp_path, None, [before, after])
    try:
        before.start()
        installed.wait_until_ready(before)
        with at_work(company, [f"http://127.0.0.1:{port}", f"http://127.0.0.1:{next_port}"]) as told:
            told.wait_for(20)
            migrate(url)
            told.wait_for(20)
            after.start()
            installed.wait_until_ready()
            told.wait_for(20)
            before.kill()
            told.wait_for(20)
        assert_kept(installed.database, company, told)
    finally:
        installed.close()
