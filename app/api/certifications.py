"""Who is certified on what: the standing of each person on each product, and what of it is another than before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import JSONResponse, Response

from app.api.paging import LAST, Page, PageQuery, pack
from app.api.problems import ProblemRoute
from app.api.refusals import refusals
from app.api.schemas import EARLIEST, Email, Moment, Slugs
from app.api.security import needs
from app.catalog.queries import products as products_sold
from app.certification.models import CertificationPeriod
from app.certification.queries import LevelRecord, Record, records
from app.certification.rules import Standing
from app.clock import Now
from app.database import SessionDep, stored_id
from app.errors import InvalidError
from app.people.models import Person
from app.people.tokens import Scope
from app.web.i18n import gettext as _

LOOKED_AT: Final = 1_000
"""Standings that one request with filters looks at; what does not fit in is looked at with the next page."""

router = APIRouter(
    prefix="/api/v1/certifications",
    tags=["certifications"],
    route_class=ProblemRoute,
    dependencies=[Depends(needs(Scope.REPORTS_READ))],
    responses=refusals(Scope.REPORTS_READ),
)


class CertificationQuery(PageQuery):
    """Which standings to list."""

    rep: Email | None = Field(default=None, description="One person, by e-mail address whatever its case.")
    product: Slugs = Field(default=[], description="Slug of a product; repeat it for several.")
    standing: Annotated[list[Standing], Field(max_length=len(Standing))] = Field(
        default=[], description="Only these; repeat it for several."
    )
    updated_since: Moment | None = Field(
        default=None,
        description="Only what is another now than it was at this moment, whether somebody did something or a day "
        "passed: compare with `as_of` of the first page of your last run.",
        examples=["2026-11-21T10:00:00+00:00"],
    )


class PeriodRead(BaseModel):
    """The newest period of a certification, over or not."""

    id: int = Field(description="As in `basis.period` of a clearance.")
    number: int
    done_on: date
    awarded_at: datetime
    certificate: str = Field(description="The code of the certificate.")
    url: str = Field(description="Where anybody can check it.")


class LevelRead(BaseModel):
    """The standing on one level."""

    level: str
    standing: Standing
    allowed: bool = Field(description="Whether the person may act alone or supervised, as far as this goes.")
    valid_through: date | None = Field(description="The last valid day of the newest period, over or not.")
    window_opens_on: date | None = Field(description="From this day on it can be renewed.")
    grace_through: date | None = Field(description="The last of the days of grace.")
    recertify_by: date | None = Field(description="The deadline of a recertification that is asked for.")
    ends_on: date | None = Field(description="The last day on which the person may act if nothing is done.")
    period: PeriodRead | None


class CertificationRead(LevelRead):
    """The standing of a person on a product: on its first level, and on those above."""

    rep: str
    active: bool = Field(description="False for who was deactivated and may not act whatever the standing is.")
    product: str
    levels: list[LevelRead] = Field(description="The levels above the first, from the lowest.")


class CertificationPage(Page[CertificationRead]):
    """One page of standings; it may hold fewer items than `limit`, and none, where others are still to come."""

    as_of: datetime = Field(description="The moment that all pages of a run answer for: that of the first one.")


EXAMPLE: Final[dict[str, Any]] = {
    "items": [
        {
            "rep": "ana@example.com",
            "active": True,
            "product": "keeper-crm",
            "level": "standard",
            "standing": "certified",
            "allowed": True,
            "valid_through": "2027-11-20",
            "window_opens_on": "2027-10-22",
            "grace_through": "2027-12-04",
            "recertify_by": None,
            "ends_on": "2027-11-20",
            "period": {
                "id": 12,
                "number": 1,
                "done_on": "2026-11-21",
                "awarded_at": "2026-11-21T09:12:00+00:00",
                "certificate": "7QK2M9XD4TPA",
                "url": "https://sales.example.com/certificates/7QK2M9XD4TPA",
            },
            "levels": [],
        }
    ],
    "next": None,
    "as_of": "2026-11-21T10:00:00+00:00",
}


@router.get(
    "",
    summary="Who is certified on what",
    operation_id="certifications",
    responses={
        200: {
            "description": "One page of standings.",
            "model": CertificationPage,
            "content": {"application/json": {"example": EXAMPLE}},
        }
    },
)
def certifications(
    request: Request, session: SessionDep, moment: Now, query: Annotated[CertificationQuery, Query()]
) -> Response:
    """List the standing of every person on every product that has a program, also of who has not begun.

    Standing is derived from what is on record, so `updated_since` compares: listed is what is another now than it
    was then. What changed and changed back is not listed, because whoever keeps a copy has it right.
    """
    if query.updated_since and query.updated_since > moment:
        errors = [{"pointer": "/updated_since", "detail": _("This moment is still to come; nobody knows yet.")}]
        raise InvalidError(_("The request is not of the form that this address takes."), errors)
    as_of, after = _begin(query, moment)
    run = _Run(session, query, as_of)
    found, following = run.page(after)
    origin: str = request.app.state.settings.origin
    periods = run.periods(found)
    items = [_document(each, origin, periods) for each in found]
    return JSONResponse({"items": items, "next": following, "as_of": as_of.isoformat()})


def _begin(query: CertificationQuery, moment: datetime) -> tuple[datetime, tuple[int, int]]:
    """Return the moment that a run answers for and the place behind which it goes on."""
    place = query.after(tuple[str, int, int])
    if place is None:
        return moment, (0, 0)
    as_of = _moment(place[0])
    if as_of is None or not EARLIEST <= as_of <= moment:
        raise query.wrong_cursor()
    return as_of, place[1:]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class _Found:
    email: str
    active: bool
    product: str
    record: Record
    place: tuple[int, int]


class _Run:
    """One page of a run over everybody, in the order of people and products as they were stored."""

    def __init__(self, session: Session, query: CertificationQuery, as_of: datetime) -> None:
        self._session = session
        self._query = query
        self._as_of = as_of
        sold = {stored_id(each): each.slug for each in products_sold(session, as_of)}
        wanted = set(query.product)
        self._products = {number: slug for number, slug in sold.items() if not wanted or slug in wanted}

    def page(self, after: tuple[int, int]) -> tuple[list[_Found], str | None]:
        """Return the items behind a place, and the cursor of the next page."""
        if not self._products:
            return [], None
        most = LOOKED_AT if self._query.standing or self._query.updated_since else self._query.limit
        number = -(-most // len(self._products)) + 1  # of the first person, products may lie before the place
        people = self._people(after, number + 1)
        fitting = [each for each in self._found(people[:number], after) if each.place > after]
        if len(fitting) > self._query.limit:
            kept = fitting[: self._query.limit]
            return kept, self._cursor(kept[-1].place)
        more = len(people) > number
        return fitting, self._cursor((people[number - 1].id, LAST)) if more else None

    def _cursor(self, place: tuple[int, int]) -> str:
        return pack((self._as_of.isoformat(), *place))

    def _people(self, after: tuple[int, int], number: int) -> Sequence[Any]:
        query = select(col(Person.id), col(Person.email), col(Person.created_at), col(Person.deactivated_at)).where(
            col(Person.created_at) <= self._as_of, col(Person.id) >= after[0]
        )
        if self._query.rep is not None:
            query = query.where(col(Person.email) == self._query.rep.lower())
        return self._session.execute(query.order_by(col(Person.id)).limit(number)).all()

    def _found(self, people: Sequence[Any], after: tuple[int, int]) -> list[_Found]:
        behind = [row for row in people if (row.id, LAST) > after]
        ids = [row.id for row in behind]
        now = records(self._session, ids, self._as_of, self._products)
        since = self._query.updated_since
        then = records(self._session, ids, since, self._products) if since else {}
        found = []
        for row in behind:
            for number, slug in sorted(self._products.items()):
                record = now.get((row.id, number))
                if record is None or not self._wanted(record):
                    continue
                if since and _same(row, record, then.get((row.id, number)), since, self._as_of):
                    continue
                active = _active(row, self._as_of)
                found.append(_Found(row.email, active, slug, record, (row.id, number)))
        return found

    def _wanted(self, record: Record) -> bool:
        return not self._query.standing or record.verdict.standing in self._query.standing

    def periods(self, found: Collection[_Found]) -> Mapping[int, Any]:
        """Return the periods that items name, by id."""
        ids = {level.period_id for each in found for level in each.record.every_level}
        names = ("id", "number", "done_on", "awarded_at", "code")
        rows = self._session.execute(
            select(*(col(getattr(CertificationPeriod, name)) for name in names)).where(
                col(CertificationPeriod.id).in_(ids - {None})
            )
        )
        return {row.id: row for row in rows}


def _active(row: Any, as_of: datetime) -> bool:
    return row.deactivated_at is None or row.deactivated_at > as_of


def _same(row: Any, now: Record, then: Record | None, since: datetime, as_of: datetime) -> bool:
    """Tell whether an item is what it was at a moment; who was not there then is new."""
    if then is None or row.created_at > since or _active(row, as_of) != _active(row, since):
        return False
    return _facts(now) == _facts(then)


def _facts(record: Record) -> list[tuple[Any, ...]]:
    return [(each.period_id, *_days(each, record).values()) for each in record.every_level]


def _days(level: LevelRecord, record: Record) -> dict[str, Any]:
    verdict = level.verdict
    return {
        "level": level.level or record.program.base,
        "standing": verdict.standing,
        "allowed": verdict.allowed,
        "valid_through": _day(verdict.valid_through),
        "window_opens_on": _day(verdict.window_opens_on),
        "grace_through": _day(verdict.grace_through),
        "recertify_by": _day(verdict.recertify_by),
        "ends_on": _day(verdict.ends_on),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _document(found: _Found, origin: str, periods: Mapping[int, Any]) -> dict[str, Any]:
    first, *above = (
        {**_days(each, found.record), "period": _period(each.period_id, origin, periods)}
        for each in found.record.every_level
    )
    return {"rep": found.email, "active": found.active, "product": found.product, **first, "levels": above}


def _period(number: int | None, origin: str, periods: Mapping[int, Any]) -> dict[str, Any] | None:
    if number is None:
        return None
    row = periods[number]
    return {
        "id": row.id,
        "number": row.number,
        "done_on": row.done_on.isoformat(),
        "awarded_at": row.awarded_at.isoformat(),
        "certificate": row.code,
        "url": f"{origin}/certificates/{row.code}",
    }
