"""Who else could act on a deal: cleared for it, and with how much else to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from app.clock import local_day
from app.deals import words
from app.deals.facts import DealFacts, Member, is_open
from app.deals.gate import DealState, ask
from app.deals.lists import Candidate, Opened, Viewer, candidates, tree
from app.deals.models import Deal, DealMember
from app.deals.queries import Answer, Asked, answers
from app.people.models import Person

PART = "account-manager"
"""The part that somebody who is not on a deal is thought of in."""
MOST_ASKED = 100
"""Colleagues who are asked about for each deal of a list."""
NAMED = 3
"""Colleagues who are named for each deal of a list."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many open deals somebody is on, and when the next of them is to close."""

    deals: int = 0
    closes: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who may be added, with the answer for this deal and what else they are on."""

    person: Candidate
    answer: Answer
    load: Load

    @property
    def word(self) -> str:
        """The person's standing for the deal, in one word."""
        worst = words.worst(self.answer)
        return words.state_of(worst)[2] if worst else ""


def loads(session: Session, people: Collection[int], today: date) -> dict[int, Load]:
    """Return what people have to do, by person; who is on no open deal is not in it. One statement."""
    closes = func.min(case((col(Deal.close_date) >= today, col(Deal.close_date))))
    rows = session.execute(
        select(col(DealMember.person_id), func.count(), closes)
        .join(Deal, col(Deal.id) == col(DealMember.deal_id))
        .where(col(DealMember.person_id).in_(people), is_open(today))
        .group_by(col(DealMember.person_id))
    )
    return {row[0]: Load(row[1], _day(row[2])) for row in rows}


def _day(value: date | str | None) -> date | None:
    # SQLite has no type for what a function returns
    return date.fromisoformat(value) if isinstance(value, str) else value


def standings(session: Session, viewer: Viewer, opened: Opened, as_of: datetime) -> list[Standing]:
    """Return who may be added to a deal: the cleared first, of them who is on the fewest open deals, then by name."""
    present = {each.person_id for each in opened.deal.members}
    found = [each for each in candidates(session, viewer, opened.led) if each.id not in present]
    busy = loads(session, [each.id for each in found], local_day(as_of))
    said = answers(session, [_asked(opened.deal, each) for each in found], as_of)
    stand = [Standing(each, answer, busy.get(each.id, Load())) for each, answer in zip(found, said, strict=True)]
    return sorted(stand, key=lambda each: (not each.answer.allowed, each.load.deals if each.answer.allowed else 0))


@dataclass(frozen=True, slots=True)
class CanAct:
    """Who could act on a deal of a list: the first by name of deals, and how many more."""

    named: tuple[Candidate, ...]
    more: int


def who_can_act(session: Session, viewer: Viewer, found: Sequence[DealState], as_of: datetime) -> dict[int, CanAct]:
    """Return for each deal that is not cleared who else could act on it, by the deal's id; constant statements."""
    people = candidates(session, viewer, tree(session, viewer))[:MOST_ASKED]
    busy = loads(session, [each.id for each in people], local_day(as_of))
    people.sort(key=lambda each: busy.get(each.id, Load()).deals)
    pairs = [
        (state.deal, person)
        for state in found
        if not state.allowed
        for person in people
        if state.deal.member(person.email) is None
    ]
    cleared: dict[int, list[Candidate]] = {state.deal.id: [] for state in found if not state.allowed}
    for (deal, person), answer in zip(pairs, answers(session, [_asked(*each) for each in pairs], as_of), strict=True):
        if answer.allowed:
            cleared[deal.id].append(person)
    return {deal_id: CanAct(tuple(each[:NAMED]), max(len(each) - NAMED, 0)) for deal_id, each in cleared.items()}


def _asked(deal: DealFacts, person: Candidate) -> Asked:
    return ask(deal, Member(person.id, person.email, person.name, PART))


def supervising(
    session: Session, state: DealState, others: Sequence[Standing], as_of: datetime
) -> dict[int, tuple[str, Answer]]:
    """Return the name of each supervisor and the answer for them on this deal, by the person's id."""
    named = {each.supervisor_id for each in state.deal.members if each.supervisor_id is not None}
    known = {member.person_id: (member.name, answer) for member, answer in state.team}
    known |= {each.person.id: (each.person.name, each.answer) for each in others}
    absent = named - known.keys()
    if absent:
        rows = session.execute(
            select(col(Person.id), col(Person.email), col(Person.name)).where(col(Person.id).in_(absent))
        )
        people = [Candidate(*row) for row in rows]
        said = answers(session, [_asked(state.deal, each) for each in people], as_of)
        known |= {each.id: (each.name, answer) for each, answer in zip(people, said, strict=True)}
    return {person_id: known[person_id] for person_id in named}
