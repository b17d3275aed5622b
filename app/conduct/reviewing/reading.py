"""One text as a reviewer sees it: with its findings, and without its author's name until that is opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import localized
from app.certification.models import CertificationEventKind
from app.certification.queries import records
from app.certification.sanctions.actions import possible_sanctions
from app.certification.sanctions.queries import history, open_spots
from app.certification.sanctions.rules import Proposal
from app.clock import local_day
from app.conduct import marks
from app.conduct.masking import masked
from app.conduct.models import Disposition, Finding, SentText
from app.conduct.reviewing.ladder import fitting, taken_with
from app.conduct.reviewing.people import Opening, numbers, opening
from app.conduct.reviewing.queries import Outcome, outcome
from app.conduct.reviewing.rules import Case
from app.conduct.rulesets import rules_of
from app.errors import NotFoundError
from app.people.models import Person
from app.redlines.documents.places import Part, Place, place_in
from app.redlines.documents.transcripts import plain
from app.redlines.queries import Card, card_of
from app.web.i18n import current_locale
from app.web.i18n import gettext as _

MOST_SHOWN: Final = 100
"""Findings on the page of a text: those that are open come first, and others follow as they are decided."""
MOST_ORIGINALS: Final = 20
"""Findings of the same text that a duplicate may be said to repeat, and as many of other texts."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who sent a text, once their name is open."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A product that holds a red line; `kinds` are the sanctions that are possible there."""

    id: int
    slug: str
    name: str
    kinds: Collection[CertificationEventKind]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finding with its red line, what was decided, and what may be."""

    id: int
    number: int
    red_line: str
    start: int
    end: int
    matched: str
    severity: str
    state: str
    reason: str | None
    card: Card
    place: str
    gone_at: datetime | None
    disposition: Disposition
    note: str
    decided_at: datetime | None
    decided_by: str | None
    duplicate_of: int | None
    case: Case
    originals: Sequence[tuple[int, str]]
    holders: Sequence[Holder]
    outcome: Outcome | None

    @property
    def kind(self) -> marks.Kind:
        """How it looks."""
        return marks.set_aside() if self.state == "downgraded" else marks.kind(self.severity)

    @property
    def seen(self) -> str:
        """What names the present decision, for a form to send back."""
        return self.decided_at.isoformat() if self.decided_at else ""


@dataclass(frozen=True, slots=True)
class Review:
    """A text for its reviewer; `author` is None as long as the name is closed, and the words hide it then."""

    id: int
    title: str
    note: str
    text: str
    sender: int
    own: bool
    sent_on: date
    keep_until: datetime
    forgotten_at: datetime | None
    products: Sequence[str]
    locale: str | None
    region: str | None
    channel: str | None
    author: Author | None
    proposal: Proposal | None
    opening: Opening | None
    findings: Sequence[Reviewed]
    more: int


