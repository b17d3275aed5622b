"""The pages of the gate in a browser: who reads and who sets, what is tried, what is refused and kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.database import Database
from app.deals.policies.history import histories
from factories import NOW, attest, deal, person, product, published, sellable
from gatehouse import BLOCK, DAY, FRIDAY, MONDAY, House, house, put
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
HTMX = {"HX-Request": "true"}
FORM = {
    "step": "0",
    "starts_on": FRIDAY.isoformat(),
    "ends_on": "",
    "failure_mode": "open",
    "reason": "Everybody had the time to learn",
    "requirements.0.enforcement": "block",
    "requirements.0.coverage": "every",
    "requirements.0.level": "",
    "requirements.0.from_stage": "proposal",
    "requirements.0.regions": "CN, DE",
}
CONCERNS = {"requirements.0.regions": "", "requirements.0.from_stage": "discovery"}


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=2)) as found:
        yield found


@pytest.fixture
def at_gate(session: Session) -> House:
    return house(session)


@pytest.fixture
def compliance(at_gate: House, sign_in: SignIn) -> TestClient:
    return sign_in("compliance@example.com")


def step(session: Session, at_gate: House) -> int:
    session.rollback()
    found = histories(session, [at_gate.product.id])[at_gate.product.id].step
    session.rollback()
    return found


@pytest.mark.parametrize(
    ("email", "status", "sets"),
    [
        ("compliance@example.com", 200, True),
        ("admin@example.com", 200, True),
        ("miriam@example.com", 200, False),
        ("trainer@example.com", 200, False),
        ("ana@example.com", 403, False),
    ],
)
def test_who_reads_and_who_sets(
    at_gate: House, sign_in: SignIn, session: Session, email: str, *, status: int, sets: bool
) -> None:
    browser = sign_in(email)
    assert [browser.get(path).status_code for path in ("/gate", "/gate/keeper")] == [status, status]
    page = browser.get("/gate/keeper").text
    assert ('id="editor"' in page) == sets
    # names of people and deals are for those who set
    assert ("D-marek" in browser.post("/gate/keeper/try", data=FORM | CONCERNS).text) == sets
    assert browser.post("/gate/keeper", data=FORM).status_code == (303 if sets else 403)
    assert step(session, at_gate) == (1 if sets else 0)


def test_every_product_at_a_glance(session: Session, at_gate: House, compliance: TestClient, sign_in: SignIn) -> None:
    product(session, "empty", name="Empty")
    put(session, at_gate, {"requirements": [{"enforcement": "block"}], "failure_mode": "open"})
    session.commit()
    page = " ".join(compliance.get("/gate").text.split())
    for words in ("as its program says", "from 27 November 2026 on", "2 of 3", "Nothing published yet"):
        assert words in page
    with time_machine.travel(NOW + 4 * DAY):
        assert "Let the deal go on (fail open)" in sign_in("compliance@example.com").get("/gate").text


def test_what_is_asked_of_a_few_makes_nobody_else_unqualified(
    session: Session, at_gate: House, compliance: TestClient
) -> None:
    of_owners_in_china = {"level": "gone", "regions": ["CN"], "coverage": "owner", "enforcement": "require_approval"}
    put(session, at_gate, {"requirements": [{"enforcement": "block"}, of_owners_in_china]}, starts_on=NOW.date())
    session.commit()
    assert "2 of 3" in compliance.get("/gate").text


def test_it_is_set_and_stands_among_the_days(session: Session, at_gate: House, compliance: TestClient) -> None:
    answer = compliance.post("/gate/keeper", data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/gate/keeper")
    page = " ".join(compliance.get("/gate/keeper").text.split())
    for words in (
        "Set from 27 November 2026 on.",
        "Through 26 November 2026",
        "From 27 November 2026 on",
        "Everybody had the time to learn",
        "from stage Proposal on · in CN, DE",
        "Set by compliance@example.com",
        "Take back",
    ):
        assert words in page
    stored = histories(session, [at_gate.product.id])[at_gate.product.id].found[0].document
    assert stored == {
        "requirements": [{"enforcement": "block", "from_stage": "proposal", "regions": ["CN", "DE"]}],
        "failure_mode": "open",
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "Fill this in."),
        ({"starts_on": "soon"}, "Write a date"),
        ({"starts_on": (MONDAY - DAY).isoformat()}, "This day has passed. Today is the earliest."),
        ({"starts_on": "9999-12-31"}, "Choose a day of the next five years."),
        ({"ends_on": MONDAY.isoformat()}, "This is before the first day."),
        ({"failure_mode": "ajar"}, "Choose one of the list."),
        ({"requirements.0.enforcement": "shout"}, "Choose one of the list."),
        ({"requirements.0.level": "gone"}, "The program in force has no such level."),
        ({"requirements.0.regions": "CN, -"}, "Write codes such as CN, with commas between them."),
        ({"requirements.0.regions": ",".join(f"R{number}" for number in range(41))}, "These are too many regions"),
        ({"requirements.0.roles": ["juggler"]}, "Choose one of the list."),
        (
            {"requirements.0.coverage": "owner", "requirements.0.roles": ["specialist"]},
            "Only the owner counts here, and the owner is not among these roles.",
        ),
        (
            {f"requirements.1.{name.rpartition('.')[2]}": value for name, value in FORM.items() if ".0." in name},
            "This requirement stands here already.",
        ),
        ({name: [] for name in FORM if name.startswith("requirements")}, "Ask for at least one thing"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    session: Session, at_gate: House, compliance: TestClient, change: dict[str, str | list[str]], sentence: str
) -> None:
    answer = compliance.post("/gate/keeper", data={"reason": "Kept as typed", **FORM, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert step(session, at_gate) == 0
    assert ("Everybody had the time to learn" in answer.text) == ("reason" not in change)


def test_rows_are_added_and_removed_without_a_script(at_gate: House, compliance: TestClient) -> None:
    del at_gate
    second = {
        "requirements.1.enforcement": "warn", "requirements.1.roles": ["owner"], "requirements.1.regions": "FR",
    }  # fmt: skip
    added = compliance.post("/gate/keeper/try", data={**FORM, "rows": "add"})
    assert (added.status_code, added.text.count("<legend>Requirement ")) == (200, 2)
    left = compliance.post("/gate/keeper/try", data={**FORM, **second, "rows": "remove:0"}).text
    assert 'name="requirements.0.regions" type="text" value="FR"' in left
    assert 'name="requirements.0.roles" value="owner" checked' in left
    assert 'name="requirements.1.regions"' not in left
    assert "Everybody had the time to learn" in left


def test_there_are_ten_rows_at_most(at_gate: House, compliance: TestClient) -> None:
    del at_gate
    rows = {f"requirements.{number}.enforcement": "warn" for number in range(40)}
    page = compliance.post("/gate/keeper/try", data={**FORM, **rows, "rows": "add"}).text
    assert page.count("<legend>Requirement ") == 10
    assert 'value="add"' not in page


def test_while_one_edits_the_page_says_what_it_would_do(at_gate: House, compliance: TestClient) -> None:
    del at_gate
    data = {**FORM, **CONCERNS, "reason": ""}
    fragment = compliance.post("/gate/keeper/try", data=data, headers=HTMX)
    assert fragment.status_code == 200
    assert fragment.text.strip().startswith('<section class="stack s5 stick" id="trial"')
    words = " ".join(fragment.text.split())
    for said in (
        "From Friday, 27 November on: 2 people, 3 deals, ",
        "2 of them can be certified in under an hour",
        "Certified: 1 of 3 active reps.",
        "It asks about 4 open deals.",
        "Hardly anybody qualifies.",
        "1 minute left",
    ):
        assert said in words
    whole = compliance.post("/gate/keeper/try", data=data)
    assert " ".join(fragment.text.split()) in " ".join(whole.text.split())


def test_what_cannot_be_tried_says_why(at_gate: House, compliance: TestClient) -> None:
    del at_gate
    for change, sentence in (
        ({"starts_on": "2020-01-01"}, "This day has passed."),
        ({"starts_on": ""}, "Write a date"),
        ({"requirements.0.regions": "?"}, "Write codes such as CN"),
    ):
        fragment = compliance.post("/gate/keeper/try", data=FORM | change, headers=HTMX).text
        assert "It cannot be tried yet" in fragment
        assert sentence in fragment


def test_midnight_between_the_page_and_the_button(
    session: Session, at_gate: House, compliance: TestClient, traveller: time_machine.Traveller
) -> None:
    traveller.move_to(datetime(2026, 11, 23, 23, 59, tzinfo=UTC))
    today = FORM | {"starts_on": MONDAY.isoformat()}
    assert compliance.post("/gate/keeper/try", data=today).status_code == 200
    traveller.move_to(datetime(2026, 11, 24, 0, 1, tzinfo=UTC))
    answer = compliance.post("/gate/keeper", data=today)
    assert answer.status_code == 422
    assert "This day has passed. Today is the earliest." in answer.text
    assert f'value="{MONDAY.isoformat()}"' in answer.text
    assert step(session, at_gate) == 0


def test_two_admins_at_once(session: Session, at_gate: House, compliance: TestClient, sign_in: SignIn) -> None:
    assert sign_in("admin@example.com").post("/gate/keeper", data=FORM).status_code == 303
    mine = FORM | {"requirements.0.enforcement": "warn", "reason": "Not yet"}
    stale = compliance.post("/gate/keeper", data=mine)
    assert stale.status_code == 409
    assert "Somebody has changed what the gate asks since this page was made." in stale.text
    assert "Not yet" in stale.text
    assert "Set by admin@example.com" in stale.text
    assert step(session, at_gate) == 1
    # having seen it, they may still want theirs
    assert 'name="step" value="1"' in stale.text
    assert compliance.post("/gate/keeper", data=mine | {"step": "1"}).status_code == 303
    assert step(session, at_gate) == 2


def test_a_product_of_which_nothing_is_published(session: Session, at_gate: House, compliance: TestClient) -> None:
    del at_gate
    product(session, "empty", name="Empty")
    session.commit()
    assert "the gate lets nobody through" in compliance.get("/gate/empty").text
    assert compliance.post("/gate/empty", data=FORM).status_code == 409
    assert compliance.post("/gate/empty/try", data=FORM).status_code == 409
    assert compliance.get("/gate/nothing").status_code == 404


def test_a_level_that_is_gone_stays_to_be_seen(session: Session, at_gate: House, compliance: TestClient) -> None:
    put(session, at_gate, {"requirements": [{"enforcement": "block", "level": "lead"}]}, starts_on=MONDAY)
    session.commit()
    page = compliance.get("/gate/keeper").text
    assert '<option value="lead" selected>lead, which is not there any more</option>' in page
    assert "Nobody qualifies." in page


def test_the_form_begins_with_what_is_asked_by_then(session: Session, at_gate: House, compliance: TestClient) -> None:
    put(session, at_gate, {"requirements": [{"enforcement": "block", "roles": ["dean"]}]})
    session.commit()
    page = compliance.get("/gate/keeper").text
    assert '<option value="block" selected>' in page
    assert 'value="dean" checked' in page


def test_one_that_runs_is_ended_and_one_that_comes_is_taken_back(
    session: Session, at_gate: House, compliance: TestClient, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    coming = put(session, at_gate, BLOCK)
    session.commit()
    address = f"/gate/keeper/policies/{coming}/withdraw"
    page = compliance.get(address).text
    assert "<h1>Take it back</h1>" in page
    assert 'name="seen" value="coming"' in page
    said = {"step": "1", "seen": "coming", "reason": "Too early"}
    assert compliance.post(address, data=said | {"reason": ""}).status_code == 422
    traveller.move_to(NOW + 4 * DAY)
    compliance = sign_in("compliance@example.com")
    stale = compliance.post(address, data=said)
    assert stale.status_code == 409
    assert "It has begun or ended since this page was made." in stale.text
    assert "<h1>End it now</h1>" in stale.text
    # it blocks by now: what ending it would let go on
    assert "3 deals would no longer be stopped:" in stale.text
    assert compliance.post(address, data=said | {"seen": "running"}).status_code == 303
    assert "Ended. It does not hold any more." in compliance.get("/gate/keeper").text
    assert "It is over already." in compliance.get(address).text
    assert compliance.get("/gate/keeper/policies/4711/withdraw").status_code == 404


def test_the_days_before_are_kept(session: Session, at_gate: House, sign_in: SignIn) -> None:
    put(session, at_gate, BLOCK, starts_on=MONDAY, ends_on=MONDAY)
    put(session, at_gate, BLOCK, starts_on=FRIDAY)
    put(session, at_gate, {"requirements": [{"enforcement": "warn"}]}, starts_on=FRIDAY)
    session.commit()
    with time_machine.travel(NOW + 10 * DAY):
        page = " ".join(sign_in("compliance@example.com").get("/gate/keeper").text.split())
    assert "23 November 2026 through 23 November 2026" in page
    assert "24 November 2026 through 26 November 2026" in page
    assert "Through 22 November 2026" in page
    assert page.count("replaced before it held") == 1


def test_the_pages_take_as_many_statements_for_many_as_for_few(
    session: Session, database: Database, at_gate: House, compliance: TestClient
) -> None:
    def statements() -> list[int]:
        found = []
        for path in ("/gate", "/gate/keeper"):
            with count_statements(database) as sent:
                assert compliance.get(path).status_code == 200
            found.append(len(sent))
        return found

    put(session, at_gate, BLOCK)
    deal(session, "D-first", products=[at_gate.keeper], team={"owner": [at_gate.ana]})
    session.commit()
    statements()
    few = statements()
    for number in range(5):
        rep = person(session, f"rep-{number}@example.com")
        other = sellable(session, f"other-{number}")
        attest(session, rep, other)
        deal(session, f"D-{number}", products=[at_gate.keeper, other], team={"owner": [rep]})
        put(session, at_gate, BLOCK, starts_on=FRIDAY + number * DAY)
    session.commit()
    statements()
    assert statements() == few


def test_the_pages_that_lead_here(session: Session, at_gate: House, sign_in: SignIn) -> None:
    put(session, at_gate, BLOCK, starts_on=MONDAY)
    course = {
        "schema": 1, "id": "keeper", "name": "Keeper", "can": [], "cannot": [], "lessons": [],
        "positioning": {"scene": "At the till.", "audience": "Shops.", "difference": "Nothing to install."},
    }  # fmt: skip
    published(session, at_gate.keeper, ContentKind.COURSE, "keeper", course)
    session.commit()
    for email, path, link in [
        ("trainer@example.com", "/author/products/keeper", "/gate/keeper"),
        ("trainer@example.com", "/author/products/keeper/program", "/gate/keeper"),
        ("miriam@example.com", "/deals/D-ana", "/gate/keeper"),
        ("miriam@example.com", "/deals", "/gate"),
        ("compliance@example.com", "/review", "/gate"),
        ("admin@example.com", "/admin", "/gate"),
    ]:
        assert f'href="{link}"' in sign_in(email).get(path).text, path
    assert "/gate" not in sign_in("ana@example.com").get("/deals/D-ana").text
    assert (
        "Something else is set for the gate now."
        in sign_in("trainer@example.com").get("/author/products/keeper/program").text
    )
