from typing import Any

import pytest
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.conduct.rescan import MOST_CHARACTERS_TRIED, Trial, trial
from app.redlines.problems import RuleError
from factories import NOW, person, product, published, redline, sent_text


@pytest.fixture
def texts(session: Session) -> None:
    """Three texts about one product or all of them, one about another; the product has one red line."""
    owner = product(session)
    product(session, "pay", name="Pay")
    document = {"schema": 1, "rules": [redline("triple profit")]}
    published(session, owner, ContentKind.REDLINES, "keeper", document)
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    sent_text(session, ana, "Triple profit! And instant growth, or instant growth.", products=["keeper"])
    sent_text(session, ana, "Instant growth.")
    sent_text(session, ben, "A quiet text.", products=["keeper", "pay"])
    sent_text(session, ben, "Instant growth.", products=["pay"])


WIDER = {**redline("triple profit"), "match": {"en": [{"text": "triple profit"}, {"text": "instant growth"}]}}
CASES = [
    ([WIDER], Trial(texts=3, people=1, before=1, after=4)),
    ([{**WIDER, "status": "draft"}], Trial(texts=3, people=1, before=1, after=4)),
    ([{**WIDER, "status": "retired"}], Trial(texts=3, people=0, before=1, after=0)),
    ([redline("quiet text")], Trial(texts=3, people=1, before=0, after=1)),
    ([], Trial(texts=3, people=0, before=0, after=0)),
]


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize(("rules", "expected"), CASES)
def test_a_trial_compares_wordings_on_stored_texts(
    session: Session, rules: list[dict[str, Any]], expected: Trial
) -> None:
    assert trial(session, "keeper", rules, NOW) == expected


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize(("longest", "expected"), [(4, 7), (5, 5)])
def test_a_trial_reads_the_newest_texts_as_far_as_somebody_can_wait(
    session: Session, longest: int, expected: int
) -> None:
    cora = person(session, "cora@example.com")
    for _ in range(longest):
        sent_text(session, cora, "x" * (MOST_CHARACTERS_TRIED // 5))

    assert trial(session, "keeper", [WIDER], NOW).texts == expected


@pytest.mark.usefixtures("texts")
def test_a_wording_that_cannot_be_matched_is_refused(session: Session) -> None:
    with pytest.raises(RuleError):
        trial(session, "keeper", [redline("!!")], NOW)
