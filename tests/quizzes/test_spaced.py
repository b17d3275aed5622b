"""Questions that come back: planted by a pass, asked on the days that a person wants, and deciding nothing."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlmodel import Session, col

from app.catalog.models import Product
from app.clock import now
from app.deals.queries import Question, clearances
from app.people.models import Person, Role, SignInSession
from app.quizzes.models import Practice, SpacedCard
from app.quizzes.spaced.queries import readiness_of
from factories import NOW, lesson, person, product, published_quiz, quiz_document, single, taught
from taking import QuestionPage, Taker
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
DAY = timedelta(days=1)
CARD = "to keep fresh</h2>"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is ten o'clock on a Monday."""
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def keeper(session: Session) -> Product:
    return product(session)


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    boss = person(session, "miriam@example.com", Role.MANAGER)
    person(session, "ana@example.com", manager=boss)
    session.commit()
    client = sign_in("ana@example.com")
    session.execute(update(SignInSession).values(expires_at=NOW + 400 * DAY))  # these tests last for months
    session.commit()
    return Taker(client)


def publish(session: Session, owner: Product, *items: dict[str, Any], at: datetime = NOW, **more: Any) -> None:
    published_quiz(session, quiz_document(items=list(items) or None, **more), owner=owner, at=at)
    session.commit()


def numbered(count: int) -> list[dict[str, Any]]:
    return [single(f"item{number}") for number in range(count)]


def take(ana: Taker, *wrong: str) -> None:
    attempt = ana.start()
    ana.answer_all(attempt, wrong=wrong)
    ana.finish(attempt)


def cards(session: Session) -> dict[str, SpacedCard]:
    found = {card.item: card for card in session.scalars(select(SpacedCard).order_by(col(SpacedCard.id)))}
    session.expunge_all()
    session.rollback()  # so that others may write
    return found


def id_of(session: Session, email: str) -> int:
    found = session.scalars(select(col(Person.id)).where(col(Person.email) == email)).one()
    session.rollback()
    assert found is not None
    return found


def begin(ana: Taker) -> str:
    """Press the button of the first page; return where it leads."""
    answer = ana.client.post("/practice/today")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def answer_next(ana: Taker, address: str, *, right: bool = True) -> str:
    """Answer the next question of a round; return which item it was."""
    page = QuestionPage(ana.client.get(address).text)
    item = re.findall(r"What about (.*)\?", page.prompt)[0]
    fields = page.filled_in(f"{item}: {'right' if right else 'wrong'}")
    assert ana.client.post(f"{address}/answers", data=dict(fields)).status_code == 303
    return str(item)


def answer_all(ana: Taker, address: str, *, right: bool = True) -> list[str]:
    asked = []
    while 'id="question"' in ana.client.get(address).text:
        asked.append(answer_next(ana, address, right=right))
    return asked


def test_a_pass_plants_its_questions_for_in_two_days(session: Session, ana: Taker, keeper: Product) -> None:
    publish(session, keeper)
    take(ana, "two")
    planted = cards(session)
    assert set(planted) == {"one", "two", "three"}
    assert {(card.due_at, card.reviews, card.lapses) for card in planted.values()} == {(now() + 2 * DAY, 0, 0)}
    strength = {item: card.stability or 0.0 for item, card in planted.items()}
    assert strength["two"] < strength["one"] == strength["three"]


def test_an_attempt_that_fails_plants_nothing(session: Session, ana: Taker, keeper: Product) -> None:
    publish(session, keeper)
    take(ana, "one", "two")
    assert cards(session) == {}


def test_a_quiz_that_may_not_be_practised_plants_nothing(session: Session, ana: Taker, keeper: Product) -> None:
    publish(session, keeper, practice="none")
    take(ana)
    assert cards(session) == {}


def test_what_was_wrong_and_what_is_critical_comes_first_and_twenty_are_enough(
    session: Session, ana: Taker, keeper: Product
) -> None:
    items = [*numbered(24), single("last-critical", critical=True), single("last-wrong")]
    publish(session, keeper, *items)
    take(ana, "last-wrong")
    assert (len(cards(session)), list(cards(session))[:2]) == (20, ["last-wrong", "last-critical"])


def test_a_second_pass_keeps_the_cards_that_are_there(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper)
    take(ana)
    before = {item: (card.id, card.due_at) for item, card in cards(session).items()}
    clock.shift(DAY)
    take(ana, "one")
    assert {item: (card.id, card.due_at) for item, card in cards(session).items()} == before


def test_a_quiz_that_was_written_anew_gets_cards_of_its_new_questions(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, *numbered(20))
    take(ana)
    publish(session, keeper, single("new"), at=now())
    clock.shift(DAY)
    take(ana)
    assert (len(cards(session)), "new" in cards(session)) == (21, True)


