"""Every read of drills: what a person may try, has said right, and was asked to say right."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.queries import OpenProduct, open_product
from app.catalog.text import Text
from app.conduct.drills.rules import Drill, drills_of, is_drilled
from app.conduct.models import Consequence, DrillTry, Finding, Violation
from app.conduct.reviewing.queries import crossed_line
from app.errors import NotFoundError
from app.redlines.checking import RuleSet, rule_set
from app.redlines.queries import Card, card_of
from app.web.i18n import current_locale
from app.web.i18n import gettext as _

_DRILLED = (Consequence.COACHING, Consequence.SUSPENSION)
"""Consequences after which somebody is asked to say it right."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A drill, and when the person said it right last; None when never."""

    drill: Drill
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Drilled:
    """A red line of a product with its drills in the reader's language; `wordings` are in that of the drills."""

    product: OpenProduct
    card: Card
    drills: tuple[Passed, ...]
    wordings: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where the drills are."""
        return address(self.product.slug, self.card.id)

    @property
    def passed(self) -> int:
        """How many of the drills were said right."""
        return sum(each.at is not None for each in self.drills)

    @property
    def done(self) -> bool:
        """Whether all of them were."""
        return self.passed == len(self.drills)


def address(product: str, red_line: str) -> str:
    """Return the page on which a red line's drills are."""
    return f"/drills/{product}/{red_line}"


def drilled(
    session: Session, person_id: int, slug: str, moment: datetime, red_lines: Collection[str] | None = None
) -> tuple[RuleSet, list[Drilled]]:
    """Return the red lines of a product that have drills, or those of some ids in their order, with the rules.

    Five statements at most. Raises NotFoundError for a product that is not sold.
    """
    product = open_product(session, slug)
    rules = rule_set(session, [slug], moment)
    said = _said_right(session, person_id, [product.id])
    wanted = [rule["id"] for rule in _in_their_order(rules)] if red_lines is None else dict.fromkeys(red_lines)
    return rules, [
        _drilled(product, rules.documents[each], said)
        for each in wanted
        if each in rules.documents and is_drilled(rules.documents[each], rules.day)
    ]


def drilled_red_line(
    session: Session, person_id: int, slug: str, red_line: str, moment: datetime
) -> tuple[RuleSet, Drilled]:
    """Return the drills of one red line. Raises NotFoundError when it has none."""
    rules, found = drilled(session, person_id, slug, moment, [red_line])
    if not found:
        raise NotFoundError(_("There is nothing to say right at this address."))
    return rules, found[0]


def all_drilled(session: Session, person_id: int, moment: datetime) -> list[tuple[OpenProduct, list[Drilled]]]:
    """Return the drills of every product that is sold and has some, in the order of their slugs."""
    rules = rule_set(session, (), moment)
    rows = session.execute(
        select(col(Product.id), col(Product.slug), col(Product.name))
        .where(col(Product.retired_at).is_(None))
        .order_by(col(Product.slug))
    )
    products = [OpenProduct(*row) for row in rows]
    said = _said_right(session, person_id, [each.id for each in products])
    with_drills = [rule for rule in _in_their_order(rules) if is_drilled(rule, rules.day)]
    found = [
        (product, [_drilled(product, rule, said) for rule in with_drills if product.slug in rules.products[rule["id"]]])
        for product in products
    ]
    return [each for each in found if each[1]]


def _in_their_order(rules: RuleSet) -> Iterable[Mapping[str, Any]]:
    return {rule["id"]: rules.documents[rule["id"]] for rule in rules.rules}.values()


def _drilled(
    product: OpenProduct, rule: Mapping[str, Any], said: Mapping[tuple[int, str, str, str], datetime]
) -> Drilled:
    drills = drills_of(rule, current_locale())
    passed = tuple(Passed(each, said.get((product.id, each.red_line, each.locale, each.rewrite))) for each in drills)
    return Drilled(product, card_of(rule), passed, tuple(rule["say_instead"].get(drills[0].locale, ())))


