"""The PostgreSQL server, and the replica that reports are read from."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DatabaseError

from app.commands.diagnosis.checks import Needs, Patient, check
from app.database import POOL_SIZE

ONLY = "postgresql"
_READ_ONLY = "SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only'"
_BEHIND = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())"


@check("postgresql-version", "Upgrade the server with pg_upgrade, after a backup.", Needs.DATABASE, ONLY)
def _version(patient: Patient) -> Iterator[str]:
    version = int(patient.database.scalar(text("SHOW server_version_num")) or 0) // 10_000
    if version < patient.limits.postgresql:
        yield f"The server is PostgreSQL {version}; {patient.limits.postgresql} is the oldest that is supported."


@check(
    "postgresql-encoding", "Make a database with ENCODING 'UTF8' and restore a backup into it.", Needs.DATABASE, ONLY
)
def _encoding(patient: Patient) -> Iterator[str]:
    encoding = patient.database.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        yield f"The database is encoded as {encoding}; Chinese names and texts cannot be stored reliably."


@check(
    "postgresql-writable",
    "Let DEALWORTHY_DATABASE_URL lead to the primary, and let the user write.",
    Needs.DATABASE,
    ONLY,
)
def _writable(patient: Patient) -> Iterator[str]:
    if patient.database.scalar(text("SELECT pg_is_in_recovery()")):
        yield "DEALWORTHY_DATABASE_URL leads to a replica, which cannot be written to."
    elif patient.database.scalar(text(_READ_ONLY)) == "on":
        yield "The database is set to read only (default_transaction_read_only)."


@check(
    "postgresql-connections",
    "Raise max_connections, run fewer processes, or put PgBouncer before it.",
    Needs.DATABASE,
    ONLY,
)
def _connections(patient: Patient) -> Iterator[str]:
    most, used = patient.database.execute(
        text(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int, "
            "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        )
    ).one()
    if most - used < patient.limits.spare_connections:
        yield f"{used} of {most} connections are used; each process of ours takes up to {POOL_SIZE}."


@check(
    "long-transactions",
    "End it with SELECT pg_terminate_backend(PID), and find out who began it.",
    Needs.DATABASE,
    ONLY,
)
def _transactions(patient: Patient) -> Iterator[str]:
    found = patient.database.execute(
        text(
            "SELECT pid, usename, extract(epoch FROM clock_timestamp() - xact_start)::int FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND clock_timestamp() - xact_start > make_interval(secs => :longest) ORDER BY xact_start LIMIT 5"
        ),
        {"longest": patient.limits.transaction.total_seconds()},
    )
    for pid, user, seconds in found:
        yield f"A transaction of {user} (PID {pid}) is open for {seconds} seconds; it holds locks and keeps old rows."


@check("clock", "Let both machines set their clocks by NTP.", Needs.DATABASE, ONLY)
def _clock(patient: Patient) -> Iterator[str]:
    there = patient.database.scalar(text("SELECT clock_timestamp()"))
    apart = abs(datetime.now(UTC) - there) if there else patient.limits.clock
    if apart > patient.limits.clock:
        yield f"The clocks of this machine and of the database are {apart.total_seconds():.0f} seconds apart."


@check("replica", "Let DEALWORTHY_REPLICA_URL lead to a replica that keeps up, or leave it empty.", Needs.NOTHING, ONLY)
def _replica(patient: Patient) -> Iterator[str]:
    url = patient.settings.replica_url
    if not url:
        return
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            behind = connection.scalar(text(_BEHIND))
            if not connection.scalar(text("SELECT pg_is_in_recovery()")):
                yield "DEALWORTHY_REPLICA_URL leads to a server that is no replica."
            elif behind is not None and behind > patient.settings.replica_seconds:
                yield f"The replica is {behind:.0f} seconds behind; pages read from the primary meanwhile."
    except DatabaseError as error:
        yield f"The replica does not answer: {str(error.orig).strip().splitlines()[0]}."
