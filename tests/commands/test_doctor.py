"""The doctor finds each way in which an installation can be broken, and nothing in one that is whole."""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from app.audit.actions import record
from app.certification.certificates.models import SigningKey
from app.clock import now
from app.commands.diagnosis.checks import CHECKS, Limits, Patient
from app.commands.doctor import REACHABLE, examine
from app.config import ROOT, Settings
from app.database import Database
from app.jobs.models import Job
from app.mails.models import Mail
from app.outbound.sealing import seal
from app.people.models import Role
from app.schema import migrate
from app.webhooks.delivering import LABEL
from app.webhooks.models import WebhookEndpoint
from commandline import Run
from factories import NOW, person, product
from servers import free_port

HOUR = timedelta(hours=1)


@dataclass
class Bed:
    """A whole installation, to be broken."""

    patient: Patient
    database: Database
    folder: Path

    @property
    def sqlite(self) -> bool:
        return self.database.sqlite

    @property
    def file(self) -> Path:
        return Path(make_url(self.patient.settings.database_url).database or "")

    def with_settings(self, **changes: Any) -> Patient:
        return replace(self.patient, settings=self.patient.settings.model_copy(update=changes))

    def produced(self, **changes: Any) -> Patient:
        """The same in production; `model_copy` would not know what was set."""
        known: dict[str, Any] = {
            "env": "production",
            "database_url": self.patient.settings.database_url,
            "secret_key": "s" * 32,
            "base_url": "https://sales.example.com",
        }
        return replace(self.patient, settings=Settings(_env_file=None, **{**known, **changes}))

    def execute(self, *statements: str) -> None:
        with self.database.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()

    @contextmanager
    def storing(self) -> Iterator[Session]:
        with self.database.write() as session:
            yield session


@pytest.fixture
def bed(database: Database, settings: Settings, tmp_path: Path) -> Bed:
    with database.write() as session:
        person(session, "admin@example.com", Role.ADMIN)
        record(session, at=NOW, actor="admin@example.com", action="tale.told", subject=("tale", "one"))
        record(session, at=NOW, actor="admin@example.com", action="tale.told", subject=("tale", "two"))
    return Bed(Patient(settings, now(), Limits(free_bytes=0, spare_connections=0)), database, tmp_path)


def found(patient: Patient) -> dict[str, str]:
    """What is wrong, by check."""
    return {each.check: each.wrong for each in examine(patient)}


def test_nothing_is_wrong_with_a_whole_installation(bed: Bed) -> None:
    assert found(bed.patient) == {}
    assert {name for name in found(bed.produced()) if name != "sqlite-private"} == set()


def open_env_file(bed: Bed) -> Patient:
    (bed.folder / ".env").write_text("DEALWORTHY_SECRET_KEY=…")
    (bed.folder / ".env").chmod(0o644)
    return replace(bed.patient, root=bed.folder)


def late_job(bed: Bed) -> Patient:
    with bed.storing() as session:
        session.add(Job(kind="mails.send", payload={}, created_at=now() - HOUR, due_at=now() - HOUR))
    return bed.patient


def poisoned_job(bed: Bed) -> Patient:
    with bed.storing() as session:
        session.add(Job(kind="mails.send", payload={}, created_at=NOW, due_at=now() - HOUR, failed_at=now()))
    return bed.patient


def refused_mail(bed: Bed) -> Patient:
    with bed.storing() as session:
        mail: dict[str, Any] = {
            "message_id": "1",
            "kind": "digest",
            "to_address": "bo@example.com",
            "subject": "x",
            "text": "x",
        }
        session.add(Mail(**mail, created_at=NOW, failed_at=NOW))
    return bed.patient


def webhook(bed: Bed, **state: Any) -> Patient:
    secret = seal("whsec_secret", str(state.pop("key", bed.patient.settings.secret_key)), LABEL)
    with bed.storing() as session:
        session.add(
            WebhookEndpoint(
                name="CRM", url="https://crm.example.com", events=[], sealed_secret=secret,
                created_at=NOW, created_by="admin@example.com", **state,
            )
        )  # fmt: skip
    return bed.patient


def foreign_signing_key(bed: Bed) -> Patient:
    with bed.storing() as session:
        session.add(SigningKey(kid="one", public={}, sealed=seal("x", "another", "another"), created_at=NOW))
    return bed.patient


def nobody_to_administer(bed: Bed) -> Patient:
    bed.execute("UPDATE person SET deactivated_at = '2026-11-23 09:00:00'")
    return bed.patient


def product_without_program(bed: Bed) -> Patient:
    with bed.storing() as session:
        product(session, "till")
    return bed.patient


def altered_entry(bed: Bed) -> Patient:
    change = "UPDATE audit_entry SET actor = 'bo@example.com' WHERE id = 2"
    trigger = "ALTER TABLE audit_entry DISABLE TRIGGER ALL"
    bed.execute("DROP TRIGGER audit_entry_no_update" if bed.sqlite else trigger, change)
    if not bed.sqlite:
        bed.execute("ALTER TABLE audit_entry ENABLE TRIGGER ALL")
    return bed.patient


