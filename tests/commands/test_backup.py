"""A backup is one whole file, made while others write; a restored one holds what was there."""

import json
import resource
import stat
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlmodel import Session

from app.audit.actions import record
from app.audit.queries import verify
from app.database import Database
from app.schema import newest_revision, product_version
from commandline import Run
from factories import NOW, person, sellable
from olddatabases import everything_in, rows_of

WRITERS = 3


@pytest.fixture
def stored(database: Database) -> Database:
    """A database with a person, a product and an audit trail."""
    with database.write() as session:
        person(session, "ana@example.com")
        sellable(session)
        for number in range(3):
            tell(session, str(number))
    return database


def tell(session: Session, tale: str) -> None:
    record(session, at=NOW, actor="ana@example.com", action="tale.told", subject=("tale", tale))


def test_a_file_has_a_manifest_and_the_data_and_is_for_its_owner_alone(
    stored: Database, database_url: str, tmp_path: Path, run: Run
) -> None:
    target = tmp_path / "one.backup"
    status, said, _ = run(database_url, "backup", target)
    assert (status, stat.S_IMODE(target.stat().st_mode)) == (0, 0o600)
    assert list(tmp_path.iterdir()) == [target]
    with tarfile.open(target) as archive:
        member = archive.extractfile("manifest.json")
        assert member is not None
        manifest = json.load(member)
        names = archive.getnames()
    assert names == ["manifest.json", "dealworthy.db" if stored.sqlite else "dealworthy.pgdump"]
    with stored.read() as session:
        proof = verify(session)
    assert (manifest["audit_entries"], manifest["audit_digest"]) == (proof.entries, proof.last_digest)
    assert (manifest["product_version"], manifest["revision"]) == (product_version(), newest_revision())
    counts = {name: len(rows) for name, rows in rows_of(stored.engine).items()}
    assert {name: manifest["rows"][name] for name in counts} == counts
    assert proof.last_digest in said
    assert "DEALWORTHY_SECRET_KEY is not in it" in said


def test_what_is_restored_is_what_was_there(
    stored: Database, database_url: str, elsewhere: str, tmp_path: Path, run: Run, drop_kept: None
) -> None:
    assert run(database_url, "backup", tmp_path / "one.backup")[0] == 0
    status, said, error = run(elsewhere, "restore", tmp_path / "one.backup")
    assert (status, error) == (0, "")
    assert "The backup is in place." in said
    assert everything_in(elsewhere) == rows_of(stored.engine)
    assert run(elsewhere, "audit", "verify")[0] == 0


def test_a_backup_while_others_write_holds_all_that_was_acknowledged_before(
    stored: Database, database_url: str, elsewhere: str, tmp_path: Path, run: Run, drop_kept: None
) -> None:
    stop, going = Event(), Event()
    acknowledged: list[str] = []

    def keep_writing(writer: int) -> None:
        number = 0
        while not stop.is_set():
            with stored.write() as session:
                tell(session, f"{writer}-{number}")
            acknowledged.append(f"{writer}-{number}")
            number += 1
            if len(acknowledged) > 2 * WRITERS:
                going.set()

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(keep_writing, writer) for writer in range(WRITERS)]
        going.wait(30)
        before = set(acknowledged)
        status = run(database_url, "backup", tmp_path / "one.backup")[0]
        during = set(acknowledged) - before
        stop.set()
    assert [writer.exception() for writer in writers] == [None] * WRITERS
    assert (status, run(elsewhere, "restore", tmp_path / "one.backup")[::2]) == (0, (0, ""))
    entries = everything_in(elsewhere)["audit_entry"]
    held = {row["subject"] for row in entries if row["action"] == "tale.told"}
    assert before <= held
    assert held - {"0", "1", "2"} <= set(acknowledged)
    assert during, "writers went on while the backup was made"


def test_a_file_is_not_overwritten_unless_told(database_url: str, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "one.backup"
    target.write_text("precious")
    assert run(database_url, "backup", target) == (
        1,
        "",
        f"{target} exists; name another file, or replace it with --force.\n",
    )
    assert target.read_text() == "precious"
    assert run(database_url, "backup", target, "--force")[0] == 0
    assert tarfile.is_tarfile(target)


def test_a_folder_that_is_not_there_is_said(database_url: str, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "nowhere" / "one.backup"
    said = f"{target.parent} cannot be written to: no such file or directory.\n"
    assert run(database_url, "backup", target) == (1, "", said)


def test_a_database_without_tables_is_no_backup(elsewhere: str, tmp_path: Path, run: Run) -> None:
    everything_in(elsewhere)  # which makes the file of SQLite
    said = "There is nothing to back up: the database has no tables of Dealworthy.\n"
    assert run(elsewhere, "backup", tmp_path / "one.backup") == (1, "", said)


def test_a_full_disk_leaves_no_half_file(stored: Database, database_url: str, tmp_path: Path, run: Run) -> None:
    earlier = tmp_path / "one.backup"
    assert run(database_url, "backup", earlier)[0] == 0
    whole = earlier.read_bytes()

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        status, _, error = run(database_url, "backup", earlier, "--force")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (status, error) == (1, "The database was not backed up: there is no space left.\n")
    assert (list(tmp_path.iterdir()), earlier.read_bytes()) == ([earlier], whole)


def test_without_the_tools_of_postgresql_a_backup_says_which(
    postgresql_installation: object,
    postgresql_url: str,
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, error = run(postgresql_url, "backup", tmp_path / "one.backup")
    assert status == 1
    assert error.startswith("pg_dump is not on the PATH; install the client tools of PostgreSQL ")
