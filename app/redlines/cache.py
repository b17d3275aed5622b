"""Compiled red lines, kept in the process by what their documents say.

Matchers do not change, so threads share one; when rules change, their digest does, and the next
caller gets another matcher while those who hold the old one finish with it.
"""

import json
import marshal
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.redlines.matcher import Matcher

_MOST = 64
_WITHOUT_REFERENCES = 2
"""The version of marshal's format in which equal documents are equal bytes, whichever of their parts are one object."""


class _Place:
    """Where a matcher is kept, and the lock of those who wait for it; others do not wait."""

    def __init__(self) -> None:
        self._matcher: Matcher | None = None
        self._lock = Lock()

    def matcher(self, rules: Sequence[Mapping[str, Any]]) -> "Matcher":
        """Return the matcher, compiled by whoever asks first."""
        from app.redlines.matcher import Matcher  # noqa: PLC0415 (with all that checks texts, arrays too: few processes do)

        with self._lock:
            if self._matcher is None:
                self._matcher = Matcher(rules)
            return self._matcher


_kept: OrderedDict[str, _Place] = OrderedDict()
_lock = Lock()


def digest(rules: Sequence[Mapping[str, Any]]) -> str:
    """Return what identifies rules within the process by all they say, dates included."""
    documents: Any = rules
    try:
        written = marshal.dumps(documents, _WITHOUT_REFERENCES)
    except ValueError:
        # documents as JSON has them hold no dates; those of a program may
        written = json.dumps(documents, default=str).encode()
    return blake2b(written, digest_size=16).hexdigest()


def matcher_of(rules: Sequence[Mapping[str, Any]], known: str | None = None) -> "Matcher":
    """Return the matcher of some rules, compiled at most once while it is in use.

    `known` is their digest, for those who have it stored. Raises problems.RuleError.
    """
    name = known or digest(rules)
    with _lock:
        place = _kept.setdefault(name, _Place())
        _kept.move_to_end(name)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return place.matcher(rules)
