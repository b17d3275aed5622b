"""The command that does what is left to do after requests: `worker`."""

import argparse
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.api import idempotency
from app.authoring.questionfiles import actions as questionfiles
from app.certification import summary, windows
from app.certification.assigning import actions as assigning
from app.certification.certificates import filing
from app.certification.certificates.actions import put_on_record
from app.certification.certificates.models import CertificateFile
from app.certification.forgetting import Forgetting
from app.clock import now
from app.commands.base import Parsers, migrated
from app.conduct import forgetting, rereading, rescan
from app.config import Settings
from app.database import Database
from app.deals.incidents.models import Incident
from app.deals.ledger import actions as ledger
from app.deals.reconciling import pulling, runs
from app.deals.reconciling.sources import PULL_JOB
from app.jobs.actions import LEASE
from app.jobs.worker import Handler, Prepared, Worker
from app.mails import actions as mails
from app.mails.sending import Postman
from app.notices import telling
from app.people import limits, sessions
from app.quizzes import actions as quizzes
from app.quizzes import forgetting as answers
from app.quizzes.regrading import actions as regrading
from app.telemetry import logs
from app.telemetry.watching import Telemetry
from app.watching import Watching, own
from app.webhooks import lanes
from app.webhooks.delivering import Courier


def _finish_attempts(session: Session, _payload: Mapping[str, Any]) -> None:
    quizzes.finish_overdue(session, now())


def _forget_uploads(session: Session, _payload: Mapping[str, Any]) -> None:
    questionfiles.forget_old(session, now())


def _clear_sign_in(session: Session, _payload: Mapping[str, Any]) -> None:
    sessions.forget_expired(session, now())
    limits.forget_old(session, now())


def _forget_answers(session: Session, _payload: Mapping[str, Any]) -> None:
    idempotency.forget_old(session, now())


def _forget_runs(session: Session, _payload: Mapping[str, Any]) -> None:
    runs.forget_old(session, now())


def _apply_rules(session: Session, _payload: Mapping[str, Any]) -> None:
    assigning.apply_rules(session, now())


def _award_opened(database: Database, _payload: Mapping[str, Any]) -> None:
    windows.award_opened(database, now())


def _regrade(session: Session, payload: Mapping[str, Any]) -> None:
    if "only" in payload:
        regrading.mark_only(session, payload["regrade"], payload["only"], now())
    else:
        regrading.mark_next(session, payload["regrade"], payload["after"], now())


def _read_texts_again(database: Database, payload: Mapping[str, Any]) -> rereading.Batch:
    return rereading.prepare(database, payload, now())


def _store_findings(session: Session, _payload: Mapping[str, Any], batch: rereading.Batch) -> None:
    rereading.store(session, batch, now())


def _in_small_steps(forget: Callable[[Session], bool]) -> Prepared:
    """Make a job that forgets a little in each transaction, until nothing is left or its lease is nearly over."""
    return _in_steps_of(lambda: forget)


def _in_steps_of(begin: Callable[[], Callable[[Session], bool]]) -> Prepared:
    """Make such a job of steps that know where the last one ended; `begin` gives the steps of one run."""

    def forget_all(database: Database, _payload: Mapping[str, Any]) -> None:
        ends = now() + _STEPS_FOR
        forget = begin()
        more = True
        while more and now() < ends:
            with database.write() as session:
                more = forget(session)

    return Prepared(forget_all)


_STEPS_FOR = LEASE * 0.8


def _forget_mails(session: Session, _payload: Mapping[str, Any]) -> None:
    mails.forget_old(session, now())


def _make_certificates(database: Database, payload: Mapping[str, Any]) -> list[CertificateFile]:
    return filing.prepare(database, payload, now())


def _file_certificates(session: Session, _payload: Mapping[str, Any], files: list[CertificateFile]) -> None:
    put_on_record(session, files)


