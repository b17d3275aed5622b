"""Who is asked to get certified by when: the list, many people by hand, and rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.catalog.models import Product
from app.catalog.queries import products
from app.certification import words
from app.certification.assigning import actions, queries
from app.certification.assigning.forms import ManyForm, RuleForm
from app.certification.assigning.queries import Asked
from app.certification.assigning.words import due, due_choices, whom
from app.certification.models import AssignmentRule, DueFrom
from app.certification.queries import Record, records
from app.clock import Now, Today
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import CurrentPerson, allow
from app.people.forms import RowId
from app.people.labels import role_names
from app.people.models import Role
from app.people.queries import team_tree, teams_below
from app.reports.queries import branch
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.i18n import ngettext, pgettext
from app.web.templating import page, redirect

router = APIRouter(prefix="/team/assignments")

Asker = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN))]

LINES_A_PAGE = 100
PEOPLE_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who was asked and is not certified yet."""

    person_id: int
    name: str
    product: Product
    asked: Asked
    overdue: bool
    days: str
    state: words.State
    minutes: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be asked, with how they stand for the product chosen."""

    id: int
    name: str
    team: str
    state: words.State | None
    due_on: date | None


def _people(session: Session, viewer: CurrentPerson, team: int | None = None) -> dict[int, tuple[str, int | None]]:
    """Return name and team of the active people whom the viewer may ask, by id; `team` means those below too."""
    below = branch(session, viewer)
    inside = teams_below(session).get(team, ("", set()))[1] if team else None
    return {
        person_id: (name, each.team_id)
        for person_id, (each, name) in queries.candidates(session).items()
        if (below is None or person_id in below) and (inside is None or each.team_id in inside)
    }


def _sold(session: Session) -> dict[int, Product]:
    return {product.id: product for product in products(session) if product.id}


def _product(session: Session, slug: str) -> Product | None:
    return next((product for product in products(session) if product.slug == slug), None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 10 else None  # noqa: PLR2004 (what a column holds)


@router.get("")
def show_assignments(
    request: Request,
    session: SessionDep,
    viewer: Asker,
    moment: Now,
    today: Today,
    product: str = "",
    show: str = "open",
    number: str = "1",
) -> Response:
    """Show who has what due, overdue first, and the rules in force."""
    people = _people(session, viewer)
    sold = _sold(session)
    wanted = [product_id for product_id, each in sold.items() if product in {"", each.slug}]
    asked = queries.asked_last(session, list(people), wanted, moment)
    lines = list(_lines(session, people, sold, list(asked.values()), moment, today))
    overdue = sum(line.overdue for line in lines)
    shown = [line for line in lines if line.overdue] if show == "overdue" else lines
    first = ((_number(number) or 1) - 1) * LINES_A_PAGE
    mine = branch(session, viewer) is not None
    rules = queries.rules_in_force(session)
    context = {
        "lines": shown[first : first + LINES_A_PAGE],
        "total": len(shown),
        "overdue": overdue,
        "done": len(asked) - len(lines),
        "number": _number(number) or 1,
        "pages": max(1, -(-len(shown) // LINES_A_PAGE)),
        "filter": blank(product=product, show=show),
        "products": list(sold.values()),
        "rules": [(each, whom(each), due(each)) for each in rules if not mine or each.manager_id == viewer.id],
    }
    return page(request, "reports/assignments.html", context)


def _lines(
    session: Session,
    people: dict[int, tuple[str, int | None]],
    sold: dict[int, Product],
    asked: list[Asked],
    moment: Now,
    today: Today,
) -> Iterator[Line]:
    """Give what is still to be done, the longest overdue first and what has no day last."""
    standings = records(session, {each.person_id for each in asked}, moment, {each.product_id for each in asked})
    asked.sort(key=lambda each: (each.due_on is None, each.due_on, people[each.person_id][0].casefold()))
    for each in asked:
        standing = standings.get((each.person_id, each.product_id))
        if standing is not None and standing.verdict.allowed:
            continue
        yield Line(
            person_id=each.person_id,
            name=people[each.person_id][0],
            product=sold[each.product_id],
            asked=each,
            overdue=each.due_on is not None and each.due_on < today,
            days=words.days_left(each.due_on, today) if each.due_on else "",
            state=words.state(standing.verdict.standing, allowed=False)
            if standing
            else ("rest", "todo", _("No program")),
            minutes=words.minutes_left(standing.verdict.missing) if standing else 0,
        )


def _state(standing: Record | None) -> words.State:
    return words.state(standing.verdict.standing, allowed=False) if standing else ("rest", "todo", _("No program yet"))


@router.get("/new")
def choose_people(
    request: Request, session: SessionDep, viewer: Asker, moment: Now, product: str = "", team: str = "", q: str = ""
) -> Response:
    """Ask for a product, a day and the people."""
    return _people_page(request, session, viewer, moment, blank(product=product, people=[]), team, q)


def _people_page(
    request: Request,
    session: Session,
    viewer: CurrentPerson,
    moment: Now,
    form: Bound[Any],
    team: str = "",
    text: str = "",
) -> Response:
    teams = team_tree(session)
    names = {each.id: each.name for each in teams}
    sought = text.replace("\x00", "").strip().casefold()[:200]
    people = {
        person_id: each
        for person_id, each in _people(session, viewer, _number(team)).items()
        if sought in each[0].casefold()
    }
    shown = list(people)[:PEOPLE_A_PAGE]
    product = _product(session, form.get("product"))
    asked = queries.asked_last(session, shown, [product.id], moment) if product and product.id else {}
    standings = records(session, shown, moment, [product.id]) if product and product.id else {}
    choices = []
    for person_id in shown:
        name, team_id = people[person_id]
        key = (person_id, (product.id or 0) if product else 0)
        verdict = standings[key].verdict if key in standings else None
        choices.append(
            Choice(
                person_id,
                name,
                names.get(team_id, "") if team_id else "",
                words.state(verdict.standing, allowed=verdict.allowed) if verdict else None,
                asked[key].due_on if key in asked else None,
            )
        )
    context = {
        "form": form,
        "product": product,
        "products": products(session),
        "people": choices,
        "more": len(people) - len(shown),
        "filter": blank(product=form.get("product"), team=team, q=text[:200]),
        "teams": teams,
        "ticked": {str(each) for each in form.get("people", [])},
    }
    return page(request, "reports/assign_people.html", context, status=422 if form.errors else 200)


@router.post("/new")
def ask_people(
    request: Request, session: SessionDep, viewer: Asker, moment: Now, today: Today, raw: RawForm
) -> Response:
    """Ask the people who were ticked."""
    form = bind(ManyForm, raw)
    if not form.get("people"):
        form.wrong("people", _("Tick at least one person."))
    if form.data and form.data.due_on and form.data.due_on < today:
        form.wrong("due_on", _("Choose today or a later day."))
    product = _product(session, form.get("product"))
    if product is None or product.id is None:
        form.wrong("product", _("Choose one of the list."))
    if form.data is None or product is None or product.id is None:
        team, text = (str(raw.get(name) or "") for name in ("team", "q"))
        return _people_page(request, session, viewer, moment, form, team, text)
    if not set(form.data.people) <= set(_people(session, viewer)):
        raise NotFoundError(_("One of these people is not in your part of the company, or has no account any more."))
    asked = actions.assign_many(
        session, form.data.people, product.id, due_on=form.data.due_on, by=viewer.email, moment=moment
    )
    sentence = ngettext("%(num)s person was asked.", "%(num)s people were asked.", asked)
    return redirect(request, f"/team/assignments?product={product.slug}", sentence % {"num": asked})


@router.get("/rules/new")
def new_rule(request: Request, session: SessionDep, viewer: Asker) -> Response:
    """Ask whom a rule is for and by when."""
    form = blank(role=Role.REP, due_from=DueFrom.ASSIGNED, due_days=30)
    return _rule_page(request, session, viewer, form)


def _rule_page(
    request: Request,
    session: Session,
    viewer: CurrentPerson,
    form: Bound[Any],
    found: list[queries.Fitting] | None = None,
) -> Response:
    context = {
        "form": form,
        "products": products(session),
        "roles": role_names(),
        "teams": team_tree(session),
        "regions": queries.regions(session),
        "due_choices": due_choices(),
        "own": branch(session, viewer) is not None,
        "found": found,
        "shown": PEOPLE_A_PAGE,
    }
    return page(request, "reports/assignment_rule.html", context, status=422 if form.errors else 200)


@router.post("/rules/new")
def make_rule(
    request: Request, session: SessionDep, viewer: Asker, moment: Now, today: Today, raw: RawForm
) -> Response:
    """Show whom a rule would ask, or make it and ask them at once."""
    form = bind(RuleForm, raw)
    _judge(session, form, today)
    if form.data is None:
        return _rule_page(request, session, viewer, form)
    rule = _rule(session, viewer, form.data, moment)
    if form.data.step == "look":
        return _rule_page(request, session, viewer, form, queries.fitting(session, rule, moment))
    asked = actions.create_rule(session, rule, moment)
    sentence = ngettext(
        "The rule is made and has asked %(num)s person.", "The rule is made and has asked %(num)s people.", asked
    )
    return redirect(request, "/team/assignments#rules", sentence % {"num": asked})


def _judge(session: Session, form: Bound[RuleForm], today: date) -> None:
    """Mark what fields have wrong together, or with what is stored."""
    data = form.data
    if data is None:
        return
    if _product(session, data.product) is None:
        form.wrong("product", _("Choose one of the list."))
    if data.team is not None and data.team not in teams_below(session):
        form.wrong("team", _("Choose one of the list."))
    known = queries.regions(session)
    if data.region is not None and data.region.casefold() not in {each.casefold() for each in known}:
        form.wrong("region", _no_region(known))
    if data.hired_from and data.hired_through and data.hired_through < data.hired_from:
        form.wrong("hired_through", _("The last day lies before the first."))
    if data.due_from is DueFrom.LAUNCH and data.launch_on is None:
        form.wrong("launch_on", _("Fill this in."))
    elif data.due_from is DueFrom.LAUNCH and data.launch_on and data.launch_on < today:
        form.wrong("launch_on", _("Choose today or a later day."))


def _no_region(known: list[str]) -> str:
    if not known:
        return _("Nobody has a region yet.")
    return _("Nobody has this region. There are: %(regions)s.") % {"regions": pgettext("list", ", ").join(known)}


def _rule(session: Session, viewer: CurrentPerson, data: RuleForm, moment: Now) -> AssignmentRule:
    product = _product(session, data.product)
    if product is None or product.id is None:
        raise NotFoundError(_("There is no such product, or it has no program yet."))
    return AssignmentRule(
        product_id=product.id,
        role=data.role,
        team_id=data.team,
        manager_id=None if branch(session, viewer) is None else viewer.id,
        region=data.region,
        hired_from=data.hired_from,
        hired_through=data.hired_through,
        due_from=data.due_from,
        due_days=data.due_days,
        launch_on=data.launch_on if data.due_from is DueFrom.LAUNCH else None,
        created_at=moment,
        created_by=viewer.email,
    )


@router.post("/rules/{rule_id}/end")
def end_rule(request: Request, rule_id: RowId, session: SessionDep, viewer: Asker, moment: Now) -> Response:
    """End a rule of the own branch; whom it asked stay asked."""
    own = None if branch(session, viewer) is None else viewer.id
    actions.end_rule(session, rule_id, own, by=viewer.email, moment=moment)
    return redirect(request, "/team/assignments#rules", _("The rule has ended. Whom it has asked stay asked."))
