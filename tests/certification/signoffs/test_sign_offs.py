"""Sign-offs over HTTP: asked for, taken, returned, shown again, passed and signed; and everything that is refused."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind
from app.catalog.queries import product_by_slug
from app.certification.actions import assign
from app.certification.models import CertificationPeriod, SignOff
from app.certification.signoffs.models import DemonstrationForm, Recording, SignOffRequest
from app.deals.models import DealMember
from app.people.models import Person, PersonRole, Role
from factories import NOW, deal, person, published
from signoffwork import PAGE, PASSWORD, RECORDING, ask, judgement, pitched, rubric, trainer
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session) -> Person:
    rep = person(session, "ana@example.com", name="Ana Duarte")
    trainer(session, "Tom")
    trainer(session, "Uma")
    keeper = pitched(session)
    assign(session, rep.id or 0, keeper.id or 0, due_on=None, by="m@example.com", moment=NOW)
    session.commit()
    return rep


def rows(session: Session, *columns: Any) -> list[tuple[Any, ...]]:
    """What is stored now; the session must not keep others from writing."""
    found = [tuple(row) for row in session.execute(select(*columns))]
    session.rollback()
    return found


SIGNED = (col(SignOff.outcome), col(SignOff.note), col(SignOff.signed_name))
REQUESTED = (col(SignOffRequest.taken_by), col(SignOffRequest.closed_at), col(SignOffRequest.withdrawn))


def pitched_document(**more: Any) -> dict[str, Any]:
    return {
        "requirements": [{"sign_off": "pitch"}],
        "rubrics": [rubric(**more)],
        "valid_months": 12,
        "basis": "expiry",
        "renewal_window_days": 30,
        "grace_days": 14,
        "enforcement": "block",
    }


def publish(session: Session, document: dict[str, Any]) -> None:
    owner = product_by_slug(session, "keeper")
    assert owner is not None
    published(session, owner, ContentKind.PROGRAM, "keeper", document, at=NOW + timedelta(minutes=30))
    session.commit()


def test_shown_returned_shown_again_and_signed(ana: Person, session: Session, sign_in: SignIn) -> None:
    rep, tom = sign_in("ana@example.com"), sign_in("tom@example.com")
    page = rep.get(PAGE).text
    assert "Show Keeper to a shop owner in five minutes." in page
    assert "To pass, 60 % of the criteria are to be met, among them each that must be met." in page
    assert ask(rep, RECORDING, note="My best one.").status_code == 303
    waiting = rep.get(PAGE).text
    assert "Waits for an assessor" in waiting
    assert ("Your note</dt>" in waiting, "Note of the rep" in waiting) == (True, False)

    assert ">Ana Duarte</a>" in tom.get("/").text
    assert ">Ana Duarte</a>" in tom.get("/sign-offs?show=untaken&product=keeper").text
    assert tom.post("/sign-offs/1/take").headers["location"] == "/sign-offs/1/assess"
    assert "Tom looks at it" in rep.get(PAGE).text
    opened = tom.get("/sign-offs/1/assess").text
    assert "My best one." in opened
    assert "Note of the rep" in opened
    assert "I watched or heard this recording to its end myself" in opened
    returned = judgement("Tom", "returned", met_of_limits="no", note_of_limits="Never said.")
    assert tom.post("/sign-offs/1/assess", data=returned).status_code == 303
    assert "Nobody waits for a sign-off." in tom.get("/").text

    assert "Show Keeper again" in rep.get("/").text
    assert "Never said." in rep.get(PAGE).text
    assert rows(session, col(CertificationPeriod.id)) == []
    assert ask(rep, link="https://video.example.com/1").status_code == 303
    assert "Show Keeper again" not in rep.get("/").text
    assert "Your demonstration of Keeper waits for an assessor" in rep.get("/").text
    assert "returned once" in tom.get("/sign-offs?show=again").text
    assert tom.post("/sign-offs/2/assess", data=judgement("Tom", met_of_opens="no")).status_code == 303

    assert rows(session, *SIGNED) == [("returned", "Name the limit.", "Tom"), ("passed", "", "Tom")]
    signed = session.get_one(SignOff, 2)
    assert signed.meaning == "I watched or heard this recording to its end myself and judged it by this rubric."
    assert (signed.program_version_id, signed.request_id, signed.decided_at) == (2, 2, NOW + timedelta(hours=1))
    assert signed.scores == {
        "opens": {"met": False, "note": ""},
        "limits": {"met": True, "note": ""},
        "closes": {"met": True, "note": ""},
    }
    assert [each.person_id for each in session.scalars(select(CertificationPeriod))] == [ana.id]
    said = rep.get(PAGE).text
    assert "Judged by version 1 of the program." in said
    assert said.index("https://video.example.com/1") < said.index("Never said.")
    about = col(AuditEntry.subject) == "ana@example.com keeper"
    actions = session.scalars(select(col(AuditEntry.action)).where(about).order_by(col(AuditEntry.id)))
    expected = ["asked", "taken", "returned", "asked", "passed"]
    assert list(actions)[1:6] == [f"sign_off.{each}" for each in expected]


def test_a_wrong_password_loses_nothing_and_tries_are_limited(ana: Person, session: Session, sign_in: SignIn) -> None:
    tom = sign_in("tom@example.com")
    ask(sign_in("ana@example.com"))
    filled = judgement("Tom", "failed", note="Insulted the customer.", note_of_opens="With a joke.", password="wrong")
    answers = [tom.post("/sign-offs/1/assess", data=filled) for _ in range(11)]
    assert {each.status_code for each in answers} == {422}
    assert "This is not your password. Nothing was signed yet." in answers[0].text
    for kept in ("Insulted the customer.", "With a joke.", 'value="failed" required checked'):
        assert kept in answers[0].text
    assert 'value="wrong"' not in answers[0].text
    assert "There were too many tries." in answers[10].text
    assert "There were too many tries." in tom.post("/sign-offs/1/assess", data=filled | {"password": PASSWORD}).text
    assert rows(session, *SIGNED) == []


def test_who_has_no_password_is_told_what_to_do(ana: Person, session: Session, sign_in: SignIn) -> None:
    person(session, "new@example.com", Role.TRAINER, name="Nia")
    session.commit()
    ask(sign_in("ana@example.com"))
    text = sign_in("new@example.com").post("/sign-offs/1/assess", data=judgement("Nia")).text
    assert "Ask an administrator for a link to set one." in text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"outcome": "returned", "note": ""}, "Say in the note what is missing"),
        ({"met_of_limits": "no"}, "A criterion that must be met was not met"),
        ({"met_of_opens": "no", "met_of_closes": "no"}, "Fewer criteria were met than the rubric asks for"),
        ({"met_of_closes": ""}, "Say whether it was met."),
        ({"signed_name": "Somebody"}, "Type your name as your account has it: Tom."),
        ({"meant": ""}, "Tick this to sign."),
        ({"password": ""}, "Type your password to sign."),
        ({"evidence_url": "javascript:alert(1)"}, "Write a whole address"),
        ({"version": "99999999999999"}, "Use 2147483647 or less."),
    ],
)
def test_a_judgement_that_contradicts_itself_is_not_stored(
    ana: Person, session: Session, sign_in: SignIn, changed: dict[str, str], message: str
) -> None:
    ask(sign_in("ana@example.com"))
    answer = sign_in("tom@example.com").post("/sign-offs/1/assess", data=judgement("Tom") | judgement("Tom", **changed))
    assert answer.status_code == 422
    assert message in answer.text
    assert rows(session, *SIGNED) == []


@pytest.mark.parametrize(
    ("team", "supervisor", "facts", "refused"),
    [
        ({"owner": ["ana"], "engineer": ["tom"]}, "", {}, True),
        ({"owner": ["tom"], "engineer": ["ana"]}, "", {}, True),
        ({"owner": ["ana"]}, "tom", {}, True),
        ({"owner": ["ana"]}, "", {}, False),
        ({"owner": ["uma"], "engineer": ["tom"]}, "", {}, False),
        ({"owner": ["ana"], "engineer": ["tom"]}, "", {"stage": "delivery", "close_date": date(2026, 11, 22)}, False),
        ({"owner": ["ana"], "engineer": ["tom"]}, "", {"stage": "delivery", "close_date": date(2026, 11, 23)}, True),
        ({"owner": ["ana"], "engineer": ["tom"]}, "", {"close_date": date(2026, 10, 1)}, True),
        ({"owner": ["ana"], "engineer": ["tom"]}, "", {"close_date": date(2026, 1, 1)}, False),
        ({"owner": ["ana"], "engineer": ["tom"]}, "", {"outcome": "won", "closed_on": date(2026, 11, 20)}, False),
    ],
)
def test_who_shares_an_open_deal_with_the_rep_does_not_judge(
    ana: Person,
    session: Session,
    sign_in: SignIn,
    team: dict[str, list[str]],
    supervisor: str,
    facts: dict[str, Any],
    *,
    refused: bool,
) -> None:
    people = {each.name.partition(" ")[0].lower(): each for each in session.scalars(select(Person))}
    keeper = product_by_slug(session, "keeper")
    assert keeper is not None
    stored = deal(
        session, products=[keeper], team={role: [people[one] for one in names] for role, names in team.items()}, **facts
    )
    if supervisor:
        session.get_one(DealMember, (stored.id, ana.id)).supervisor_id = people[supervisor].id
    other = pitched(session, "other")
    deal(session, "D-2", products=[other], team={"owner": [ana, people["tom"]]})
    session.commit()
    ask(sign_in("ana@example.com"))
    tom = sign_in("tom@example.com")
    answers = [
        tom.post("/sign-offs/1/take").status_code,
        tom.get("/sign-offs/1/assess").status_code,
        tom.post(f"/sign-offs/people/{ana.id}/keeper/pitch", data={"form": "role_play"}).status_code,
        tom.post("/sign-offs/1/assess", data=judgement("Tom")).status_code,
    ]
    assert answers == ([403] * 4 if refused else [303, 200, 303, 303])
    reason = "You are on a deal with this rep that carries this product"
    pages = (tom.get("/sign-offs/1").text, tom.get(f"/sign-offs/people/{ana.id}/keeper/pitch").text)
    assert [reason in page for page in pages] == [refused, refused]


def test_nobody_judges_their_own_demonstration(ana: Person, session: Session, sign_in: SignIn) -> None:
    session.add(PersonRole(person_id=ana.id or 0, role=Role.TRAINER))
    session.commit()
    rep = sign_in("ana@example.com")
    ask(rep)
    assert "Ana Duarte</a></th>" not in rep.get("/sign-offs").text
    assert rep.get("/sign-offs/1").headers["location"] == PAGE
    assert rep.post("/sign-offs/1/assess", data=judgement("Ana Duarte")).status_code == 403
    assert rep.post(f"/sign-offs/people/{ana.id}/keeper/pitch", data={"form": "role_play"}).status_code == 403
    assert rows(session, *SIGNED) == []


def test_a_rep_withdraws_asks_once_and_sends_only_recordings(ana: Person, session: Session, sign_in: SignIn) -> None:
    rep = sign_in("ana@example.com")
    assert ask(rep, b"<html>", "pitch.mp3").status_code == 422
    assert ask(rep, form="recording").status_code == 422
    assert ask(rep, link="ftp://example.com/1").status_code == 422
    assert ask(rep, form="singing").status_code == 422
    assert "The file is larger than 15 MB." in ask(rep, b"ID3" + bytes(15_000_000)).text
    assert rows(session, *REQUESTED) == []
    for _ in range(2):  # a double click
        assert ask(rep, RECORDING).status_code == 303
    other = ask(rep, link="https://video.example.com/other")
    assert (other.status_code, "https://video.example.com/other" in other.text) == (409, True)
    assert len(rows(session, *REQUESTED)) == 1
    for _ in range(2):
        assert rep.post(f"{PAGE}/1/withdraw").status_code == 303
    assert rows(session, *REQUESTED) == [(None, NOW + timedelta(hours=1), True)]
    assert "Withdrawn" in rep.get(PAGE).text
    tom = sign_in("tom@example.com")
    assert tom.post("/sign-offs/1/take").status_code == 409
    assert "The rep has withdrawn this." in tom.get("/sign-offs/1").text
    ask(rep)
    tom.post("/sign-offs/2/assess", data=judgement("Tom"))
    assert rep.post(f"{PAGE}/2/withdraw").status_code == 409
    assert sign_in("uma@example.com").post(f"{PAGE}/2/withdraw").status_code == 404


def test_a_recording_is_a_file_for_its_rep_and_for_assessors(ana: Person, session: Session, sign_in: SignIn) -> None:
    person(session, "ben@example.com")
    person(session, "carol@example.com", Role.COMPLIANCE)
    session.commit()
    rep = sign_in("ana@example.com")
    ask(rep, RECORDING, "C:\\ü x.exe")
    answers = {
        email: sign_in(email).get("/recordings/1").status_code
        for email in ("ana@example.com", "tom@example.com", "ben@example.com", "carol@example.com")
    }
    assert list(answers.values()) == [200, 200, 404, 404]
    whole = rep.get("/recordings/1")
    assert whole.content == RECORDING
    assert {
        name: whole.headers[name] for name in ("content-type", "content-disposition", "x-content-type-options")
    } == {
        "content-type": "audio/mpeg",
        "content-disposition": "attachment; filename*=UTF-8''%C3%BC%20x.exe.mp3",
        "x-content-type-options": "nosniff",
    }
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    part = rep.get("/recordings/1", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, RECORDING[4:8], "bytes 4-7/2052")
    assert rows(session, col(Recording.name)) == [("ü x.exe.mp3",)]


def test_an_assessor_takes_gives_back_and_takes_over(ana: Person, session: Session, sign_in: SignIn) -> None:
    tom, uma = sign_in("tom@example.com"), sign_in("uma@example.com")
    ask(sign_in("ana@example.com"))
    tom.post("/sign-offs/1/take")
    assert uma.post("/sign-offs/1/take").status_code == 409
    refused = uma.post("/sign-offs/1/assess", data=judgement("Uma", note_of_opens="Kept."))
    assert (refused.status_code, "Kept." in refused.text) == (409, True)
    assert "Ana Duarte" not in uma.get("/sign-offs?show=mine").text
    uma.post("/sign-offs/1/give-back")  # it is not hers
    assert "<b>you</b>" in tom.get("/sign-offs?show=mine").text
    taken_by = next(iter(rows(session, *REQUESTED)))[0]
    assert uma.post("/sign-offs/1/take", data={"over": str(taken_by)}).status_code == 303
    assert uma.post("/sign-offs/1/give-back").status_code == 303
    assert rows(session, *REQUESTED) == [(None, None, False)]
    for _ in range(2):  # a double click
        assert tom.post("/sign-offs/1/assess", data=judgement("Tom")).status_code == 303
    assert uma.post("/sign-offs/1/assess", data=judgement("Uma")).status_code == 409
    assert len(rows(session, *SIGNED)) == 1


def test_a_rubric_that_changed_meanwhile_is_looked_at_again(ana: Person, session: Session, sign_in: SignIn) -> None:
    tom = sign_in("tom@example.com")
    ask(sign_in("ana@example.com"))
    keeper = pitched_document(pass_percent=60)
    publish(session, keeper | {"valid_months": 24})
    assert "Version 2 of the program." in tom.get("/sign-offs/1/assess").text
    assert tom.post("/sign-offs/1/assess", data=judgement("Tom", "returned")).status_code == 303  # the same rubric
    ask(sign_in("ana@example.com"))
    publish(session, pitched_document(pass_percent=100))
    refused = tom.post("/sign-offs/2/assess", data=judgement("Tom", version="3"))
    assert (refused.status_code, "The rubric was changed while you judged." in refused.text) == (409, True)
    publish(session, {**keeper, "requirements": [{"attest": "redlines"}]})
    assert tom.get("/sign-offs/2/assess").status_code == 409
    assert "does not ask for this demonstration any more" in tom.get("/sign-offs/2").text
    assert "What was said before" in sign_in("ana@example.com").get(PAGE).text
    assert sign_in("ana@example.com").get("/products/keeper/sign-offs/nothing").status_code == 404


def test_a_trainer_records_what_nobody_asked_for(ana: Person, session: Session, sign_in: SignIn) -> None:
    tom = sign_in("tom@example.com")
    start, other = (f"/sign-offs/people/{ana.id}/keeper/{each}" for each in ("pitch", "other"))
    assert start in tom.get(f"/team/people/{ana.id}").text
    assert "You saw Ana Duarte show it" in tom.get(start).text
    assert tom.post(start, data={"form": "role_play"}).headers["location"] == "/sign-offs/1/assess"
    assert tom.post("/sign-offs/1/assess", data=judgement("Tom")).status_code == 303
    meaning = "I saw this demonstration myself and judged it by this rubric."
    assert rows(session, col(SignOff.meaning)) == [(meaning,)]
    assert tom.get(other).status_code == 404
    assert tom.post(other, data={"form": "role_play"}).status_code == 404


def test_the_queue_takes_a_constant_number_of_statements(
    ana: Person, session: Session, sign_in: SignIn, application: FastAPI
) -> None:
    tom = sign_in("tom@example.com")
    found = []
    for more in (0, 3):
        for number in range(more):
            other = person(session, f"p{number}@example.com")
            form = DemonstrationForm.ROLE_PLAY
            session.add(SignOffRequest(person_id=other.id or 0, product_id=1, rubric="pitch", form=form, asked_at=NOW))
        session.commit()
        tom.get("/sign-offs")
        with count_statements(application.state.database) as statements:
            tom.get("/sign-offs")
        found.append(len(statements))
    assert found[0] == found[1]
