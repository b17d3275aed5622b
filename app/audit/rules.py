"""How one audit entry is chained to the one before: the digest that makes a quiet change visible."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

FIRST_DIGEST = "0" * 64
"""What the first entry has in place of a predecessor's digest."""
ARCHIVED = "audit.archived"
"""The action by which the trail itself says that older entries were moved to an archive."""


class Break(StrEnum):
    """How an entry fails to hold; `UNRECORDED` is the last of an archive that the trail says nothing of."""

    MISSING = "missing"
    UNCHAINED = "unchained"
    ALTERED = "altered"
    UNRECORDED = "unrecorded"


@dataclass(slots=True)
class Chain:
    """Follows entries one after another: the number and the digest of the last that held."""

    last: int = 0
    digest: str = FIRST_DIGEST

    def follow(self, entry: Mapping[str, Any]) -> Break | None:
        """Go on to the next entry; where it does not hold, say why and stay."""
        if entry["id"] != self.last + 1:
            return Break.MISSING
        if entry["previous_digest"] != self.digest:
            return Break.UNCHAINED
        if digest(entry) != entry["digest"]:
            return Break.ALTERED
        self.last, self.digest = entry["id"], entry["digest"]
        return None


def digest(entry: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) over an entry's fields and its predecessor's digest, as canonical JSON."""
    at: datetime = entry["at"]
    fields = [
        entry["id"],
        at.isoformat(timespec="microseconds"),
        entry["actor"],
        entry["action"],
        entry["subject_kind"],
        entry["subject"],
        entry["details"],
        entry["previous_digest"],
    ]
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
