import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.conduct.models import Disposition, Finding
from app.conduct.reviewing.queries import precision
from app.conduct.reviewing.rules import Precision, wilson
from factories import NOW, person, product, published, redline, sent_text


def test_decisions_are_counted_by_red_line(session: Session) -> None:
    rules = [redline("triple profit"), {**redline("free beer"), "status": "shadow"}]
    published(session, product(session), ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules})
    ana = person(session, "ana@example.com")
    for _ in range(4):
        sent_text(session, ana, "Triple profit. Triple profit. Free beer.")
    found = session.scalars(select(Finding).where(col(Finding.red_line) == "triple profit")).all()
    decisions = ["confirmed", "confirmed", "confirmed", "allowed", "wrong_match", "duplicate"]
    for finding, decision in zip(found, decisions, strict=False):
        finding.disposition = Disposition(decision)
    found[6].gone_at = NOW
    session.flush()

    numbers = precision(session, ["triple profit", "free beer", "unknown"])

    assert numbers == {
        "triple profit": Precision(found=7, open=1, confirmed=3, allowed=1, wrong=1, duplicates=1),
        "free beer": Precision(found=4, open=4),
        "unknown": Precision(),
    }
    assert (numbers["triple profit"].decided, numbers["triple profit"].share) == (5, 0.6)
    assert (numbers["free beer"].share, numbers["free beer"].interval) == (None, None)


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_the_published_one(hits: int, tries: int, low: float, high: float) -> None:
    """The last case is from Newcombe (1998), table I; the others are in every textbook."""
    assert wilson(hits, tries) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 5000).flatmap(lambda tries: st.tuples(st.integers(0, tries), st.just(tries))))
def test_the_share_lies_within_an_interval_that_more_decisions_narrow(counts: tuple[int, int]) -> None:
    hits, tries = counts
    low, high = wilson(hits, tries)

    assert 0 <= low <= hits / tries + 1e-12
    assert hits / tries - 1e-12 <= high <= 1
    narrow = wilson(4 * hits, 4 * tries)
    assert narrow[1] - narrow[0] < high - low
