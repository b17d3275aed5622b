"""Evidence packs over HTTP: who takes which, and what stands inside."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.database import Database
from app.people.models import Person
from app.reports.evidence.rows import chunks
from evidencepacks import PATHS, rows, take
from factories import (
    NOW,
    attest,
    person,
    published_quiz,
    quiz_document,
    sitting,
)
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
YESTERDAY = NOW - timedelta(days=1)
LONG_AGO = NOW - timedelta(days=60)


@pytest.mark.parametrize(
    ("viewer", "admitted"),
    [
        ("ana", {"person": 403, "own": 200, "product": 403, "deal": 200}),
        ("miriam", {"person": 200, "own": 200, "product": 403, "deal": 200}),
        ("otto", {"person": 404, "own": 200, "product": 403, "deal": 404}),
        ("tom", {"person": 403, "own": 200, "product": 403, "deal": 404}),
        ("carol", {"person": 200, "own": 200, "product": 200, "deal": 200}),
        ("adam", {"person": 200, "own": 200, "product": 403, "deal": 200}),
        ("bo", {"person": 403, "own": 200, "product": 403, "deal": 404}),
    ],
)
def test_who_takes_which_pack(ana: Person, sign_in: SignIn, viewer: str, admitted: dict[str, int]) -> None:
    browser = sign_in(f"{viewer}@example.com")
    urls = {name: path.format(ana=ana.id) for name, path in PATHS.items()}
    assert {name: browser.get(url).status_code for name, url in urls.items()} == admitted
    assert {name: browser.post(url).status_code for name, url in urls.items()} == admitted


def test_a_pack_tells_what_happened_and_names_others_by_their_part(ana: Person, sign_in: SignIn) -> None:
    pack = take(sign_in("miriam@example.com"), f"/team/people/{ana.id}/evidence")
    assert [(each["standing"], each["may_sell_alone"]) for each in rows(pack, "standings")] == [("certified", True)]
    assert [(each["kind"], each["reason"], each["by"]) for each in rows(pack, "decisions")] == [
        ("suspended", "Said too much.", "compliance 1"),
        ("reinstated", "Said too much.", "compliance 1"),
    ]
    (shown,) = rows(pack, "sign-offs")
    assert (shown["assessor"], shown["meaning"]) == ("trainer 1", "I saw it.")
    assert [each["passed"] for each in rows(pack, "attempts")] == [True]
    assert [(each["answer"], each["correct"]) for each in rows(pack, "answers")] == [
        (["one: right"], True),
        (["two: wrong"], False),
        (["three: right"], True),
    ]
    (period,) = rows(pack, "periods")
    texts = {each for each in pack.namelist() if each.startswith("texts/")}
    assert {f"{period[name]}.json" for name in ("program", "redlines")} <= texts
    others = b"".join(pack.read(each) for each in pack.namelist() if each.startswith("records/"))
    assert [each for each in (b"Tom Berg", b"tom@", b"carol@", b"bo@", b"Bo") if each in others] == []


@pytest.mark.parametrize(
    ("viewer", "path", "whole"),
    [
        ("ana", "/account/evidence", False),
        ("miriam", "/team/people/{ana}/evidence", False),
        ("carol", "/team/people/{ana}/evidence", True),
    ],
)
def test_keys_and_patterns_stay_with_those_who_may_know_them(
    ana: Person, sign_in: SignIn, viewer: str, path: str, whole: bool
) -> None:
    pack = take(sign_in(f"{viewer}@example.com"), path.format(ana=ana.id))
    everything = "".join(pack.read(each).decode() for each in pack.namelist() if each.startswith(("records", "texts")))
    told = ('"options"', "what the wrong option forgets", '"match"', "Tom Berg")
    assert [each in everything for each in told] == [whole] * len(told)
    quiz = json.loads(pack.read("texts/quiz/keeper-quiz-1.json"))
    assert (quiz["whole"], "items" in quiz["document"]) == (whole, whole)


def test_a_quiz_that_closes_marks_and_answers_closes_them_in_packs_too(
    ana: Person, session: Session, sign_in: SignIn
) -> None:
    closed = dict.fromkeys(("score", "answers", "marks", "right_answers"), "never")
    owner = session.get_one(Product, 1)
    document = quiz_document("keeper-closed", review=closed)
    version = published_quiz(session, document, owner=owner, at=LONG_AGO)
    sitting(session, version, ana, {"one": 0}, at=YESTERDAY)
    session.commit()
    pack = take(sign_in("ana@example.com"), "/account/evidence")
    assert [(each["quiz"], each["percent"]) for each in rows(pack, "attempts")] == [
        ("keeper-quiz", "66.67"),
        ("keeper-closed", None),
    ]
    (answer,) = [each for each in rows(pack, "answers") if each["attempt_id"] == rows(pack, "attempts")[1]["id"]]
    assert [answer[name] for name in ("answer", "points", "correct")] == [None, None, None]


@pytest.mark.parametrize(
    ("viewer", "path", "heard"),
    [
        ("ana", "/account/evidence", True),
        ("carol", "/team/people/{ana}/evidence", True),
        ("miriam", "/team/people/{ana}/evidence", False),
    ],
)
def test_recordings_come_along_on_request_for_those_who_may_hear_them(
    ana: Person, sign_in: SignIn, viewer: str, path: str, heard: bool
) -> None:
    browser = sign_in(f"{viewer}@example.com")
    url = path.format(ana=ana.id)
    assert [each for each in take(browser, url).namelist() if each.startswith("recordings/")] == []
    asked = take(browser, url, recordings="yes")
    assert [asked.read(each) for each in asked.namelist() if each.startswith("recordings/")] == [b"a pitch"] * heard
    assert [each["digest"] for each in rows(asked, "recordings")] == [sha256(b"a pitch").hexdigest()]


def test_a_past_day_leaves_out_what_came_later(ana: Person, sign_in: SignIn) -> None:
    pack = take(sign_in("carol@example.com"), f"/team/people/{ana.id}/evidence", as_of="2026-11-21")
    assert [rows(pack, each) for each in ("signatures", "attempts", "sign-offs", "decisions", "periods")] == [[]] * 5
    assert json.loads(pack.read("audit/entries.json")) == []
    assert json.loads(pack.read("manifest.json"))["as_of"] == "2026-11-21T23:59:59.999999+00:00"


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("soon", "Write a date, such as 2026-11-21."),
        ("2026-11-24", "This day lies ahead."),
        ("2020-01-01", "There was nothing on record yet on that day."),
    ],
)
def test_a_wrong_day_is_said_at_the_field(ana: Person, session: Session, sign_in: SignIn, day: str, told: str) -> None:
    answer = sign_in("carol@example.com").post(f"/team/people/{ana.id}/evidence", data={"as_of": day})
    assert (answer.status_code, told in answer.text, f'value="{day}"' in answer.text) == (422, True, True)
    assert session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "evidence.packed")).all() == []


def test_taking_a_pack_is_put_on_record_with_its_digest(ana: Person, session: Session, sign_in: SignIn) -> None:
    browser = sign_in("miriam@example.com")
    first = browser.post(f"/team/people/{ana.id}/evidence", data={"as_of": "2026-11-22"})
    again = browser.post(f"/team/people/{ana.id}/evidence", data={"as_of": "2026-11-22"})
    assert first.content == again.content
    assert first.headers["content-disposition"] == (
        'attachment; filename="evidence-person-ana-example-com-2026-11-22.zip"'
    )
    taken = session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "evidence.packed")).all()
    digest = sha256(first.content).hexdigest()
    assert [(each.actor, each.subject, each.details["sha256"]) for each in taken] == [
        ("miriam@example.com", "ana@example.com", digest)
    ] * 2


def test_the_pack_of_a_product_holds_its_people_and_that_of_a_deal_its_gate(ana: Person, sign_in: SignIn) -> None:
    browser = sign_in("carol@example.com")
    product = take(browser, "/review/evidence?product=keeper")
    assert [(each["person"], each["standing"]) for each in rows(product, "standings")] == [
        ("ana@example.com", "certified"),
        ("bo@example.com", "certified"),
    ]
    assert [each["person"] for each in rows(product, "signatures")] == ["ana@example.com", "bo@example.com"]
    about = json.loads(take(browser, "/deals/D-1/evidence").read("records/deal.json"))
    (member,) = about["team"]
    assert (member["person"], member["may_act"], member["products"][0]["program"]) == (
        "ana@example.com",
        True,
        "texts/program/keeper-1",
    )


def test_more_rows_cost_no_more_statements(ana: Person, database: Database, session: Session, sign_in: SignIn) -> None:
    browser = sign_in("carol@example.com")
    paths = (f"/team/people/{ana.id}/evidence", "/review/evidence?product=keeper", "/deals/D-1/evidence")

    def cost() -> list[int]:
        found = []
        for path in paths:
            browser.post(path)
            with count_statements(database) as statements:
                browser.post(path)
            found.append(len(statements))
        return found

    before = cost()
    keeper = session.get_one(Product, 1)
    version = published_quiz(session, quiz_document("keeper-more"), owner=keeper, at=LONG_AGO)
    for number in range(1, 6):
        sitting(session, version, ana, {"one": 0, "two": 1}, number=number, at=YESTERDAY)
        attest(session, person(session, f"rep{number}@example.com", at=LONG_AGO), keeper, at=YESTERDAY)
    session.commit()
    assert cost() == before


def test_rows_are_read_in_chunks_and_none_is_lost(ana: Person, session: Session) -> None:
    statement = select(col(AuditEntry.id), col(AuditEntry.action))
    whole = [row.id for row in session.execute(statement.order_by(col(AuditEntry.id)))]
    for size in (1, 2, len(whole), len(whole) + 1):
        found = list(chunks(session, statement, col(AuditEntry.id), size))
        assert [row.id for rows in found for row in rows] == whole
        assert max(len(rows) for rows in found) <= size
