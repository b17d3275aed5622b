"""The analysis of a quiz as its pages and files show it: what was read, put together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.catalog.text import localized
from app.quizzes.analysis import queries
from app.quizzes.analysis.choices import Part, Third, keys_of, parts
from app.quizzes.analysis.flags import PRESSING, Flag, flags, usual_seconds
from app.quizzes.analysis.queries import Quiz, Report, Wanted
from app.quizzes.analysis.rules import Answered, ItemAnalysis, Overview, Sitting, analyse, overview, pooled
from app.quizzes.itemparts import without_gaps
from app.web.i18n import current_locale

FEWEST_TO_NAME = 5
"""People who answered an item, below which nobody is named: with fewer, an answer is no longer one of many."""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item with what its numbers say."""

    name: str
    prompt: str
    analysis: ItemAnalysis
    parts: tuple[Part, ...]
    flags: tuple[Flag, ...]

    @property
    def pressing(self) -> bool:
        """Whether somebody should look at it soon."""
        return any(flag.kind in PRESSING for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Results:
    """A quiz with how its first attempts went, as a whole and item by item."""

    quiz: Quiz
    overview: Overview
    items: tuple[ItemLine, ...]

    @property
    def flagged(self) -> list[ItemLine]:
        """The items that misbehave, the most pressing first."""
        found = [item for item in self.items if item.flags]
        return sorted(found, key=lambda item: (not item.pressing, -len(item.flags)))


@dataclass(frozen=True, slots=True)
class ReadVersion:
    """One version of an item, part by part, with who chose what; `people` is empty where nobody may be named."""

    number: int
    attempts: int
    top: int
    bottom: int
    prompt: str
    parts: tuple[Part, ...]
    people: tuple[Mapping[str, Sequence[tuple[int, str]]], ...]


@dataclass(frozen=True, slots=True)
class ItemResults:
    """One item in depth."""

    quiz: Quiz
    line: ItemLine
    versions: tuple[ReadVersion, ...]
    reports: tuple[Report, ...]
    named: bool


def results(session: Session, quiz: Quiz, wanted: Wanted) -> Results:
    """Read how the first attempts at a quiz went."""
    sittings = queries.sittings(session, quiz, wanted)
    reports = queries.reports(session, quiz)
    return Results(quiz, overview(sittings), tuple(_lines(session, quiz, wanted, sittings, reports)))


def item_results(session: Session, quiz: Quiz, wanted: Wanted, name: str) -> ItemResults | None:
    """Read how one item performed; None when no first attempt drew it."""
    key = queries.item_key(session, quiz, name)
    sittings = queries.sittings(session, quiz, wanted)
    reports = queries.reports(session, quiz)
    lines = _lines(session, quiz, wanted, sittings, reports)
    line = next((each for each in lines if each.analysis.key == key), None)
    if line is None:
        return None
    named = line.analysis.statistics.attempts >= FEWEST_TO_NAME
    answered = list(queries.answers(session, quiz, wanted, key)) if named else []
    people = queries.names(session, quiz, wanted) if named else {}
    person_of = {each.id: each.person_id for each in sittings}
    locale = current_locale()
    versions = tuple(
        ReadVersion(
            version.wording.number,
            version.attempts,
            version.third(Third.TOP),
            version.third(Third.BOTTOM),
            prompt_of(version.wording.document),
            parts(version.wording.document, version.given, locale),
            _who(version.wording.id, version.wording.document, answered, person_of, people) if named else (),
        )
        for version in line.analysis.versions
    )
    own = tuple(each for each in reports if (each.content_id, each.item) == key)
    return ItemResults(quiz, line, versions, own, named)


def prompt_of(document: Mapping[str, Any]) -> str:
    """Write what an item asks, in one piece."""
    asked = localized(document["prompt"], current_locale())
    return without_gaps(asked) if document["type"] == "cloze" else asked


def _lines(
    session: Session, quiz: Quiz, wanted: Wanted, sittings: Sequence[Sitting], reports: Sequence[Report]
) -> list[ItemLine]:
    pools = pooled(sittings, queries.answers(session, quiz, wanted))
    items = analyse(pools, queries.wordings(session, pools))
    usual, reported = usual_seconds(items), Counter((each.content_id, each.item) for each in reports)
    return [_line(quiz, item, usual, reported[item.key]) for item in items]


def _line(quiz: Quiz, item: ItemAnalysis, usual: float | None, reports: int) -> ItemLine:
    wording = item.wording
    told = parts(wording.document, item.versions[0].given, current_locale())
    return ItemLine(
        name=wording.item if wording.content_id == quiz.id else f"{wording.quiz}~{wording.item}",
        prompt=prompt_of(wording.document),
        analysis=item,
        parts=told,
        flags=flags(item, told, usual=usual, reports=reports),
    )


def _who(
    version_id: int,
    document: Mapping[str, Any],
    answered: Sequence[Answered],
    person_of: Mapping[int, int],
    people: Mapping[int, str],
) -> tuple[Mapping[str, Sequence[tuple[int, str]]], ...]:
    """List, for each part, the people behind each choice, by name."""
    kept: dict[str | None, list[list[str]]] = {}
    found: list[dict[str, list[tuple[int, str]]]] = []
    for attempt_id, drawn, _points, _seconds, answer in answered:
        if drawn != version_id:
            continue
        if answer not in kept:
            kept[answer] = keys_of(document, answer, current_locale())
        person_id = person_of[attempt_id]
        found.extend({} for _part in range(len(kept[answer]) - len(found)))
        for part, keys in zip(found, kept[answer], strict=True):
            for key in keys:
                part.setdefault(key, []).append((person_id, people[person_id]))
    return tuple({key: sorted(who, key=lambda each: each[1]) for key, who in part.items()} for part in found)
