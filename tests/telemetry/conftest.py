import io
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from app.config import LogFormat, LogLevel, Settings
from app.telemetry import logs


@pytest.fixture
def written(settings: Settings) -> Iterator[io.StringIO]:
    """Everything that this process logs, as in production but down to the smallest line."""
    root = logging.getLogger()
    known = [logging.getLogger(name) for name in (*logs.KNOWN, "uvicorn.error", "uvicorn.access")]
    before = [(logger, logger.level, logger.handlers[:], logger.disabled) for logger in [root, *known]]
    hooks = sys.excepthook, threading.excepthook
    stream = io.StringIO()
    logs.configure(settings.model_copy(update={"log_format": LogFormat.JSON, "log_level": LogLevel.DEBUG}), stream)
    yield stream
    for logger, level, handlers, disabled in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.disabled = disabled
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
