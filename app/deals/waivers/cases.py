"""How the gate answers those for whom an exception is asked: whether one helps, and who decides about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col

from app.deals.facts import DealFacts, Member, deals
from app.deals.gate import ask
from app.deals.models import Deal
from app.deals.queries import Answer, Asked, ProductAnswer, answers
from app.deals.rules import Enforcement
from app.deals.waivers.listing import Listed
from app.deals.waivers.rules import Case, Obstacle, obstacle


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody who is on a deal or may come to be, and a product; `closed` says that the deal is over."""

    deal: DealFacts
    person: Member
    product: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the gate answers at a place: `now` for the deal as it stands, `whole` for any stage that it may come to."""

    place: Place
    now: Answer
    whole: ProductAnswer
    obstacle: Obstacle | None

    def case(self, asker: int) -> Case:
        """Return what somebody decides about, if `asker` asked for it."""
        return Case(
            asker=asker,
            person=self.place.person.person_id,
            on_deal=on_deal(self.place.deal),
            enforcement=self._enforcement,
        )

    @property
    def _enforcement(self) -> Enforcement:
        """What a refusal does at worst, also in a region that the deal may yet be moved to."""
        lacking = [each.requirement.enforcement for each in self.whole.parts if not each.certified]
        return max(lacking, key=list(Enforcement).index, default=self.whole.decision.enforcement)

    @property
    def codes(self) -> list[str]:
        """The reasons that an exception stands in for."""
        return list(dict.fromkeys(str(each.code) for each in self.whole.decision.reasons))


def on_deal(deal: DealFacts) -> frozenset[int]:
    """Return everybody who acts on a deal: the members, and who is named beside one of them."""
    return frozenset(
        each for member in deal.members for each in (member.person_id, member.supervisor_id) if each is not None
    )


def somebody(deal: DealFacts, person_id: int, email: str, name: str) -> Member:
    """Return somebody as they stand on a deal; who is not on it plays no part yet."""
    return deal.member(email) or Member(person_id, email, name, "")


def standings(session: Session, places: Sequence[Place], as_of: datetime) -> list[Standing]:
    """Ask the gate about each place, in their order; the statements do not depend on how many there are."""
    found = iter(answers(session, [each for place in places for each in (_now(place), _whole(place))], as_of))
    return [_standing(place, next(found), next(found)) for place in places]


def standings_of(session: Session, waivers: Sequence[Listed], as_of: datetime) -> list[Standing]:
    """Ask the gate about those for whom exceptions were asked; see `standings`."""
    ids = {each.deal_id for each in waivers}
    stored = {deal.id: deal for deal in _deals(session, ids)} if ids else {}
    return standings(session, [_place(each, stored[each.deal_id]) for each in waivers], as_of) if waivers else []


def _deals(session: Session, ids: Iterable[int]) -> list[DealFacts]:
    return deals(session, col(Deal.id).in_(list(ids)), None)


def _place(one: Listed, deal: DealFacts) -> Place:
    return Place(deal, somebody(deal, one.person_id, one.email, one.person), one.slug, one.outcome is not None)


def _now(place: Place) -> Asked:
    asked = replace(ask(place.deal, place.person), products=(place.product,))
    role = place.person.role or None
    return replace(asked, question=replace(asked.question, role=role), situation=replace(asked.situation, role=role))


def _whole(place: Place) -> Asked:
    """Ask for any stage and any part: an exception is for the deal, whatever becomes of it."""
    asked = replace(ask(place.deal, place.person), products=(place.product,))
    return replace(
        asked,
        question=replace(asked.question, role=None),
        situation=replace(asked.situation, stage=None, role=None),
    )


def _standing(place: Place, now: Answer, whole: Answer) -> Standing:
    answer = whole.product(place.product)
    decision = answer.decision
    codes = [str(each.code) for each in decision.reasons]
    return Standing(place, now, answer, obstacle(decision.decision, decision.enforcement, codes, closed=place.closed))
