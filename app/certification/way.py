"""What are the steps to the certificate, and which of them is next?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.certification.rules import RequirementKind, StandingFacts, standing


class StepKind(StrEnum):
    """The steps of the way, in order; a program has those that it asks for, and always the last."""

    LESSONS = "lessons"
    RED_LINES = "red_lines"
    QUIZ = "quiz"
    SIGN_OFF = "sign_off"
    LIVE_SESSION = "live_session"
    CERTIFIED = "certified"


class StepState(StrEnum):
    """Behind, at, or ahead of the place where the person stands."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"


KIND_OF_STEP = {
    StepKind.LESSONS: RequirementKind.LESSON,
    StepKind.RED_LINES: RequirementKind.ATTESTATION,
    StepKind.QUIZ: RequirementKind.QUIZ,
    StepKind.SIGN_OFF: RequirementKind.SIGN_OFF,
    StepKind.LIVE_SESSION: RequirementKind.LIVE_SESSION,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many of its requirements are done, and the minutes that the rest takes."""

    kind: StepKind
    state: StepState
    done: int
    total: int
    minutes: int


def way(facts: StandingFacts, today: date) -> tuple[Step, ...]:
    """Return the steps to the certificate, or to its renewal once that is open; at most one is current."""
    verdict = standing(facts, today)
    minutes_left = {each.requirement: each.minutes for each in verdict.missing}
    asked = dict.fromkeys((*facts.requirements, *minutes_left))
    steps: list[Step] = []
    for kind, requirement_kind in KIND_OF_STEP.items():
        of_kind = [each for each in asked if each.kind is requirement_kind]
        left = [minutes_left[each] for each in of_kind if each in minutes_left]
        if of_kind:
            steps.append(_step(kind, steps, len(of_kind) - len(left), len(of_kind), sum(left)))
    certified = verdict.allowed and not verdict.missing
    steps.append(_step(StepKind.CERTIFIED, steps, int(certified), 1, 0))
    return tuple(steps)


def _step(kind: StepKind, before: list[Step], done: int, total: int, minutes: int) -> Step:
    if done == total:
        return Step(kind, StepState.DONE, done, total, minutes)
    waiting = any(step.state is StepState.CURRENT for step in before)
    return Step(kind, StepState.TODO if waiting else StepState.CURRENT, done, total, minutes)
