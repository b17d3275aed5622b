"""Keeping answers, and forgetting those that are old."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from sqlalchemy import Insert, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session, SQLModel, col

from app.database import Database
from app.deals.ledger import content
from app.deals.ledger.counting import count_answers, count_unanswered
from app.deals.models import KeptClearance
from app.deals.queries import Answer
from app.errors import AppError
from app.web.i18n import gettext as _

FORGET_JOB: Final = "deals.forget_clearances"
AT_ONCE: Final = 20_000
"""Answers that one run forgets, so that writers do not wait for long."""

_TABLE: Final = SQLModel.metadata.tables[KeptClearance.__tablename__]
_ADD: Final[dict[str, Insert]] = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing(),
}
Row = dict[str, Any]


class NotKeptError(AppError):
    """The answer could not be put on record, so it must not be given."""

    status = 503


def keep(session: Session, answers: Iterable[tuple[Answer, str | None]], *, by: str, moment: datetime) -> None:
    """Keep answers in the transaction of what rests on them; beside each, the id of the decision about a deal.

    With such an id an answer is never forgotten.
    """
    given = list(answers)
    _store(session, [_row(answer, by, moment, decision_id) for answer, decision_id in given])
    count_answers(answer for answer, _ in given)


@dataclass(eq=False)
class _Waiting:
    rows: Sequence[Row]
    written: bool = False
    kept: bool = False


@dataclass
class Ledger:
    """Keeps the answers of requests that only read, each before it is given.

    Whoever gets the turn writes for all who wait, so that requests at once share one commit. A caller must not hold
    a connection: else those who wait for the turn could hold all of them.
    """

    database: Database
    unanswered: int = 0
    """How many requests wait for their answers to be kept."""
    _waiting: list[_Waiting] = field(default_factory=list)
    _adding: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def keep(self, answers: Iterable[Answer], *, by: str, moment: datetime) -> None:
        """Return when the answers are stored for good. Raises NotKeptError when they could not be."""
        given = list(answers)
        own = _Waiting([_row(each, by, moment) for each in given])
        with self._adding:
            self._waiting.append(own)
            self.unanswered += 1
        with self._turn:
            if not own.written:
                self._write()
        with self._adding:
            self.unanswered -= 1
        if not own.kept:
            count_unanswered(given)
            raise NotKeptError(_("The answer could not be put on record, so it is not given. Try again in a moment."))
        count_answers(given)

    def _write(self) -> None:
        with self._adding:
            taken, self._waiting = self._waiting, []
        try:
            self._commit(taken)
        except (OperationalError, PoolTimeoutError):
            pass  # the database does not take anything now: everybody is told so
        except Exception:  # noqa: BLE001 (what is wrong with one request must not fail the others)
            for each in taken:
                self._write_alone(each)
        finally:
            for each in taken:
                each.written = True

    def _write_alone(self, waiting: _Waiting) -> None:
        try:
            self._commit([waiting])
        except Exception:  # noqa: BLE001 (whoever waits for it is told)
            waiting.kept = False

    def _commit(self, taken: Sequence[_Waiting]) -> None:
        with self.database.write() as session:
            _store(session, [row for each in taken for row in each.rows])
        for each in taken:
            each.kept = True


def _row(answer: Answer, by: str, moment: datetime, decision_id: str | None = None) -> Row:
    return {
        "id": answer.id,
        "rep": answer.question.rep.lower(),
        "person_id": answer.person_id,
        "deal_id": answer.asked.deal_id,
        "decision_id": decision_id,
        "asked_by": by,
        "asked_at": moment,
        "as_of": answer.as_of,
        "asked": content.asked(answer),
        "facts": content.facts(answer),
        "answer": content.answered(answer),
    }


def _store(session: Session, rows: Sequence[Row]) -> None:
    """Add rows in the order of their ids, so that two who add the same ones do not wait for each other in a circle."""
    if rows:
        statement = _ADD[session.get_bind().dialect.name]
        session.connection().execute(statement, sorted(rows, key=lambda row: str(row["id"])))


def forget_old(session: Session, moment: datetime, days: int) -> bool:
    """Forget the oldest of the answers given more than `days` days ago on which no change of a deal rested.

    Says whether more may be left than one run forgets.
    """
    old = (
        select(col(KeptClearance.id))
        .where(col(KeptClearance.asked_at) < moment - timedelta(days=days), col(KeptClearance.decision_id).is_(None))
        .order_by(col(KeptClearance.asked_at))
        .limit(AT_ONCE)
    )
    forgotten = session.execute(delete(KeptClearance).where(col(KeptClearance.id).in_(old)))
    return bool(forgotten.rowcount == AT_ONCE)  # type: ignore[attr-defined]  # a DELETE's result counts rows