def test_the_first_page_shows_them_when_they_are_due_and_until_they_are_done(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, *numbered(5))
    take(ana)
    seen = []
    for shift in (DAY, timedelta(hours=22), timedelta(hours=1)):
        clock.shift(shift)
        seen.append(CARD in ana.client.get("/").text)
    assert seen == [False, False, True]
    assert "Three questions to keep fresh" in ana.client.get("/").text
    address = begin(ana)
    answer_next(ana, address)
    assert "Two questions to keep fresh" in ana.client.get("/").text
    assert begin(ana) == address
    assert len(answer_all(ana, address)) == 2
    assert "Done for today: 3 of 3 right" in ana.client.get(address).text
    assert CARD not in ana.client.get("/").text
    assert begin(ana) == "/"


def test_missed_days_do_not_pile_up(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, *numbered(9))
    take(ana)
    days = []
    clock.shift(21 * DAY)
    for _day in range(4):
        days.append(answer_all(ana, begin(ana)))
        clock.shift(DAY)
    assert [len(asked) for asked in days] == [3, 3, 3, 0]
    assert {item for asked in days for item in asked} == {f"item{number}" for number in range(9)}


def test_what_was_left_yesterday_ends_and_comes_again(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, *numbered(3))
    take(ana)
    clock.shift(2 * DAY)
    left = begin(ana)
    first = answer_next(ana, left)
    stale = QuestionPage(ana.client.get(left).text)
    clock.shift(DAY)
    assert "Two questions to keep fresh" in ana.client.get("/").text
    address = begin(ana)
    assert address != left
    due = {item: card.due_at for item, card in cards(session).items()}
    late = dict(stale.filled_in(next(iter(stale.choices))))
    assert ana.client.post(f"{left}/answers", data=late).status_code == 303
    assert {item: card.due_at for item, card in cards(session).items()} == due
    assert set(answer_all(ana, address)) == {"item0", "item1", "item2"} - {first}
    assert "1 of 1 right" in ana.client.get(left).text


def test_an_answer_moves_its_card_once(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, single("one"), single("two"))
    take(ana)
    clock.shift(2 * DAY)
    address = begin(ana)
    page = QuestionPage(ana.client.get(address).text)
    item = re.findall(r"What about (.*)\?", page.prompt)[0]
    for choice in ("wrong", "right"):
        ana.client.post(f"{address}/answers", data=dict(page.filled_in(f"{item}: {choice}")))
    answer_next(ana, address)
    moved = cards(session)
    assert (moved[item].reviews, moved[item].lapses, moved[item].reviewed_at) == (1, 1, now())
    other = next(card for name, card in moved.items() if name != item)
    assert (other.reviews, other.lapses, other.due_at) == (1, 0, now() + 11 * DAY)
    assert now() + DAY <= moved[item].due_at <= now() + 2 * DAY


def test_who_answers_all_on_time_is_asked_less_and_less(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, single("one"))
    take(ana)
    ana.client.post("/practice/wish", data={"hour": "9", "weekdays": list("0123456")})
    asked = []
    for day in range(1, 100):
        clock.shift(DAY)
        if answer_all(ana, begin(ana)):
            asked.append(day)
    assert asked == [2, 13, 59]


@pytest.mark.parametrize("gone", ["item", "product"])
def test_what_is_not_asked_any_more_is_put_aside(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller, gone: str
) -> None:
    publish(session, keeper, single("one"), single("two"))
    take(ana)
    if gone == "item":
        publish(session, keeper, single("two"), at=now())
    else:
        keeper.retired_at = now()
        session.commit()
    clock.shift(2 * DAY)
    if gone == "item":
        assert answer_all(ana, begin(ana)) == ["two"]
    else:
        assert (CARD in ana.client.get("/").text, begin(ana)) == (False, "/")
    assert set(cards(session)) == {"one", "two"}


def test_the_newest_wording_is_asked(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, single("one"))
    take(ana)
    publish(session, keeper, {**single("one"), "prompt": "What about one now?"}, at=now())
    clock.shift(2 * DAY)
    assert "What about one now?" in ana.client.get(begin(ana)).text


def test_during_an_attempt_nothing_is_asked(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, *numbered(3))
    take(ana)
    clock.shift(2 * DAY)
    address = begin(ana)
    attempt = ana.start()
    assert ana.client.get(address).status_code == 409
    ana.finish(attempt)
    assert ana.client.get(address).status_code == 200
    clock.shift(DAY)
    ana.start()
    assert (CARD in ana.client.get("/").text, begin(ana)) == (False, "/")


@pytest.mark.parametrize(
    ("wish", "hours", "shown"),
    [
        ({"hour": "9", "weekdays": ["2"]}, 48, True),
        ({"hour": "9", "weekdays": ["0", "1", "3"]}, 48, False),
        ({"hour": "15", "weekdays": ["2"]}, 48, False),
        ({"hour": "15", "weekdays": ["2"]}, 53, True),
        ({"hour": "9", "never": "1"}, 48, False),
        ({"hour": "9", "weekdays": ["2"], "never": "1"}, 48, False),
    ],
)
def test_they_come_when_the_person_wants_them(
    session: Session,
    ana: Taker,
    keeper: Product,
    clock: time_machine.Traveller,
    wish: dict[str, Any],
    hours: int,
    shown: bool,
) -> None:
    publish(session, keeper)
    take(ana)
    assert ana.client.post("/practice/wish", data=wish).status_code == 303
    clock.shift(timedelta(hours=hours))
    assert (CARD in ana.client.get("/").text, begin(ana) != "/") == (shown, shown)


