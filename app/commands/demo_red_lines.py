"""The red line that the demonstration's trainer has changed, and that waits for compliance."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.catalog.actions import save_draft
from app.catalog.document import digest
from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.commands import demo_story as story
from app.database import stored_id
from app.people.models import Person
from app.redlines.reviewing.actions import ask, note_edits

AUTHOR = "trainer@example.com"
RED_LINE = "waf.zero-false-positives"
PHRASE = "no false alarms"
EXAMPLE = "After two weeks of tuning there are no false alarms."
WORDING = "There will be some. In observe mode we find most of them, before a single visitor is stopped."
REASON = "“No false alarms” came up in three calls this month, and nothing caught it."
_DAYS_AGO = 2


@dataclass(frozen=True, slots=True)
class _Author:
    id: int
    email: str


def change_a_red_line(session: Session, people: Mapping[str, Person], moment: datetime) -> None:
    """Let the trainer write one phrase more and another wording, and ask for the approval of both."""
    stored = content(session, ContentKind.REDLINES, story.WAF)
    assert stored is not None  # noqa: S101 (the courses were found before)
    who, at = _Author(stored_id(people[AUTHOR]), AUTHOR), moment - timedelta(days=_DAYS_AGO)
    before = stored.draft
    document = deepcopy(before)
    rule = next(each for each in document["rules"] if each["id"] == RED_LINE)
    _reword(rule)
    save_draft(session, stored, document, step=stored.step, by=AUTHOR, moment=at)
    note_edits(session, stored, before, by=AUTHOR, moment=at)
    ask(session, stored, RED_LINE, reason=REASON, seen=digest(rule), complete=True, by=who, moment=at)


def _reword(rule: dict[str, Any]) -> None:
    rule["match"]["en"].append({"text": PHRASE})
    rule["examples"]["must_flag"].append(EXAMPLE)
    rule["say_instead"]["en"][0] = WORDING
