"""The pages of live sessions, from setting a date to the product's page that says it is done."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
import zxingcpp
from fastapi.testclient import TestClient
from icalendar import Calendar
from PIL import Image
from sqlmodel import Session

from app.certification.live.models import LiveSession
from app.certification.live.rules import code_at
from app.database import Database
from app.people.actions import deactivate
from app.people.models import Role
from factories import NOW, course_document, lesson, person, published, sellable
from livesessions import LIVE_SESSION
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
STARTS = NOW + timedelta(hours=6)
SESSION = "/sessions/1"
DATES = "/author/products/keeper/sessions"
DATE = {
    "key": "launch-demo",
    "day": "2026-11-23",
    "time": "15:00",
    "timezone": "Europe/Lisbon",
    "place": "Room 4",
    "join_url": "",
    "note": "",
    "capacity": "",
    "host": "1",
}


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def text(page: str) -> str:
    """What a person reads on a page, in one line."""
    main = page[page.index("<main") : page.index("</main>")]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


@pytest.fixture
def people(session: Session, sign_in: SignIn) -> SignIn:
    """A trainer (the first person), two reps, and a product whose program asks for a live session."""
    person(session, "tom@example.com", Role.TRAINER, name="Tom")
    for name in ("ana", "ben"):
        person(session, f"{name}@example.com")
    owner = sellable(session, requirements=[{"live_session": "launch-demo"}], live_sessions=[LIVE_SESSION])
    published(session, owner, "course", "keeper", course_document([lesson(1)]))  # type: ignore[arg-type]  # a StrEnum
    session.commit()
    return lambda name: sign_in(f"{name}@example.com")


def test_from_a_date_to_the_product_that_says_it_is_done(people: SignIn) -> None:
    tom, ana = people("tom"), people("ana")
    assert "/products/keeper/sessions/launch-demo" in ana.get("/products/keeper").text
    assert "No date yet" in ana.get("/products/keeper/sessions/launch-demo").text
    assert tom.post(DATES, data=DATE).headers["location"] == DATES
    shown = text(ana.get("/products/keeper/sessions/launch-demo").text)
    assert "Monday, 23 November 2026, 15:00–16:30 (Europe/Lisbon) Room 4 · Host: Tom" in shown
    assert ana.post(f"{SESSION}/register").headers["location"] == SESSION
    assert "You have a seat" in text(ana.get("/sessions").text)
    assert "Your live sessions" in text(ana.get("/").text)
    with time_machine.travel(STARTS, tick=False):
        board = tom.get(f"{SESSION}/board").text
        assert ">0 people are checked in" in board
        (code,) = re.findall(r"<span data-code>(\d{6})</span>", board)
        page = ana.get(f"{SESSION}/check-in?code={code}").text
        assert f'value="{code}"' in page
        assert ana.post(f"{SESSION}/check-in", data={"code": code}).headers["location"] == SESSION
        assert ">1 person is checked in" in tom.get(f"{SESSION}/board", headers={"HX-Request": "true"}).text
        assert "Live session , Done" in text(ana.get("/products/keeper").text).replace("session, ", "session , ")
        assert "Was there by code" in text(ana.get(SESSION).text)
        assert "Was there by code, 23 November 2026" in text(tom.get(f"{SESSION}/attendance").text)


def test_a_trainer_is_told_that_somebody_else_says_it(people: SignIn, session: Session) -> None:
    tom = people("tom")
    tom.post(DATES, data=DATE)
    code = code_at(session.get_one(LiveSession, 1).secret, STARTS)
    session.rollback()
    with time_machine.travel(STARTS, tick=False):
        answer = tom.post(f"{SESSION}/check-in", data={"code": code})
    assert (answer.status_code, "somebody else has to say that you were there" in answer.text) == (422, True)


def test_the_picture_on_the_board_leads_to_checking_in_with_the_code(people: SignIn, session: Session) -> None:
    tom = people("tom")
    tom.post(DATES, data=DATE)
    with time_machine.travel(STARTS, tick=False):
        answer = tom.get(f"{SESSION}/qr.svg")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/svg+xml", "no-store")
    live = session.get_one(LiveSession, 1)
    (read,) = zxingcpp.read_barcodes(drawn(answer.text))
    assert read.text == f"http://testserver/sessions/1/check-in?code={code_at(live.secret, STARTS)}"


def drawn(svg: str) -> Image.Image:
    """The picture that segno's one path of horizontal lines means, eight dots a module."""
    (size,) = {int(each) for each in re.findall(r'viewBox="0 0 (\d+) \d+"', svg)}
    picture = Image.new("L", (size, size), 255)
    (path,) = re.findall(r'stroke="#000" d="([^"]+)"', svg)
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        step = [float(each) for each in numbers.split()]
        if command == "h":
            for column in range(int(x), int(x + step[0])):
                picture.putpixel((column, int(y)), 0)
            x += step[0]
        elif command == "M":
            x, y = step
        else:
            x, y = x + step[0], y + step[1]
    buffer = BytesIO()
    picture.resize((size * 8, size * 8), Image.Resampling.NEAREST).save(buffer, "png")
    return Image.open(buffer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"timezone": "Mars/Base"}, "Choose a time zone of the list"),
        ({"day": "2027-03-28", "time": "01:30"}, "there is no such time"),
        ({"day": "2026-11-20"}, "This would be over already"),
        ({"day": "9999-12-31"}, "Use 2099-12-31 or less."),
        ({"place": ""}, "Say where it takes place"),
        ({"join_url": "javascript:alert(1)"}, "Write a link that begins with https://."),
        ({"capacity": "0"}, "Use 1 or more."),
        ({"host": "2"}, "Choose one of the list."),
        ({"key": "other"}, "Choose one of the list."),
        ({"note": "n" * 2001}, "Use at most 2000 characters."),
    ],
)
def test_a_date_that_cannot_be_says_what_is_wrong_and_keeps_what_was_typed(
    people: SignIn, typed: dict[str, str], said: str
) -> None:
    answer = people("tom").post(DATES, data={**DATE, **typed})
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert f'value="{typed.get("time", "15:00")}"' in answer.text
    assert "No date is set." in answer.text


