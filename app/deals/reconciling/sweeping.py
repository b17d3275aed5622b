"""One run: all rows of the CRM, batch by batch, with what is found on the way.

No connection is held between two batches, so that who reads the findings slowly keeps nobody else waiting.
"""

import logging
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.clock import local_day
from app.database import Database
from app.deals.facts import is_open
from app.deals.models import Deal, DealMember
from app.deals.reconciling import runs
from app.deals.reconciling.comparing import Compared, compare
from app.deals.reconciling.reading import Broken, Given, Row
from app.deals.reconciling.recording import Problems, Recorded, record
from app.deals.reconciling.runs import FAILED, HUNG_UP, Counts
from app.people.models import Person
from app.web.i18n import gettext as _

BATCH = 500
"""Rows that are compared at once."""
MOST_ASKED = 5_000
"""Questions to the gate, one for each member and product, after which a batch ends: each takes a kilobyte and more."""
RECORDED_AT_ONCE = 100
"""Deals that are stored in one transaction: others wait for it."""
PROGRESS = 1_000
"""Rows after which it is said how far the run is."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    counts: Counts


@dataclass(frozen=True, slots=True)
class Found:
    """A row that differs, or whose team is not cleared; `problems` kept it from being taken over."""

    row: Compared
    recorded: bool = False
    problems: Problems = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """An open deal that the CRM did not send."""

    reference: str
    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run."""

    counts: Counts


Finding = Progress | Found | Broken | Missing | Summary


@dataclass(kw_only=True)
class Sweep:
    """One run that has begun (`runs.begin`). `clock` gives the moment as of which each batch is asked about.

    Without `whole` the rows are only some of the CRM's deals, and none is missing for not being among them. `why`
    says what to keep of a run that failed.
    """

    database: Database
    run_id: int
    by: str
    clock: Callable[[], datetime]
    recording: bool = False
    whole: bool = True
    why: Callable[[Exception], str] = lambda _error: FAILED
    counts: Counts = field(default_factory=Counts)
    _seen: set[str] = field(default_factory=set)
    _lines: list[dict[str, object]] = field(default_factory=list)
    _parts: int = 0
    _kept: int = 0

    def findings(self, rows: Iterable[Row]) -> Generator[Finding, None, None]:
        """Do the work, as far as what it finds is asked for. Closing it before the end stops the run."""
        try:
            yield self._progress()
            said = 0
            for batch in _batches(rows):
                yield from self._batch(batch)
                self._keep()
                if self.counts.rows // PROGRESS > said:
                    said = self.counts.rows // PROGRESS
                    yield self._progress()
            if self.whole:
                yield from self._missing()
            self._keep()
            with self.database.write() as session:
                runs.finish(session, self.run_id, self.counts, by=self.by, moment=self.clock())
        except GeneratorExit:
            self._stop(HUNG_UP)
            raise
        except Exception as error:
            self._stop(self.why(error))
            raise
        yield Summary(replace(self.counts))

    def _progress(self) -> Progress:
        return Progress(replace(self.counts))

    def _batch(self, batch: Sequence[Row]) -> Iterator[Finding]:
        rows = [self._once(each) for each in batch]
        given = [each for each in rows if isinstance(each, Given)]
        with self.database.read() as session:
            compared = {each.line: each for each in compare(session, given, self.clock())}
        recorded = self._record([each for each in compared.values() if each.differences]) if self.recording else None
        for row in rows:
            self.counts.rows += 1
            finding = row if isinstance(row, Broken) else self._found(compared[row.line], recorded or Recorded())
            if finding is not None:
                self._note(finding)
                yield finding

    def _once(self, row: Row) -> Row:
        name = row.id if isinstance(row, Broken) else row.deal.id
        if name is None:
            return row
        again = name in self._seen
        self._seen.add(name)
        if again and isinstance(row, Given):
            return Broken(row.line, name, (("/id", _("This deal stands in an earlier row.")),))
        return row

    def _record(self, rows: Sequence[Compared]) -> Recorded:
        done = Recorded()
        for start in range(0, len(rows), RECORDED_AT_ONCE):
            crm = [each.crm for each in rows[start : start + RECORDED_AT_ONCE]]
            with self.database.write() as session:
                found = record(session, crm, by=self.by, moment=self.clock())
            done.done |= found.done
            done.problems |= found.problems
        return done

    def _found(self, row: Compared, recorded: Recorded) -> Found | None:
        if row.here is None:
            self.counts.unknown += 1
        elif row.differences:
            self.counts.different += 1
        else:
            self.counts.same += 1
        self.counts.not_cleared += not row.allowed
        done = row.crm.id in recorded.done
        self.counts.recorded += done
        if row.allowed and not row.differences:
            return None
        return Found(row, recorded=done, problems=recorded.problems.get(row.crm.id, ()))

    def _note(self, finding: Found | Broken | Missing) -> None:
        match finding:
            case Broken():
                self.counts.wrong += 1
                line = runs.broken_line(finding)
            case Missing():
                self.counts.missing += 1
                line = runs.missing_line(finding.reference, finding.name, finding.people)
            case Found():
                line = runs.compared_line(finding.row, recorded=finding.recorded, problems=finding.problems)
        self._parts += runs.parts_of(line)
        if len(self._lines) < runs.MOST_LINES and self._parts <= runs.MOST_PARTS:
            self._lines.append(line)

    def _keep(self) -> None:
        fresh = self._lines if len(self._lines) > self._kept else None
        self._kept = len(self._lines)
        with self.database.write() as session:
            runs.keep(session, self.run_id, self.counts, fresh)

    def _stop(self, error: str) -> None:
        try:
            with self.database.write() as session:
                runs.keep(session, self.run_id, self.counts, self._lines)
                runs.stop(session, self.run_id, error, by=self.by, moment=self.clock())
        except Exception:
            # the run stays as one that never ended, which is what the pages then say of it
            log.exception("run %s could not be marked as stopped", self.run_id)

    def _missing(self) -> Iterator[Missing]:
        after, moment = 0, self.clock()
        while True:
            with self.database.read() as session:
                deals = session.execute(
                    select(col(Deal.id), col(Deal.reference), col(Deal.name))
                    .where(is_open(local_day(moment)), col(Deal.id) > after, col(Deal.created_at) <= moment)
                    .order_by(col(Deal.id))
                    .limit(BATCH)
                ).all()
                absent = [each for each in deals if each.reference not in self._seen]
                people = _people(session, [each.id for each in absent])
            for each in absent:
                finding = Missing(each.reference, each.name, tuple(people.get(each.id, ())))
                self._note(finding)
                yield finding
            if len(deals) < BATCH:
                return
            after = deals[-1].id


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    asked = 0
    for row in rows:
        batch.append(row)
        asked += _asks(row)
        if len(batch) == BATCH or asked >= MOST_ASKED:
            yield batch
            batch, asked = [], 0
    if batch:
        yield batch


def _asks(row: Row) -> int:
    """Count the questions that a row puts to the gate, as far as it says so itself."""
    return len(row.deal.team or "-") * len(row.deal.products or "-") if isinstance(row, Given) else 0


def _people(session: Session, deal_ids: Collection[int]) -> dict[int, list[str]]:
    if not deal_ids:
        return {}
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(col(DealMember.deal_id), col(Person.email))
        .join(Person, col(Person.id) == col(DealMember.person_id))
        .where(col(DealMember.deal_id).in_(deal_ids))
        .order_by(col(Person.email))
    )
    for deal_id, email in rows:
        found.setdefault(deal_id, []).append(email)
    return found
