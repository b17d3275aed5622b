"""A deploy under load: the old version works on while the database is migrated, then beside the new one."""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
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
from tools.demonstration import ROOT, Process, Start, environment

pytestmark = pytest.mark.faults

OLD = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from app.cli import main
from app.database import Database
from faults.company import found_company
url, found, *serve = sys.argv[1:]
assert main(["migrate"]) == 0
with Database(url).write() as session:
    company = found_company(session, 24)
Path(found).write_text(json.dumps(asdict(company)))
sys.exit(main(serve))
"""
"""The old version: it makes its database and a company in it, writes down whom it has, and serves."""


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


def found_in(file: Path) -> Company:
    """Read whom the old version has in its company."""
    found = json.loads(file.read_text())
    return Company([Rep(**each) for each in found["reps"]], found["token"])


def start_old(old: Path, url: str, found: Path) -> Start:
    """Return how the old version starts."""
    path = f"{old}:{old / 'tests'}:{ROOT / 'tests'}"

    def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Process:
        command = [sys.executable, "-c", OLD, url, str(found), *arguments]
        with log.open("wb") as output:
            return subprocess.Popen(  # noqa: S603 (fixed)
                command, cwd=old, env={**environment, "PYTHONPATH": path}, stdout=output, stderr=subprocess.STDOUT
            )

    return start


def test_the_old_version_works_until_the_new_one_has_taken_over(
    old: Path, url: str, forks: Forks, tmp_path: Path
) -> None:
    found = tmp_path / "company.json"
    port, next_port = free_port(), free_port()
    before = Command(
        start_old(old, url, found),
        ["serve", "--port", str(port), "--no-worker"], environment(url, port), tmp_path / "old.log", port,
    )  # fmt: skip
    after = Command(
        forks.start, ["serve", "--port", str(next_port)], environment(url, next_port), tmp_path / "new.log", next_port
    )
    installed = House(url, Database(url), forks, tmp_path, None, [before, after])
    try:
        before.start()
        installed.wait_until_ready(before)
        company = found_in(found)
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
