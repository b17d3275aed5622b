"""What an outcome needs, who may assess, who is looked at again, and how far two assessors agree."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.models import SignOffOutcome
from app.certification.signoffs.agreement import Judgement, Share, agreement, kappa
from app.certification.signoffs.recordings import content_type_of, plain_name
from app.certification.signoffs.rubrics import asked_rubrics, rubric_of
from app.certification.signoffs.rules import Asked, Refusal, is_drawn, refuse_assessor, refuse_judgement

PASSED, RETURNED, FAILED = SignOffOutcome.PASSED, SignOffOutcome.RETURNED, SignOffOutcome.FAILED
ASKED = Asked(["opens", "limits", "closes", "thanks"], {"limits"}, 75)
ALL = dict.fromkeys(ASKED.criteria, True)


@pytest.mark.parametrize(
    ("changed", "outcome", "note", "why"),
    [
        ({}, PASSED, "", None),
        ({"opens": False}, PASSED, "", None),
        ({"limits": False}, PASSED, "Good otherwise.", Refusal.REQUIRED_MISSED),
        ({"opens": False, "closes": False}, PASSED, "Almost.", Refusal.TOO_FEW_MET),
        ({}, RETURNED, "", Refusal.NOTE_MISSING),
        ({}, FAILED, " ", Refusal.NOTE_MISSING),
        ({}, FAILED, "The customer was insulted.", None),
        ({"limits": False}, RETURNED, "Name the limit.", None),
    ],
)
def test_only_what_contradicts_the_rubric_is_refused(
    changed: dict[str, bool], outcome: SignOffOutcome, note: str, why: Refusal | None
) -> None:
    assert refuse_judgement(ASKED, ALL | changed, outcome, note) is why


@pytest.mark.parametrize("outcome", list(SignOffOutcome))
def test_every_criterion_is_judged_whatever_the_outcome(outcome: SignOffOutcome) -> None:
    some = {name: True for name in ASKED.criteria if name != "thanks"}
    assert refuse_judgement(ASKED, some, outcome, "A note.") is Refusal.CRITERION_OPEN


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 100))
def test_a_pass_needs_its_share_exactly(met: list[bool], percent: int) -> None:
    asked = Asked([str(number) for number in range(len(met))], set(), percent)
    given_met = {str(number): each for number, each in enumerate(met)}
    refused = refuse_judgement(asked, given_met, PASSED, "") is Refusal.TOO_FEW_MET
    assert refused is (Fraction(sum(met), len(met)) < Fraction(percent, 100))


@pytest.mark.parametrize(
    ("assessor", "beneficiaries", "first", "why"),
    [
        (1, set(), None, Refusal.OWN),
        (2, set(), None, None),
        (2, {2, 3}, None, Refusal.GAINS),
        (2, {3}, 2, Refusal.FIRST),
        (2, {3}, 4, None),
    ],
)
def test_who_may_assess_the_rep_with_the_id_1(
    assessor: int, beneficiaries: set[int], first: int | None, why: Refusal | None
) -> None:
    assert refuse_assessor(assessor, 1, beneficiaries, first) is why


@pytest.mark.parametrize(("percent", "least", "most"), [(0, 0, 0), (20, 150, 250), (100, 1000, 1000)])
def test_a_share_is_drawn_for_a_second_look_the_same_each_time(percent: int, least: int, most: int) -> None:
    drawn = [number for number in range(1000) if is_drawn(number, PASSED, percent)]
    assert least <= len(drawn) <= most
    assert drawn == [number for number in range(1000) if is_drawn(number, FAILED, percent)]
    assert not any(is_drawn(number, RETURNED, percent) for number in range(1000))


def test_kappa_takes_away_what_chance_would_give() -> None:
    # 50 cases: both pass 20, both fail 15, and they differ in 5 + 10: p_o = 35/50, p_e = 1/2
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("yes", "no"), ("no", "yes")]) == -1
    assert kappa([("yes", "yes"), ("no", "no")]) == 1
    assert kappa([("yes", "yes")] * 3) is None
    assert kappa([]) is None


def test_agreement_counts_outcomes_and_the_criteria_that_both_judged() -> None:
    pairs = [
        (Judgement(PASSED, {"a": True, "b": True}), Judgement(PASSED, {"a": True, "b": False})),
        (Judgement(FAILED, {"a": False, "b": True}), Judgement(PASSED, {"a": True})),
    ]
    found = agreement(pairs)
    assert (found.outcomes, found.criteria, found.all_criteria, found.kappa) == (
        Share(1, 2),
        {"a": Share(1, 2), "b": Share(0, 1)},
        Share(1, 3),
        0,
    )


def test_rubrics_are_found_on_every_level_and_in_every_alternative() -> None:
    document = {
        "requirements": [
            {"attest": "redlines"},
            {"sign_off": "pitch"},
            {"any_of": [[{"sign_off": "demo"}, {"quiz": "q"}], [{"live_session": "day"}]]},
        ],
        "levels": [{"id": "expert", "name": "Expert", "requirements": [{"sign_off": "pitch"}, {"sign_off": "deep"}]}],
        "rubrics": [{"id": "deep", "name": "Deep dive", "criteria": [{"id": "one", "text": "Goes deep."}]}],
    }
    assert asked_rubrics(document) == ["pitch", "demo", "deep"]
    assert [each.id for each in rubric_of(document, "deep").criteria] == ["one"]
    undescribed = rubric_of(document, "first-pitch")
    assert (undescribed.name, [each.must_pass for each in undescribed.criteria]) == ("First pitch", [True])


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"ID3\x04", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (b"\x00\x00\x00\x1cftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x1cftypisom", "video/mp4"),
        (b"\x00\x00\x00\x1cftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x82\x88matroska", None),
        (b"\x00\x00\x00\x1cftypheic", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"<html><script>", None),
        (b"", None),
    ],
)
def test_a_recording_is_known_by_its_bytes(head: bytes, content_type: str | None) -> None:
    assert content_type_of(head + b"\x00" * 32 if head else head) == content_type


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("pitch.mp3", "pitch.mp3"),
        ("C:\\recordings\\../pitch.hta", "pitch.hta.mp3"),
        ("a\r\nSet-Cookie: b\u202e3pm.exe", "aSet-Cookie: b3pm.exe.mp3"),
        ("\n/", "recording.mp3"),
        ("x" * 300, "x" * 196 + ".mp3"),
    ],
)
def test_no_name_makes_a_recording_something_else(sent: str, kept: str) -> None:
    assert plain_name(sent, "audio/mpeg") == kept
