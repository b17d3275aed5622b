"""What a publication asks of those who are certified: what it may ask, which version says so, and its delta quiz."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from app.authoring.drawchecks import Items
from app.authoring.queries import Course, Stored
from app.catalog.models import ContentKind, Verdict
from app.certification.asking import AttestRequirement
from app.certification.content import ProgramDocument
from app.quizzes.delta.rules import Candidate, Replaced, asking, changed_parts
from app.quizzes.queries import rule_of
from app.quizzes.sources import named_sources

ASKING = (Verdict.ATTEST_AGAIN, Verdict.DELTA_QUIZ, Verdict.FULL)
"""Verdicts that ask to do something by a deadline."""

_KNOWN = (ContentKind.REDLINES, ContentKind.COURSE, ContentKind.QUIZ)
"""What the certified know. A program that changes counts from the next period on, so it asks nothing in this one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one version of a publication says; the others say nothing."""

    verdict: Verdict = Verdict.NONE
    deadline: date | None = None
    delta: dict[str, list[str]] | None = None


def offered(course: Course) -> tuple[Verdict, ...]:
    """List what the publication of a product's working copies may ask; nothing where nothing was published before."""
    changed = [each for each in course.changed if each.number]
    kinds = {each.content.kind for each in changed}
    if not kinds:
        return ()
    if not kinds.intersection(_KNOWN):
        return Verdict.NONE, Verdict.NOTIFY
    program = _program(course)
    wanted = {
        Verdict.NONE: True,
        Verdict.NOTIFY: True,
        Verdict.ATTEST_AGAIN: signs(course),
        Verdict.DELTA_QUIZ: program is not None and bool(program.quizzes),
        Verdict.FULL: program is not None,
    }
    return tuple(verdict for verdict, fits in wanted.items() if fits)


def signs(course: Course) -> bool:
    """Say whether those who are certified can be asked to sign again: the red lines change, and the program asks it."""
    program = _program(course)
    return (
        carrier(course, Verdict.ATTEST_AGAIN) is not None
        and program is not None
        and any(isinstance(each, AttestRequirement) for each in program.every())
    )


def carrier(course: Course, verdict: Verdict) -> Stored | None:
    """Choose the document whose version says what a publication asks, so that nobody is asked twice."""
    kinds = {
        Verdict.NONE: (),
        Verdict.NOTIFY: (*_KNOWN, ContentKind.PROGRAM),
        Verdict.ATTEST_AGAIN: (ContentKind.REDLINES,),
    }.get(verdict, _KNOWN)
    changed = [each for each in course.changed if each.number]
    return next((each for kind in kinds for each in changed if each.content.kind is kind), None)


def delta(session: Session, course: Course, moment: datetime) -> dict[str, list[str]]:
    """Name the questions that ask about what the working copies change, by quiz; empty when none does."""
    program = _program(course)
    drafts = {each.content.slug: each.content.draft for each in course.quizzes}
    asked = {slug: drafts[slug] for slug in (program.quizzes if program else ()) if slug in drafts}
    if not asked:
        return {}
    replaced = (
        Replaced(each.content.kind, each.content.slug, each.published, each.content.draft) for each in course.changed
    )
    found = sources(session, course, moment)
    return asking(
        changed_parts(replaced),
        {slug: _candidates(slug, document, found, drafts) for slug, document in asked.items()},
    )


def sources(session: Session, course: Course, moment: datetime) -> Items:
    """Return what the quizzes of a product draw from, by quiz and pinned version: published, or its working copy."""
    drafts = {each.content.slug: each.content.draft for each in course.quizzes}
    rules = [rule for each in drafts.values() if isinstance(each.get("draw"), list) for rule in each["draw"]]
    published = named_sources(session, map(rule_of, rules), moment)
    return {
        **{key: source.items for key, source in published.items()},
        **{(slug, None): document["items"] for slug, document in drafts.items()},
    }


def _candidates(quiz: str, document: Mapping[str, Any], found: Items, own: Iterable[str]) -> Iterator[Candidate]:
    draw = document.get("draw")
    rules = [rule_of(each) for each in draw] if isinstance(draw, list) else None
    if rules is None:
        yield from (Candidate(quiz, item) for item in document["items"])
        return
    for rule in rules:
        source = rule.source or quiz
        items = found.get((source, rule.version), ())
        yield from (Candidate(source, item, source in own) for item in items if rule.fits(item))


def _program(course: Course) -> ProgramDocument | None:
    stored = course.of(ContentKind.PROGRAM)
    try:
        return ProgramDocument.model_validate(stored.content.draft) if stored else None
    except ValidationError:
        return None  # the page says what is wrong with it
