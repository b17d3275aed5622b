"""Reading and signing red lines, as a browser does it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind, Product
from app.certification.models import CertificationPeriod
from app.people.models import Role
from app.redlines.models import Attestation
from app.redlines.signing import same_name
from factories import lesson, person, published, redline, sellable, taught
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
LATER = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
MEANING = (
    "I have read these 2 red lines of Keeper, version 1. I will follow them with every customer, and I know that "
    "breaking one can suspend my certification."
)


@pytest.fixture
def keeper(session: Session) -> Product:
    """A product with two red lines, one that blocks and one that warns, and Ana Duarte, who will sign them."""
    person(session, "ana@example.com", name="Ana Duarte")
    owner = sellable(session)
    session.commit()
    return owner


def form(**more: Any) -> dict[str, Any]:
    return {"version": "1", "number": "1", "signed_name": "Ana Duarte", "understood": "true", **more}


def attestations(session: Session) -> list[Attestation]:
    session.rollback()
    return list(session.scalars(select(Attestation).order_by(col(Attestation.id))))


@pytest.mark.parametrize(
    ("typed", "name", "same"),
    [
        ("Ana Duarte", "Ana Duarte", True),
        ("  ana   DUARTE ", "Ana Duarte", True),
        ("王 小明", "王小明", True),
        ("Ana", "Ana Duarte", False),
        ("", "", False),
        ("STRASSE", "Straße", True),
        ("ＡＮＡ Duarte", "Ana Duarte", True),
    ],
)
def test_a_name_is_the_same_whatever_its_case_and_spaces(typed: str, name: str, *, same: bool) -> None:
    assert same_name(typed, name) is same


@time_machine.travel(LATER)
def test_the_page_shows_all_red_lines_the_hardest_first(keeper: Product, sign_in: SignIn) -> None:
    shown = sign_in("ana@example.com").get("/products/keeper/red-lines").text
    assert shown.index(">Never</h2>") < shown.index("About keeper.return") < shown.index("With care")
    assert shown.index("With care") < shown.index("About keeper.price")
    assert "Version 1, in force since 23 November 2026, 09:00" in shown
    assert MEANING in shown
    assert "Sign these 2 red lines" in shown


@time_machine.travel(LATER, tick=False)
def test_a_signature_is_stored_with_its_meaning(keeper: Product, session: Session, sign_in: SignIn) -> None:
    ana = sign_in("ana@example.com")
    response = ana.post("/products/keeper/attest", data=form(signed_name=" ana  duarte"))
    assert (response.status_code, response.headers["location"]) == (303, "/products/keeper/red-lines#signed")
    (stored,) = attestations(session)
    assert (stored.product_id, stored.number, stored.signed_name, stored.meaning, stored.locale, stored.signed_at) == (
        keeper.id,
        1,
        "ana  duarte",
        MEANING,
        "en",
        LATER,
    )
    entry = session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "redlines.attested")).one()
    assert (entry.actor, entry.subject_kind, entry.subject) == ("ana@example.com", "product", "keeper")
    assert entry.details == {"version": 1, "signed_name": "ana  duarte", "meaning": MEANING}
    shown = ana.get("/products/keeper/red-lines").text
    assert "Signed by ana  duarte on 7 January 2030, 09:00, version 1." in shown


@time_machine.travel(LATER)
def test_the_last_requirement_certifies_at_once(keeper: Product, session: Session, sign_in: SignIn) -> None:
    sign_in("ana@example.com").post("/products/keeper/attest", data=form())
    assert session.scalars(select(col(CertificationPeriod.done_on))).all() == [LATER.date()]


@time_machine.travel(LATER)
def test_a_second_click_signs_once(keeper: Product, session: Session, sign_in: SignIn) -> None:
    ana = sign_in("ana@example.com")
    for _ in range(2):
        assert ana.post("/products/keeper/attest", data=form()).status_code == 303
    assert len(attestations(session)) == 1
    assert len(session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "redlines.attested")).all()) == 1


@time_machine.travel(LATER)
def test_clicks_at_the_same_moment_sign_once(keeper: Product, session: Session, sign_in: SignIn) -> None:
    tabs = [sign_in("ana@example.com") for _ in range(4)]
    with ThreadPoolExecutor(len(tabs)) as pool:
        answers = list(pool.map(lambda tab: tab.post("/products/keeper/attest", data=form()).status_code, tabs))
    assert answers == [303] * 4
    assert len(attestations(session)) == 1
    assert len(session.scalars(select(CertificationPeriod)).all()) == 1


def test_a_renewal_is_signed_again_under_the_same_version(keeper: Product, session: Session, sign_in: SignIn) -> None:
    with time_machine.travel(LATER):
        sign_in("ana@example.com").post("/products/keeper/attest", data=form())
    with time_machine.travel(LATER + timedelta(days=350)):
        ana = sign_in("ana@example.com")
        assert 'name="number" value="2"' in ana.get("/products/keeper/red-lines").text
        ana.post("/products/keeper/attest", data=form(number="2"))
    assert [each.number for each in attestations(session)] == [1, 2]
    assert len(session.scalars(select(CertificationPeriod)).all()) == 2


@time_machine.travel(LATER)
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (form(signed_name="Somebody Else"), "Type your name as your account has it: Ana Duarte."),
        (form(signed_name=""), "Fill this in."),
        ({key: value for key, value in form().items() if key != "understood"}, "Tick this to sign."),
        (form(version="one"), "Write a number."),
        (form(number="0"), "Use 1 or more."),
        ({}, "Fill this in."),
    ],
)
def test_a_form_that_is_not_a_signature_stores_nothing(
    keeper: Product, session: Session, sign_in: SignIn, sent: dict[str, str], sentence: str
) -> None:
    response = sign_in("ana@example.com").post("/products/keeper/attest", data=sent)
    assert response.status_code == 422
    assert sentence in response.text
    assert attestations(session) == []


@time_machine.travel(LATER)
def test_a_version_published_meanwhile_is_shown_instead(keeper: Product, session: Session, sign_in: SignIn) -> None:
    newer = {"schema": 1, "rules": [redline("keeper.price", "warn"), redline("keeper.roadmap")]}
    published(session, keeper, ContentKind.REDLINES, "keeper", newer)
    session.commit()
    response = sign_in("ana@example.com").post("/products/keeper/attest", data=form())
    assert response.status_code == 409
    assert "You had version 1 open; below is version 2." in response.text
    assert "About keeper.roadmap" in response.text
    assert attestations(session) == []


@time_machine.travel(LATER)
def test_a_newer_version_asks_for_a_new_signature(keeper: Product, session: Session, sign_in: SignIn) -> None:
    ana = sign_in("ana@example.com")
    ana.post("/products/keeper/attest", data=form())
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline("keeper.roadmap")]})
    session.commit()
    shown = ana.get("/products/keeper/red-lines").text
    assert "You signed version 1. This is version 2." in shown
    assert "Sign this red line" in shown
    ana.post("/products/keeper/attest", data=form(version="2"))
    assert [each.number for each in attestations(session)] == [1, 1]


@time_machine.travel(LATER)
def test_red_lines_that_are_not_in_force_are_not_signed(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    owner = sellable(session)
    rules = [
        redline("keeper.old") | {"status": "retired"},
        redline("keeper.idea") | {"status": "draft"},
        redline("keeper.soon") | {"effective": {"from": "2030-01-08"}},
        redline("keeper.over") | {"effective": {"until": "2030-01-07"}},
    ]
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules})
    session.commit()
    ana = sign_in("ana@example.com")
    assert "No red lines for Keeper" in ana.get("/products/keeper/red-lines").text
    assert ana.post("/products/keeper/attest", data=form(version="2")).status_code == 422
    assert attestations(session) == []


@time_machine.travel(LATER)
def test_nobody_sees_the_signatures_of_another(keeper: Product, session: Session, sign_in: SignIn) -> None:
    person(session, "charlie@example.com", Role.MANAGER, name="Charlie")
    session.commit()
    sign_in("ana@example.com").post("/products/keeper/attest", data=form())
    shown = sign_in("charlie@example.com").get("/products/keeper/red-lines").text
    assert "Ana" not in shown
    assert "Your signatures" not in shown


@time_machine.travel(LATER)
def test_unknown_and_retired_products_have_no_red_lines(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    taught(session, [lesson(1)]).retired_at = LATER - timedelta(days=1)
    session.commit()
    ana = sign_in("ana@example.com")
    for slug, sentence in (("keeper", "has been retired"), ("nothing", "There is no product at this address")):
        shown = ana.get(f"/products/{slug}/red-lines")
        assert shown.status_code == 404
        assert sentence in shown.text
        assert ana.post(f"/products/{slug}/attest", data=form()).status_code == 404


def test_nobody_signs_without_signing_in(client: TestClient) -> None:
    assert client.get("/products/keeper/red-lines").headers["location"].startswith("/sign-in")
    assert client.post("/products/keeper/attest", data=form()).headers["location"].startswith("/sign-in")


@time_machine.travel(LATER)
def test_three_red_lines_cost_no_more_statements_than_one(
    session: Session, application: FastAPI, sign_in: SignIn
) -> None:
    person(session, "ana@example.com")
    owner = sellable(session)
    session.commit()
    counts = []
    for count in (1, 3):
        rules = {"schema": 1, "rules": [redline(f"keeper.{number}") for number in range(count)]}
        published(session, owner, ContentKind.REDLINES, "keeper", rules)
        session.commit()
        ana = sign_in("ana@example.com")
        ana.get("/products/keeper/red-lines")
        with count_statements(application.state.database) as statements:
            ana.get("/products/keeper/red-lines")
        counts.append(len(statements))
    assert counts == [4, 4]


@time_machine.travel(LATER)
def test_a_signature_that_no_page_offered_is_refused(keeper: Product, session: Session, sign_in: SignIn) -> None:
    ana = sign_in("ana@example.com")
    assert ana.post("/products/keeper/attest", data=form(number="2")).status_code == 409
    assert attestations(session) == []
