"""Who may decide what about a finding, and how well a red line hits: pure functions of what is known."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from app.conduct.models import Consequence, Disposition

DECISIONS: Final = (Disposition.CONFIRMED, Disposition.ALLOWED, Disposition.WRONG_MATCH, Disposition.DUPLICATE)
SANCTIONS: Final = (Consequence.RECERTIFICATION, Consequence.SUSPENSION, Consequence.REVOCATION)
"""Consequences that touch a certification."""
FEWEST_DECIDED: Final = 5
"""Below so many decisions a share says nothing."""
_Z: Final = 1.959964
"""The normal distribution leaves 5 % outside of so many deviations, on both sides together."""


class Refusal(StrEnum):
    """Why something may not be done about a finding."""

    OWN_TEXT = "own_text"
    FORGOTTEN = "forgotten"
    GONE = "gone"
    HAS_VIOLATION = "has_violation"
    NOTE_MISSING = "note_missing"
    NO_ORIGINAL = "no_original"
    NO_DECISION = "no_decision"
    NOT_CONFIRMED = "not_confirmed"
    NAME_CLOSED = "name_closed"
    REASON_MISSING = "reason_missing"
    ON_TRIAL = "on_trial"


@dataclass(frozen=True, slots=True)
class Case:
    """A finding as far as decisions depend on it; `originals` are findings of the text that it may repeat."""

    disposition: Disposition = Disposition.OPEN
    own_text: bool = False
    forgotten: bool = False
    gone: bool = False
    on_trial: bool = False
    name_opened: bool = False
    has_violation: bool = False
    originals: Collection[int] = ()


def closed(case: Case) -> Refusal | None:
    """Say why nobody can decide, or decide again, about a finding; None where one may."""
    if case.own_text:
        return Refusal.OWN_TEXT
    if case.has_violation:
        return Refusal.HAS_VIOLATION
    if case.forgotten:
        return Refusal.FORGOTTEN
    if case.gone:
        return Refusal.GONE
    return None


def refuse_decision(case: Case, decision: Disposition, note: str, original: int | None) -> Refusal | None:
    """Say why a decision does not hold; None where it does.

    Confirming what the rule says needs no words. Anything else tells the rule's owner why, and so does changing a
    decision; a duplicate names what it repeats instead.
    """
    if refusal := closed(case):
        return refusal
    if decision not in DECISIONS:
        return Refusal.NO_DECISION
    again = case.disposition is not Disposition.OPEN
    if decision is Disposition.DUPLICATE and original not in case.originals:
        return Refusal.NO_ORIGINAL
    needs_note = again or decision in {Disposition.ALLOWED, Disposition.WRONG_MATCH}
    return Refusal.NOTE_MISSING if needs_note and not note.strip() else None


def refuse_violation(case: Case, reason: str) -> Refusal | None:
    """Say why a finding does not become a violation; None where it does."""
    if case.own_text:
        return Refusal.OWN_TEXT
    if case.has_violation:
        return Refusal.HAS_VIOLATION
    if case.forgotten:
        return Refusal.FORGOTTEN
    if case.disposition is not Disposition.CONFIRMED:
        return Refusal.NOT_CONFIRMED
    if case.on_trial:
        return Refusal.ON_TRIAL
    if not case.name_opened:
        return Refusal.NAME_CLOSED
    return None if reason.strip() else Refusal.REASON_MISSING


@dataclass(frozen=True, slots=True)
class Precision:
    """What people decided about a red line's findings.

    A duplicate counts neither for nor against the rule.
    """

    found: int = 0
    open: int = 0
    confirmed: int = 0
    allowed: int = 0
    wrong: int = 0
    duplicates: int = 0

    @property
    def decided(self) -> int:
        """How many decisions say something about the rule."""
        return self.confirmed + self.allowed + self.wrong

    @property
    def share(self) -> float | None:
        """The confirmed share of the decided findings, from 0 to 1; None where too few are decided."""
        return self.confirmed / self.decided if self.decided >= FEWEST_DECIDED else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which shares the true one lies, at 95 %; None where too few are decided."""
        return wilson(self.confirmed, self.decided) if self.decided >= FEWEST_DECIDED else None


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """Return the Wilson score interval at 95 % of `hits` in `tries`, which are at least one (Wilson 1927)."""
    share = hits / tries
    scale = 1 + _Z**2 / tries
    centre = (share + _Z**2 / (2 * tries)) / scale
    half = _Z * sqrt(share * (1 - share) / tries + _Z**2 / (4 * tries**2)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)