HANDLERS: Mapping[str, Handler | Prepared] = {
    "quizzes.finish_attempts": _finish_attempts,
    "quizzes.forget_uploads": _forget_uploads,
    "people.clear_sign_in": _clear_sign_in,
    questionfiles.JOB: questionfiles.READ_UPLOAD,
    regrading.JOB: _regrade,
    rescan.JOB: Prepared(_read_texts_again, _store_findings),
    forgetting.JOB: _in_small_steps(lambda session: forgetting.forget_old(session, now())),
    assigning.JOB: _apply_rules,
    windows.JOB: Prepared(_award_opened),
    summary.JOB: Prepared(summary.prepare, summary.store),
    mails.FORGET_JOB: _forget_mails,
    idempotency.JOB: _forget_answers,
    pulling.PLAN_JOB: pulling.plan,
    runs.FORGET_JOB: _forget_runs,
}
PERIODIC = {
    "quizzes.finish_attempts": timedelta(minutes=1),
    "quizzes.forget_uploads": timedelta(hours=6),
    "people.clear_sign_in": timedelta(hours=1),
    forgetting.JOB: timedelta(hours=1),
    assigning.JOB: timedelta(minutes=15),
    windows.JOB: timedelta(minutes=15),
    summary.JOB: summary.EVERY,
    mails.FORGET_JOB: timedelta(hours=6),
    idempotency.JOB: timedelta(hours=1),
    telling.JOB: timedelta(minutes=5),
    ledger.FORGET_JOB: timedelta(minutes=15),
    answers.JOB: timedelta(hours=1),
    forgetting.FINDINGS_JOB: timedelta(hours=6),
    pulling.PLAN_JOB: pulling.PLAN_EVERY,
    runs.FORGET_JOB: timedelta(hours=24),
    **lanes.PERIODIC,
}


def handlers(settings: Settings) -> Mapping[str, Handler | Prepared]:
    """Return the handler of every kind of job, for one installation."""

    def forget_clearances(session: Session) -> bool:
        return ledger.forget_old(session, now(), settings.keep_clearances_days)

    def forget_findings(session: Session) -> bool:
        needed = select(col(Incident.finding_id)).where(col(Incident.finding_id).is_not(None))
        return forgetting.forget_findings(session, now(), settings.keep_findings_days, needed)

    return {
        **HANDLERS,
        mails.JOB: Postman(settings).job,
        telling.JOB: telling.Teller(settings).job,
        ledger.FORGET_JOB: _in_small_steps(forget_clearances),
        answers.JOB: _in_steps_of(lambda: Forgetting(settings.keep_answers_days, now())),
        forgetting.FINDINGS_JOB: _in_small_steps(forget_findings),
        PULL_JOB: pulling.Puller(settings).job,
        **lanes.handlers(Courier(settings)),
    }


def worker_beside_lanes(database: Database, settings: Settings) -> Worker:
    """Return the worker for everything but what has threads of its own."""
    found = handlers(settings)
    return Worker(database, found, PERIODIC, kinds=[each for each in found if each not in {*lanes.KINDS, PULL_JOB}])


def start_lanes(database: Database, settings: Settings, stop: Event) -> list[Thread]:
    """Start what has threads of its own: webhooks, and fetching the CRM's deals."""
    return [*lanes.start(database, settings, stop), *pulling.start(database, settings, stop)]


def wait_for(threads: Sequence[Thread], seconds: float = 25.0) -> None:
    """Let threads that were told to stop finish what they are at."""
    for each in threads:
        each.join(seconds)


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    worker = parsers.add_parser("worker", help="do what is left to do after requests, until stopped")
    worker.add_argument("--metrics-port", type=int, help="a port for metrics and health")
    worker.add_argument("--metrics-host", default="127.0.0.1", help="where it listens; 127.0.0.1 unless given")
    worker.add_argument("--once", action="store_true", help="do what is due now, then end")
    worker.set_defaults(run=_work)


def watched(arguments: argparse.Namespace, settings: Settings, database: Database) -> AbstractContextManager[None]:
    """Watch the jobs of this process."""
    watching = Watching(settings, Telemetry(settings), database, own("worker"))
    return watching.running(arguments.metrics_port, arguments.metrics_host)


def _work(arguments: argparse.Namespace, settings: Settings) -> int:
    logs.configure(settings)
    with migrated(settings) as database, watched(arguments, settings, database):
        if arguments.once:
            print(f"Jobs done: {Worker(database, handlers(settings), PERIODIC).run_once()}.")
            return 0
        stop = Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        print("Working. Stop with Ctrl-C.")
        sending = start_lanes(database, settings, stop)
        worker_beside_lanes(database, settings).run(stop)
        wait_for(sending)
    return 0
