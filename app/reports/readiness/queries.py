"""The facts behind readiness: of one person, for some products at once."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import Product
from app.certification.models import SignOff, SignOffOutcome
from app.certification.queries import Record
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing
from app.clock import local_day
from app.conduct.drills.rules import is_drilled
from app.conduct.models import DrillTry, Violation
from app.database import rows
from app.quizzes.models import Attempt
from app.quizzes.spaced.queries import readiness_of as memory_of
from app.quizzes.spaced.rules import Readiness as Memory
from app.redlines.checking import rule_set
from app.reports.readiness.rules import VIOLATION_DAYS, Facts, Readiness, readiness


@dataclass(frozen=True, slots=True)
class Known:
    """What a page has read already, so that it is not read again.

    `memory` is what the questions say that come back, by product; the others tell where there is nothing to read.
    """

    memory: Mapping[int, Memory]
    drills: bool
    sign_offs: bool
    violations: bool


def readiness_of(
    session: Session, person_id: int, records: Collection[Record], moment: datetime, known: Known | None = None
) -> dict[int, Readiness]:
    """Return how ready a person is, by product, for those of these records; the statements do not grow with them."""
    products = [each.product_id for each in records]
    if not products:
        return {}
    known = known or Known(
        memory_of(session, person_id, moment, products), drills=True, sign_offs=True, violations=True
    )
    quizzes = _latest_attempts(session, person_id, products, moment)
    memory = known.memory
    drills = _drills(session, person_id, products, moment) if known.drills else dict.fromkeys(products, (0, 0))
    signed_off = _latest_sign_offs(session, person_id, products, moment) if known.sign_offs else {}
    violations = _violations(session, person_id, products, moment) if known.violations else Counter()
    today = local_day(moment)
    found = {}
    for record in records:
        product_id = record.product_id
        kinds = {part.kind for each in record.program.requirements for part in each.parts()}
        attempt = quizzes.get(product_id)
        decided = signed_off.get(product_id)
        right, there = drills[product_id]
        found[product_id] = readiness(
            Facts(
                asks_quiz=RequirementKind.QUIZ in kinds,
                quiz_percent=Fraction(attempt.percent) if attempt else None,
                quiz_passed=bool(attempt and attempt.passed),
                quiz_age=(today - local_day(attempt.finished_at)).days if attempt else None,
                remembered=memory[product_id].percent,
                drills=there,
                drills_right=right,
                asks_sign_off=RequirementKind.SIGN_OFF in kinds,
                sign_off_age=(today - local_day(decided)).days if decided else None,
                violations=violations[product_id],
                open_changes=int(record.verdict.recertify_by is not None),
                begun=record.verdict.standing is not Standing.NOT_STARTED,
            )
        )
    return found


_ATTEMPTS = (
    select(col(Attempt.product_id), col(Attempt.finished_at), col(Attempt.percent), col(Attempt.passed))
    .where(
        col(Attempt.person_id) == bindparam("person_id"),
        any_of(col(Attempt.product_id), "products"),
        col(Attempt.delta_of).is_(None),
        col(Attempt.marked_at) <= bindparam("moment"),
    )
    .order_by(col(Attempt.finished_at), col(Attempt.id))
)


def _latest_attempts(
    session: Session, person_id: int, products: Collection[int], moment: datetime
) -> Mapping[int, Any]:
    """Return the latest marked attempt at a whole quiz, by product."""
    found = rows(session, _ATTEMPTS, person_id=person_id, products=products, moment=moment)
    return {row.product_id: row for row in found}


def _drills(
    session: Session, person_id: int, products: Collection[int], moment: datetime
) -> Mapping[int, tuple[int, int]]:
    """Return of how many red lines with drills one was said right, and how many there are, in whatever language."""
    slugs = {
        row.slug: row.id
        for row in session.execute(select(col(Product.id), col(Product.slug)).where(col(Product.id).in_(products)))
    }
    rules = rule_set(session, list(slugs), moment)
    tried = session.execute(
        select(col(DrillTry.product_id), col(DrillTry.red_line))
        .where(
            col(DrillTry.person_id) == person_id,
            col(DrillTry.product_id).in_(products),
            col(DrillTry.passed).is_(True),
            col(DrillTry.at) <= moment,
        )
        .distinct()
    )
    right = {(row.product_id, row.red_line) for row in tried}
    counts = dict.fromkeys(products, (0, 0))
    for red_line, holders in rules.products.items():
        if not is_drilled(rules.documents[red_line], rules.day):
            continue
        for product_id in (slugs[slug] for slug in holders if slug in slugs):
            said, there = counts[product_id]
            counts[product_id] = (said + ((product_id, red_line) in right), there + 1)
    return counts


def _latest_sign_offs(
    session: Session, person_id: int, products: Collection[int], moment: datetime
) -> Mapping[int, datetime]:
    rows = session.execute(
        select(col(SignOff.product_id), func.max(col(SignOff.decided_at)).label("decided_at"))
        .where(
            col(SignOff.person_id) == person_id,
            col(SignOff.product_id).in_(products),
            col(SignOff.outcome) == SignOffOutcome.PASSED,
            col(SignOff.second_of).is_(None),
            col(SignOff.decided_at) <= moment,
        )
        .group_by(col(SignOff.product_id))
    )
    return {row.product_id: row.decided_at for row in rows}


def _violations(session: Session, person_id: int, products: Collection[int], moment: datetime) -> Counter[int]:
    rows = session.execute(
        select(col(Violation.product_id), func.count().label("count"))
        .where(
            col(Violation.person_id) == person_id,
            col(Violation.product_id).in_(products),
            col(Violation.at) > moment - timedelta(days=VIOLATION_DAYS),
            col(Violation.at) <= moment,
        )
        .group_by(col(Violation.product_id))
    )
    return Counter({row.product_id: row.count for row in rows})
