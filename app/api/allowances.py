"""What a process may still do without asking the database: requests that it took from an allowance at once."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from app.errors import TooManyRequestsError
from app.people import limits

_MOST_KEYS: Final = 10_000


@dataclass
class _Lease:
    until: datetime
    left: int
    refused: bool = False


@dataclass
class Allowances:
    """The leases of this process by key, such as a token's; those taken the longest ago are forgotten."""

    _leases: OrderedDict[str, _Lease] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def spend(self, key: str, moment: datetime) -> bool:
        """Use one of the requests taken before; says False when more have to be taken.

        Raises TooManyRequestsError while there are none to take.
        """
        with self._lock:
            lease = self._leases.get(key)
            if lease is None or moment >= lease.until:
                return False
            if lease.refused:
                raise limits.too_many(lease.until - moment)
            if lease.left == 0:
                return False
            lease.left -= 1
            return True

    @contextmanager
    def taking(self, key: str, moment: datetime, number: int) -> Iterator[None]:
        """Note a lease of `number` requests that the block takes, of which one is used; or that there are none."""
        try:
            yield
        except TooManyRequestsError as refusal:
            self._note(key, _Lease(moment + timedelta(seconds=refusal.retry_after), 0, refused=True))
            raise
        self._note(key, _Lease(moment + limits.WINDOW, number - 1))

    def _note(self, key: str, lease: _Lease) -> None:
        with self._lock:
            self._leases[key] = lease
            self._leases.move_to_end(key)
            if len(self._leases) > _MOST_KEYS:
                self._leases.popitem(last=False)