def test_a_wrong_code_is_told_and_a_closed_session_says_when(people: SignIn) -> None:
    tom, ana = people("tom"), people("ana")
    tom.post(DATES, data=DATE)
    early = ana.post(f"{SESSION}/check-in", data={"code": "123456"})
    assert early.status_code == 409
    assert (
        "Checking in opens 15 minutes before the session begins: 23 November 2026, 14:45 (Europe/Lisbon)" in early.text
    )
    board = tom.get(f"{SESSION}/board").text
    assert ("No code now" in board, "hx-trigger" in board, "data-code" in board) == (True, True, False)
    with time_machine.travel(STARTS, tick=False):
        wrong = ana.post(f"{SESSION}/check-in", data={"code": "12345x"})
        assert wrong.status_code == 422
        assert "That code is not right" in wrong.text
        answers = [ana.post(f"{SESSION}/check-in", data={"code": "000000x"}).status_code for _guess in range(10)]
    assert answers == [422] * 9 + [429]
    with time_machine.travel(STARTS + timedelta(hours=2), tick=False):
        assert "ask Tom to say so by hand" in ana.get(f"{SESSION}/check-in").text
        assert "hx-trigger" not in tom.get(f"{SESSION}/board").text


def test_who_scans_the_picture_before_signing_in_comes_back_to_it(people: SignIn, client: TestClient) -> None:
    people("tom").post(DATES, data=DATE)
    location = client.get(f"{SESSION}/check-in?code=123456").headers["location"]
    assert location == "/sign-in?next=%2Fsessions%2F1%2Fcheck-in%3Fcode%3D123456"


def test_a_change_needs_a_reason_and_fewer_seats_than_given_are_refused(people: SignIn) -> None:
    tom, ana, ben = people("tom"), people("ana"), people("ben")
    tom.post(DATES, data=DATE)
    for somebody in (ana, ben):
        somebody.post(f"{SESSION}/register")
    without = tom.post(f"{DATES}/1", data={**DATE, "sequence": "0"})
    assert (without.status_code, "Fill this in." in without.text) == (422, True)
    changed = {**DATE, "sequence": "0", "reason": "The room is small."}
    refused = tom.post(f"{DATES}/1", data={**changed, "capacity": "1"})
    assert (refused.status_code, "2 seats are given already" in refused.text) == (422, True)
    assert tom.post(f"{DATES}/1", data={**changed, "capacity": "2"}).status_code == 303
    stale = tom.post(f"{DATES}/1", data={**changed, "capacity": "3"})
    assert (stale.status_code, "Somebody changed this date meanwhile" in stale.text) == (409, True)
    assert tom.post(f"{DATES}/1/cancel", data={"reason": ""}).status_code == 422
    assert tom.post(f"{DATES}/1/cancel", data={"reason": "Tom is ill."}).status_code == 303
    assert "Tom is ill." in text(ana.get(SESSION).text)
    assert ana.post(f"{SESSION}/check-in", data={"code": "1"}).status_code == 409
    assert tom.get("/author/products/other/sessions/1").status_code == 404


