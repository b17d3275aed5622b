"""When is a requirement met, and since when are all of them?

Whatever counts does so from some day on: what was done stays done, what somebody holds, such as another
certification or an exemption, counts while it lasts. So the answer is a set of spans of days, and alternatives and
whole programs are unions and intersections of those.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RequirementKind(StrEnum):
    """What a program may ask for.

    `ALTERNATIVES` holds others, one of which is enough; `DELTA_QUIZ` is asked for by a change alone.
    """

    CERTIFICATION = "certification"
    LESSON = "lesson"
    ATTESTATION = "attestation"
    QUIZ = "quiz"
    DELTA_QUIZ = "delta_quiz"
    SIGN_OFF = "sign_off"
    LIVE_SESSION = "live_session"
    ALTERNATIVES = "alternatives"


LASTING = frozenset({RequirementKind.LESSON, RequirementKind.CERTIFICATION})
"""Kinds that a renewal does not ask for anew: lessons stay done, and another certification is renewed by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """One thing that a program asks for; every lesson is a requirement of its own.

    ``minutes`` is what is left to do for this person; it is no part of the identity. ``options`` are the alternatives,
    each of them a list of which everything must be met; their key is what is written.
    """

    kind: RequirementKind
    key: str
    minutes: int = 0
    options: tuple[tuple["Requirement", ...], ...] = ()

    # by hand, because evidence is looked up by its requirement again and again
    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same thing to do, whatever is left of it."""
        return self is other or (isinstance(other, Requirement) and self.key == other.key and self.kind == other.kind)

    def __hash__(self) -> int:
        """Be found by the key; few requirements of different kinds share theirs."""
        return hash(self.key)

    def parts(self) -> Iterator["Requirement"]:
        """Walk through what can be met by itself: the requirement, or those inside of its alternatives."""
        if not self.options:
            yield self
        for option in self.options:
            for each in option:
                yield from each.parts()


def asked_again(part: Requirement, requirements: Iterable[Requirement]) -> bool:
    """Tell whether a requirement is among those that are asked for again, by itself or as one of alternatives."""
    return any(
        part == each or (part.kind not in LASTING and any(part == other for other in each.parts()))
        for each in requirements
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """A requirement was met on a local day. There may be several for one requirement.

    With ``through`` it counts on each day from ``done_on`` through that one, whenever a period began, and no longer.
    What was done ``once`` counts like anything done on its day, and no longer than ``through`` either.
    """

    requirement: Requirement
    done_on: date
    through: date | None = None
    once: bool = False


Span = tuple[date, date]
"""(first day, last day), both of them inside."""

Spans = tuple[Span, ...]
"""Spans of days that do not overlap, in their order."""

ALWAYS: Spans = ((date.min, date.max),)

Since = Callable[[Requirement], date]
"""The first day whose evidence counts for a requirement."""


class Portfolio:
    """The evidence of one person for one program, by requirement."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._by_requirement: dict[Requirement, list[Evidence]] = {}
        for each in evidence:
            self._by_requirement.setdefault(each.requirement, []).append(each)

    def spans(self, requirement: Requirement, since: Since) -> Spans:
        """Return the days on which a requirement is met by what was done from `since` on."""
        if requirement.options:
            return united(intersected(self.spans(each, since) for each in option) for option in requirement.options)
        first = since(requirement)
        found: list[Span] = []
        for each in self._by_requirement.get(requirement, ()):
            lasts = each.through is not None and not each.once
            start, end = max(each.done_on, first) if lasts else each.done_on, each.through or date.max
            if first <= start <= end:
                found.append((start, end))
        return united([tuple(found)]) if len(found) > 1 else tuple(found)


def united(many: Iterable[Spans]) -> Spans:
    """Return the days that are in any of them."""
    found: list[Span] = []
    for start, end in sorted(span for spans in many for span in spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def intersected(many: Iterable[Spans]) -> Spans:
    """Return the days that are in all of them; all days where there is none."""
    found = ALWAYS
    for spans in many:
        found = tuple(
            (max(start, first), min(end, last))
            for start, end in found
            for first, last in spans
            if max(start, first) <= min(end, last)
        )
    return found


def without(spans: Spans, days: Span) -> Spans:
    """Return spans less some days."""
    before = ((start, min(end, _day_before(days[0]))) for start, end in spans if start < days[0])
    after = ((max(start, _day_after(days[1])), end) for start, end in spans if end > days[1])
    return tuple(sorted((*before, *after)))


def first_day(spans: Spans, today: date) -> date | None:
    """Return the first of the days, unless it is still to come."""
    return spans[0][0] if spans and spans[0][0] <= today else None


def holds(spans: Spans, today: date) -> bool:
    """Tell whether today is one of the days."""
    return any(start <= today <= end for start, end in spans)


def least(
    requirement: Requirement, is_met: Callable[[Requirement], bool], minutes: Mapping[Requirement, int] | None = None
) -> tuple[Requirement, ...]:
    """Return the requirement's parts on its shortest way: of alternatives, the one with the least left to do."""
    if not requirement.options:
        return (requirement,)

    def left(option: tuple[Requirement, ...]) -> tuple[int, int]:
        missing = [each for each in option if not is_met(each)]
        return sum((minutes or {}).get(each, each.minutes) for each in missing), len(missing)

    return min(requirement.options, key=left)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1) if day < date.max else day