def after(*statements: str) -> Callable[[Bed], Patient]:
    def plant(bed: Bed) -> Patient:
        bed.execute(*statements)
        return bed.patient

    return plant


def limited(**limits: Any) -> Callable[[Bed], Patient]:
    return lambda bed: replace(bed.patient, limits=replace(bed.patient.limits, **limits))


def without_files(bed: Bed) -> Patient:
    return replace(bed.patient, root=bed.folder)


ANYWHERE: list[tuple[str, Callable[[Bed], Patient], str]] = [
    ("secret-key", lambda bed: bed.produced(secret_key="short"), "must be set to at least 32 random characters"),
    ("base-url", lambda bed: bed.produced(base_url="http://sales.example.com"), "must start with https://"),
    ("environment", lambda bed: bed.with_settings(base_url="https://sales.example.com"), "environment is development"),
    ("env-file", open_env_file, "every user of this machine can read it"),
    ("translations", without_files, "The sentences in 繁體中文 are missing"),
    ("static-files", without_files, "pages cannot be shown as they should be"),
    ("disk-space", limited(free_bytes=1 << 60), "MB left"),
    (
        "migrated",
        after("UPDATE alembic_version SET version_num = '0004'"),
        "is of revision 0004, and this version",
    ),
    ("migrated", after("DROP TABLE alembic_version"), "has no tables of Dealworthy"),
    ("too-new", after("UPDATE alembic_version SET version_num = '9000'"), "code older than its revision 9000"),
    ("tables", after("DROP INDEX ix_job_due_at"), "The table job lacks ix_job_due_at."),
    ("tables", after("ALTER TABLE mail DROP COLUMN calendar_method"), "The column mail.calendar_method is missing."),
    ("tables", after("DROP TABLE deal_watch"), "The table deal_watch is missing."),
    ("audit-trail", altered_entry, "The audit trail is broken at entry 2 (altered)."),
    ("worker", late_job, "1 jobs wait for more than 15 minutes"),
    ("jobs-set-aside", poisoned_job, "1 jobs of the kind mails.send failed too often"),
    ("mails-set-aside", refused_mail, "1 mails were set aside"),
    ("mail-server", lambda bed: bed.with_settings(smtp_url=f"smtp://127.0.0.1:{free_port()}"), "cannot be reached"),
    ("webhooks", lambda bed: webhook(bed, disabled_at=NOW), "The webhook CRM is switched off after failures."),
    ("webhooks", lambda bed: webhook(bed, failing_since=now() - 30 * HOUR), "has failed for more than a day"),
    ("sealed-secrets", lambda bed: webhook(bed, key="another"), "The secret of the webhook CRM cannot be opened"),
    ("signing-key", foreign_signing_key, "The key that badges are signed with cannot be opened"),
    ("administrator", nobody_to_administer, "Nobody who is active is an administrator."),
    ("programs", product_without_program, "The product till has no published program"),
]


@pytest.mark.parametrize(("name", "plant", "said"), ANYWHERE)
def test_it_finds_what_is_broken(name: str, plant: Callable[[Bed], Patient], said: str, bed: Bed) -> None:
    wrong = found(plant(bed))
    assert said in wrong.get(name, ""), wrong


def on_a_network(bed: Bed) -> Patient:
    mounts = bed.folder / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nfiles:/sales {bed.file.parent} nfs4 rw 0 0\n")
    return replace(bed.patient, mounts=mounts)


def readable_by_all(bed: Bed) -> Patient:
    bed.file.chmod(0o644)
    return bed.produced()


def without_parents(bed: Bed) -> Patient:
    bed.database.dispose()
    with closing(sqlite3.connect(bed.file)) as connection:
        connection.execute("INSERT INTO person_role (person_id, role) VALUES (4711, 'rep')")
        connection.commit()
    return bed.patient


