"""The team's matrix: who may sell what, what lapses when, which deals are at risk; also as a CSV file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.catalog.queries import OpenProduct, in_force, offered
from app.catalog.text import localized
from app.certification.outlook import outlook, outlooks
from app.certification.queries import Record, records
from app.certification.words import minutes_left
from app.clock import Now, end_of_day, local_day
from app.database import ReplicaSession, SessionDep
from app.errors import InvalidError
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.people.queries import teams_below
from app.reports.charts import horizon
from app.reports.coverage import Cell, Coverage, Order, Row, Show, arranged, coverage
from app.reports.matrix import drawn
from app.reports.queries import Seller, branch, deals_of, sellers
from app.reports.risks import amounts, risks
from app.web.asof import as_of as read_as_of
from app.web.csvfile import csv_file
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page

router = APIRouter(prefix="/team")

TeamViewer = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN))]

PEOPLE_A_PAGE = 100
SPANS = (30, 60, 90)
"""Days within which what lapses is listed, each list without the ones before."""


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for; a value that makes no sense is as if it were not there, and a wrong day is said."""

    show: Show
    sort: str
    team: int | None
    product: str
    day: date
    today: date
    page: int
    wrong: str = ""
    """What is wrong with the day that was typed; then it is today."""
    typed: str = ""

    @property
    def past(self) -> str:
        """The query that opens another page as of the same past day; empty for today and for days ahead."""
        return f"?as_of={self.day.isoformat()}" if self.day < self.today else ""

    def url(self, path: str = "/team", **changes: Any) -> str:
        """Return the address of this view with changes."""
        view = replace(self, **{"page": 1, **changes})
        wanted = {
            "show": view.show.value if view.show is not Show.ALL else "",
            "sort": view.sort if view.sort != Order.TODO else "",
            "team": view.team or "",
            "product": view.product,
            "as_of": view.day.isoformat() if view.day != view.today else "",
            "page": view.page if view.page > 1 else "",
        }
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"{path}?{query}" if query else path


async def _view(
    moment: Now, show: str = "", sort: str = "", team: str = "", product: str = "", as_of: str = "", page: str = ""
) -> View:
    then = read_as_of(as_of, moment, ahead=True)
    return View(
        show=Show(show) if show in list(Show) else Show.ALL,
        sort=sort or Order.TODO,
        team=_count(team),
        product=product,
        day=then.day,
        today=local_day(moment),
        page=_count(page) or 1,
        wrong=then.wrong,
        typed=then.typed,
    )


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:9]) == int(text) else None


Asked = Annotated[View, Depends(_view)]


@dataclass(frozen=True, slots=True)
class _Team:
    """Everything that was read for one view."""

    teams: dict[int, str]
    sold: list[OpenProduct]
    people: list[Seller]
    columns: list[OpenProduct]


def _read(session: Session, viewer: CurrentPerson, view: View, moment: datetime) -> _Team:
    everybody = sellers(session, branch(session, viewer), moment)
    below = teams_below(session)
    held = {seller.team_id for seller in everybody}
    teams = {team_id: name for team_id, (name, inside) in below.items() if inside & held}
    inside = below[view.team][1] if view.team in teams and view.team else None
    people = [seller for seller in everybody if inside is None or seller.team_id in inside]
    sold = offered(session, moment)
    if people:
        with_program = {each.product_id for each in in_force(session, [ContentKind.PROGRAM], moment)}
        sold = [product for product in sold if product.id in with_program]
    columns = [product for product in sold if product.slug == view.product] or sold
    return _Team(teams, sold, people, columns)


def _moment(view: View, moment: datetime) -> datetime:
    return moment if view.day == view.today else end_of_day(view.day)


