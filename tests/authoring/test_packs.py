"""The pages of rule packs: read one in, have somebody else approve it, subscribe a product to it."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.actions import publish
from app.catalog.models import ContentKind, Origin
from app.catalog.queries import content
from app.clock import now
from app.people.models import Role
from app.redlines.packs.queries import versions
from factories import person, sellable
from rulepacks import HOUSE_PACK

SignIn = Callable[[str], TestClient]


@pytest.fixture
def people(session: Session) -> None:
    sellable(session)
    person(session, "trainer@example.com", Role.TRAINER)
    person(session, "compliance@example.com", Role.COMPLIANCE, Role.TRAINER)
    session.commit()


def send(client: TestClient, text: str) -> tuple[int, str]:
    answer = client.post("/review/packs", files={"file": ("house.yaml", text.encode())})
    return answer.status_code, answer.headers.get("location", "") or answer.text


def test_a_pack_is_read_approved_by_somebody_else_and_subscribed_to(
    people: None, sign_in: SignIn, session: Session
) -> None:
    trainer, compliance = sign_in("trainer@example.com"), sign_in("compliance@example.com")
    assert send(trainer, HOUSE_PACK) == (303, "/review/packs/house/1")
    assert "Waits for approval" in trainer.get("/review/packs").text
    assert "No rule pack is approved yet" in trainer.get("/author/products/keeper/packs").text
    assert trainer.post("/review/packs/house/1").status_code == 403
    assert compliance.post("/review/packs/house/1").status_code == 303
    assert compliance.post("/review/packs/house/1").status_code == 409
    page = trainer.get("/author/products/keeper/packs").text
    assert "House words" in page
    step = page.partition('name="step" value="')[2].partition('"')[0]
    saved = trainer.post("/author/products/keeper/packs", data={"step": step, "packs": "house@1"})
    assert saved.status_code == 303
    assert "Always version 1" in trainer.get("/author/products/keeper").text
    assert trainer.post("/author/products/keeper/packs", data={"step": step, "packs": "house"}).status_code == 409
    assert "Not the cheapest" not in trainer.get("/products/keeper/red-lines").text
    stored = content(session, ContentKind.REDLINES, "keeper")
    assert stored is not None
    publish(session, stored, origin=Origin.WEB, by="trainer@example.com", moment=now())
    session.commit()
    assert "Not the cheapest" in trainer.get("/products/keeper/red-lines").text
    assert trainer.post("/author/products/keeper/packs", data={"step": "2", "packs": "no"}).status_code == 409


def test_nobody_approves_what_they_read_in_themselves(people: None, sign_in: SignIn) -> None:
    compliance = sign_in("compliance@example.com")
    assert send(compliance, HOUSE_PACK)[0] == 303
    assert "Approve this version" not in compliance.get("/review/packs/house/1").text
    assert compliance.post("/review/packs/house/1").status_code == 403


def test_whoever_approves_reads_what_takes_the_force_out_of_a_red_line(people: None, sign_in: SignIn) -> None:
    loose = HOUSE_PACK.replace("  match:", "  unless: {within: [quite cheapest]}\n  match:", 1)
    assert "quite cheapest" in loose
    assert send(sign_in("trainer@example.com"), loose)[0] == 303
    assert "quite cheapest" in sign_in("compliance@example.com").get("/review/packs/house/1").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file that is not empty."),
        ("schema: 1\nrules: [", "Line "),
        (HOUSE_PACK.replace("We are the cheapest.", "We are cheap."), "This must be flagged"),
        (
            HOUSE_PACK.replace('pack: {id: house, name: House words, version: "1"', "pack: {id: house, name: House"),
            "Line 2: Fill this in.",
        ),
        (HOUSE_PACK.partition("pack:")[0] + HOUSE_PACK.partition("CC0-1.0}\n")[2], "is not a rule pack"),
        (HOUSE_PACK + "#" * (1 << 20), "larger than 1 MB"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "Line 1: "),
    ],
)
def test_a_file_that_is_no_sound_pack_says_where_and_stores_nothing(
    people: None, sign_in: SignIn, session: Session, text: str, said: str
) -> None:
    status, page = send(sign_in("trainer@example.com"), text)
    assert (status, said in page) == (422, True)
    assert versions(session) == []


def test_a_version_that_was_read_before_is_shown_and_one_that_says_something_else_refused(
    people: None, sign_in: SignIn
) -> None:
    trainer = sign_in("trainer@example.com")
    assert send(trainer, HOUSE_PACK)[0] == 303
    assert send(trainer, HOUSE_PACK) == (303, "/review/packs/house/1")
    status, page = send(trainer, HOUSE_PACK.replace("Somebody", "Some shop"))
    assert (status, "give it another" in page) == (422, True)
    assert send(trainer, HOUSE_PACK.replace('"1"', '"2"')) == (303, "/review/packs/house/2")
    assert trainer.get("/review/packs/house/9").status_code == 404
