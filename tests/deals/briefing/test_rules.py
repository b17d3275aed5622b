"""What belongs into a brief, and what comes first."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.content import CUSTOMER_ROLES, DEAL_STAGES, Lesson, TalkTrack
from app.deals.briefing.rules import Meeting, cases, fit, near, red_lines, tracks

MEETING = Meeting("e-commerce", "proposal", "EU", frozenset({"operations"}))
NOTHING_KNOWN = Meeting(None, None, None, frozenset())


def track(**said: Any) -> TalkTrack:
    return TalkTrack.model_validate(said)


def lesson(number: int, **said: Any) -> Lesson:
    kind = "case" if "case" in said else "talk_track"
    return Lesson.model_validate(
        {
            "id": f"lesson-{number}", "title": f"Lesson {number}", "kind": kind, "topic": kind, "minutes": 5,
            "audience": "internal", "number": number, **said,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meeting", "points"),
    [
        ({}, MEETING, 0),
        ({"industry": ["e-commerce"]}, MEETING, 1),
        ({"industry": ["e-commerce"], "role": ["operations", "it"], "stage": ["proposal"]}, MEETING, 3),
        ({"industry": ["retail"]}, MEETING, None),
        ({"industry": ["e-commerce"], "role": ["finance"]}, MEETING, None),
        ({"stage": ["discovery"]}, MEETING, None),
        ({"industry": ["retail"], "role": ["finance"], "stage": ["discovery"]}, NOTHING_KNOWN, 0),
    ],
)
def test_a_talk_track_fits_what_it_does_not_exclude(said: dict[str, Any], meeting: Meeting, points: int | None) -> None:
    assert fit(track(**said), meeting) == points


def test_the_track_that_says_most_about_the_meeting_comes_first() -> None:
    lessons = [
        lesson(1, talk_track={}),
        lesson(2, talk_track={"industry": ["retail"]}),
        lesson(3, talk_track={"industry": ["e-commerce"], "role": ["operations"]}),
        lesson(4, talk_track={"role": ["operations"]}),
        lesson(5, talk_track={"industry": ["e-commerce"], "stage": ["contract"]}),
    ]
    assert [each.number for each in tracks(lessons, MEETING)] == [3, 4, 1]
    assert [each.number for each in near(lessons, MEETING)] == [5]


def test_cases_are_those_of_the_industry_and_the_last_verified_comes_first() -> None:
    def case(number: int, industry: str, verified_on: date) -> Lesson:
        told = {"industry": industry, "result": "Half", "source": "Reports", "verified_by": "Ruan Qing"}
        return lesson(number, case={**told, "verified_on": verified_on})

    lessons = [
        case(1, "e-commerce", date(2025, 1, 1)),
        case(2, "retail", date(2026, 1, 1)),
        case(3, "e-commerce", date(2026, 2, 1)),
    ]
    assert [each.number for each in cases(lessons, MEETING)] == [3, 1]
    assert cases(lessons, NOTHING_KNOWN) == []


def test_red_lines_that_hold_here_come_by_severity_and_then_by_how_often_they_are_crossed() -> None:
    rules: list[dict[str, Any]] = [
        {"id": "coached", "severity": "coach"},
        {"id": "elsewhere", "severity": "block", "applies": {"regions": ["CN"]}},
        {"id": "seldom", "severity": "block"},
        {"id": "often", "severity": "block", "applies": {"regions": ["EU", "CN"]}},
    ]
    crossed = {"often": 3, "coached": 9}
    assert [each["id"] for each in red_lines(rules, MEETING, crossed)] == ["often", "seldom", "coached"]
    assert len(red_lines(rules, NOTHING_KNOWN, crossed)) == 4


TRACKS = st.builds(
    TalkTrack,
    industry=st.lists(st.sampled_from(["retail", "e-commerce"]), unique=True).map(tuple),
    role=st.lists(st.sampled_from(CUSTOMER_ROLES), unique=True, max_size=3).map(tuple),
    stage=st.lists(st.sampled_from(DEAL_STAGES), unique=True, max_size=3).map(tuple),
)
MEETINGS = st.builds(
    Meeting,
    industry=st.sampled_from([None, "retail", "e-commerce", "cafe"]),
    stage=st.sampled_from([None, *DEAL_STAGES]),
    region=st.none(),
    roles=st.frozensets(st.sampled_from(CUSTOMER_ROLES), max_size=3),
)


@given(TRACKS, MEETINGS)
def test_knowing_less_of_a_meeting_never_hides_a_track(said: TalkTrack, meeting: Meeting) -> None:
    if fit(said, meeting) is not None:
        for less in (
            Meeting(None, meeting.stage, None, meeting.roles),
            Meeting(meeting.industry, None, None, meeting.roles),
            Meeting(meeting.industry, meeting.stage, None, frozenset()),
        ):
            assert fit(said, less) is not None
