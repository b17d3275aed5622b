"""How one audit entry is chained to the one before: the digest that makes a quiet change visible."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

FIRST_DIGEST = "0" * 64
"""What the first entry has in place of a predecessor's digest."""


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
