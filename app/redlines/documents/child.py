"""The process that takes files apart: bytes on standard input, JSON on standard output.

It is started with the seconds and bytes of memory that it may use, and the kind of the file.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.formats.taken import Taken

_FORMATS: Final = {"docx": "word", "pptx": "slides", "pdf": "pdf", "html": "page"}


class _Readers(Mapping[str, Any]):
    """The readers by kind, each imported when first needed: libraries take time to load."""

    def __getitem__(self, kind: str) -> Any:
        return import_module(f"app.redlines.documents.formats.{_FORMATS[kind]}").take

    def __iter__(self) -> Any:
        return iter(_FORMATS)

    def __len__(self) -> int:
        return len(_FORMATS)


def taken(data: bytes, kind: str) -> Taken:
    """Take a file apart, here and now.

    Raises UnreadableError.
    """
    result = Taken()
    if kind == "eml":
        import_module("app.redlines.documents.formats.mail").take(data, result, _Readers())
    else:
        _Readers()[kind](data, result)
    return result


def answer(data: bytes, kind: str) -> dict[str, Any]:
    """Return what was taken, or why nothing was, as JSON holds it."""
    try:
        found = taken(data, kind)
    except UnreadableError as error:
        return {"error": error.code.value}
    except (MemoryError, RecursionError):
        return {"error": Code.TOO_COMPLEX.value}
    return {
        "pieces": [[asdict(piece.place), piece.text] for piece in found.pieces],
        "unread": [asdict(place) for place in found.unread],
    }


def _limit(seconds: int, memory: int) -> None:
    """Limit this process where the system can; its parent ends it in any case when the time is over."""
    try:
        import resource  # noqa: PLC0415 - it is not there on Windows
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def _fail(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """Say where it failed and with which error; not what the error says, since it may quote the file."""
    frames = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(trace)]
    sys.stderr.write(" ".join([*frames, kind.__name__]))


def main() -> None:
    """Answer one file."""
    logging.disable()
    sys.excepthook = _fail
    seconds, memory, kind = sys.argv[1:]
    _limit(int(seconds), int(memory))
    json.dump(answer(sys.stdin.buffer.read(), kind), sys.stdout)


if __name__ == "__main__":
    main()
