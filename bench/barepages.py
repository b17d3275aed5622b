"""Pages as the bare stack shows them: who is signed in, what anybody has to read for the page, a list, and its size."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy import Connection, bindparam, literal, select, union_all
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Product
from app.certification.models import Assignment, CertificationPeriod
from app.deals.models import Deal, DealMember, DealProduct
from app.people.access import digest
from app.people.models import Person, SignInSession
from app.quizzes.models import Attempt
from app.redlines.models import Attestation

PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ title }}</title>{% for row in rows %}<p>{% for cell in row %}{{ cell }} {% endfor %}</p>"
    "{% endfor %}"
)
_LINE = ("what a page says", "in one line of text", "of three parts")
_LINES = Environment(autoescape=True).from_string(
    "{% for line in lines %}<p>{% for cell in line %}{{ cell }} {% endfor %}</p>{% endfor %}"
)
_LINE_SIZE = len(_LINES.render(lines=[_LINE]))
_CELL = (
    '<td><a class="{kind}" href="/team/people/1#product-product"><svg class="i" role="img" aria-label="Cleared">'
    '<use href="/static/icons.svg#cleared"/></svg><span>{text}</span></a></td>'
)
READY_CELLS = [_CELL.format(kind="go" if days > 30 else "due", text=f"{days} days") for days in range(731)]  # noqa: PLR2004 (a month)
NO_CELL = _CELL.format(kind="no", text="Not started")
A_PAGE = 100


def page(title: str, rows: Sequence[Any], size: int) -> Response:
    """Render rows, and further lines up to a size in bytes, as a template does."""
    text = PAGE.render(title=title, rows=rows)
    return HTMLResponse(text + _LINES.render(lines=[_LINE] * -(-max(0, size - len(text)) // _LINE_SIZE)))


_WHO = (
    select(col(Person.id), col(Person.name), col(SignInSession.expires_at))
    .join(SignInSession, col(SignInSession.person_id) == col(Person.id))
    .where(col(SignInSession.digest) == bindparam("digest"))
)
_PRODUCTS = select(col(Product.id), col(Product.slug), col(Product.name)).where(col(Product.retired_at).is_(None))
_COURSE = (
    select(col(ContentVersion.document), col(Content.product_id))
    .join(Content, col(Content.id) == col(ContentVersion.content_id))
    .where(col(Content.slug) == bindparam("slug"), col(Content.kind) == ContentKind.COURSE)
    .order_by(col(ContentVersion.number).desc())
    .limit(1)
)
_DATES = (
    col(CertificationPeriod.person_id),
    col(CertificationPeriod.product_id),
    col(CertificationPeriod.valid_through),
    col(CertificationPeriod.grace_through),
)
_PERIODS = (
    select(*_DATES)
    .where(col(CertificationPeriod.person_id) == bindparam("person"))
    .order_by(col(CertificationPeriod.number))
)
_DONE: Any = union_all(
    select(col(LessonProgress.product_id), col(LessonProgress.lesson), col(LessonProgress.completed_at)).where(
        col(LessonProgress.person_id) == bindparam("person")
    ),
    select(col(Attestation.product_id), literal("attest"), col(Attestation.signed_at)).where(
        col(Attestation.person_id) == bindparam("person")
    ),
    select(col(Attempt.product_id), literal("quiz"), col(Attempt.finished_at)).where(
        col(Attempt.person_id) == bindparam("person"), col(Attempt.passed).is_(True)
    ),
)
_ASKED = select(col(Assignment.product_id), col(Assignment.due_on)).where(
    col(Assignment.person_id) == bindparam("person")
)
_DEALS = (
    select(col(Deal.reference), col(Deal.name), col(Deal.amount), col(Deal.close_date), col(DealProduct.product_id))
    .join(DealMember, col(DealMember.deal_id) == col(Deal.id))
    .join(DealProduct, col(DealProduct.deal_id) == col(Deal.id))
    .where(col(DealMember.person_id) == bindparam("person"))
)
_LESSONS = select(col(LessonProgress.lesson), col(LessonProgress.completed_at)).where(
    col(LessonProgress.person_id) == bindparam("person"), col(LessonProgress.product_id) == bindparam("product")
)
_PERIOD = _PERIODS.where(col(CertificationPeriod.product_id) == bindparam("product"))


def _below() -> Any:
    """Everybody who reports to somebody, directly or through others."""
    tree = select(col(Person.id)).where(col(Person.manager_id) == bindparam("person")).cte("below", recursive=True)
    return tree.union(select(col(Person.id)).join(tree, col(Person.manager_id) == tree.c.id))


_TREE = _below()
_TEAM = select(col(Person.id), col(Person.name)).join(_TREE, _TREE.c.id == col(Person.id)).order_by(col(Person.name))
_OF_TEAM = (
    select(*_DATES)
    .join(_TREE, _TREE.c.id == col(CertificationPeriod.person_id))
    .order_by(col(CertificationPeriod.number))
)
_OF_TEAM_ON_ONE = _OF_TEAM.join(Product, col(Product.id) == col(CertificationPeriod.product_id)).where(
    col(Product.slug) == bindparam("slug")
)


def _person(connection: Connection, request: Request) -> int:
    return int(connection.execute(_WHO, {"digest": digest(request.cookies["session"])}).one().id)


def _size(request: Request) -> int:
    return int(request.query_params["size"])


def _slug(request: Request) -> str:
    return request.query_params["path"].split("/")[2]


async def sign_in(request: Request) -> Response:
    """Show a form."""
    return page("Sign in", [("E-mail",), ("Password",)], _size(request))


def home(request: Request, connection: Connection) -> Response:
    """Show what somebody holds, has done, was asked for, and which deals they are on."""
    whose = {"person": _person(connection, request)}
    products = connection.execute(_PRODUCTS).all()
    held = {row.product_id: row for row in connection.execute(_PERIODS, whose)}
    done: dict[int, int] = {}
    for row in connection.execute(_DONE, whose):
        done[row.product_id] = done.get(row.product_id, 0) + 1
    asked = {row.product_id: row.due_on for row in connection.execute(_ASKED, whose)}
    deals = connection.execute(_DEALS, whose).all()
    lines = [
        (row.name, held[row.id].valid_through if row.id in held else "", done.get(row.id, 0), asked.get(row.id, ""))
        for row in products
    ]
    return page("home", [*lines, *deals], _size(request))


def course(request: Request, connection: Connection) -> Response:
    """Show a course, what somebody has done of it, and until when they are certified."""
    person = _person(connection, request)
    found = connection.execute(_COURSE, {"slug": _slug(request)}).one()
    whose = {"person": person, "product": found.product_id}
    done = {row.lesson: row.completed_at for row in connection.execute(_LESSONS, whose)}
    held = connection.execute(_PERIOD, whose).all()
    lessons = [(each["title"], each["minutes"], done.get(each["id"])) for each in found.document["lessons"]]
    return page(found.document["name"], [*lessons, *held], _size(request))


def lesson(request: Request, connection: Connection) -> Response:
    """Show a lesson among the others."""
    person = _person(connection, request)
    found = connection.execute(_COURSE, {"slug": _slug(request)}).one()
    whose = {"person": person, "product": found.product_id}
    done = {row.lesson: row.completed_at for row in connection.execute(_LESSONS, whose)}
    lessons = [(each["title"], each["minutes"], done.get(each["id"])) for each in found.document["lessons"]]
    return page(found.document["name"], [*lessons, (found.document["lessons"][1]["body"],)], _size(request))


def matrix(request: Request, connection: Connection) -> Response:
    """Show each person's days left for each product, of cells that are ready-made."""
    whose = {"person": _person(connection, request)}
    products = connection.execute(_PRODUCTS).all()
    team = connection.execute(_TEAM, whose).all()
    held = {(row.person_id, row.product_id): row.valid_through for row in connection.execute(_OF_TEAM, whose)}
    today = datetime.now(UTC).date()
    rows = [
        f"<tr><th>{Markup.escape(person.name)}</th>"
        + "".join([_cell(held.get((person.id, product.id)), today) for product in products])
        + "</tr>"
        for person in team
    ]
    text = "<!doctype html><table>" + "".join(rows) + "</table>"
    return HTMLResponse(text + "." * max(0, _size(request) - len(text)))


def _cell(through: date | None, today: date) -> str:
    return (
        NO_CELL
        if through is None or through < today
        else READY_CELLS[min((through - today).days, len(READY_CELLS) - 1)]
    )


def report(request: Request, connection: Connection) -> Response:
    """Show the first page of everybody for one product, and how many of all may sell it."""
    person = _person(connection, request)
    slug = request.query_params["path"].partition("product=")[2].partition("&")[0]
    team = connection.execute(_TEAM, {"person": person}).all()
    found = connection.execute(_OF_TEAM_ON_ONE, {"person": person, "slug": slug})
    held = {row.person_id: row.valid_through for row in found}
    today = datetime.now(UTC).date()
    may = sum(each >= today for each in held.values())
    rows = [(each.name, held.get(each.id, "")) for each in team[:A_PAGE]]
    return page(f"{may} of {len(team)}", rows, _size(request))
