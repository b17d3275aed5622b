"""Who may sell what: the matrix of people and products, put into order, without any reading."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from app.catalog.queries import OpenProduct
from app.certification import words
from app.certification.holdings import Key
from app.certification.outlook import Outlook
from app.certification.reasons import ReasonCode
from app.certification.requirements import RequirementKind
from app.certification.rules import StandingVerdict
from app.reports.queries import Seller
from app.web import i18n
from app.web.i18n import gettext as _


class Show(StrEnum):
    """Which people of the matrix."""

    ALL = "all"
    CANNOT = "cannot"
    LAPSES = "lapses"


class Order(StrEnum):
    """In which order; besides these, the slug of a product orders by its column."""

    TODO = "todo"
    NAME = "name"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class Cell:
    """A standing, ready to show; people who stand alike share it."""

    outlook: Outlook
    kind: str
    icon: str
    word: str
    text: str
    level: str | dict[str, str] | None
    may_sell: bool
    """Whether the person may sell, alone or beside a colleague."""
    lapses_soon: bool
    """Whether the standing ends within `SOON_DAYS`."""


@dataclass(frozen=True)
class Row:
    """One person with a cell for each product; None where a product has no program."""

    seller: Seller
    cells: tuple[Cell | None, ...]

    @cached_property
    def known(self) -> list[Cell]:
        """The cells of products that have a program."""
        return [cell for cell in self.cells if cell is not None]


@dataclass(frozen=True, slots=True)
class Column:
    """One product, and how many of the people may sell it."""

    product: OpenProduct
    may_sell: int


@dataclass(frozen=True)
class Coverage:
    """The whole matrix with its numbers."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    @cached_property
    def cells(self) -> list[Cell]:
        """Every standing."""
        return [cell for row in self.rows for cell in row.known]

    @property
    def not_cleared(self) -> int:
        """How many standings do not let a person sell."""
        return sum(not cell.may_sell for cell in self.cells)

    @property
    def lapsing(self) -> int:
        """How many standings let a person sell and end soon."""
        return sum(cell.lapses_soon for cell in self.cells)


def may_sell(verdict: StandingVerdict) -> bool:
    """Say whether a standing lets a person sell, alone or beside a colleague."""
    return verdict.allowed or verdict.supervised_only


def coverage(people: Sequence[Seller], products: Sequence[OpenProduct], outlooks: Mapping[Key, Outlook]) -> Coverage:
    """Lay people and products out."""
    made: dict[int, Cell] = {}

    def cell(found: Outlook | None) -> Cell | None:
        if found is None:
            return None
        return made.get(id(found)) or made.setdefault(id(found), _cell(found))

    ids = [product.id for product in products]
    rows = tuple(
        Row(person, tuple([cell(outlooks.get((person.id, product_id))) for product_id in ids])) for person in people
    )
    columns = zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(products)
    return Coverage(
        rows,
        tuple(
            Column(product, sum(each is not None and each.may_sell for each in column))
            for product, column in zip(products, columns, strict=True)
        ),
    )


def arranged(whole: Coverage, show: Show, order: str) -> list[Row]:
    """Return the rows to show, in order; an order that names no column is by what there is to do."""
    rows = [row for row in whole.rows if _is_shown(row, show)]
    slugs = [column.product.slug for column in whole.columns]
    if order in slugs:
        position = slugs.index(order)
        return sorted(rows, key=lambda row: _worst_first(row.cells[position]))
    keys: dict[str, Callable[[Row], Any]] = {
        Order.NAME: lambda _row: 0,  # they come by name
        Order.LAPSE: lambda row: min((cell.outlook.ends_on or date.max for cell in row.known), default=date.max),
    }
    return sorted(rows, key=keys.get(order, _most_to_do_first))


def _is_shown(row: Row, show: Show) -> bool:
    if show is Show.CANNOT:
        return any(not cell.may_sell for cell in row.known)
    return show is Show.ALL or any(cell.lapses_soon for cell in row.known)


def _most_to_do_first(row: Row) -> tuple[int, int, int]:
    kinds = [cell.kind for cell in row.known]
    return (-kinds.count("no"), -kinds.count("due"), -kinds.count("rest"))


def _worst_first(cell: Cell | None) -> tuple[int, int]:
    if cell is None:
        return (3, 0)
    rank = {"no": 0, "rest": 1}.get(cell.kind, 2)
    return (rank, cell.outlook.days_left or 0)


def _cell(found: Outlook) -> Cell:
    kind, icon, word = words.state(found.standing, allowed=found.certified)
    return Cell(found, kind, icon, word, _text(found, word), found.level, found.may_sell, found.lapses_soon)


def _text(found: Outlook, word: str) -> str:
    if found.days_left is not None:
        return _days_left(i18n.current_locale(), found.days_left)
    if not found.missing:
        return word
    left = sum(each.requirement.kind is RequirementKind.LESSON for each in found.missing)
    if left:
        return _("%(done)s of %(total)s") % {"done": found.lessons - left, "total": found.lessons}
    return {
        ReasonCode.REDLINES_NOT_ATTESTED: _("Not signed"),
        ReasonCode.QUIZ_NOT_PASSED: _("Quiz left"),
        ReasonCode.SIGN_OFF_MISSING: _("Sign-off left"),
    }.get(found.missing[0].code, word)


# a matrix says the same few numbers hundreds of times
@lru_cache(maxsize=4_000)
def _days_left(_locale: str, count: int) -> str:
    return _("%(count)s d") % {"count": i18n.number(count)}
