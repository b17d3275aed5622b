"""The demonstration's live sessions: one to come with a waiting list, one that was held, one that was cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.certification.live.actions import Details, cancel_date, register, set_date
from app.certification.live.attending import Somebody, check_in, judge
from app.certification.live.invitations import Post
from app.certification.live.models import LiveSession
from app.certification.live.queries import asked
from app.certification.live.rules import Span, code_at
from app.clock import local_day
from app.commands import demo_story as story
from app.database import stored_id
from app.people.models import Person

_SET_DAYS_AGO = 30
_REGISTERED_DAYS_AGO = 9
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Meeting:
    """One date: in so many days (before today: negative), where, and who is registered, in this order."""

    product: str
    key: str
    in_days: int
    at: time
    timezone: str
    host: str
    place: str = ""
    join_url: str = ""
    note: str = ""
    capacity: int | None = None
    people: tuple[str, ...] = ()


CLINIC = Meeting(
    story.BOT,
    "knowledge-clinic",
    7,
    time(10, 0),
    "Asia/Shanghai",
    "trainer2@example.com",
    join_url="https://meet.example.com/knowledge-clinic",
    note="请带三篇客户的知识文章，其中一篇要答不好。",
    capacity=2,
    people=("rep2@example.com", "chen.jiayi@example.com", "zhou.hang@example.com"),
)
HELD = Meeting(
    story.WAF,
    "observe-review",
    -20,
    time(14, 0),
    "Europe/Lisbon",
    "trainer@example.com",
    place="Lisbon, Rua do Salitre 40, room Tejo",
    capacity=12,
    people=("hannah.weiss@example.com", "ines.carvalho@example.com", "teo.lindqvist@example.com"),
)
CHECKED_IN = {
    "hannah.weiss@example.com": (0, 1, 2),
    "ines.carvalho@example.com": (0, 2),
    "teo.lindqvist@example.com": (0,),
}
"""In which parts of the session that was held somebody entered the code."""
NOTED_BY_HAND = "konstantinos.papadimitriou@example.com"
CANCELLED = Meeting(
    story.WAF,
    "observe-review",
    12,
    time(9, 30),
    "Europe/Lisbon",
    "trainer@example.com",
    place="Porto, Praça da Batalha 7",
    people=("ines.carvalho@example.com", "teo.lindqvist@example.com"),
)
CANCEL_REASON = "The room is being rebuilt. The next date is online."
TO_COME = Meeting(
    story.WAF,
    "observe-review",
    16,
    time(9, 30),
    "Europe/Lisbon",
    "trainer@example.com",
    join_url="https://meet.example.com/observe-review",
    capacity=20,
    people=("teo.lindqvist@example.com",),
)


@dataclass(frozen=True)
class DemoSessions:
    """Stores the live sessions of the story as of a moment; `origin` is the address that mails name."""

    session: Session
    people: Mapping[str, Person]
    moment: datetime
    origin: str

    def fill(self) -> None:
        """Store everything."""
        self._hold(self._set(HELD, self._ago(_SET_DAYS_AGO)))
        cancelled = self._set(CANCELLED, self._ago(_REGISTERED_DAYS_AGO))
        desk = Post(self.origin, self._ago(2))
        cancel_date(self.session, stored_id(cancelled), reason=CANCEL_REASON, by=CANCELLED.host, desk=desk)
        self._set(TO_COME, self._ago(1))
        self._set(CLINIC, self._ago(_REGISTERED_DAYS_AGO))

    def _ago(self, days: int) -> datetime:
        return self.moment - timedelta(days=days)

    def _set(self, meeting: Meeting, moment: datetime) -> LiveSession:
        """Set a date and register its people, a few minutes after each other."""
        day = _working_day(local_day(self.moment) + timedelta(days=meeting.in_days))
        details = Details(
            starts_at=datetime.combine(day, meeting.at, ZoneInfo(meeting.timezone)),
            timezone=meeting.timezone,
            place=meeting.place,
            join_url=meeting.join_url,
            note=meeting.note,
            capacity=meeting.capacity,
            host_id=stored_id(self.people[meeting.host]),
        )
        described = asked(self.session, meeting.product, meeting.key, moment)
        live = set_date(self.session, described, details, by=meeting.host, moment=moment)
        for number, email in enumerate(meeting.people, start=1):
            desk = Post(self.origin, moment + timedelta(minutes=7 * number))
            register(self.session, stored_id(live), stored_id(self.people[email]), by=email, desk=desk)
        return live

    def _hold(self, live: LiveSession) -> None:
        span = Span(live.starts_at, live.ends_at, live.parts)
        for email, parts in CHECKED_IN.items():
            who = Somebody(stored_id(self.people[email]), email)
            for part in parts:
                at = span.part_begins(part) + timedelta(minutes=6)
                check_in(self.session, stored_id(live), who, code_at(live.secret, at), Post(self.origin, at))
        host = Somebody(live.host_id, HELD.host)
        came = stored_id(self.people[NOTED_BY_HAND])
        judge(self.session, stored_id(live), came, attended=True, by=host, moment=live.ends_at + timedelta(hours=1))


def _working_day(day: date) -> date:
    """Return a day, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= _SATURDAY else 0)
