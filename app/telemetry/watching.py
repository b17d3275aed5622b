"""What belongs together for one installation in one process: what is counted, what is traced, and on which engines."""

from sqlalchemy import Engine

from app.config import Settings
from app.telemetry.metrics import Metrics, build_info
from app.telemetry.statements import watch_statements
from app.telemetry.tracing import Tracing, start_tracing


class Telemetry:
    """The metrics of one process, and its traces where they are wanted."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics()
        self.tracing: Tracing | None = None
        self._slow_ms = settings.slow_statement_ms
        if settings.otlp_endpoint:
            system = settings.database_url.partition(":")[0].partition("+")[0]
            self.tracing = start_tracing(settings.otlp_endpoint, build_info()["version"], system)

    def watch(self, engine: Engine) -> None:
        """Watch what is sent over an engine."""
        watch_statements(engine, self._slow_ms)

    def close(self) -> None:
        """Send what is left of the traces."""
        if self.tracing is not None:
            self.tracing.close()
