"""What an operator watches of mails, in two statements."""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection
from sqlmodel import col

from app.clock import now
from app.jobs.models import Job
from app.mails.actions import JOB
from app.mails.models import Mail

_RECENT = timedelta(days=7)
_WAITING = select(func.count()).where(col(Job.kind) == JOB, col(Job.failed_at).is_(None))
_SET_ASIDE = select(func.count()).where(col(Mail.created_at) >= bindparam("since"), col(Mail.failed_at).is_not(None))


def gauges(connection: Connection) -> Iterator[Metric]:
    """Count the mails that wait to be sent, and those of the last week that were set aside."""
    yield GaugeMetricFamily("dealworthy_mails_waiting", "Mails to send.", value=connection.scalar(_WAITING) or 0)
    failed = connection.scalar(_SET_ASIDE, {"since": now() - _RECENT}) or 0
    yield GaugeMetricFamily("dealworthy_mails_set_aside", "Mails of the last 7 days that were given up.", value=failed)
