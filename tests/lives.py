"""Lives in tests: a program of five requirements, somebody new to it, somebody certified by it, and any life at all."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from app.certification.dates import Basis, ProgramTerms, Span, next_period
from app.certification.reasons import ReasonCode
from app.certification.requirements import Evidence, Requirement, RequirementKind
from app.certification.rules import Missing, Recertification, Sanction, StandingFacts

TERMS = ProgramTerms(12, Basis.EXPIRY, Span(days=30), grace_days=14)
INTRO = Requirement(RequirementKind.LESSON, "intro", minutes=6)
PRICES = Requirement(RequirementKind.LESSON, "prices", minutes=9)
ATTEST = Requirement(RequirementKind.ATTESTATION, "redlines", minutes=3)
QUIZ = Requirement(RequirementKind.QUIZ, "shopfront", minutes=20)
SIGN_OFF = Requirement(RequirementKind.SIGN_OFF, "demo", minutes=30)
DELTA = Requirement(RequirementKind.QUIZ, "shopfront-delta", minutes=5)
PROGRAM = (INTRO, PRICES, ATTEST, QUIZ, SIGN_OFF)

DONE = date(2026, 3, 10)
WINDOW_OPENS = date(2027, 2, 8)
VALID_THROUGH = date(2027, 3, 9)
GRACE_THROUGH = date(2027, 3, 23)
ONE_DAY = timedelta(days=1)


def did(day: date, *requirements: Requirement) -> tuple[Evidence, ...]:
    return tuple(Evidence(each, day) for each in requirements)


def missing(*requirements: Requirement) -> tuple[Missing, ...]:
    codes = {
        "lesson": ReasonCode.LESSONS_NOT_COMPLETED,
        "attestation": ReasonCode.REDLINES_NOT_ATTESTED,
        "quiz": ReasonCode.QUIZ_NOT_PASSED,
        "sign_off": ReasonCode.SIGN_OFF_MISSING,
    }
    return tuple(Missing(codes[each.kind], each, each.minutes) for each in requirements)


NEWCOMER = StandingFacts(terms=TERMS, requirements=PROGRAM)
CERTIFIED = replace(NEWCOMER, evidence=did(DONE, *PROGRAM), period=next_period(TERMS, DONE))

BIRTH = date(2026, 1, 1)
DAYS_OF_A_LIFE = st.integers(0, 1500).map(lambda days: BIRTH + timedelta(days=days))
BUSY_DAYS = st.lists(st.tuples(DAYS_OF_A_LIFE, st.sampled_from([*PROGRAM, DELTA])), max_size=40)
CHANGES = st.lists(
    st.builds(
        lambda day, days, asked: Recertification(day, day + timedelta(days=days), asked),
        DAYS_OF_A_LIFE,
        st.integers(0, 60),
        st.lists(st.sampled_from([ATTEST, QUIZ, DELTA]), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    max_size=3,
).map(tuple)
SANCTIONS = st.none() | st.builds(
    lambda day, days: Sanction(day, day + timedelta(days=days) if days else None),
    DAYS_OF_A_LIFE,
    st.integers(0, 400),
)
PROGRAMS = st.builds(
    ProgramTerms,
    valid_months=st.integers(1, 24),
    basis=st.sampled_from(Basis),
    window=st.builds(Span, days=st.integers(0, 60)),
    grace_days=st.integers(0, 30),
)
LIVES = st.builds(
    lambda terms, busy, changes, due_on: StandingFacts(
        terms=terms,
        requirements=PROGRAM,
        evidence=tuple(Evidence(requirement, day) for day, requirement in busy),
        recertifications=changes,
        due_on=due_on,
    ),
    PROGRAMS,
    BUSY_DAYS,
    CHANGES,
    st.none() | DAYS_OF_A_LIFE,
)
