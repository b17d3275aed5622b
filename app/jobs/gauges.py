"""What an operator watches of the job table, in one statement."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import bindparam, case, func, select
from sqlalchemy.engine import Connection
from sqlmodel import col

from app.clock import now
from app.jobs.models import Job

_DUE = (col(Job.failed_at).is_(None)) & (col(Job.due_at) <= bindparam("now"))
_BY_KIND = select(
    col(Job.kind),
    func.count(case((col(Job.failed_at).is_(None), 1))),
    func.count(case((_DUE, 1))),
    func.min(case((_DUE, col(Job.due_at)))),
    func.count(case((col(Job.failed_at).is_not(None), 1))),
).group_by(col(Job.kind))


def gauges(connection: Connection) -> Iterator[Metric]:
    """Count jobs by kind: those that wait, are due, and were set aside, and for how long the oldest has been due."""
    moment = now()
    waiting = GaugeMetricFamily("dealworthy_jobs_waiting", "Jobs that wait, also for their time.", labels=["kind"])
    due = GaugeMetricFamily("dealworthy_jobs_due", "Jobs whose time has come.", labels=["kind"])
    age = GaugeMetricFamily("dealworthy_jobs_oldest_seconds", "How long the oldest has been due.", labels=["kind"])
    set_aside = GaugeMetricFamily("dealworthy_jobs_set_aside", "Jobs that failed too often.", labels=["kind"])
    for kind, waits, is_due, oldest, failed in connection.execute(_BY_KIND, {"now": moment}):
        waiting.add_metric([kind], waits)
        due.add_metric([kind], is_due)
        age.add_metric([kind], (moment - oldest).total_seconds() if oldest else 0)
        set_aside.add_metric([kind], failed)
    yield waiting
    yield due
    yield age
    yield set_aside
