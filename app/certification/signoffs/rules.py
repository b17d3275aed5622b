"""What an outcome needs, who may assess, and who is looked at a second time.

A person decides. The rules only refuse what contradicts the rubric, such as passing somebody who missed what must be
met; nothing here passes or fails anybody.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.certification.models import SignOffOutcome

_PARTS = 10_000
"""In how many equal parts the sign-offs fall, before a share of them is drawn."""


class Refusal(StrEnum):
    """Why a judgement cannot be stored, or why somebody may not judge."""

    CRITERION_OPEN = "criterion_open"
    REQUIRED_MISSED = "required_missed"
    TOO_FEW_MET = "too_few_met"
    NOTE_MISSING = "note_missing"
    OWN = "own"
    GAINS = "gains"
    FIRST = "first"


class Shown(StrEnum):
    """Which part of the queue an assessor looks at."""

    ALL = "all"
    MINE = "mine"
    UNTAKEN = "untaken"
    AGAIN = "again"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a rubric decides: which criteria there are, which must be met, and how many percent of them."""

    criteria: Sequence[str]
    must_pass: Collection[str]
    pass_percent: int


def refuse_judgement(asked: Asked, met: Mapping[str, bool], outcome: SignOffOutcome, note: str) -> Refusal | None:
    """Return why a judgement contradicts itself, or None.

    `met` says of each criterion whether it was met. Somebody may be returned or failed although all was met, because
    a rubric does not know everything; the note says why.
    """
    if any(criterion not in met for criterion in asked.criteria):
        return Refusal.CRITERION_OPEN
    if outcome is not SignOffOutcome.PASSED:
        return None if note.strip() else Refusal.NOTE_MISSING
    if any(not met[criterion] for criterion in asked.must_pass):
        return Refusal.REQUIRED_MISSED
    reached = sum(met[criterion] for criterion in asked.criteria)
    return None if reached * 100 >= asked.pass_percent * len(asked.criteria) else Refusal.TOO_FEW_MET


def refuse_assessor(
    assessor: int, rep: int, beneficiaries: Collection[int], first: int | None = None
) -> Refusal | None:
    """Return why somebody may not judge this rep, or None. `first` is who judged first, for a second look."""
    if assessor == rep:
        return Refusal.OWN
    if assessor == first:
        return Refusal.FIRST
    return Refusal.GAINS if assessor in beneficiaries else None


def is_drawn(sign_off_id: int, outcome: SignOffOutcome, percent: int) -> bool:
    """Tell whether a second assessor looks at this sign-off too.

    Passes and fails are drawn, by a digest of the id: nobody can choose, and whoever asks again gets the same answer.
    What is returned is shown again anyway.
    """
    if outcome is SignOffOutcome.RETURNED:
        return False
    digest = hashlib.sha256(f"second look at sign-off {sign_off_id}".encode()).digest()
    return int.from_bytes(digest, "big") % _PARTS < percent * (_PARTS // 100)
