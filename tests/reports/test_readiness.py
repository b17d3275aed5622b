"""Readiness: explained, from recent evidence, and nothing else rests on it."""

import ast
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

import app
from app.certification.queries import records
from app.database import Database, stored_id
from app.people.models import Role
from app.reports.readiness.queries import readiness_of
from app.reports.readiness.rules import WEIGHTS, Facts, PartKind, readiness
from app.reports.readiness.words import lines
from factories import NOW, attest, person, published_quiz, quiz_document, sellable, sitting, taught
from tools.statements import count_statements

QUIZ, MEMORY, DRILLS, SIGN_OFF, CONDUCT, CHANGES = PartKind


def passed(percent: int, age: int, *, quiz_passed: bool = True) -> Facts:
    return Facts(begun=True, asks_quiz=True, quiz_percent=Fraction(percent), quiz_age=age, quiz_passed=quiz_passed)


@pytest.mark.parametrize(
    ("facts", "score", "parts"),
    [
        (Facts(), None, {}),
        (Facts(begun=True), 100, {CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, asks_quiz=True), 40, {QUIZ: 0, CONDUCT: 10, CHANGES: 10}),
        (passed(80, 20), 88, {QUIZ: 24, CONDUCT: 10, CHANGES: 10}),
        (passed(100, 90), 100, {QUIZ: 30, CONDUCT: 10, CHANGES: 10}),
        (passed(100, 365), 70, {QUIZ: 15, CONDUCT: 10, CHANGES: 10}),
        (passed(100, 4000), 70, {QUIZ: 15, CONDUCT: 10, CHANGES: 10}),
        (passed(80, 0, quiz_passed=False), 64, {QUIZ: 12, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, remembered=90), 100, {MEMORY: 20, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, remembered=70), 75, {MEMORY: 10, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, remembered=40), 50, {MEMORY: 0, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, drills=3, drills_right=1), 71, {DRILLS: 5, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, asks_sign_off=True), 57, {SIGN_OFF: 0, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, asks_sign_off=True, sign_off_age=10), 100, {SIGN_OFF: 15, CONDUCT: 10, CHANGES: 10}),
        (Facts(begun=True, violations=1), 75, {CONDUCT: 5, CHANGES: 10}),
        (Facts(begun=True, violations=3), 50, {CONDUCT: 0, CHANGES: 10}),
        (Facts(begun=True, open_changes=1), 50, {CONDUCT: 10, CHANGES: 0}),
    ],
)
def test_points_are_those_that_the_page_promises(facts: Facts, score: int | None, parts: dict[PartKind, int]) -> None:
    found = readiness(facts)
    assert (found.score, {part.kind: part.points for part in found.parts}) == (score, parts)


@given(
    st.builds(
        Facts,
        asks_quiz=st.booleans(),
        quiz_percent=st.fractions(0, 100) | st.none(),
        quiz_passed=st.booleans(),
        quiz_age=st.integers(0, 5000) | st.none(),
        remembered=st.integers(0, 100) | st.none(),
        drills=st.integers(0, 3),
        drills_right=st.just(0),
        asks_sign_off=st.booleans(),
        sign_off_age=st.integers(0, 5000) | st.none(),
        violations=st.integers(0, 5),
        open_changes=st.integers(0, 2),
        begun=st.just(value=True),
    )
)
def test_the_score_is_a_share_of_what_applies_and_each_part_says_what_would_raise_it(facts: Facts) -> None:
    found = readiness(facts)
    assert found.score is not None
    assert 0 <= found.score <= 100
    assert all(0 <= part.points <= part.of == WEIGHTS[part.kind] for part in found.parts)
    assert [bool(line.more) for line in lines(found)] == [part.points < part.of for part in found.parts]


def test_the_weights_are_a_hundred_points_and_those_of_the_documentation() -> None:
    assert sum(WEIGHTS.values()) == 100
    page = (Path(__file__).parents[2] / "docs/readiness.md").read_text()
    rows = [row.split("|")[1:3] for row in page.splitlines() if row.startswith("| ") and "points" not in row]
    assert [int(points) for _name, points in rows] == list(WEIGHTS.values())


def test_nothing_that_decides_reads_it() -> None:
    root = Path(app.__file__ or "").parent
    readers = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.reports.readiness"):
                readers.add(path.relative_to(root).as_posix())
    inside = {"reports/readiness/queries.py", "reports/readiness/words.py"}
    assert readers - inside == {"reports/courseviews.py", "reports/person.py", "reports/products.py"}


@pytest.mark.usefixtures("clock")
def test_a_record_explains_it_to_who_leads_and_the_product_to_its_rep(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    at = NOW - timedelta(days=20)
    with database.write() as session:
        boss = person(session, "boss@example.com", Role.MANAGER)
        rep = person(session, "ana@example.com", Role.REP, manager=boss)
        person(session, "tom@example.com", Role.TRAINER)
        owner = taught(session, [], requirements=[{"attest": "redlines"}, {"quiz": "keeper-quiz"}], at=at)
        version = published_quiz(session, quiz_document(), owner=owner, at=at)
        sitting(session, version, rep, {"one": 0, "two": 0, "three": 1}, at=at)
        attest(session, rep, owner, at=at)
        record = f"/team/people/{stored_id(rep)}"
    for email, url in (("boss@example.com", record), ("ana@example.com", "/products/keeper")):
        page = sign_in(email).get(url).text
        assert "Readiness 80 of 100" in page
        assert "66 %, passed, 20 days ago" in page
        assert "Take the quiz again; it counts in full for 90 days." in page
    assert "Readiness" not in sign_in("tom@example.com").get(record).text


def test_many_products_take_as_many_statements_as_one(database: Database) -> None:
    with database.write() as session:
        rep = person(session, "ana@example.com", Role.REP)
        for slug in ("one", "two", "three"):
            attest(session, rep, sellable(session, slug))
    moment = NOW + timedelta(days=9)
    with database.read() as session:
        found = list(records(session, [stored_id(rep)], moment).values())
        readiness_of(session, stored_id(rep), found, moment)
        with count_statements(database) as few:
            readiness_of(session, stored_id(rep), found[:1], moment)
        with count_statements(database) as many:
            scores = readiness_of(session, stored_id(rep), found, moment)
    assert ([each.score for each in scores.values()], len(many)) == ([100, 100, 100], len(few))