def review(session: Session, sent_text_id: int, reviewer_id: int, moment: datetime) -> Review:
    """Return a text. Raises NotFoundError. The number of statements does not depend on the findings."""
    sender = numbers()
    row = session.execute(
        select(SentText, col(Person.name), col(Person.email), sender.c.number)
        .join(Person, col(Person.id) == col(SentText.person_id))
        .join(sender, sender.c.person_id == col(SentText.person_id))
        .where(col(SentText.id) == sent_text_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such text."))
    stored, name, email, number = row
    opened = opening(session, sent_text_id, reviewer_id)
    hide = _Hider(None if opened else (name, email))
    findings = _Findings(session, stored, reviewer_id, hide, moment)
    found = findings.shown()
    return Review(
        id=sent_text_id,
        title=hide(stored.title),
        note=hide(stored.note),
        text=hide(stored.text),
        sender=number,
        own=stored.person_id == reviewer_id,
        sent_on=local_day(stored.sent_at),
        keep_until=stored.keep_until,
        forgotten_at=stored.forgotten_at,
        products=_names(session, stored.products),
        locale=stored.locale,
        region=stored.region,
        channel=stored.channel,
        author=Author(stored.person_id, name, email) if opened else None,
        proposal=findings.proposal,
        opening=opened,
        findings=found,
        more=(0 if len(found) < MOST_SHOWN else _count(session, sent_text_id) - len(found)),
    )


def _count(session: Session, sent_text_id: int) -> int:
    made = (col(Finding.sent_text_id) == sent_text_id, col(Finding.gone_at).is_(None))
    return session.scalar(select(func.count()).select_from(Finding).where(*made)) or 0


class _Hider:
    """Hides a name as long as it is closed."""

    def __init__(self, known: tuple[str, str] | None) -> None:
        self.known = known

    def __call__(self, text: str) -> str:
        return masked(text, *self.known) if self.known else text


def _names(session: Session, slugs: Collection[str]) -> list[str]:
    rows = session.scalars(select(col(Product.name)).where(col(Product.slug).in_(slugs)).order_by(col(Product.slug)))
    names: Any = rows.all()
    return [localized(each, current_locale()) for each in names]


class _Findings:
    """Puts the findings of a text together, and proposes what should follow where the name is open."""

    def __init__(self, session: Session, stored: SentText, reviewer_id: int, hide: _Hider, moment: datetime) -> None:
        self._session = session
        self._stored = stored
        self._own = stored.person_id == reviewer_id
        self._hide = hide
        self._text = hide(stored.text)
        self._spoken = plain(stored.text)
        self._parts = _parts(stored.places)
        self._moment = moment
        self.proposal: Proposal | None = None

    def shown(self) -> list[Reviewed]:
        """Return them in the order of the text; what is gone without a decision is left out."""
        rows = self._session.execute(
            select(Finding, col(Person.name))
            .outerjoin(Person, col(Person.id) == col(Finding.decided_by))
            .where(col(Finding.sent_text_id) == self._stored.id, col(Finding.gone_at).is_(None))
            .order_by(col(Finding.disposition) != Disposition.OPEN, col(Finding.start), col(Finding.id))
            .limit(MOST_SHOWN)
        ).all()
        ordered = sorted(rows, key=lambda row: (row[0].start, -row[0].end, row[0].id))
        found = [(number, row[0], row[1]) for number, row in enumerate(ordered, 1)]
        self._here = [(number, each) for number, each, _decider in found]
        self._elsewhere = self._earlier({each.red_line for _, each in self._here})
        self._outcomes = {each.finding_id: each for each in outcome(self._session, self._stored.id or 0)}
        self._holders = self._read_holders()
        return [self._reviewed(number, each, decider) for number, each, decider in found]

    def _reviewed(self, number: int, each: Finding, decider: str | None) -> Reviewed:
        card = card_of(each.rule)
        originals = self._originals(each)
        return Reviewed(
            id=each.id or 0,
            number=number,
            red_line=each.red_line,
            start=each.start,
            end=each.end,
            matched=self._text[each.start : each.end],
            severity=each.severity,
            state=each.state,
            reason=each.reason,
            card=card,
            place=self._hide(self._place(each.start)),
            gone_at=each.gone_at,
            disposition=each.disposition,
            note=self._hide(each.note),
            decided_at=each.decided_at,
            decided_by=decider,
            duplicate_of=each.duplicate_of,
            case=Case(
                disposition=each.disposition,
                own_text=self._own,
                forgotten=self._stored.forgotten_at is not None,
                gone=each.gone_at is not None,
                on_trial=each.state == "shadow",
                name_opened=self._hide.known is None,
                has_violation=each.id in self._outcomes,
                originals=frozenset(original for original, _label in originals),
            ),
            originals=originals,
            holders=self._holders.get(each.red_line, ()),
            outcome=self._outcomes.get(each.id or 0),
        )

    def _place(self, start: int) -> str:
        if self._stored.forgotten_at is not None:
            return ""
        place = place_in(self._parts, self._stored.text, start) if self._parts else self._spoken.place(start)
        return marks.where(place)

    def _originals(self, each: Finding) -> list[tuple[int, str]]:
        here = [
            (other.id or 0, _("Finding %(number)s of this text") % {"number": number})
            for number, other in self._here
            if other.id != each.id and other.disposition is not Disposition.DUPLICATE and _may_repeat(each, other)
        ]
        return [*here[:MOST_ORIGINALS], *self._elsewhere.get(each.red_line, ())]

    def _earlier(self, red_lines: Collection[str]) -> dict[str, list[tuple[int, str]]]:
        """Find where the same person crossed the same red lines in other texts."""
        rows = self._session.execute(
            select(col(Finding.id), col(Finding.red_line), col(Finding.sent_text_id))
            .join(SentText, col(SentText.id) == col(Finding.sent_text_id))
            .where(
                col(SentText.person_id) == self._stored.person_id,
                col(SentText.id) != self._stored.id,
                col(Finding.red_line).in_(red_lines),
                col(Finding.gone_at).is_(None),
                col(Finding.disposition) != Disposition.DUPLICATE,
            )
            .order_by(col(Finding.id).desc())
            .limit(MOST_ORIGINALS)
        )
        found: dict[str, list[tuple[int, str]]] = {}
        for finding_id, red_line, text in rows:
            found.setdefault(red_line, []).append((finding_id, _("Finding in text %(number)s") % {"number": text}))
        return found

    def _read_holders(self) -> dict[str, list[Holder]]:
        """Return the products that hold each red line, with what may be done to the sender's certification there."""
        if self._hide.known is not None:
            return {}
        rules = rules_of(self._session, self._stored.products, self._moment)
        held = rules.products if rules else {}
        ids = {each.product_id for _, each in self._here}
        slugs = {slug for _, each in self._here for slug in held.get(each.red_line, ())}
        rows = self._session.execute(
            select(col(Product.id), col(Product.slug), col(Product.name))
            .where(col(Product.slug).in_(slugs) | col(Product.id).in_(ids))
            .order_by(col(Product.slug))
        ).all()
        person_id = self._stored.person_id
        decided = history(self._session, person_id)
        asked_again = open_spots(decided)
        standings = records(self._session, [person_id], self._moment, [row.id for row in rows])
        holders = [
            Holder(
                row.id,
                row.slug,
                localized(row.name, current_locale()),
                possible_sanctions(standings.get((person_id, row.id)), asked_again.get(row.id)),
            )
            for row in rows
        ]
        kinds = {kind for each in holders for kind in each.kinds}
        taken = taken_with(self._session, person_id, decided)
        self.proposal = fitting(taken, kinds, local_day(self._moment))
        return {
            each.red_line: [
                holder
                for holder in holders
                if holder.id == each.product_id
                or (each.product_id is None and holder.slug in held.get(each.red_line, ()))
            ]
            for _, each in self._here
        }


def _may_repeat(each: Finding, other: Finding) -> bool:
    """Say whether two findings of a text are of one red line, or of the same words."""
    return each.red_line == other.red_line or (each.start < other.end and other.start < each.end)


def _parts(places: Sequence[Any]) -> list[Part]:
    return [
        Part(each["start"], each["end"], Place(each["kind"], each["number"], each["label"], each["file"]))
        for each in places
    ]
