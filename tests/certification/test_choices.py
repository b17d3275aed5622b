"""What is left to choose where one of several ways is enough."""

from dataclasses import replace

import pytest

from app.certification.choices import Choice, Option
from app.certification.requirements import Requirement, RequirementKind
from app.certification.rules import standing
from lives import ATTEST, CERTIFIED, DONE, INTRO, NEWCOMER, PRICES, QUIZ, SIGN_OFF, WINDOW_OPENS, did

CLINIC = Requirement(RequirementKind.LIVE_SESSION, "clinic", minutes=60)


def any_of(*options: tuple[Requirement, ...]) -> Requirement:
    return Requirement(RequirementKind.ALTERNATIVES, repr(options), options=options)


SHOW_OR_VISIT = any_of((SIGN_OFF,), (CLINIC,))
QUIZ_AND_SHOW_OR_VISIT = any_of((QUIZ, SIGN_OFF), (INTRO, CLINIC))


@pytest.mark.parametrize(
    ("asked", "done", "left"),
    [
        ([SHOW_OR_VISIT], [], {SIGN_OFF: Choice((SIGN_OFF,), (Option((CLINIC,)),))}),
        ([ATTEST, SHOW_OR_VISIT], [], {ATTEST: None, SIGN_OFF: Choice((SIGN_OFF,), (Option((CLINIC,)),))}),
        ([SHOW_OR_VISIT, ATTEST], [CLINIC], {ATTEST: None}),
        ([SHOW_OR_VISIT], [SIGN_OFF], {}),
        (
            [any_of((SIGN_OFF,), (CLINIC,), (QUIZ, PRICES))],
            [PRICES],
            {QUIZ: Choice((QUIZ,), (Option((SIGN_OFF,)), Option((CLINIC,))))},
        ),
        (
            [QUIZ_AND_SHOW_OR_VISIT],
            [],
            {QUIZ: Choice((QUIZ, SIGN_OFF), (Option((INTRO, CLINIC)),)), SIGN_OFF: None},
        ),
        ([QUIZ_AND_SHOW_OR_VISIT], [QUIZ, INTRO], {SIGN_OFF: Choice((SIGN_OFF,), (Option((CLINIC,), done=1),))}),
        # what is asked for anyway is no matter of choice
        ([SIGN_OFF, SHOW_OR_VISIT], [], {SIGN_OFF: None}),
        (
            [INTRO, QUIZ_AND_SHOW_OR_VISIT],
            [],
            {INTRO: None, QUIZ: Choice((QUIZ, SIGN_OFF), (Option((CLINIC,)),)), SIGN_OFF: None},
        ),
        ([SHOW_OR_VISIT, any_of((SIGN_OFF,), (QUIZ, PRICES, CLINIC))], [], {SIGN_OFF: None}),
    ],
)
def test_what_may_be_done_instead(
    asked: list[Requirement], done: list[Requirement], left: dict[Requirement, Choice | None]
) -> None:
    facts = replace(NEWCOMER, requirements=tuple(asked), evidence=did(DONE, *done))
    assert {each.requirement: each.choice for each in standing(facts, DONE).missing} == left


def test_a_renewal_leaves_the_choice_again() -> None:
    certified = replace(CERTIFIED, requirements=(ATTEST, SHOW_OR_VISIT), evidence=did(DONE, ATTEST, CLINIC))
    assert standing(certified, DONE).missing == ()
    choices = [each.choice for each in standing(certified, WINDOW_OPENS).missing]
    assert choices == [None, Choice((SIGN_OFF,), (Option((CLINIC,)),))]
