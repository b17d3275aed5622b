"""What the demonstration's people sent for review, and what compliance decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session

from app.commands import demo_story as story
from app.conduct.models import Consequence, Disposition, SentText
from app.conduct.reviewing.actions import Decision, decide, follow, open_name
from app.conduct.reviewing.reading import Reviewed, review
from app.conduct.reviewing.recording import Following
from app.conduct.sending import send
from app.database import stored_id
from app.people.models import Person
from app.redlines.checking import Circumstances, rule_set

REVIEWER = "compliance@example.com"
_KEEP_DAYS = 90

MAIL = """Dear Ms Amaral,

thank you for the time on Tuesday. We guarantee you 30% more turnover in three months, and I am happy to show you how.
We will launch the stored-value card next quarter, so it is worth starting now. We do not guarantee that every guest \
reads a message, but most do.

I will call you on Thursday.
Kind regards
Ana Duarte"""
CHAT = """For you it is free forever. Shall we start on Monday?"""
CALL = """Rep: Good morning, Ana Duarte speaking.
Customer: Are you the best messaging tool there is?
Rep: This is the best messaging tool you can buy.
Rep: I can show you the sales of the restaurant next door."""


@dataclass(frozen=True, slots=True)
class _Reviewer:
    id: int
    email: str


class DemoConduct:
    """Adds texts that wait, and one that led to coaching."""

    def __init__(self, session: Session, people: Mapping[str, Person], moment: datetime) -> None:
        self._session = session
        self._people = people
        self._moment = moment

    def fill(self) -> None:
        """Store everything."""
        first = self._send("marek.nowak@example.com", CHAT, 5, title="Chat with the print shop", channel="chat")
        self._coach(first, self._moment - timedelta(days=3))
        second = self._send("rep@example.com", CALL, 12, title="Call with Harbour Bakery", channel="call")
        self._judge(second, self._moment - timedelta(days=11))
        note = "May I send it like this?"
        self._send("rep@example.com", MAIL, 1, title="Mail to Ms Amaral", note=note, channel="mail")

    def _send(self, email: str, text: str, days_ago: int, *, title: str, channel: str, note: str = "") -> SentText:
        moment = self._moment - timedelta(days=days_ago)
        return send(
            self._session,
            person_id=stored_id(self._people[email]),
            email=email,
            title=title,
            text=text,
            note=note,
            said=Circumstances(locale="en", channel=channel),
            products=[story.SHOPFRONT],
            places=[],
            key=sha256(f"{email}\n{title}".encode()).hexdigest(),
            rules=rule_set(self._session, [story.SHOPFRONT], moment),
            keep_days=_KEEP_DAYS,
            moment=moment,
        )

    def _coach(self, sent: SentText, moment: datetime) -> None:
        """Confirm what was found, and ask for practice."""
        text_id, who = stored_id(sent), self._reviewer()
        open_name(self._session, text_id, who, "It is the second promise about a price from this region.", moment)
        for each in self._findings(text_id, moment)[:1]:
            decide(self._session, each.case, each.id, Decision(Disposition.CONFIRMED), who, moment)
        for each in self._findings(text_id, moment)[:1]:
            product = each.holders[0].id if each.holders else None
            following = Following(Consequence.COACHING, product, "Say it right once more before the next call.")
            follow(self._session, each.case, each.id, following, who, moment + timedelta(minutes=10))

    def _judge(self, sent: SentText, moment: datetime) -> None:
        """Decide about some of the findings, and leave the last one open."""
        who = self._reviewer()
        for each in self._findings(stored_id(sent), moment)[:-1]:
            decision = Decision(Disposition.ALLOWED, "The customer asked, and it was withdrawn in the next sentence.")
            decide(self._session, each.case, each.id, decision, who, moment)

    def _reviewer(self) -> _Reviewer:
        return _Reviewer(stored_id(self._people[REVIEWER]), REVIEWER)

    def _findings(self, text_id: int, moment: datetime) -> list[Reviewed]:
        return list(review(self._session, text_id, self._reviewer().id, moment).findings)
