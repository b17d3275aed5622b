"""Compiled red lines, kept in the process by what their documents say.

Matchers do not change, so threads share one; when rules change, their digest does, and the next
caller gets another matcher while those who hold the old one finish with it.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from threading import Lock
from typing import Any

from app.redlines.matcher import Matcher

_MOST = 64
_kept: OrderedDict[str, Matcher] = OrderedDict()
_lock = Lock()


def digest(rules: Sequence[Mapping[str, Any]]) -> str:
    """Return what identifies rules by all they say, dates included."""
    written = json.dumps(rules, ensure_ascii=False, separators=(",", ":"), default=str)
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def matcher_of(rules: Sequence[Mapping[str, Any]], known: str | None = None) -> Matcher:
    """Return the matcher of some rules, compiled at most once while it is in use.

    `known` is their digest, for those who have it stored. Raises compiler.RuleError.
    """
    name = known or digest(rules)
    with _lock:
        matcher = _kept.get(name)
        if matcher is None:
            matcher = _kept[name] = Matcher(rules)
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
        _kept.move_to_end(name)
        return matcher
