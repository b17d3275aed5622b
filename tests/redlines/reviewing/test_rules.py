"""When a red line needs an approval, of what, and by whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.document import digest
from app.catalog.text import LOCALES
from app.redlines.models import ReviewState, Verdict
from app.redlines.reviewing.rules import (
    RULE_PART,
    Edit,
    Need,
    Place,
    Refusal,
    Review,
    Said,
    Stage,
    authors,
    hinders,
    is_approved,
    may_ask,
    may_decide,
    need,
    parts,
    reworded,
    stage,
    state_after,
)

AUTHOR, APPROVER, OTHER = 1, 2, 3
DAY = datetime(2026, 11, 23, tzinfo=UTC)


def rule(status: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "id": "keeper.return",
        "status": status,
        "why": "Nobody can.",
        "say_instead": {"en": ["Others saw."]},
        **more,
    }


def approved(document: dict[str, Any], *names: str) -> Review:
    said = tuple(Said(name, Verdict.APPROVED, APPROVER) for name in names)
    return Review(digest(document), ReviewState.APPROVED, said)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (None, "draft", Need.NOTHING),
        (None, "shadow", Need.NOTHING),
        (None, "active", Need.APPROVAL),
        ("draft", "active", Need.APPROVAL),
        ("shadow", "active", Need.APPROVAL),
        ("retired", "active", Need.APPROVAL),
        ("active", "retired", Need.APPROVAL),
        ("active", "shadow", Need.APPROVAL),
        ("active", "draft", Need.APPROVAL),
        ("active", None, Need.REFUSED),
        ("retired", None, Need.NOTHING),
        ("draft", None, Need.NOTHING),
        ("draft", "shadow", Need.NOTHING),
        ("shadow", "retired", Need.NOTHING),
    ],
)
def test_what_a_transition_takes(before: str | None, after: str | None, wanted: Need) -> None:
    assert need(rule(before) if before else None, rule(after) if after else None) is wanted


def test_the_same_words_take_nothing_and_other_words_of_an_active_red_line_take_an_approval() -> None:
    assert need(rule(), rule()) is Need.NOTHING
    assert need(rule(), rule(why="Nobody could.")) is Need.APPROVAL
    assert need(rule("shadow"), rule("shadow", why="Nobody could.")) is Need.NOTHING


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (None, rule(), (RULE_PART, "en")),
        (rule(), rule(why="Nobody could."), (RULE_PART,)),
        (rule(), rule(say_instead={"en": ["Others saw."], "zh-Hans": ["别人见过。"]}), (RULE_PART, "zh-Hans")),
        (rule(say_instead={"zh-Hans": ["甲。"]}), rule(say_instead={"en": ["B."]}), (RULE_PART, "en", "zh-Hans")),
        (rule(), rule("retired"), (RULE_PART,)),
    ],
)
def test_the_parts_that_need_an_approval(
    before: dict[str, Any] | None, after: dict[str, Any], wanted: tuple[str, ...]
) -> None:
    assert parts(before, after) == wanted


@pytest.mark.parametrize(
    ("before", "after", "reviews", "complete", "wanted"),
    [
        (None, rule(), (), True, None),
        (None, rule(), (), False, Refusal.INCOMPLETE),
        (None, rule("draft"), (), True, Refusal.NOT_NEEDED),
        (rule(), rule(), (), True, Refusal.NOT_NEEDED),
        (rule(), None, (), True, Refusal.NOT_NEEDED),
        (None, rule(), (approved(rule(), RULE_PART, "en"),), True, Refusal.ALREADY_APPROVED),
        (None, rule(), (approved(rule(), RULE_PART),), True, None),
        (None, rule(), (approved(rule("retired"), RULE_PART, "en"),), True, None),
    ],
)
def test_what_may_be_asked(
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reviews: tuple[Review, ...],
    complete: bool,
    wanted: Refusal | None,
) -> None:
    assert may_ask(before, after, reviews, complete=complete) is wanted


@pytest.mark.parametrize(
    ("state", "present", "person", "wanted"),
    [
        (ReviewState.OPEN, "words", APPROVER, None),
        (ReviewState.OPEN, "words", AUTHOR, Refusal.AUTHOR),
        (ReviewState.OPEN, "other words", APPROVER, Refusal.OTHER_WORDS),
        (ReviewState.OPEN, None, APPROVER, Refusal.OTHER_WORDS),
        (ReviewState.RETURNED, "words", APPROVER, Refusal.CLOSED),
        (ReviewState.WITHDRAWN, "words", AUTHOR, Refusal.CLOSED),
    ],
)
def test_who_may_decide(state: ReviewState, present: str | None, person: int, wanted: Refusal | None) -> None:
    assert may_decide(Review("words", state), present, {AUTHOR}, person) is wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ((), ReviewState.OPEN),
        (((RULE_PART, Verdict.APPROVED),), ReviewState.OPEN),
        (((RULE_PART, Verdict.APPROVED), ("en", Verdict.APPROVED)), ReviewState.APPROVED),
        (((RULE_PART, Verdict.APPROVED), ("en", Verdict.RETURNED)), ReviewState.RETURNED),
        ((("en", Verdict.RETURNED),), ReviewState.RETURNED),
    ],
)
def test_a_review_is_approved_with_all_its_parts_and_returned_with_one(
    said: tuple[tuple[str, Verdict], ...], wanted: ReviewState
) -> None:
    assert state_after((RULE_PART, "en"), [Said(part, verdict, APPROVER) for part, verdict in said]) is wanted


@pytest.mark.parametrize(
    ("before", "after", "reviews", "wanted"),
    [
        (None, rule("draft"), (), Stage.DRAFT),
        (None, rule("shadow"), (), Stage.SHADOW),
        (None, rule(), (), Stage.UNASKED),
        (None, rule(), (Review(digest(rule()), ReviewState.OPEN),), Stage.IN_REVIEW),
        (None, rule(), (Review(digest(rule()), ReviewState.RETURNED),), Stage.RETURNED),
        (None, rule(), (Review(digest(rule()), ReviewState.WITHDRAWN),), Stage.UNASKED),
        (None, rule(), (Review("older words", ReviewState.RETURNED),), Stage.UNASKED),
        (None, rule(), (approved(rule(), RULE_PART, "en"),), Stage.APPROVED),
        (rule(), rule(), (), Stage.ACTIVE),
        (rule("retired"), rule("retired"), (), Stage.RETIRED),
        (rule(), None, (), Stage.VANISHED),
    ],
)
def test_how_far_a_red_line_has_come(
    before: dict[str, Any] | None, after: dict[str, Any] | None, reviews: tuple[Review, ...], wanted: Stage
) -> None:
    assert stage(before, after, reviews) is wanted


def test_who_wrote_before_the_words_in_force_is_no_author_any_more_unless_of_these_very_words() -> None:
    edits = [Edit("first", AUTHOR, DAY - timedelta(days=2)), Edit("second", OTHER, DAY + timedelta(days=1))]
    assert authors(edits, (), "third", since=DAY) == {OTHER}
    assert authors(edits, (), "first", since=DAY) == {AUTHOR, OTHER}
    assert authors(edits, (), "third", since=None) == {AUTHOR, OTHER}
    assert authors(edits, {APPROVER}, "third", since=DAY) == {OTHER, APPROVER}


def test_the_order_of_red_lines_is_no_part_of_what_they_say() -> None:
    one, other = rule(), {**rule(), "id": "keeper.price"}
    assert reworded({"rules": [one, other]}, {"rules": [other, one]}) == {}
    assert reworded({"rules": [one, other]}, {"rules": [other]}) == {"keeper.return": ""}
    assert reworded(None, {"rules": [one]}) == {"keeper.return": digest(one)}


documents = st.none() | st.builds(
    rule,
    st.sampled_from([place.value for place in Place if place is not Place.NONE]),
    why=st.sampled_from(["one", "two"]),
    say_instead=st.dictionaries(st.sampled_from(LOCALES), st.sampled_from([["A."], ["B."]]), min_size=1),
)
reviews_of = st.lists(
    st.builds(
        Review,
        st.one_of(st.just("other words"), documents.filter(bool).map(lambda each: digest(each or {}))),
        st.sampled_from(ReviewState),
        st.lists(
            st.builds(Said, st.sampled_from([RULE_PART, *LOCALES]), st.sampled_from(Verdict), st.integers(1, 3)),
            max_size=4,
        ).map(tuple),
    ),
    max_size=3,
)


@given(before=documents, after=documents, reviews=reviews_of)
def test_what_changes_the_rules_in_force_is_hindered_unless_exactly_these_words_are_approved(
    before: dict[str, Any] | None, after: dict[str, Any] | None, reviews: list[Review]
) -> None:
    in_force = [each for each in (before, after) if each and each["status"] == "active"]
    if before == after or not in_force:
        assert hinders(before, after, reviews) is Need.NOTHING
    elif after is None:
        assert hinders(before, after, reviews) is Need.REFUSED
    else:
        free = hinders(before, after, reviews) is Need.NOTHING
        assert free == any(
            review.digest == digest(after)
            and review.state is ReviewState.APPROVED
            and all(
                (part, Verdict.APPROVED) in [(said.part, said.verdict) for said in review.said]
                for part in parts(before, after)
            )
            for review in [each for each in reviews if each.state is ReviewState.APPROVED][:1]
        )
        assert free == is_approved(before, after, reviews)


def test_nobody_goes_back_to_older_words_on_an_approval_that_another_followed() -> None:
    strict, loose = rule(severity="block"), rule(severity="coach")
    first, second = approved(loose, RULE_PART, "en"), approved(strict, RULE_PART)

    assert hinders(strict, loose, [second, first]) is Need.APPROVAL
    assert stage(strict, loose, [second, first]) is Stage.UNASKED
    assert may_ask(strict, loose, [second, first], complete=True) is None
    assert hinders(strict, loose, [approved(loose, RULE_PART), second, first]) is Need.NOTHING


@given(state=st.sampled_from(ReviewState), wrote=st.sets(st.integers(1, 5)), person=st.integers(1, 5))
def test_nobody_who_wrote_ever_decides(state: ReviewState, wrote: set[int], person: int) -> None:
    if person in wrote:
        assert may_decide(Review("words", state), "words", wrote, person) is not None
