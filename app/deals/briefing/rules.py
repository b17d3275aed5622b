"""Which talk tracks, cases and red lines belong to this deal, and which come first? Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog.content import Lesson, TalkTrack

SEVERITIES = ("block", "warn", "coach")
MOST_RED_LINES = 6
"""Red lines of one product on the page; all of them are one click away."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is known of whom one meets: nothing about something is None, or empty for the people's roles."""

    industry: str | None
    stage: str | None
    region: str | None
    roles: frozenset[str]


def fit(track: TalkTrack, meeting: Meeting) -> int | None:
    """Count what a talk track names and the meeting has; None where it is for somebody or something else.

    What the track leaves open fits everything, and what is not known of the meeting rules nothing out.
    """
    named = (
        (track.industry, {meeting.industry} - {None}),
        (track.stage, {meeting.stage} - {None}),
        (track.role, meeting.roles),
    )
    points = 0
    for wanted, found in named:
        if wanted and found:
            if found.isdisjoint(wanted):
                return None
            points += 1
    return points


def tracks(lessons: Iterable[Lesson], meeting: Meeting) -> list[Lesson]:
    """List the talk tracks that fit, those that say most about this meeting first, else in the course's order."""
    fitting = [
        (points, lesson)
        for lesson in lessons
        if lesson.talk_track is not None and (points := fit(lesson.talk_track, meeting)) is not None
    ]
    return [lesson for points, lesson in sorted(fitting, key=lambda each: (-each[0], each[1].number))]


def near(lessons: Iterable[Lesson], meeting: Meeting) -> list[Lesson]:
    """List the talk tracks that are for the meeting's industry and for other people, or another stage."""
    return [
        each
        for each in lessons
        if each.talk_track is not None
        and meeting.industry in each.talk_track.industry
        and fit(each.talk_track, meeting) is None
    ]


def cases(lessons: Iterable[Lesson], meeting: Meeting) -> list[Lesson]:
    """List the customer cases of the meeting's industry, the one that was verified last first."""
    found = [each for each in lessons if each.case is not None and each.case.industry == meeting.industry]
    return sorted(found, key=lambda each: (each.case.verified_on if each.case else None, -each.number), reverse=True)


def red_lines(
    rules: Iterable[Mapping[str, Any]], meeting: Meeting, crossed: Mapping[str, int]
) -> Sequence[Mapping[str, Any]]:
    """List the red lines that hold where the deal is: what stops a pitch first, then what is crossed most often.

    `crossed` counts by red line how often it was found to be crossed lately.
    """
    here = [each for each in rules if _holds(each.get("applies", {}).get("regions", ()), meeting.region)]
    return sorted(here, key=lambda each: (SEVERITIES.index(each["severity"]), -crossed.get(each["id"], 0)))


def _holds(regions: Collection[str], region: str | None) -> bool:
    return not regions or region is None or region in regions
