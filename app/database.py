"""The database: one engine, and sessions in which a request is a transaction.

Reading sessions (GET, HEAD, and what is marked by `reads`) never commit. Writing sessions commit once, before the
response leaves, so nobody is told that something is saved which is not.
"""

import math
import select
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Protocol, TypeVar

from fastapi import Depends, Request
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    SelectBase,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlmodel import Session, SQLModel

from app.prepared import prepared
from app.telemetry.watching import Telemetry

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

POOL_SIZE = 10
"""Connections of one process, and how many requests may hold a session at once."""

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC on every database; SQLite would hand back naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the base class names it)
        """Refuse a naive moment: nobody could say which one it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (as above)
        """Hand back UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def stored_enum(members: type[StrEnum]) -> Any:
    """Give the column type of an enum: its values as plain text, so that adding a member needs no migration."""
    return Enum(
        members,
        values_callable=lambda each: [member.value for member in each],
        native_enum=False,
        create_constraint=False,
        length=32,
    )


class UnansweredCommitError(SQLAlchemyError):
    """The database went away while it committed: what was to be stored may be stored, or not."""


class _Numbered(Protocol):
    id: int | None


def stored_id(row: _Numbered) -> int:
    """Return the id of a row that has been flushed."""
    if row.id is None:
        raise RuntimeError(f"this {type(row).__name__} has not been stored yet")
    return row.id


