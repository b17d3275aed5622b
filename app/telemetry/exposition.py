"""What `/metrics` says: of every process that serves together, and of what is stored."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.telemetry.aside import Aside, beside, soon
from app.telemetry.metrics import build_info
from app.telemetry.siblings import Siblings

log = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST

StoredGauges = Callable[[Connection], Iterable[Metric]]
"""Reads what is stored by a few cheap statements, and gives it as gauges with bounded labels."""


class Exposition:
    """Writes the metrics of one installation as text.

    What a process counts carries its name as the label `process`; what is stored is the same whoever is asked.
    """

    def __init__(
        self, url: str, registry: CollectorRegistry, stored: Sequence[StoredGauges], siblings: Siblings
    ) -> None:
        self._own = registry
        self._siblings = siblings
        self._engine = beside(url)
        self.stored = stored
        self._reading = Aside(self._read)

    async def text(self) -> bytes:
        """Write everything; without what is stored when the database does not answer soon."""
        try:
            stored = await self._reading.result()
        except (SQLAlchemyError, TimeoutError) as error:
            stored = _unread(error)
        return self._written(stored)

    def text_in_thread(self) -> bytes:
        """Write everything, to who is in a thread."""
        try:
            stored = self._reading.wait()
        except (SQLAlchemyError, TimeoutError) as error:
            stored = _unread(error)
        return self._written(stored)

    def _read(self) -> list[Metric]:
        with self._engine.connect() as connection:
            soon(connection)
            return [_readable(True), *(metric for read in self.stored for metric in read(connection))]

    def _written(self, stored: Iterable[Metric]) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        build = GaugeMetricFamily("dealworthy_build_info", "Which version runs.", labels=[*build_info()])
        build.add_metric([*build_info().values()], 1)
        registry.register(_Given([build, *stored, *self._siblings.families(self._own)]))
        return generate_latest(registry)


class _Given(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _readable(found: bool) -> Metric:  # noqa: FBT001 (the value of a gauge)
    return GaugeMetricFamily(
        "dealworthy_database_readable", "Whether what is stored could be read at this scrape.", value=int(found)
    )


def _unread(error: Exception) -> list[Metric]:
    log.warning("what is stored could not be read for metrics: %s", type(error).__name__)
    return [_readable(False)]
