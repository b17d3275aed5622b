"""Fetching the CRM's deals from an address, and comparing them: the work of a job.

It has a thread of its own, so that a slow CRM holds up nothing else. Whatever goes wrong is kept as a run that did
not come to its end, with the reason, and the next time is set; a worker that is killed leaves the job to another.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from threading import Event, Thread
from typing import IO, Any

from sqlalchemy import update
from sqlmodel import Session, col

from app.clock import now
from app.config import Settings
from app.database import Database
from app.deals.reconciling import runs, sources
from app.deals.reconciling.models import CrmSource, SourceForm
from app.deals.reconciling.reading import Row, array, lines
from app.deals.reconciling.runs import FAILED
from app.deals.reconciling.sources import LABEL, PULL_JOB
from app.deals.reconciling.sweeping import Sweep
from app.deals.reconciling.tables import HeaderError, table
from app.jobs.worker import Prepared, Worker
from app.outbound.client import Client, Timing
from app.outbound.errors import OutboundError, StatusError
from app.outbound.sealing import SealError, unseal

PLAN_JOB = "crm.plan"
PLAN_EVERY = timedelta(minutes=5)
LARGEST = 32 * 1024 * 1024
"""Bytes that are fetched at most."""
MOST_ROWS = 100_000
AGAIN = timedelta(hours=1)
"""After a failure it is tried again so much later, where the rhythm does not come earlier."""
PATIENCE = Timing(fetch=90)
IDLE = 5.0
"""Seconds between looks for new work."""
_IN_MEMORY = 1024 * 1024


log = logging.getLogger(__name__)


class TooManyRowsError(Exception):
    """The CRM gave more rows than are compared at once."""


@dataclass(frozen=True, slots=True)
class _Asked:
    id: int
    by: str
    url: str
    form: SourceForm
    sealed_header: str
    every: timedelta
    recording: bool


class Puller:
    """Fetches for one installation. `client` may be another than the guarded one of the settings."""

    def __init__(
        self, settings: Settings, *, client: Client | None = None, clock: Callable[[], datetime] = now
    ) -> None:
        self._settings = settings
        self._client = client or Client(settings, timing=PATIENCE)
        self._clock = clock

    @property
    def job(self) -> Prepared:
        """The handler of a fetch."""
        return Prepared(self._pull)

    def _pull(self, database: Database, payload: Mapping[str, Any]) -> None:
        moment = self._clock()
        with database.write() as session:
            asked = _asked(session, payload["source"], moment)
            if asked is None:
                return
            # a fetch may outlast the lease of its job: whoever takes the job then finds that it is not due
            _set_next(session, asked, moment + min(asked.every, AGAIN))
            run_id = runs.begin(session, by=asked.by, recording=asked.recording, moment=moment, source_id=asked.id)
        done = self._fetch_and_sweep(database, asked, run_id)
        with database.write() as session:
            _set_next(session, asked, self._clock() + (asked.every if done else min(asked.every, AGAIN)))

    def _fetch_and_sweep(self, database: Database, asked: _Asked, run_id: int) -> bool:
        """Compare all rows; say whether that worked. What is found is counted and kept by the run itself."""
        try:
            file = self._fetched(asked)
        except (OutboundError, SealError, OSError) as error:
            with database.write() as session:
                runs.stop(session, run_id, _why(error), by=asked.by, moment=self._clock())
            return False
        sweep = Sweep(
            database=database,
            run_id=run_id,
            by=asked.by,
            clock=self._clock,
            recording=asked.recording,
            why=_why,
        )
        try:
            with file, closing(sweep.findings(_bounded(_rows(asked.form, file)))) as findings:
                for _finding in findings:
                    pass
        except (HeaderError, TooManyRowsError):
            return False
        except Exception:
            log.exception("run %s failed", run_id)
            return False
        return True

    def _fetched(self, asked: _Asked) -> IO[bytes]:
        headers = {"Accept": "text/csv" if asked.form is SourceForm.CSV else "application/json, application/x-ndjson"}
        if asked.sealed_header:
            headers["Authorization"] = unseal(asked.sealed_header, self._settings.secret_key, LABEL)
        file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (whoever asked closes it)
        try:
            for piece in self._client.fetch(asked.url, headers, LARGEST):
                file.write(piece)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file


def _why(error: Exception) -> str:
    match error:
        case StatusError():
            return f"status:{error.status}"
        case OutboundError():
            return error.sentence
        case HeaderError():
            return f"header:{error}"
        case SealError():
            return "sealed"
        case TooManyRowsError():
            return "too_many"
        case _:
            return FAILED


def _asked(session: Session, source_id: int, moment: datetime) -> _Asked | None:
    """Return what to fetch, or None where it is stopped, or somebody else has fetched it meanwhile."""
    source = session.get(CrmSource, source_id, with_for_update=True)
    if source is None or source.stopped_at is not None or source.due_at is None or source.due_at > moment:
        return None
    return _Asked(
        id=source_id,
        by=f"crm:{source.name}",
        url=source.url,
        form=source.form,
        sealed_header=source.sealed_header,
        every=timedelta(hours=source.every_hours),
        recording=source.recording,
    )


def _set_next(session: Session, asked: _Asked, due_at: datetime) -> None:
    going = (col(CrmSource.id) == asked.id, col(CrmSource.stopped_at).is_(None))
    session.execute(update(CrmSource).where(*going).values(due_at=due_at))


def _rows(form: SourceForm, file: IO[bytes]) -> Iterator[Row]:
    if form is SourceForm.CSV:
        return table(file)
    beginning = file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    return array(file.read()) if beginning.startswith(b"[") else lines(file)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise TooManyRowsError
        yield row


def plan(session: Session, _payload: Mapping[str, Any]) -> None:
    """Ask for what is due."""
    sources.plan(session, now())


def start(database: Database, settings: Settings, stop: Event) -> list[Thread]:
    """Start the thread that fetches; it ends once `stop` is set and what it is at is done."""
    worker = Worker(database, {PULL_JOB: Puller(settings).job}, kinds=[PULL_JOB])
    thread = Thread(target=worker.run, args=(stop, IDLE), name="crm", daemon=True)
    thread.start()
    return [thread]
