"""From an incident to what came of it: reported, decided, sanctioned, appealed, given back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.certification.models import CertificationEventKind
from app.certification.sanctions import words as sanction_words
from app.certification.sanctions.queries import Entry
from app.certification.sanctions.rules import STEP_OF
from app.certification.words import State
from app.clock import local_day
from app.conduct.reviewing import words as review_words
from app.conduct.reviewing.queries import Outcome
from app.deals.incidents import words
from app.deals.incidents.models import IncidentStatus
from app.deals.incidents.queries import Facts
from app.web.i18n import gettext as _
from app.web.i18n import pgettext


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, with what was said about it; `url` leads to its page, where the reader may open it."""

    at: datetime
    state: State
    who: str = ""
    text: str = ""
    url: str = ""


def timeline(
    incident: Facts, violation: Outcome | None, decided: Sequence[Entry], *, for_compliance: bool
) -> list[Step]:
    """Return the chain of an incident, the oldest first.

    `decided` is what was decided about the person's certification of the product, the newest first. Only compliance
    reads who reported the incident, and opens appeals.
    """
    return sorted(_steps(incident, violation, decided, for_compliance=for_compliance), key=lambda each: each.at)


def _steps(
    incident: Facts, violation: Outcome | None, decided: Sequence[Entry], *, for_compliance: bool
) -> Iterator[Step]:
    opener = incident.opener if for_compliance else ""
    yield Step(
        incident.opened_at, ("rest", "flag", pgettext("incident", "Reported")), opener, words.origin(incident.origin)
    )
    if incident.decided_at is not None and incident.status is not IncidentStatus.OPEN:
        yield Step(incident.decided_at, words.state(incident.status), incident.decider, incident.note)
    if violation is None:
        return
    named = _("Violation %(number)s") % {"number": violation.id}
    said = review_words.consequence(violation.consequence)
    place = f"/team/people/{incident.person_id}"
    state: State = ("no", "flag", f"{named}{_(': ')}{said}")
    yield Step(violation.at, state, "", violation.reason, f"{place}#violation-{violation.id}")
    taken = taken_for(violation, decided)
    if taken is None:
        return
    yield _sanction(taken, place)
    yield from _appeal(taken, for_compliance=for_compliance)
    ended = _ended(taken, decided)
    if ended is not None:
        yield _sanction(ended, place)


def taken_for(violation: Outcome, decided: Sequence[Entry]) -> Entry | None:
    """Find the first step against the certification that a violation led to, at once or later.

    What gives a certification back names the same case, and is no such step.
    """
    for each in reversed(decided):
        is_its = each.id == violation.event_id or sanction_words.violation_number(each.case) == violation.id
        if is_its and each.kind in STEP_OF:
            return each
    return None


def _ended(taken: Entry, decided: Sequence[Entry]) -> Entry | None:
    later = [each for each in decided if each.id > taken.id and each.product_id == taken.product_id]
    ends = [each for each in later if each.kind is CertificationEventKind.REINSTATED]
    return ends[-1] if ends else None


def _sanction(entry: Entry, place: str) -> Step:
    said = sanction_words.reason(entry)
    return Step(entry.at, sanction_words.mark(entry.kind), entry.decider, said, f"{place}#decision-{entry.id}")


def _appeal(entry: Entry, *, for_compliance: bool) -> Iterator[Step]:
    appeal = entry.appeal
    if appeal is None:
        return
    url = f"/review/appeals/{appeal.id}" if for_compliance else ""
    yield Step(appeal.asked_at, ("due", "clock", _("Appeal")), entry.person, appeal.text, url)
    if appeal.decided_at is not None:
        state = sanction_words.appeal_mark(appeal.state(local_day(appeal.decided_at)))
        yield Step(appeal.decided_at, state, appeal.decided_by or "", appeal.answer, url)
