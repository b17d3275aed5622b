"""Where somebody stands on the levels above the first, in words."""

from dataclasses import dataclass
from datetime import date

from app.certification import words
from app.certification.otherways import OtherWay, other_ways
from app.certification.queries import LevelRecord, Record
from app.certification.words import NOTHING_WAITS, Awaiting

Name = str | dict[str, str]


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One higher level: its name, the standing on it, and what it asks for that the levels below do not."""

    id: str
    name: Name
    state: words.State
    until: str
    allowed: bool
    reasons: tuple[str, ...]
    fix: words.Fix | None
    ways: tuple[OtherWay, ...]
    on_deals: bool


def higher_levels(record: Record, slug: str, today: date, awaiting: Awaiting = NOTHING_WAITS) -> list[LevelLine]:
    """Return a line for each level above the first of the product `slug`, the lowest first."""
    names = level_names(record)
    below = record.every_level
    return [
        _line(record, each, before, names[each.level], slug, today, awaiting)
        for before, each in zip(below, record.levels, strict=False)
    ]


def level_names(record: Record) -> dict[str, Name]:
    """Return the names of the levels above the first, by id."""
    return {each.id: each.name for each in record.program.levels}


def highest_held(record: Record) -> Name | None:
    """Return the name of the highest level that somebody holds today; None on the first, or without any."""
    names = level_names(record)
    return next((names[each.level] for each in reversed(record.levels) if each.verdict.allowed), None)


def _line(
    record: Record,
    level: LevelRecord,
    before: LevelRecord,
    name: Name,
    slug: str,
    today: date,
    awaiting: Awaiting,
) -> LevelLine:
    verdict = level.verdict
    more = [each for each in verdict.reasons if each not in before.verdict.reasons]
    return LevelLine(
        id=level.level,
        name=name,
        state=words.state(verdict.standing, allowed=verdict.allowed),
        until=words.until(verdict, today, awaiting=awaiting),
        allowed=verdict.allowed,
        reasons=tuple(words.sentence(each) for each in more),
        # what the level below asks for comes first, and is said there
        fix=words.next_fix(verdict, slug, awaiting) if before.verdict.allowed else None,
        ways=other_ways(
            (each for each in verdict.missing if each not in before.verdict.missing), record.program, slug, awaiting
        ),
        on_deals=level.level == record.program.deal_level,
    )
