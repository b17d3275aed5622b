from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind
from app.conduct.models import Finding, SentText
from app.conduct.sending import MOST_OF_ONE, MOST_STORED
from app.errors import ConflictError
from app.people.models import Person
from app.redlines.checking import Circumstances, rule_set
from factories import NOW, person, product, published, redline, sent_text

TEXT = "We guarantee triple profit. We do not guarantee instant growth. We guarantee free beer."


@pytest.fixture
def ana(session: Session) -> Person:
    """A rep who sells a product with two active red lines and one that is tried."""
    owner = product(session)
    rules = [
        {**redline("triple profit"), "status": "active"},
        {**redline("instant growth", "warn"), "unless": {"negated": "downgrade"}},
        {**redline("free beer"), "status": "shadow"},
    ]
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules})
    return person(session, "ana@example.com")


def test_a_text_is_stored_with_what_it_crosses_and_what_rules_on_trial_find(session: Session, ana: Person) -> None:
    sent = sent_text(session, ana, TEXT, products=["keeper"])

    found = session.scalars(select(Finding).order_by(col(Finding.start))).all()
    assert [(f.red_line, f.matched, f.severity, f.state, f.reason) for f in found] == [
        ("triple profit", "triple profit", "block", "active", None),
        ("instant growth", "instant growth", "warn", "downgraded", "negated"),
        ("free beer", "free beer", "block", "shadow", None),
    ]
    assert all(sent.text[f.start : f.end] == f.matched for f in found)
    assert sent.keep_until == NOW + timedelta(days=90)


def test_a_rule_on_trial_is_shown_to_nobody_even_where_the_text_denies_it(session: Session, ana: Person) -> None:
    text = "We do not guarantee free beer."
    sent_text(session, ana, text, products=["keeper"])

    assert [(f.state, f.reason) for f in session.scalars(select(Finding))] == [("shadow", None)]
    assert rule_set(session, ["keeper"], NOW).check(text, Circumstances()) == []


def test_a_second_click_stores_nothing(session: Session, ana: Person) -> None:
    first = sent_text(session, ana, TEXT, key="one click")
    again = sent_text(session, ana, TEXT, key="one click")

    assert again is first
    assert len(session.scalars(select(SentText)).all()) == 1
    assert [(e.actor, e.details) for e in session.scalars(select(AuditEntry)) if e.action == "text.sent"] == [
        ("ana@example.com", {"products": [], "findings": 2})
    ]


def test_a_key_belongs_to_who_used_it_first(session: Session, ana: Person) -> None:
    sent_text(session, ana, TEXT, key="one click")

    with pytest.raises(ConflictError):
        sent_text(session, person(session, "ben@example.com"), TEXT, key="one click")


def test_a_text_without_findings_is_stored_too(session: Session, ana: Person) -> None:
    sent_text(session, ana, "A quiet text.")

    assert session.scalars(select(col(SentText.text))).all() == ["A quiet text."]
    assert session.scalars(select(Finding)).all() == []


def test_a_text_that_crosses_one_line_all_the_time_is_stored_with_a_bounded_number_of_findings(
    session: Session, ana: Person
) -> None:
    sent_text(session, ana, "Triple profit. " * (MOST_OF_ONE + 50) + "Instant growth.", products=["keeper"])

    found = session.scalars(select(col(Finding.red_line)).order_by(col(Finding.start))).all()
    assert Counter(found) == {"triple profit": MOST_OF_ONE, "instant growth": 1}


def test_what_weighs_most_is_stored_of_a_text_that_crosses_many_lines(session: Session) -> None:
    owner = product(session)
    words = ["triple profit", "instant growth", "free beer", "sure win", "double gain", "endless summer"]
    severities = ["coach", *["warn"] * 4, "block"]
    rules = [redline(each, severity) for each, severity in zip(words, severities, strict=True)]
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules})
    ana = person(session, "ana@example.com")

    sent_text(session, ana, "".join(f"{each.capitalize()}. " * MOST_OF_ONE for each in words), products=["keeper"])

    found = session.scalars(select(col(Finding.red_line)).order_by(col(Finding.start))).all()
    assert Counter(found) == dict.fromkeys(words[1:], MOST_OF_ONE)
    assert len(found) == MOST_STORED
