"""What a backup must be to be put in place, and what is refused with which sentence; nothing is changed then."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text
from sqlmodel import Session

from app.audit.actions import record
from app.cli import main
from app.database import Database
from app.schema import migrate, newest_revision, product_version
from commandline import Run
from factories import NOW, person
from installations import postgresql_database
from olddatabases import Rows, everything_in, old_database, rows_of

pytestmark = pytest.mark.usefixtures("drop_kept")
Members = dict[str, bytes]


@pytest.fixture
def backup(database: Database, database_url: str, tmp_path: Path, run: Run) -> Path:
    """A backup of an installation with one person and an audit trail."""
    with database.write() as session:
        fill(session)
    target = tmp_path / "one.backup"
    assert run(database_url, "backup", target)[0] == 0
    return target


def fill(session: Session) -> None:
    person(session, "ana@example.com")
    for number in range(3):
        record(session, at=NOW, actor="ana@example.com", action="tale.told", subject=("tale", str(number)))


def test_a_check_tells_what_it_found_and_changes_nothing(
    backup: Path, database: Database, database_url: str, run: Run
) -> None:
    before = rows_of(database.engine)
    status, said, error = run(database_url, "restore", "--check", backup)
    assert (status, error) == (0, "")
    assert f"made by Dealworthy {product_version()}" in said
    assert "Audit trail: 3 entries, unbroken" in said
    assert said.endswith("The backup is whole. Nothing was changed.\n")
    assert rows_of(database.engine) == before


def test_data_are_replaced_only_when_told_and_then_kept_aside(
    backup: Path, database: Database, database_url: str, elsewhere: str, run: Run
) -> None:
    migrate(elsewhere)
    engine = create_engine(elsewhere)
    with Session(engine) as session:
        person(session, "bo@example.com")
        session.commit()
    before = rows_of(engine)
    engine.dispose()
    said = "The database holds data. With --replace they are kept aside and the backup takes their place.\n"
    assert run(elsewhere, "restore", backup) == (1, "", said)
    assert everything_in(elsewhere) == before
    status, told, error = run(elsewhere, "restore", backup, "--replace")
    assert (status, error) == (0, "")
    assert everything_in(elsewhere) == rows_of(database.engine)
    kept = told.partition("is kept as ")[2].partition(";")[0]
    aside = (
        f"sqlite:///{kept}"
        if database.sqlite
        else elsewhere.replace(elsewhere.split("/")[3].split("?", maxsplit=1)[0], kept)
    )
    assert everything_in(aside) == before


def test_a_database_that_is_in_use_is_not_replaced(backup: Path, elsewhere: str, run: Run) -> None:
    migrate(elsewhere)
    serving = Database(elsewhere)
    with serving.write() as session:
        person(session, "bo@example.com")
    before = rows_of(serving.engine)
    with serving.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        status, _, error = run(elsewhere, "restore", backup, "--replace")
        assert (status, "is in use; stop the server" in error) == (1, True)
    assert rows_of(serving.engine) == before
    serving.dispose()


def test_an_older_backup_says_to_migrate(new_url: str, tmp_path: Path, run: Run) -> None:
    old_database(new_url, "0003")
    target = tmp_path / "old.backup"
    assert run(new_url, "backup", target)[0] == 0
    status, said, error = run(new_url, "restore", target)
    assert (status, error) == (0, "")
    assert said.endswith("It is of an older version; now run `dealworthy migrate`.\n")
    assert run(new_url, "migrate")[0] == 0


def members_of(path: Path) -> Members:
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]  # files


def packed(members: Members, mode: Any = "w") -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()


@dataclass(frozen=True)
class Given:
    """A whole backup, as a file and by its members."""

    whole: bytes
    members: Members


@dataclass(frozen=True)
class Unharmed:
    """A database, its rows and its backup; each of the tests that share it proves that it stays as it is."""

    url: str
    rows: Rows
    backup: Given


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unharmed(
    request: pytest.FixtureRequest, tools_of_postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Unharmed]:
    folder = tmp_path_factory.mktemp("unharmed")
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), folder / 'ours.db')}"
        else:
            template = request.getfixturevalue("postgresql_template")
            url = stack.enter_context(postgresql_database(request.getfixturevalue("postgresql_url"), template))
        database = Database(url)
        with database.write() as session:
            fill(session)
        rows = rows_of(database.engine)
        database.dispose()
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PATH", f"{tools_of_postgresql}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("DEALWORTHY_DATABASE_URL", url)
        assert main(["backup", str(folder / "one.backup")]) == 0
        yield Unharmed(url, rows, Given((folder / "one.backup").read_bytes(), members_of(folder / "one.backup")))


def manifest_with(**changes: Any) -> Callable[[Given], bytes]:
    def change(given: Given) -> bytes:
        manifest = {**json.loads(given.members["manifest.json"]), **changes}
        return packed({**given.members, "manifest.json": json.dumps(manifest).encode()})

    return change


def flipped(given: Given) -> bytes:
    data = next(content for name, content in given.members.items() if name != "manifest.json")
    middle = given.whole.index(data) + len(data) // 2
    return given.whole[:middle] + bytes([given.whole[middle] ^ 1]) + given.whole[middle + 1 :]


def linked(given: Given) -> bytes:
    """The data are a link to a file of the machine."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in given.members.items():
            member = tarfile.TarInfo(name)
            if name == "manifest.json":
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            else:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(member)
    return made.getvalue()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _given: b"", "is no backup of Dealworthy, or is cut off."),
        (lambda _given: b"just a text\n" * 100, "is no backup of Dealworthy, or is cut off."),
        (lambda given: given.whole[: len(given.whole) // 2], "is no"),
        (lambda given: given.whole[:700], "is no"),
        (lambda given: packed(given.members, "w:gz"), "is no backup of Dealworthy, or is cut off."),
        (lambda given: packed(dict(reversed(given.members.items()))), "it does not begin with a manifest."),
        (
            lambda given: packed({"manifest.json": given.members["manifest.json"]}),
            "is no whole backup: the data are missing or of another length.",
        ),
        (
            lambda given: packed({"manifest.json": given.members["manifest.json"], "../../escape": b"x"}),
            "is no whole backup: the data are missing or of another length.",
        ),
        (linked, "is no whole backup: the data are missing or of another length."),
        (lambda given: packed({**given.members, "manifest.json": b"[" * 100_000}), "its manifest is another one."),
        (
            lambda given: packed({**given.members, "manifest.json": b" " * 2_000_000}),
            "does not begin with a manifest",
        ),
        (manifest_with(format=2), "its manifest is another one."),
        (manifest_with(surprise=1), "its manifest is another one."),
        (manifest_with(revision="9000", product_version="9.0"), "was made by Dealworthy 9.0 at revision 9000, which"),
        (manifest_with(revision="0001"), f"It is of revision {newest_revision()}, and its manifest says 0001."),
        (manifest_with(sha256="0" * 64), "is damaged: its data are not those that were backed up."),
        (manifest_with(rows={}), "The table person has 1 rows, and its manifest says 0."),
        (manifest_with(audit_digest="0" * 64), "The audit trail does not end where its manifest says."),
        (flipped, "is damaged: its data are not those that were backed up."),
    ],
)
def test_what_is_no_whole_backup_is_refused_with_a_sentence(
    spoil: Callable[[Given], bytes], said: str, unharmed: Unharmed, tmp_path: Path, run: Run
) -> None:
    spoilt = tmp_path / "spoilt.backup"
    spoilt.write_bytes(spoil(unharmed.backup))
    status, _, error = run(unharmed.url, "restore", "--replace", spoilt)
    assert (status, said in error) == (1, True), error
    assert everything_in(unharmed.url) == unharmed.rows


