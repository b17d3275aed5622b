"""What the pages of the gate show: every product at a glance, one product's days, and a policy that is tried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from app.catalog.models import Product
from app.catalog.queries import OpenProduct, open_product, products
from app.certification.programs import Program
from app.certification.queries import programs
from app.clock import local_day
from app.database import stored_id
from app.deals.policies.content import PolicyDocument
from app.deals.policies.dryrun import Trial, beginning, try_out
from app.deals.policies.forms import Choices, Sheet, lay
from app.deals.policies.history import History, SetPolicy, histories
from app.deals.policies.pool import Share, pools, shares
from app.deals.policies.queries import UNPUBLISHED, Policy, of_document, of_program
from app.deals.policies.rules import Phase, Pool, Stretch, Term, phase, timeline
from app.deals.policies.words import levels, roles

NOTICE_DAYS: Final = 7
"""How far ahead a new policy is proposed to begin, so that people have the time to learn."""

_AT_LAST: Final = 2**62
"""An id after all that are stored."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What the gate asks for one product now and next, and how many of those concerned qualify."""

    product: Product
    program: Program | None
    now: Policy
    next: "Entry | None"
    share: Share


@dataclass(frozen=True, slots=True)
class Entry:
    """Days on which one policy holds; without `first` it has always been so, and without `made` the program says."""

    first: date | None
    last: date | None
    policy: Policy
    made: SetPolicy | None
    phase: Phase | None
    """Where the whole policy stands, of which these days may be a part."""

    @property
    def may_end(self) -> bool:
        """Whether somebody can take it back or end it."""
        return self.phase in {Phase.COMING, Phase.RUNNING}


@dataclass(frozen=True, slots=True)
class Opened:
    """A product at the gate: its program, and every policy that was set."""

    product: OpenProduct
    program: Program | None
    history: History
    now: Entry
    coming: Sequence[Entry]
    past: Sequence[Entry]
    never: Sequence[SetPolicy]
    """Taken back or replaced before they held on any day."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A policy that is only thought of: when it would begin and end, who qualifies, and what it would do."""

    starts_on: date
    through: date | None
    policy: Policy
    pools: Sequence[Pool]
    trial: Trial


def glances(session: Session, moment: datetime) -> list[Glance]:
    """Return every product; the statements do not depend on how many there are."""
    sold = {stored_id(each): each for each in products(session)}
    found = programs(session, moment, list(sold))
    set_for = histories(session, list(sold))
    today = local_day(moment)
    now = {each: set_for[each].policy(today, found.get(each)) for each in sold}
    share = shares(session, now, found, moment)
    return [
        Glance(product, found.get(each), now[each], _next(set_for[each], found.get(each), today), share[each])
        for each, product in sold.items()
    ]


def _next(history: History, program: Program | None, today: date) -> "Entry | None":
    return next(iter(_entries(history, program, today)[1]), None)


def opened(session: Session, slug: str, moment: datetime) -> Opened:
    """Return a product with its days. Raises NotFoundError."""
    product = open_product(session, slug)
    program = programs(session, moment, [product.id]).get(product.id)
    history = histories(session, [product.id])[product.id]
    now, coming, past = _entries(history, program, local_day(moment))
    held = {each.policy.id for each in (now, *coming, *past)}
    never = [each for each in reversed(history.found) if each.term.id not in held]
    return Opened(product, program, history, now, coming, past, never)


def _entries(history: History, program: Program | None, today: date) -> tuple[Entry, list[Entry], list[Entry]]:
    """Part the days into now, what comes, and what was, the newest first."""
    stretches = timeline(history.terms)
    found = [_entry(each, history, program, today) for each in stretches]
    before = stretches[0].first - timedelta(days=1) if stretches else None
    found.insert(0, Entry(None, before, _default(program), None, None))
    now = next(each for each in found if each.last is None or each.last >= today)
    place = found.index(now)
    return now, found[place + 1 :], found[:place][::-1]


def _entry(stretch: Stretch, history: History, program: Program | None, today: date) -> Entry:
    made = history.get(stretch.policy)
    policy = made.policy if made else _default(program)
    return Entry(stretch.first, stretch.last, policy, made, phase(made.term, today) if made else None)


def _default(program: Program | None) -> Policy:
    return of_program(program) if program else UNPUBLISHED


def choices(found: Opened, program: Program) -> Choices:
    """Return what may be chosen for a product."""
    return Choices(
        levels=[key for key, _name in levels(program)],
        roles=[slug for slug, _name in roles_of(found)],
    )


def roles_of(found: Opened) -> list[tuple[str, str]]:
    """Return the parts in a deal to choose from, with those that only this product's policies name."""
    entries = (found.now, *found.coming)
    return roles(*(each.roles for entry in entries for each in entry.policy.requirements))


def new_sheet(found: Opened, program: Program, today: date) -> Sheet:
    """Fill the form with what will be asked in a week, to begin then: what was decided meanwhile is not undone."""
    starts_on = today + timedelta(days=NOTICE_DAYS)
    then = found.history.on(starts_on)
    document = then.document if then else _document(program)
    return lay(document, starts_on=starts_on.isoformat(), ends_on="", reason="")


def _document(program: Program) -> Mapping[str, Any]:
    """Write down what a program asks, as a policy would."""
    names = ("coverage", "from_stage", "regions", "roles")
    asked = {name: program.document[name] for name in names if name in program.document}
    level = {"level": program.deal_level} if program.deal_level else {}
    return {"requirements": [{**asked, **level, "enforcement": program.document["enforcement"]}]}


def tried(
    session: Session,
    found: Opened,
    program: Program,
    document: PolicyDocument,
    days: tuple[date, date | None],
    moment: datetime,
) -> Tried:
    """Try a policy out, as of the moment at which it would begin."""
    starts_on, ends_on = days
    as_of = beginning(starts_on, moment)
    policy = of_document(document.model_dump(mode="json"))
    term = Term(_AT_LAST, starts_on, ends_on)
    stretches = timeline([*found.history.terms, term])
    trial = try_out(session, found.product.id, found.now.policy, policy, as_of)
    return Tried(
        starts_on,
        next(each.last for each in stretches if each.policy == term.id),
        policy,
        pools(session, found.product.id, policy, program, as_of, trial.asked),
        trial,
    )


def withdrawn(session: Session, found: Opened, policy: SetPolicy, moment: datetime) -> Trial | None:
    """Try out what ending the policy that holds now would do; nothing is to be said of another one."""
    if found.now.made is not policy:
        return None
    left = History([each for each in found.history.found if each is not policy])
    then = left.policy(local_day(moment), found.program)
    return try_out(session, found.product.id, found.now.policy, then, moment)
