"""Storing a file of deals: all of it or nothing, and the second time nothing new. The gate is asked about every deal.

The file is worked through in batches; the statements of a batch do not depend on how many deals are in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.audit.actions import record
from app.deals import words
from app.deals.facts import OWNER, DealFacts
from app.deals.gate import DealState, states
from app.deals.importing.reading import DealsFile
from app.deals.lists import Viewer, candidates, tree
from app.deals.proposals import Proposal, Wanted, proposals
from app.deals.replacing import is_stopped, put_all
from app.people.models import Role
from app.web.csvtable import Problem
from app.web.i18n import gettext as _

BATCH = 500
"""Deals of one batch."""
_COLUMNS = {"products": "products", "team": "team", "contacts": "contacts", "reference": "id"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom somebody may name: `people` by address, of them `owners`, and whose deals may be changed, by id."""

    people: frozenset[str]
    owners: frozenset[str]
    led: frozenset[int]
    own: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """A row that the gate does not let pass: who is in the way, each with the reasons."""

    row: int
    reference: str
    name: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Plan:
    """What a file does or would do. With problems nothing is stored; nor with rows that the gate stops."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)
    recorded: bool = False

    @property
    def refused(self) -> bool:
        """Whether the file cannot be stored as it is."""
        return bool(self.problems) or (bool(self.stopped) and not self.recorded)


def reach(session: Session, viewer: Viewer) -> Reach | None:
    """Return whom a manager may name in a file; None for administrators, who may name everybody."""
    if Role.ADMIN in viewer.roles:
        return None
    led = tree(session, viewer)
    found = candidates(session, viewer, led, most=None)
    owners = frozenset(each.email for each in found if each.id == viewer.id or each.id in set(led))
    return Reach(frozenset(each.email for each in found), owners, frozenset(led), viewer.id)


def import_deals(
    session: Session,
    file: DealsFile,
    within: Reach | None,
    *,
    by: str,
    moment: datetime,
    dry_run: bool = False,
    record_stopped: bool = False,
) -> Plan:
    """Store what a file says and return what that was; with `dry_run`, or when it is refused, nothing of it is stored.

    With `record_stopped` rows that the gate stops are stored all the same, as what the CRM says: the deal is at risk
    from then on.
    """
    plan = Plan(recorded=record_stopped, problems=list(file.problems))
    work = list(_work(session, file, within, plan, moment))
    plan.problems.sort(key=lambda problem: problem.row)
    plan.stopped.sort(key=lambda each: each.row)
    if dry_run:
        return plan
    if plan.refused:
        if not plan.problems:
            details = {"rows": len(plan.stopped), "deals": [each.reference for each in plan.stopped[:BATCH]]}
            subject = ("deals", "file")
            record(session, at=moment, actor=by, action="deals.import_stopped", subject=subject, details=details)
        return plan
    for found, standing in work:
        put_all(session, found, by=by, moment=moment, enforce=not record_stopped, standing=standing)
    if plan.new or plan.changed:
        counts = {"new": plan.new, "changed": plan.changed, "unchanged": plan.unchanged, "stopped": len(plan.stopped)}
        record(session, at=moment, actor=by, action="deals.imported", subject=("deals", "file"), details=counts)
    return plan


def _work(
    session: Session, file: DealsFile, within: Reach | None, plan: Plan, moment: datetime
) -> Iterator[tuple[list[Proposal], list[DealState]]]:
    """Read and judge the rows in batches, in the order of their ids, so that two imports never wait for each other."""
    rows = sorted(file.rows, key=lambda row: row[1].reference)
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        found = proposals(session, [wanted for _number, wanted in batch], moment, enforce=not plan.recorded)
        for (number, wanted), proposal in zip(batch, found, strict=True):
            plan.problems += _problems(number, wanted, proposal, within)
        if plan.problems:
            continue
        standing = states(session, [each.deal for each in found], moment)
        for (number, _wanted), proposal, state in zip(batch, found, standing, strict=True):
            _count(plan, number, proposal, state)
        yield found, standing


def _count(plan: Plan, number: int, proposal: Proposal, state: DealState) -> None:
    if not proposal.changes:
        plan.unchanged += 1
    elif proposal.stored is None:
        plan.new += 1
    else:
        plan.changed += 1
    if is_stopped(proposal, state):
        deal = proposal.deal
        plan.stopped.append(Stopped(number, deal.reference, deal.name, tuple(_reasons(state))))


def _reasons(state: DealState) -> Iterator[tuple[str, str]]:
    for product in state.products:
        if product.stops:
            for member, answer in product.blocking:
                why = words.sentences(answer.decision.reasons)
                yield member.name, _("%(product)s: %(why)s") % {"product": words.name(product.name), "why": why}


def _problems(number: int, wanted: Wanted, proposal: Proposal, within: Reach | None) -> Iterator[Problem]:
    unreachable = list(_unreachable(wanted, proposal.stored, within)) if within else []
    if unreachable:
        # whoever may not name somebody is not told whether there is such a person
        yield from (Problem(number, column, sentence) for column, sentence in unreachable)
        return
    for each in proposal.problems:
        yield Problem(number, _COLUMNS[each["pointer"].split("/")[1]], each["detail"])


def _unreachable(wanted: Wanted, stored: DealFacts | None, within: Reach) -> Iterator[tuple[str, str]]:
    team = stored.members if stored else ()
    members = {each.email for each in team}
    owners = {each.email for each in team if each.role == OWNER}
    leads = any(each.person_id in within.led for each in team)
    owns = any(each.person_id == within.own and each.role == OWNER for each in team)
    if stored and not leads and not owns:
        yield "id", _("There is a deal with this id, and it is not yours to change.")
        return
    for part in wanted.team:
        email = part.rep.lower()
        beside = (part.supervisor or "").lower()
        if any(each and each not in within.people and each not in members for each in (email, beside)):
            yield "team", _("%(email)s is not one of those whom you may put on a deal.") % {"email": email[:320]}
        elif part.role == OWNER and email not in within.owners and email not in owners:
            yield (
                "team",
                _("%(email)s is not one of your own people, so cannot own this deal.") % {"email": email[:320]},
            )
