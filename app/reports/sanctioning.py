"""What compliance may decide about somebody's certification, and what each decision would do at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.certification.sanctions import words
from app.certification.sanctions.queries import history
from app.certification.sanctions.rules import RECERTIFY_DAYS, Preset
from app.conduct.reviewing.ladder import fitting, taken_with
from app.conduct.reviewing.queries import Outcome
from app.deals.facts import DealFacts
from app.reports.record import ProductRecord
from app.reports.stakes import Stake, stakes
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be decided about one product: the proposal in words, what it would do, and how the form begins."""

    kinds: list[tuple[str, str]]
    presets: list[tuple[str, str]]
    proposal: str
    stake: Stake
    ends: bool
    values: dict[str, Any]
    chosen: bool


def choices(
    session: Session,
    person_id: int,
    lines: Sequence[ProductRecord],
    deals: Sequence[DealFacts],
    violations: Sequence[Outcome],
    moment: datetime,
    today: date,
    *,
    violation: int | None,
) -> dict[str, Choice]:
    """Return what may be decided, by product; `violation` is the one that the reader comes from.

    The number of statements does not depend on how many products, deals or violations there are.
    """
    taken = taken_with(session, person_id, history(session, person_id))
    at_stake = stakes(session, person_id, deals, moment, today)
    found = {}
    for line in lines:
        if not line.sanctions:
            continue
        of_product = [each for each in violations if each.slug == line.product.slug]
        from_here = next((each for each in of_product if each.id == violation), None)
        case = from_here or next((each for each in of_product if each.event_id is None), None)
        fits = [preset for kind in line.sanctions for preset in words.presets(kind)]
        proposal = fitting(taken, line.sanctions, today)
        found[line.product.slug] = Choice(
            kinds=[("", _("Choose")), *((kind.value, words.doing(kind)) for kind in line.sanctions)],
            presets=[("", _("None of these")), *dict.fromkeys(fits)],
            proposal=words.proposal(proposal),
            stake=at_stake.get(line.record.product_id, Stake()),
            ends=any(words.ends(kind) for kind in line.sanctions),
            values={
                "preset": Preset.RED_LINE.value if from_here else "",
                "case": words.violation_case(case.id) if case else "",
                "deadline": today + timedelta(days=RECERTIFY_DAYS),
                "seen": max((each.id for each in line.events), default=0),
            },
            chosen=from_here is not None,
        )
    return found