def _said_right(
    session: Session, person_id: int, products: Collection[int]
) -> dict[tuple[int, str, str, str], datetime]:
    """Return when a person said sentences right last: by product, red line, language and sentence."""
    what = (col(DrillTry.product_id), col(DrillTry.red_line), col(DrillTry.locale), col(DrillTry.rewrite))
    rows = session.execute(
        select(*what, func.max(col(DrillTry.at)))
        .where(
            col(DrillTry.person_id) == person_id,
            col(DrillTry.product_id).in_(products),
            col(DrillTry.passed).is_(True),
        )
        .group_by(*what)
    )
    return {(product_id, red_line, locale, rewrite): at for product_id, red_line, locale, rewrite, at in rows}


@dataclass(frozen=True, slots=True)
class Asked:
    """A red line that a person is asked to say right after a violation; `passed_at` is the first time since then.

    After a suspension it is advice: nothing waits for it.
    """

    violation_id: int
    person_id: int
    product: str
    product_name: Text
    red_line: str
    title: Text
    consequence: Consequence
    at: datetime
    passed_at: datetime | None

    @property
    def url(self) -> str:
        """Where to say it right."""
        return address(self.product, self.red_line)


def asked(session: Session, person_id: int, moment: datetime) -> list[Asked]:
    """Return what a person was asked to say right, the oldest first; one statement when there was nothing."""
    return _asked(session, col(Violation.person_id) == person_id, moment)


def asked_by(session: Session, violations: Collection[int], moment: datetime) -> dict[int, Asked]:
    """Return what is asked after some violations, by their ids; those that ask for nothing are left out."""
    found = _asked(session, col(Violation.id).in_(violations), moment) if violations else []
    return {each.violation_id: each for each in found}


def _asked(session: Session, which: ColumnElement[bool], moment: datetime) -> list[Asked]:
    rows = session.execute(
        select(
            col(Violation.id),
            col(Violation.person_id),
            col(Violation.product_id),
            col(Violation.consequence),
            col(Violation.at),
            crossed_line().label("red_line"),
        )
        .outerjoin(Finding, col(Finding.id) == col(Violation.finding_id))
        .where(which, col(Violation.consequence).in_(_DRILLED), crossed_line().is_not(None))
        .order_by(col(Violation.at), col(Violation.id))
    ).all()
    if not rows:
        return []
    rules = rule_set(session, (), moment)
    products = {
        row.slug: row
        for row in session.execute(
            select(col(Product.id), col(Product.slug), col(Product.name)).where(col(Product.retired_at).is_(None))
        )
    }
    passes = _passes(session, {row.person_id for row in rows}, {row.red_line for row in rows})
    found = []
    for row in rows:
        rule = rules.documents.get(row.red_line)
        if rule is None or not is_drilled(rule, rules.day):
            continue
        holders = [products[slug] for slug in rules.products[row.red_line]]
        product = next((each for each in holders if each.id == row.product_id), holders[0])
        since = [at for at in passes.get((row.person_id, row.red_line), ()) if at >= row.at]
        found.append(
            Asked(
                violation_id=row.id,
                person_id=row.person_id,
                product=product.slug,
                product_name=product.name,
                red_line=row.red_line,
                title=rule["title"],
                consequence=row.consequence,
                at=row.at,
                passed_at=min(since, default=None),
            )
        )
    return found


def _passes(
    session: Session, people: Collection[int], red_lines: Collection[str]
) -> dict[tuple[int, str], list[datetime]]:
    rows = session.execute(
        select(col(DrillTry.person_id), col(DrillTry.red_line), col(DrillTry.at)).where(
            col(DrillTry.person_id).in_(people),
            col(DrillTry.red_line).in_(red_lines),
            col(DrillTry.passed).is_(True),
        )
    )
    found: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for person_id, red_line, at in rows:
        found[person_id, red_line].append(at)
    return found


def try_with(session: Session, key: str) -> DrillTry | None:
    """Find the try of one form, for the action that must not store it twice."""
    return session.scalar(select(DrillTry).where(col(DrillTry.key) == key))
