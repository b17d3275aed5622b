"""What are the steps to the certificate, and which of them is next?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.certification.requirements import Requirement, RequirementKind
from app.certification.rules import StandingFacts, chosen, standing


class StepKind(StrEnum):
    """The steps of the way; a program has those that it asks for, and always the last."""

    PREREQUISITES = "prerequisites"
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


STEP_OF_KIND = {
    RequirementKind.CERTIFICATION: StepKind.PREREQUISITES,
    RequirementKind.LESSON: StepKind.LESSONS,
    RequirementKind.ATTESTATION: StepKind.RED_LINES,
    RequirementKind.QUIZ: StepKind.QUIZ,
    RequirementKind.DELTA_QUIZ: StepKind.QUIZ,
    RequirementKind.SIGN_OFF: StepKind.SIGN_OFF,
    RequirementKind.LIVE_SESSION: StepKind.LIVE_SESSION,
    RequirementKind.ALTERNATIVES: StepKind.LESSONS,
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
    """Return the steps to the certificate, or to its renewal once that is open; at most one is current.

    They stand in the order in which the program first asks for each kind.
    """
    verdict = standing(facts, today)
    minutes_left = {each.requirement: each.minutes for each in verdict.missing}
    of_step: dict[StepKind, list[Requirement]] = {}
    for each in dict.fromkeys((*chosen(facts, today), *minutes_left)):
        of_step.setdefault(STEP_OF_KIND[each.kind], []).append(each)
    steps: list[Step] = []
    for kind, requirements in of_step.items():
        left = [minutes_left[each] for each in requirements if each in minutes_left]
        steps.append(_step(kind, steps, len(requirements) - len(left), len(requirements), sum(left)))
    certified = verdict.allowed and not verdict.missing
    steps.append(_step(StepKind.CERTIFIED, steps, int(certified), 1, 0))
    return tuple(steps)


def _step(kind: StepKind, before: list[Step], done: int, total: int, minutes: int) -> Step:
    if done == total:
        return Step(kind, StepState.DONE, done, total, minutes)
    waiting = any(step.state is StepState.CURRENT for step in before)
    return Step(kind, StepState.TODO if waiting else StepState.CURRENT, done, total, minutes)