def test_presence_by_hand_for_those_on_the_list_and_others(people: SignIn) -> None:
    tom, ana = people("tom"), people("ana")
    tom.post(DATES, data=DATE)
    ana.post(f"{SESSION}/register")
    with time_machine.travel(STARTS + timedelta(hours=4), tick=False):
        assert tom.post(f"{SESSION}/attendance", data={"person": "2", "attended": "no"}).status_code == 303
        other = {"email": "Ben@Example.com", "attended": "yes"}
        assert tom.post(f"{SESSION}/attendance", data=other).status_code == 303
        shown = text(tom.get(f"{SESSION}/attendance").text)
        unknown = tom.post(f"{SESSION}/attendance", data={"email": "nobody@example.com", "attended": "yes"})
        assert tom.post(f"{SESSION}/attendance", data={"person": "1", "attended": "yes"}).status_code == 422
    assert "Ana ana@example.com" in shown
    assert "Was not there by hand, tom@example.com, 23 November 2026, 19:00" in shown
    assert "Ben ben@example.com · not registered" in shown
    assert (unknown.status_code, "Nobody has this address" in unknown.text) == (422, True)


def test_a_link_to_join_is_for_those_with_a_seat(people: SignIn) -> None:
    tom, ana = people("tom"), people("ana")
    tom.post(DATES, data={**DATE, "place": "", "join_url": "https://meet.example.com/secret"})
    assert "meet.example.com" not in ana.get(SESSION).text
    ana.post(f"{SESSION}/register")
    assert 'href="https://meet.example.com/secret"' in ana.get(SESSION).text


def test_a_host_who_left_is_named_until_another_is_chosen(people: SignIn, session: Session) -> None:
    person(session, "eve@example.com", Role.TRAINER, name="Eve")
    session.commit()
    people("tom").post(DATES, data=DATE)
    deactivate(session, 1, actor="admin@example.com", moment=NOW)
    session.commit()
    eve = people("eve")
    assert "The host cannot sign in any more" in eve.get(DATES).text
    kept = eve.post(f"{DATES}/1", data={**DATE, "sequence": "0", "reason": "Tom left."})
    assert (kept.status_code, "Choose one of the list." in kept.text) == (422, True)
    eve.post(f"{DATES}/1", data={**DATE, "host": "4", "sequence": "0", "reason": "Tom left."})
    assert "Host Eve" in text(people("ana").get(SESSION).text)


def test_a_calendar_follows_by_its_secret_address_alone(people: SignIn, client: TestClient) -> None:
    tom, ana = people("tom"), people("ana")
    tom.post(DATES, data=DATE)
    ana.post(f"{SESSION}/register")
    (address,) = set(re.findall(r"http://testserver(/calendar/[^.<]+\.ics)", ana.post("/sessions/calendar").text))
    assert ".ics" not in ana.get("/sessions").text
    answer = client.get(address)
    assert {name: answer.headers[name] for name in ("content-type", "cache-control", "x-robots-tag")} == {
        "content-type": "text/calendar; charset=utf-8",
        "cache-control": "private, max-age=300",
        "x-robots-tag": "noindex, nofollow",
    }
    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert (event["summary"], event["status"], event["sequence"]) == ("Launch demo · Keeper", "CONFIRMED", 0)
    assert client.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    tom.post(f"{DATES}/1/cancel", data={"reason": "Snow."})
    later = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    (event,) = Calendar.from_ical(later.text).walk("VEVENT")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    ana.post("/sessions/calendar")
    assert client.get(address).status_code == 404
    ana.post("/sessions/calendar/end")
    assert "Make an address" in ana.get("/sessions").text


def test_lists_read_as_often_for_one_date_as_for_many(people: SignIn, session: Session, database: Database) -> None:
    tom, ana = people("tom"), people("ana")
    pages = [
        (ana, "/sessions"),
        (ana, "/products/keeper/sessions/launch-demo"),
        (tom, DATES),
        (tom, f"{SESSION}/attendance"),
    ]
    counted = []
    for dates in (1, 5):
        for number in range(dates):
            tom.post(DATES, data={**DATE, "time": f"1{number + 1}:00"})
            ana.post(f"/sessions/{number + 1}/register")
        people("ben").post(f"{SESSION}/register") if dates > 1 else None
        for browser, address in pages:
            with count_statements(database) as statements:
                assert browser.get(address).status_code == 200
            counted.append(len(statements))
    assert counted[:4] == counted[4:]