@router.get("")
def show_team(request: Request, session: SessionDep, viewer: TeamViewer, view: Asked, moment: Now) -> Response:
    """Show the matrix as of a day, with what lapses and what is at risk."""
    asked_for = _moment(view, moment)
    team = _read(session, viewer, view, asked_for)
    ids = [product.id for product in team.columns]
    found = outlooks(session, [seller.id for seller in team.people], asked_for, ids)
    whole = coverage(team.people, team.columns, found)
    rows = arranged(whole, view.show, view.sort)
    people = {each.id for each in team.people}
    theirs = deals_of(session, people, min(asked_for, moment), past=bool(view.past))
    at_risk = risks(session, theirs, asked_for)
    ends = [cell.outlook.ends_on for cell in whole.cells if cell.outlook.ends_on]
    closings = [deal.close_date for deal in theirs if deal.close_date]
    first = (view.page - 1) * PEOPLE_A_PAGE
    sprite = request.app.state.templates.static("icons.svg")
    context = {
        "view": view,
        "team": team,
        "whole": whole,
        "rows": drawn(rows[first : first + PEOPLE_A_PAGE], whole.columns, sprite, view.past),
        "shown": len(rows),
        "pages": list(_pages(rows, view)),
        "at_risk": at_risk,
        "people": people,
        "amounts": amounts(at_risk),
        "chart": horizon(ends, closings, view.day),
        "spans": _lapsing(whole),
    }
    status = 422 if view.wrong else 200
    return page(request, "reports/team.html", context, fragment="coverage", status=status)


def _pages(rows: list[Row], view: View) -> Iterator[tuple[str, str, bool]]:
    """Give (address, label, present) of each page; by name, the label says from whom to whom."""
    if len(rows) <= PEOPLE_A_PAGE:
        return
    for first in range(0, len(rows), PEOPLE_A_PAGE):
        number = first // PEOPLE_A_PAGE + 1
        part = rows[first : first + PEOPLE_A_PAGE]
        by_name = view.sort == Order.NAME
        label = f"{part[0].seller.name} – {part[-1].seller.name}" if by_name else str(number)
        yield view.url(page=number), label, number == view.page


def _lapsing(whole: Coverage) -> list[tuple[int, list[tuple[Seller, OpenProduct, Cell]]]]:
    """List what lapses within 30, 60 and 90 days, the next first."""
    found = [
        (row.seller, column.product, cell)
        for row in whole.rows
        for column, cell in zip(whole.columns, row.cells, strict=True)
        if cell is not None and cell.outlook.days_left is not None and cell.outlook.days_left <= SPANS[-1]
    ]
    found.sort(key=lambda each: (each[2].outlook.days_left or 0, each[0].name))
    spans = []
    for after, through in pairwise((-1, *SPANS)):
        spans.append((through, [each for each in found if after < (each[2].outlook.days_left or 0) <= through]))
    return spans


@router.get(".csv")
def download_team(session: ReplicaSession, viewer: TeamViewer, view: Asked, moment: Now) -> Response:
    """Give the same people and products as a file, one line for each standing. Raises InvalidError for a wrong day."""
    if view.wrong:
        raise InvalidError(view.wrong)
    as_of = _moment(view, moment)
    team = _read(session, viewer, view, as_of)
    ids = [product.id for product in team.columns]
    found = records(session, [seller.id for seller in team.people], as_of, ids)
    whole = coverage(team.people, team.columns, {key: outlook(record) for key, record in found.items()})
    lines = (
        _line(row.seller, column.product, cell, found[row.seller.id, column.product.id], view.day)
        for row in arranged(whole, view.show, view.sort)
        for column, cell in zip(whole.columns, row.cells, strict=True)
        if cell is not None
    )
    return csv_file(f"coverage-{view.day.isoformat()}.csv", _HEAD, lines)


_HEAD = (
    "person", "email", "team", "product", "product_name", "standing", "word",
    "may_sell_alone", "supervised_only", "valid_through", "ends_on", "days_left", "due_on", "minutes_left", "as_of",
)  # fmt: skip


def _line(seller: Seller, product: OpenProduct, cell: Cell, record: Record, day: date) -> tuple[Any, ...]:
    verdict = record.on_deals.verdict
    return (
        seller.name,
        seller.email,
        seller.team,
        product.slug,
        localized(product.name, current_locale()),
        verdict.standing.value,
        cell.word,
        _yes_no(yes=verdict.allowed),
        _yes_no(yes=verdict.supervised_only),
        verdict.valid_through,
        verdict.ends_on,
        verdict.days_left,
        record.due_on,
        minutes_left(verdict.missing),
        day,
    )


def _yes_no(*, yes: bool) -> str:
    return _("yes") if yes else _("no")
