"""Where a whole company stands: how many standings there are for each product, and how many let somebody sell.

A large company is not added up anew for each page: a job does it again and again and keeps the sums with the moment
they hold for, which is said wherever they are shown. A small one is added up when somebody asks.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select
from sqlmodel import Session, col

from app.catalog.queries import offered
from app.certification.holdings import Key
from app.certification.models import StandingSum
from app.certification.outlook import Outlook, outlooks
from app.clock import now
from app.database import Database, rows
from app.people.models import Person, PersonRole, Role

JOB = "certification.summary"
EVERY = timedelta(minutes=15)
LARGE = 20_000
"""People × products from which a company is added up by the job alone."""
_AT_ONCE = 500
"""People who are added up in one transaction."""


@dataclass(frozen=True, slots=True)
class Sums:
    """How many standings there are for one product, how many of them let nobody sell, and how many end soon."""

    standings: int = 0
    not_cleared: int = 0
    lapsing: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The sums by product id, as of a moment; `live` if that is the moment of asking."""

    sums: Mapping[int, Sums]
    moment: datetime
    live: bool

    @property
    def whole(self) -> Sums:
        """The sums of all products together."""
        every = self.sums.values()
        return Sums(
            sum(each.standings for each in every),
            sum(each.not_cleared for each in every),
            sum(each.lapsing for each in every),
        )


_SELLERS = (
    select(col(Person.id))
    .join(PersonRole, (col(PersonRole.person_id) == col(Person.id)) & (col(PersonRole.role) == Role.REP))
    .where(
        col(Person.created_at) <= bindparam("as_of"),
        or_(col(Person.deactivated_at).is_(None), col(Person.deactivated_at) > bindparam("as_of")),
    )
)
_SOME_SELLERS = select(func.count()).select_from(_SELLERS.limit(bindparam("most")).subquery())
_KEPT = select(
    col(StandingSum.product_id),
    col(StandingSum.standings),
    col(StandingSum.not_cleared),
    col(StandingSum.lapsing),
    col(StandingSum.moment),
)


def summary(session: Session, moment: datetime) -> Summary | None:
    """Return where the company stands, by products that are sold; None for a large one that was not added up yet."""
    sold = {each.id for each in offered(session)}
    kept = {product_id: (Sums(*sums), then) for product_id, *sums, then in rows(session, _KEPT)}
    if kept:
        then = min(then for _sums, then in kept.values())
        return Summary({each: sums for each, (sums, _then) in kept.items() if each in sold}, then, live=False)
    if _is_large(session, len(sold), moment):
        return None
    people = [row.id for row in rows(session, _SELLERS, as_of=moment)]
    return Summary(added_up(outlooks(session, people, moment, sold)), moment, live=True)


def added_up(found: Mapping[Key, Outlook]) -> dict[int, Sums]:
    """Add standings up by product."""
    return _sums(_counted(found))


def _counted(found: Mapping[Key, Outlook]) -> Counter[tuple[int, bool, bool]]:
    return Counter((key[1], each.may_sell, each.lapses_soon) for key, each in found.items())


def prepare(database: Database, _payload: Mapping[str, Any]) -> Summary | None:
    """Add up a large company, a few people in each transaction, as of one moment; None for a small one."""
    moment = now()
    with database.read() as session:
        sold = [each.id for each in offered(session)]
        if not _is_large(session, len(sold), moment):
            return None
        people = iter([row.id for row in rows(session, _SELLERS, as_of=moment)])
    total: Counter[tuple[int, bool, bool]] = Counter()
    while some := list(islice(people, _AT_ONCE)):
        with database.read() as session:
            total += _counted(outlooks(session, some, moment, sold))
    return Summary(_sums(total), moment, live=False)


def store(session: Session, _payload: Mapping[str, Any], found: Summary | None) -> None:
    """Keep what was added up in place of what was kept; nothing of a small company, which is added up when asked."""
    session.execute(delete(StandingSum))
    if found is not None and found.sums:
        kept = [
            {
                "product_id": product_id,
                "standings": sums.standings,
                "not_cleared": sums.not_cleared,
                "lapsing": sums.lapsing,
                "moment": found.moment,
            }
            for product_id, sums in found.sums.items()
        ]
        session.execute(insert(StandingSum), kept)


def _is_large(session: Session, products: int, moment: datetime) -> bool:
    """Tell whether there are many people × products, counting no more people than it takes."""
    if not products:
        return False
    most = -(-LARGE // products)
    return int(rows(session, _SOME_SELLERS, as_of=moment, most=most)[0][0]) >= most


def _sums(alike: Mapping[tuple[int, bool, bool], int]) -> dict[int, Sums]:
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (product_id, may_sell, soon), count in alike.items():
        sums = found[product_id]
        sums[0] += count
        sums[1] += 0 if may_sell else count
        sums[2] += count if soon else 0
    return {product_id: Sums(*sums) for product_id, sums in found.items()}
