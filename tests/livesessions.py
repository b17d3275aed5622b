"""Live sessions in tests: one as a program describes it, and a date of it."""

from datetime import datetime

from sqlmodel import Session

from app.catalog.models import Product
from app.certification.live.actions import Details, set_date
from app.certification.live.models import LiveSession
from app.certification.live.queries import asked as find_asked
from app.people.models import Person
from factories import NOW

LIVE_SESSION = {"id": "launch-demo", "name": {"en": "Launch demo", "zh-Hans": "上线演示"}, "minutes": 90}
"""A live session as a program describes it; its presence is checked once."""


def live_date(
    session: Session,
    owner: Product,
    host: Person,
    *,
    starts_at: datetime,
    timezone: str = "UTC",
    capacity: int | None = None,
    place: str = "Room 4",
    join_url: str = "",
    at: datetime = NOW,
) -> LiveSession:
    """A date of the live session `launch-demo` that a product's program asks for."""
    asked = find_asked(session, owner.slug, "launch-demo", at)
    details = Details(
        starts_at=starts_at,
        timezone=timezone,
        place=place,
        join_url=join_url,
        note="",
        capacity=capacity,
        host_id=host.id or 0,
    )
    return set_date(session, asked, details, by=host.email, moment=at)