def test_data_that_are_no_database_are_refused(backup: Path, database_url: str, tmp_path: Path, run: Run) -> None:
    manifest, (name, _) = json.loads(members_of(backup)["manifest.json"]), list(members_of(backup).items())[1]
    data = b"not a database, but its digest is right\n" * 100
    manifest |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    backup.write_bytes(packed({"manifest.json": json.dumps(manifest).encode(), name: data}))
    status, _, error = run(database_url, "restore", "--check", backup)
    assert (status, "cannot be" in error, "Traceback" in error) == (1, True, False), error


def test_a_file_that_does_not_exist_is_said(database_url: str, tmp_path: Path, run: Run) -> None:
    assert run(database_url, "restore", tmp_path / "none") == (1, "", f"{tmp_path / 'none'} does not exist.\n")


def test_a_backup_goes_back_into_its_own_kind_of_database(
    backup: Path, database: Database, postgresql_url: str, tmp_path: Path, run: Run
) -> None:
    other = postgresql_url if database.sqlite else f"sqlite:///{tmp_path / 'other.db'}"
    status, _, error = run(other, "restore", "--check", backup)
    assert (status, "and DEALWORTHY_DATABASE_URL leads to" in error) == (1, True)


def test_a_file_of_sqlite_with_a_program_in_it_is_refused(tmp_path: Path, run: Run) -> None:
    url = f"sqlite:///{tmp_path / 'ours.db'}"
    migrate(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TRIGGER spy AFTER INSERT ON person BEGIN DELETE FROM deal; END"))
    engine.dispose()
    assert run(url, "backup", tmp_path / "one.backup")[0] == 0
    status, _, error = run(url, "restore", "--check", tmp_path / "one.backup")
    assert status == 1
    assert "Triggers or views differ from those of revision" in error


def test_what_a_lost_file_of_sqlite_left_beside_it_is_not_read_into_the_new_one(tmp_path: Path, run: Run) -> None:
    ours, lost = tmp_path / "ours.db", tmp_path / "lost.db"
    url = f"sqlite:///{ours}"
    migrate(url)
    assert run(url, "backup", tmp_path / "one.backup")[0] == 0
    before = everything_in(url)
    serving = Database(url)
    with serving.write() as session:
        for number in range(500):
            person(session, f"ana{number}@example.com")
    left = (tmp_path / "ours.db-wal").read_bytes()  # as a server leaves it that is killed
    serving.dispose()
    ours.rename(lost)
    (tmp_path / "ours.db-wal").write_bytes(left)

    assert run(url, "restore", tmp_path / "one.backup")[0] == 0

    assert everything_in(url) == before


def test_the_folder_of_a_sqlite_file_may_have_any_name(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "50%41 of #2?"
    folder.mkdir()
    url = URL.create("sqlite", database=str(folder / "ours.db")).render_as_string()
    migrate(url)
    before = everything_in(url)
    assert run(url, "backup", folder / "one.backup")[0] == 0
    (folder / "ours.db").unlink()
    assert run(url, "restore", folder / "one.backup")[0] == 0
    assert everything_in(url) == before
