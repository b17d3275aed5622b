"""How long is tried: a little by default, and as much as `FUZZ_EXAMPLES` says in a run of its own."""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "1"))
"""Examples of each form, address and file; with more than one, what they are tried on is the whole demonstration."""

SEED: Final = int(os.environ.get("FUZZ_SEED", "7"))


def tried(examples: int = EXAMPLES) -> settings:
    """Only make examples up: those before them have changed what is stored, so none could be had a second time."""
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