def damaged(bed: Bed) -> Patient:
    with bed.storing() as session:
        for number in range(2000):
            record(session, at=NOW, actor="a" * 200, action="tale.told", subject=("tale", str(number)))
    bed.database.dispose()
    with closing(sqlite3.connect(bed.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with bed.file.open("r+b") as file:
        file.seek(bed.file.stat().st_size * 3 // 4 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    return bed.patient


def gone(bed: Bed) -> Patient:
    return bed.with_settings(database_url=f"sqlite:///{bed.folder / 'none.db'}")


@pytest.mark.parametrize(
    ("name", "plant", "said"),
    [
        ("database", gone, "none.db does not exist"),
        ("sqlite-network", on_a_network, "is on a network file system (nfs4)"),
        ("sqlite-private", readable_by_all, "every user of this machine can read it"),
        ("sqlite-references", without_parents, "1 rows of person_role refer to rows that are not there."),
        ("sqlite-integrity", damaged, "The file is damaged"),
    ],
)
@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_it_finds_what_is_broken_with_sqlite(name: str, plant: Callable[[Bed], Patient], said: str, bed: Bed) -> None:
    wrong = found(plant(bed))
    assert said in wrong.get(name, ""), wrong
    assert not (bed.folder / "none.db").exists()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_it_finds_a_file_that_cannot_be_written_to(bed: Bed) -> None:
    writable = next(each for each in CHECKS if each.name == "sqlite-writable")
    with TemporaryDirectory() as made:
        folder, user = Path(made), os.geteuid()
        (folder / "ours.db").touch(0o444)
        folder.chmod(0o555)
        if user == 0:
            os.seteuid(65534)  # root may write anywhere
        try:
            wrong = list(writable.look(bed.with_settings(database_url=f"sqlite:///{folder / 'ours.db'}")))
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
    assert wrong == [f"{folder / 'ours.db'} cannot be written to.", f"{folder} cannot be written to."]


def read_only(bed: Bed) -> Patient:
    name = make_url(bed.patient.settings.database_url).database
    bed.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    return bed.patient


def unknown_user(bed: Bed) -> Patient:
    url = make_url(bed.patient.settings.database_url).set(username="nobody", password="very secret")
    return bed.with_settings(database_url=url.render_as_string(hide_password=False))


def led_to_the_primary(bed: Bed) -> Patient:
    return bed.with_settings(replica_url=bed.patient.settings.database_url)


def without_a_replica(bed: Bed) -> Patient:
    return bed.with_settings(replica_url=f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")


@pytest.mark.parametrize(
    ("name", "plant", "said"),
    [
        ("database", unknown_user, "The database does not answer"),
        ("postgresql-version", limited(postgresql=99), "99 is the oldest that is supported"),
        ("postgresql-connections", limited(spare_connections=10_000), "connections are used"),
        ("postgresql-writable", read_only, "The database is set to read only"),
        ("replica", led_to_the_primary, "leads to a server that is no replica"),
        ("replica", without_a_replica, "The replica does not answer"),
    ],
)
@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_it_finds_what_is_broken_with_postgresql(
    name: str, plant: Callable[[Bed], Patient], said: str, bed: Bed
) -> None:
    patient = plant(bed)
    wrong = found(patient)
    if name == "postgresql-writable":
        database = make_url(patient.settings.database_url).database
        bed.execute("SET TRANSACTION READ WRITE", f"ALTER DATABASE {database} RESET ALL")
    assert said in wrong.get(name, ""), wrong
    assert "very secret" not in repr(wrong)


@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_it_finds_a_transaction_that_stays_open(bed: Bed) -> None:
    patient = limited(transaction=timedelta(0))(bed)
    with bed.database.engine.connect() as holder:
        holder.execute(text("SELECT count(*) FROM person"))
        assert "seconds; it holds locks and keeps old rows." in found(patient)["long-transactions"]


@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_it_finds_clocks_that_are_apart(bed: Bed) -> None:
    with time_machine.travel(now() + HOUR, tick=False):
        assert "The clocks of this machine and of the database are 3" in found(bed.patient)["clock"]


def test_it_finds_a_database_that_is_not_utf8(bed: Bed, new_postgresql_url: str) -> None:
    name = f"{make_url(new_postgresql_url).database}_ascii"
    admin = create_engine(new_postgresql_url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(
                text(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
            )
        url = make_url(new_postgresql_url).set(database=name).render_as_string(hide_password=False)
        wrong = found(bed.with_settings(database_url=url))
        assert "The database is encoded as SQL_ASCII" in wrong["postgresql-encoding"]
        assert "has no tables of Dealworthy" in wrong["migrated"]
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


def test_the_command_says_how_to_mend_and_exits_with_1(bed: Bed, database_url: str, run: Run) -> None:
    late_job(bed)
    status, said, error = run(database_url, "doctor")
    assert (status, error) == (1, "")
    assert "worker: 1 jobs wait for more than 15 minutes: nobody works, or not fast enough.\n    Run" in said
    status, said, _ = run(database_url, "doctor", "--json")
    findings = json.loads(said)["findings"]
    assert status == 1
    assert [set(each) for each in findings] == [{"check", "wrong", "mend"}] * len(findings)


def test_every_check_is_listed_with_its_mend() -> None:
    rows = [line.split(" | ") for line in (ROOT / "docs/doctor.md").read_text().splitlines() if line.startswith("| `")]
    listed = {row[0].removeprefix("| ").strip("`"): row[2].removesuffix(" |") for row in rows}
    assert listed == {each.name: each.mend for each in [REACHABLE, *CHECKS]}


def test_a_file_of_any_name_is_found_and_no_other_is_made(tmp_path: Path, run: Run) -> None:
    url = f"sqlite:///{tmp_path / 'sales #2 of 2026.db'}"
    migrate(url)
    before = set(tmp_path.iterdir())
    assert [line for line in run(url, "doctor")[1].splitlines() if line.startswith("migrated:")] == []
    assert {each for each in tmp_path.iterdir() if each.suffix not in {".db-shm", ".db-wal"}} == before


def test_a_name_that_no_file_can_have_is_said(tmp_path: Path, run: Run) -> None:
    status, said, _errors = run(f"sqlite:///{tmp_path / ('x' * 300)}.db", "doctor")
    assert status == 1
    assert re.search(r"^database: The database does not answer: .*File name too long", said, re.MULTILINE)
