"""Processes that serve one port together: whichever is asked for metrics asks the others.

Each listens at a socket in a folder that only their user may enter, named by the process that started them.
"""

import logging
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Client, Listener
from pathlib import Path
from tempfile import gettempdir
from threading import Thread
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

log = logging.getLogger(__name__)

_SECONDS = 1.0
_FAR = "AF_UNIX"
Family = tuple[str, str, str, list[tuple[str, dict[str, str], float]]]
"""Name, help, type, and samples: name, labels and value of each."""


class Siblings:
    """The processes that are asked together; one that is alone has no folder."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self._name = name
        self._folder = folder
        self._listener: Listener | None = None

    def listen(self, registry: CollectorRegistry) -> None:
        """Answer the others, from a thread of its own."""
        if self._folder is None:
            return
        _forget_killed()
        with suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)
        if not _is_ours(self._folder):
            log.warning("metrics are of one process: the folder for their sockets belongs to somebody else")
            return
        place = self._folder / f"{self._name}.sock"
        place.unlink(missing_ok=True)
        self._listener = Listener(str(place), _FAR)
        Thread(target=self._answer, args=(self._listener, registry), name="metrics", daemon=True).start()

    def leave(self) -> None:
        """Be asked no more."""
        if self._folder is None or self._listener is None:
            return
        listener, self._listener = self._listener, None
        listener.close()
        with suppress(OSError):  # the last one takes the folder away
            self._folder.rmdir()

    def families(self, own: CollectorRegistry) -> Iterable[Metric]:
        """Return the families of all processes, each sample with the name of its process."""
        merged: dict[str, Metric] = {}
        for process, families in [(self._name, _plain(own)), *self._others()]:
            for name, said, kind, samples in families:
                metric = merged.setdefault(name, Metric(name, said, kind))
                for sample, labels, value in samples:
                    metric.add_sample(sample, {**labels, "process": process}, value)
        return merged.values()

    def _answer(self, listener: Listener, registry: CollectorRegistry) -> None:
        while self._listener is listener:
            try:
                with listener.accept() as connection:
                    connection.send((self._name, _plain(registry)))
            except OSError:
                continue

    def _others(self) -> list[tuple[str, list[Family]]]:
        found: list[tuple[str, list[Family]]] = []
        if self._folder is None or self._listener is None:
            return found  # what somebody else answers could be made to run here when it is read
        for place in sorted(self._folder.glob("*.sock")):
            if place.stem == self._name:
                continue
            try:
                with Client(str(place), _FAR) as connection:
                    if connection.poll(_SECONDS):
                        found.append(connection.recv())
            except ConnectionRefusedError:  # it ended without saying so
                place.unlink(missing_ok=True)
            except (OSError, EOFError):
                continue
        return found


def _is_ours(folder: Path) -> bool:
    """Tell whether nobody else may put a socket there."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def together(starter: int) -> Path:
    """Return the folder of the processes that one process started."""
    return Path(gettempdir()) / f"{_prefix()}{starter}"


def _prefix() -> str:
    return f"dealworthy-{os.getuid()}-"


def _forget_killed() -> None:
    """Clear away what is left of starters that were killed, and so could not do it themselves."""
    for folder in Path(gettempdir()).glob(f"{_prefix()}*"):
        starter = folder.name.removeprefix(_prefix())
        if starter.isdecimal() and not _runs(int(starter)) and _is_ours(folder):
            for place in folder.glob("*.sock"):
                place.unlink(missing_ok=True)
            with suppress(OSError):  # another process may be doing the same
                folder.rmdir()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's by now
    return True


def _plain(registry: CollectorRegistry) -> list[Family]:
    return [
        (family.name, family.documentation, family.type, [_sample(each) for each in family.samples if _wanted(each)])
        for family in registry.collect()
    ]


def _sample(sample: Any) -> tuple[str, dict[str, str], float]:
    return sample.name, dict(sample.labels), float(sample.value)


def _wanted(sample: Any) -> bool:
    return not sample.name.endswith("_created")
