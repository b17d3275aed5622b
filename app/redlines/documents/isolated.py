"""Take files of strangers apart in a process of its own, which can be ended.

No library for office files or PDF bounds its own time. A thread cannot be stopped, a process can; it also gets
a limit of memory, and none of this process's settings and secrets.
"""

import json
import logging
import math
import os
import re
import subprocess
import sys
from threading import BoundedSemaphore
from typing import Any, Final

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.limits import MOST_AT_ONCE, MOST_MEMORY, MOST_WAITING
from app.redlines.documents.places import Piece, Place

_log = logging.getLogger(__name__)
_LAST_PLACES: Final = 10
_FRAME: Final = re.compile(r"[\w.]+:\d+|\w+\Z")
"""A place in our code, and the kind of error at the end, as `child` writes them."""
_PLACES: Final = BoundedSemaphore(MOST_AT_ONCE + MOST_WAITING)
_TURNS: Final = BoundedSemaphore(MOST_AT_ONCE)
_KEPT: Final = ("SYSTEMROOT", "TMPDIR", "TEMP", "LD_LIBRARY_PATH")
"""Settings without which a process may not start."""


def taken_apart(data: bytes, kind: str, seconds: float) -> tuple[list[Piece], list[Place]]:
    """Return the pieces of a file, and the places without text.

    Raises UnreadableError: what the reader of its kind says, `too_complex` when time or memory is used up, `busy`.
    """
    if not _PLACES.acquire(blocking=False):
        raise UnreadableError(Code.BUSY, kind)
    try:
        answer = _in_turn(data, kind, seconds)
    finally:
        _PLACES.release()
    if "error" in answer:
        raise UnreadableError(Code(answer["error"]), kind)
    pieces = [Piece(Place(**place), text) for place, text in answer["pieces"]]
    return pieces, [Place(**place) for place in answer["unread"]]


def _in_turn(data: bytes, kind: str, seconds: float) -> dict[str, Any]:
    if not _TURNS.acquire(timeout=seconds):
        raise UnreadableError(Code.BUSY, kind)
    try:
        return _answer(data, kind, seconds)
    finally:
        _TURNS.release()


def _answer(data: bytes, kind: str, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "app.redlines.documents.child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with arguments of our own
            [*command, str(math.ceil(seconds)), str(MOST_MEMORY), kind],
            input=data,
            capture_output=True,
            check=True,
            timeout=seconds,
            env=_environment(),
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(Code.TOO_COMPLEX, kind) from error
    except subprocess.CalledProcessError as error:
        places = _FRAME.findall(error.stderr.decode(errors="replace"))  # the rest may hold words of the file
        _log.warning("reading a %s file failed: %s", kind, ", ".join(places[-_LAST_PLACES:]))
        code = Code.TOO_COMPLEX if error.returncode < 0 or b"MemoryError" in error.stderr else Code.DAMAGED
        raise UnreadableError(code, kind) from error
    return answer


def _environment() -> dict[str, str]:
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)  # noqa: PTH109 - as Python itself does
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
