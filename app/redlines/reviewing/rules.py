"""When a red line needs an approval, of which parts, and by whom: pure rules over documents.

A red line is compared with what is published of it. What changes the rules in force needs an approval of exactly
these words; what does not, a draft or a red line that is only recorded, needs none.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.catalog.document import digest
from app.catalog.text import LOCALES
from app.redlines.models import ReviewState, Verdict

RULE_PART: Final = "rule"
"""The part of a red line that is everything but its approved wordings."""

Document = Mapping[str, Any]


class Place(StrEnum):
    """Where a red line stands in a document; `none` when it is not there."""

    NONE = "none"
    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"


class Need(StrEnum):
    """What stands between a working copy and its publication."""

    NOTHING = "nothing"
    APPROVAL = "approval"
    REFUSED = "refused"


TRANSITIONS: Final[Mapping[Place, Mapping[Place, Need]]] = {
    before: {
        after: Need.REFUSED
        if before is Place.ACTIVE and after is Place.NONE
        else Need.APPROVAL
        if Place.ACTIVE in (before, after)
        else Need.NOTHING
        for after in Place
    }
    for before in Place
}
"""What it takes to publish a red line, by what is published and what the working copy says.

From active to active it is what other words take; the same words take nothing.
"""


class Stage(StrEnum):
    """How far a red line has come on its way, for people to read."""

    DRAFT = "draft"
    SHADOW = "shadow"
    UNASKED = "unasked"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    ACTIVE = "active"
    RETIRED = "retired"
    VANISHED = "vanished"


class Refusal(StrEnum):
    """Why somebody may not ask for an approval, or give it."""

    NOT_NEEDED = "not_needed"
    INCOMPLETE = "incomplete"
    ALREADY_APPROVED = "already_approved"
    CLOSED = "closed"
    OTHER_WORDS = "other_words"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one part."""

    part: str
    verdict: Verdict
    by: int


@dataclass(frozen=True, slots=True)
class Review:
    """A review as the rules see it: of which words, how far it is, and what was said."""

    digest: str
    state: ReviewState
    said: tuple[Said, ...] = ()

    @property
    def approved(self) -> frozenset[str]:
        """The parts that somebody approved."""
        return frozenset(each.part for each in self.said if each.verdict is Verdict.APPROVED)


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody stored other words; `digest` names them."""

    digest: str
    person: int
    at: datetime


def authors(edits: Iterable[Edit], asked_by: Collection[int], words: str, since: datetime | None) -> frozenset[int]:
    """Name who may not approve `words`: who asked, who stored these very words, and who wrote since `since`.

    `since` is when the red line in force was published; None, where none is in force, counts everybody who ever wrote.
    """
    wrote = {each.person for each in edits if since is None or each.at >= since or each.digest == words}
    return frozenset(wrote | set(asked_by))


def place_of(rule: Document | None) -> Place:
    """Tell where a red line stands."""
    return Place.NONE if rule is None else Place(rule["status"])


def need(before: Document | None, after: Document | None) -> Need:
    """Tell what it takes to publish `after` where `before` is published."""
    if before == after:
        return Need.NOTHING
    return TRANSITIONS[place_of(before)][place_of(after)]


def parts(before: Document | None, after: Document) -> tuple[str, ...]:
    """Name what must be approved: the rule, and each language in which what to say instead changed."""
    old, new = (dict(side.get("say_instead", {})) if side else {} for side in (before, after))
    return (RULE_PART, *(locale for locale in LOCALES if old.get(locale) != new.get(locale)))


def may_ask(
    before: Document | None, after: Document | None, reviews: Iterable[Review], *, complete: bool
) -> Refusal | None:
    """Tell why an approval cannot be asked for; None when it can.

    `reviews` the newest first; `complete` says that the form has no fault and every example holds.
    """
    if after is None or need(before, after) is not Need.APPROVAL:
        return Refusal.NOT_NEEDED
    if is_approved(before, after, reviews):
        return Refusal.ALREADY_APPROVED
    return None if complete else Refusal.INCOMPLETE


def may_decide(review: Review, present: str | None, authors: Collection[int], person: int) -> Refusal | None:
    """Tell why a person cannot decide about a review; None when they can.

    `present` is the digest of the red line as it is written now, `authors` are those who wrote it or asked.
    """
    if review.state is not ReviewState.OPEN:
        return Refusal.CLOSED
    if review.digest != present:
        return Refusal.OTHER_WORDS
    return Refusal.AUTHOR if person in authors else None


def state_after(asked: Iterable[str], said: Iterable[Said]) -> ReviewState:
    """Tell how far a review is: returned as soon as one part is, approved when all are."""
    verdicts = {each.part: each.verdict for each in said}
    if Verdict.RETURNED in verdicts.values():
        return ReviewState.RETURNED
    return ReviewState.APPROVED if set(asked) <= set(verdicts) else ReviewState.OPEN


def is_approved(before: Document | None, after: Document, reviews: Iterable[Review]) -> bool:
    """Tell whether exactly these words are approved, in all parts that differ from what is published now.

    `reviews` the newest first: an approval holds until other words are approved, so that nobody goes back to older
    ones alone.
    """
    wanted, words = set(parts(before, after)), digest(after)
    newest = next((review for review in reviews if review.state is ReviewState.APPROVED), None)
    return newest is not None and newest.digest == words and wanted <= newest.approved


def hinders(before: Document | None, after: Document | None, reviews: Iterable[Review]) -> Need:
    """Tell what still keeps a red line from being published: an approval, a refusal, or nothing.

    `reviews` the newest first.
    """
    wanted = need(before, after)
    if wanted is Need.APPROVAL and after is not None and is_approved(before, after, reviews):
        return Need.NOTHING
    return wanted


def stage(before: Document | None, after: Document | None, reviews: Iterable[Review]) -> Stage:
    """Tell how far a red line has come; `reviews` the newest first."""
    if after is None:
        return Stage.RETIRED if need(before, after) is Need.NOTHING else Stage.VANISHED
    if need(before, after) is Need.NOTHING:
        return Stage(place_of(after))
    reviews = tuple(reviews)
    if is_approved(before, after, reviews):
        return Stage.APPROVED
    words = digest(after)
    newest = next((each.state for each in reviews if each.digest == words), None)
    return {ReviewState.OPEN: Stage.IN_REVIEW, ReviewState.RETURNED: Stage.RETURNED}.get(
        newest or ReviewState.WITHDRAWN, Stage.UNASKED
    )


def by_id(document: Document | None) -> dict[str, dict[str, Any]]:
    """Return the red lines of a document by their ids."""
    return {rule["id"]: rule for rule in (document or {}).get("rules", ())}


def reworded(before: Document | None, after: Document | None) -> dict[str, str]:
    """Name the red lines that two documents say differently, with the digest of the later words; "" when removed.

    The order of red lines is no part of what they say.
    """
    old, new = by_id(before), by_id(after)
    return {
        name: digest(new[name]) if name in new else ""
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    }