def test_the_wish_is_shown_as_it_is_kept(ana: Taker) -> None:
    def kept() -> tuple[list[str], list[str], bool]:
        page = ana.client.get("/practice/wish").text
        hours = re.findall(r'<option value="(\d+)" selected>', page)
        return (
            hours,
            re.findall(r'name="weekdays" value="(\d)" checked', page),
            'name="never" value="1" checked' in page,
        )

    assert kept() == (["9"], list("01234"), False)
    ana.client.post("/practice/wish", data={"hour": "17", "weekdays": ["6", "1"]})
    assert kept() == (["17"], ["1", "6"], False)
    ana.client.post("/practice/wish", data={"hour": "17", "weekdays": ["1"], "never": "1"})
    assert kept() == (["17"], [], True)


@pytest.mark.parametrize(
    "wish",
    [{"hour": "24", "weekdays": "1"}, {"weekdays": "1"}, {"hour": "9"}, {"hour": "9", "weekdays": "7"}, {"hour": "x"}],
)
def test_a_wish_that_cannot_be_is_refused(ana: Taker, wish: dict[str, str]) -> None:
    answer = ana.client.post("/practice/wish", data=wish)
    assert (answer.status_code, "Nothing was stored yet" in answer.text) == (422, True)


def test_today_s_round_of_somebody_else_is_not_there(
    session: Session, ana: Taker, keeper: Product, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    publish(session, keeper)
    take(ana)
    clock.shift(2 * DAY)
    address = begin(ana)
    miriam = sign_in("miriam@example.com")
    assert miriam.get(address).status_code == 404
    assert miriam.post(f"{address}/answers", data={"position": "1", "unknown": "1"}).status_code == 404


def test_two_tabs_begin_one_round(session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller) -> None:
    publish(session, keeper)
    take(ana)
    clock.shift(2 * DAY)
    assert begin(ana) == begin(ana)
    assert len(session.scalars(select(Practice)).all()) == 1


def test_forgetting_is_shown_and_decides_nothing(
    session: Session, ana: Taker, application: FastAPI, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    owner = taught(session, [lesson(1)], requirements=[{"quiz": "keeper-quiz"}])
    publish(session, owner, *numbered(3))
    take(ana)
    clock.shift(7 * DAY)
    ana_id = id_of(session, "ana@example.com")
    asked = [Question(rep="ana@example.com", products=("keeper",))]
    with application.state.database.read() as reader:
        before = clearances(reader, asked, now())
    answer_all(ana, begin(ana), right=False)
    with count_statements(application.state.database) as statements, application.state.database.read() as reader:
        after = clearances(reader, asked, now())
    assert [(each.allowed, each.clearance) for each in after] == [(True, before[0].clearance)]
    assert [each for each in statements if "spaced_card" in each or "practice" in each] == []
    clock.shift(20 * DAY)
    record = " ".join(sign_in("miriam@example.com").get(f"/team/people/{ana_id}").text.split())
    assert "Still known: Faded" in record
    assert "3 forgotten in 90 days" in record
    assert "What you still know: Faded" in ana.client.get("/products/keeper").text


def test_what_nobody_has_measured_is_said_to_be_so(session: Session, ana: Taker, sign_in: SignIn) -> None:
    taught(session, [lesson(1)])
    session.commit()
    ana_id = id_of(session, "ana@example.com")
    assert "Still known: Not measured" in sign_in("miriam@example.com").get(f"/team/people/{ana_id}").text
    assert "What you still know" not in ana.client.get("/products/keeper").text


def test_a_lapse_is_forgotten_after_ninety_days(
    session: Session, ana: Taker, keeper: Product, clock: time_machine.Traveller
) -> None:
    publish(session, keeper, *numbered(3))
    take(ana)
    clock.shift(2 * DAY)
    address = begin(ana)
    answer_next(ana, address, right=False)
    answer_next(ana, address, right=True)
    ana_id = id_of(session, "ana@example.com")
    lapses = [readiness_of(session, ana_id, now() + days * DAY, [keeper.id or 0]) for days in (0, 89, 90)]
    assert [each[keeper.id or 0].lapses for each in lapses] == [1, 1, 0]


@pytest.mark.parametrize("path", ["/", "/products/keeper"])
def test_pages_cost_the_same_for_three_cards_and_for_twenty(
    session: Session, ana: Taker, application: FastAPI, clock: time_machine.Traveller, path: str
) -> None:
    owner = taught(session, [lesson(1)])
    publish(session, owner, *numbered(3))
    take(ana)
    counts = []
    for more in (False, True):
        if more:
            publish(session, owner, *numbered(20), at=now())
            clock.shift(timedelta(hours=1))
            take(ana)
        clock.shift(7 * DAY)
        ana.client.get(path)
        with count_statements(application.state.database) as statements:
            assert ana.client.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
