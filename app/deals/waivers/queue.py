"""What waits for somebody: requests that they may decide about, and emergencies that they are to review."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.clock import local_day
from app.deals.lists import Viewer
from app.deals.waivers.cases import Standing, standings_of
from app.deals.waivers.listing import Listed, Reach, reach, to_review, waiting
from app.deals.waivers.rules import Decider, decider_refusals, reviewer_refusals
from app.people.models import Role


@dataclass(frozen=True, slots=True)
class Queue:
    """What somebody has to do, the oldest first; each request with how the gate answers."""

    reviews: tuple[Listed, ...] = ()
    requests: tuple[tuple[Listed, Standing], ...] = ()

    @property
    def count(self) -> int:
        """How much there is."""
        return len(self.reviews) + len(self.requests)


def queue(session: Session, viewer: Viewer, moment: datetime, seen: Reach | None = None) -> Queue:
    """Return what waits for somebody; the statements do not depend on how much does."""
    if not viewer.roles & {Role.COMPLIANCE, Role.MANAGER}:
        return Queue()
    seen = seen or reach(session, viewer)
    compliance = Role.COMPLIANCE in viewer.roles
    reviews = to_review(session) if compliance else []
    asked = waiting(session, seen, local_day(moment))
    both = [*reviews, *asked]
    found = list(zip(both, standings_of(session, both, moment), strict=True))
    decider = {
        each.person_id: Decider(id=viewer.id, compliance=compliance, leads=each.person_id in seen.led) for each in both
    }
    return Queue(
        tuple(
            one
            for one, standing in found[: len(reviews)]
            if not reviewer_refusals(decider[one.person_id], standing.case(one.asked_by))
        ),
        tuple(
            (one, standing)
            for one, standing in found[len(reviews) :]
            if not decider_refusals(decider[one.person_id], standing.case(one.asked_by))
        ),
    )