class Database:
    """An engine and the two ways to use it: `read` and `write`.

    With `read_only` the database itself refuses what would change it, in both of them.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url, read_only=read_only) if self.sqlite else _postgresql_engine(url)
        self._reader = self.engine if self.sqlite else self.engine.execution_options(postgresql_readonly=True)
        self._writer = self._reader if read_only else self.engine.execution_options(writes=True)
        # SQLite has one writer: queueing for it here, in order, is fairer than its busy timeout
        self._turn = threading.Lock()
        self.telemetry: Telemetry | None = None
        """What watches the process; none for commands that end by themselves."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that is rolled back at the end, whatever happened in it."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that is committed at the end, or rolled back when an error leaves the block.

        Raises UnansweredCommitError when the database goes away while it commits.
        """
        with self._turn if self.sqlite else nullcontext(), self._transaction() as session:
            yield session

    @contextmanager
    def ahead(self) -> Iterator[Session]:
        """Give a session that is committed at its end, to who holds one of `write` and has not used that one yet.

        What is stored here stays, whatever becomes of the other.
        """
        with self._transaction() as session:
            yield session

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self._writer, expire_on_commit=False) as session:
            yield session
            try:
                session.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise UnansweredCommitError from error
                raise

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _sqlite_engine(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": 15},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, see below; the driver must not
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "synchronous=FULL",  # what a person was told is saved survives a power cut
        ):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a transaction that reads and then writes loses updates or fails unless it asks for the lock at once
        begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get("writes", False) else "BEGIN"
        driven: Any = connection.connection.driver_connection
        try:
            driven.execute(begin)  # as a statement of SQLAlchemy it would take as long as a read
        except sqlite3.Error as error:
            raise DBAPIError.instance(begin, None, error, sqlite3.Error, hide_parameters=True) from error

    return engine


_TRUSTED: Final = 10.0
"""Seconds for which a connection that rests is taken to be whole, unless its server says something."""
_RESTED_SINCE: Final = "dealworthy.rested_since"


def _has_been_spoken_to(connection: Any) -> bool:
    """Say whether there is something to read on a connection that asked for nothing: mostly, that it is at its end."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_RESTED_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _look(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        # what a server leaves it closes, which shows here without asking; one that vanished closes nothing
        rested = time.monotonic() - entry.info.get(_RESTED_SINCE, math.inf)
        try:
            if rested > _TRUSTED or _has_been_spoken_to(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # a pooler such as PgBouncer lends another server process to each transaction, which does not know the
        # statements that one before it prepared; it shows by the number that it gave in place of the server's own
        served_by = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        connection.rollback()
        if served_by != connection.info.backend_pid:
            connection.prepare_threshold = None

    return engine


def rows(session: Session, statement: SelectBase, **values: Any) -> Sequence[Any]:
    """Send a statement that was built once, with `bindparam` where `values` belong, and return its rows.

    Building a statement and loading through the ORM cost ten times what the database takes for a small read, so
    what is read again and again goes this way. As with `Session.execute`, what was added before is seen.
    """
    if session.autoflush:
        session.flush()
    connection = session.connection()
    return prepared(statement, connection.dialect, values).rows(connection, values)


def reads(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint that stores nothing although it is sent by POST: it neither waits for writers nor stops them."""
    endpoint.reads = True  # type: ignore[attr-defined]  # read by `may_write`
    return endpoint


def may_write(request: Request) -> bool:
    """Say whether the session of a request commits."""
    return request.method not in {"GET", "HEAD"} and not getattr(request.scope.get("endpoint"), "reads", False)


async def _received(request: Request) -> None:
    """Wait until all of a request is there: a sender who is slow, or stops, takes no connection from others."""
    if request.method not in {"GET", "HEAD"}:
        await request.body()


def _session(request: Request, _whole: Annotated[None, Depends(_received)]) -> Iterator[Session]:
    database: Database = request.app.state.database
    with database.write() if may_write(request) else database.read() as session:
        yield session


# scope="function": the commit comes before the response; max_concurrency: threads never wait for the pool
SessionDep = Annotated[Session, Depends(_session, scope="function", max_concurrency=POOL_SIZE)]


class Replica:
    """A streaming replica of a PostgreSQL, for reports: pages that may be seconds old, and never the gate.

    How old it is, is known by what it has replayed of the journal of the database itself: nothing is read from it
    that lacks what was stored more than `seconds` ago.
    """

    def __init__(self, url: str, seconds: float) -> None:
        soon = make_url(url).update_query_dict({"connect_timeout": "2"})
        self._database = Database(soon.render_as_string(hide_password=False))
        self._seconds = seconds
        self._marks: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._replayed_at: float | None = None
        self.reads: Counter[str] = Counter()
        """How many reports were read from it, and how many not, because it was `away` or `behind`."""
        self.lag: float | None = None
        """How many seconds it was behind at most when it was asked last; None before it was known once."""

    @contextmanager
    def read(self, otherwise: Session) -> Iterator[Session]:
        """Give a session on the replica, or the one on the database itself where the replica will not do."""
        with ExitStack() as stack:
            yield self._fresh(otherwise, stack) or otherwise

    @property
    def engine(self) -> Engine:
        """What is read from it goes over this."""
        return self._database.engine

    def dispose(self) -> None:
        """Close every connection."""
        self._database.dispose()

    def _fresh(self, otherwise: Session, stack: ExitStack) -> Session | None:
        found, outcome = None, "away"
        if time.monotonic() >= self._away_until:
            needed = self._needed(otherwise)
            session = stack.enter_context(self._database.read())
            try:
                recent, replayed = session.execute(_REPLAYED, {"needed": needed}).one()
                outcome = "replica" if recent else "behind"
                self._note(replayed)
            except (DBAPIError, PoolTimeoutError):
                self._away_until = time.monotonic() + _PAUSE
            if outcome == "replica":
                found = session
            else:
                session.close()
        with self._lock:
            self.reads[outcome] += 1
            if self._replayed_at is not None:
                self.lag = time.monotonic() - self._replayed_at
        return found

    def _note(self, replayed: str | None) -> None:
        """Remember the newest moment of which it is known that everything stored until then has been replayed."""
        if replayed is None:
            return
        with self._lock:
            for moment, written in reversed(self._marks):
                if _position(written) <= _position(replayed):
                    self._replayed_at = max(moment, self._replayed_at or moment)
                    return

    def _needed(self, session: Session) -> str:
        """Return how far the journal was at the earliest moment that is still recent enough."""
        moment = time.monotonic()
        with self._lock:
            while self._marks and self._marks[0][0] < moment - self._seconds:
                self._marks.popleft()
            if not self._marks or self._marks[-1][0] < moment - min(1.0, self._seconds / 2):
                self._marks.append((moment, str(session.scalar(_WRITTEN))))
            return self._marks[0][1]


_PAUSE: Final = 5.0
"""Seconds for which a replica that did not answer is not asked again."""
_WRITTEN: Final = text("SELECT pg_current_wal_lsn()")
_REPLAYED: Final = text(
    "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= CAST(:needed AS pg_lsn), "
    "CAST(pg_last_wal_replay_lsn() AS text)"
)


def _position(place: str) -> int:
    """Return a place in the journal, which PostgreSQL writes as two numbers, as one that can be compared."""
    high, low = place.split("/")
    return int(high, 16) << 32 | int(low, 16)


def _replica_session(request: Request, session: SessionDep) -> Iterator[Session]:
    replica: Replica | None = getattr(request.app.state, "replica", None)
    if replica is None or may_write(request) or "flash" in request.cookies:
        yield session  # the message after somebody's own change comes with a page that shows it
    else:
        with replica.read(session) as copy:
            yield copy


ReplicaSession = Annotated[Session, Depends(_replica_session, scope="function", max_concurrency=POOL_SIZE)]
"""For reports only: what it reads may be some seconds old where the installation has a replica."""
