"""The data of a run: people who are signed in, quizzes, products, deals, and reps to ask the gate about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.catalog.actions import create_content, create_product, publish
from app.catalog.models import ContentKind, Origin, Product
from app.certification.models import Assignment
from app.clock import local_day
from app.database import Database, stored_id
from app.deals.models import Deal, DealMember, DealProduct
from app.people.models import Person, Role
from app.quizzes.actions import publish_items
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.schema import migrate
from bench import certified
from bench.accounts import admit
from bench.certified import Certified, Shape
from bench.fixture import Fixture, Visit, cookie_of

ITEMS = 20
CHOICES = 4
SITTERS = 400
ANALYSED = 1_000
VISITORS = 30
"""People who open pages in a round."""
HISTORY = 100
"""Finished attempts of somebody with a history."""
EXPERIENCED = 5
DEALS_EACH = 3
_SEED = 20261122
_DAY = timedelta(days=1)


def fill(database_url: str) -> Fixture:
    """Make an empty database the one in which people work: 12 products, 900 reps, 500 deals."""
    migrate(database_url)
    database = Database(database_url)
    moment = datetime.now(UTC) - timedelta(days=30)
    chance = Random(_SEED)  # noqa: S311 (the same data in every run)
    with database.write() as session:
        owner = create_product(session, "keeper", "Keeper", moment)
        sat = _quiz(session, owner, "sat", moment)
        analysed = _quiz(session, owner, "analysed", moment)
        reps = _people(session, "rep", SITTERS, Role.REP, moment)
        (trainer,) = _people(session, "trainer", 1, Role.TRAINER, moment)
        _analysed(session, analysed, moment, chance)
        gate = certified.fill(session, datetime.now(UTC), Shape())
        sellers = admit(session, gate.people, Role.REP, moment)
        _sell(session, gate, moment)
        _remember(session, sat, gate.people[:EXPERIENCED], moment)
    database.dispose()
    return Fixture(cookie_of(database_url), gate, _visits(gate, sellers), reps, trainer)


def _visits(gate: Certified, sellers: list[str]) -> tuple[Visit, ...]:
    """List the pages that reps open. The first sellers have a history; those after them do not, and are like them."""
    visitors = range(2 * EXPERIENCED, 2 * EXPERIENCED + VISITORS)
    tokens = [sellers[each] for each in visitors]
    slugs = [gate.products[each % len(gate.products)].slug for each in visitors]
    history = ["/", "/quizzes/sat", f"/products/{gate.products[0].slug}"]
    on_them = ["Deal ", "Quiz sat", gate.products[0].slug]
    return (
        Visit("sign_in_page", [["/sign-in"]], [['name="password"']], [""], "/bare/sign-in", turns=100),
        Visit("home", [["/"]] * VISITORS, [[f"Deal {each}"] for each in visitors], tokens, "/bare/home"),
        Visit(
            "course_page",
            [[f"/products/{slug}"] for slug in slugs],
            [[f"/products/{slug}/lessons/lesson-6"] for slug in slugs],
            tokens,
            "/bare/course",
        ),
        Visit(
            "lesson_page",
            [[f"/products/{slug}/lessons/lesson-2"] for slug in slugs],
            [[f"How {slug} is shown"] for slug in slugs],
            tokens,
            "/bare/lesson",
        ),
        Visit(
            "history_growth",
            [history] * EXPERIENCED,
            [on_them] * EXPERIENCED,
            sellers[:EXPERIENCED],
            beside=sellers[EXPERIENCED : 2 * EXPERIENCED],
        ),
    )


def _people(session: Session, name: str, count: int, role: Role, moment: datetime) -> list[str]:
    found = [
        Person(email=f"{name}{number}@example.com", name=f"{name}{number}", created_at=moment)
        for number in range(count)
    ]
    session.add_all(found)
    session.flush()
    return admit(session, found, role, moment)


def _sell(session: Session, gate: Certified, moment: datetime) -> None:
    """Put every seller on three deals with two products each, and ask them for three certifications by a day."""
    people, products = [stored_id(each) for each in gate.people], [stored_id(each) for each in gate.products]
    today = local_day(moment) + timedelta(days=30)
    session.execute(insert(Deal), [_deal(number, today, moment) for number in range(len(people))])
    deals = session.scalars(select(col(Deal.id)).order_by(col(Deal.id))).all()
    parts = ("owner", "solution-consultant", "specialist")
    carried = [
        {"deal_id": deal, "product_id": products[(number + each) % len(products)]}
        for number, deal in enumerate(deals)
        for each in (0, 5)
    ]
    members = [
        {
            "deal_id": deal,
            "person_id": people[(number + place) % len(people)],
            "role": parts[place],
            "added_at": moment,
            "added_by": "bench",
        }
        for number, deal in enumerate(deals)
        for place in range(DEALS_EACH)
    ]
    asked = [
        {
            "person_id": person,
            "product_id": products[(number + each) % len(products)],
            "due_on": today + (number % 60) * _DAY,
            "assigned_at": moment,
            "assigned_by": "bench",
        }
        for number, person in enumerate(people)
        for each in range(3)
    ]
    certified.store(session, DealProduct, carried)
    certified.store(session, DealMember, members)
    certified.store(session, Assignment, asked)


def _deal(number: int, today: date, moment: datetime) -> dict[str, object]:
    return {
        "reference": f"D-{number}",
        "name": f"Deal {number}",
        "account": f"Customer {number}",
        "amount": Decimal(1_000 + number),
        "currency": "EUR",
        "stage": ("discovery", "proposal", "negotiation")[number % 3],
        "close_date": today + (10 + number % 90) * _DAY,
        "region": "EU",
        "step": 0,
        "created_at": moment,
        "created_by": "bench",
    }


def _remember(session: Session, quiz: tuple[int, int, int], people: list[Person], moment: datetime) -> None:
    """Give people a history at a quiz that no program asks for: a hundred attempts, none of them passed."""
    product_id, content_id, version_id = quiz
    items = _items(session, content_id)
    begun = moment - HISTORY * _DAY
    rows = [
        {
            **_attempt(product_id, content_id, version_id, begun + number * _DAY, right=ITEMS // 4),
            "person_id": stored_id(person),
            "number": number,
        }
        for person in people
        for number in range(1, HISTORY + 1)
    ]
    certified.store(session, Attempt, rows)
    attempts = session.execute(
        select(col(Attempt.id), col(Attempt.started_at)).where(col(Attempt.content_id) == content_id)
    ).all()
    answered = [
        {**_answer(attempt, place, item, begun_at, right=place < ITEMS // 4), "answer": int(place >= ITEMS // 4)}
        for attempt, begun_at in attempts
        for place, item in enumerate(items)
    ]
    certified.store(session, AttemptItem, answered)


def _attempt(product_id: int, content_id: int, version_id: int, at: datetime, *, right: int) -> dict[str, object]:
    done = at + timedelta(minutes=9)
    return {
        "product_id": product_id,
        "content_id": content_id,
        "content_version_id": version_id,
        "step": ITEMS,
        "started_at": at,
        "finished_at": done,
        "marked_at": done,
        "points": Decimal(right),
        "max_points": Decimal(ITEMS),
        "percent": Decimal(100 * right) / ITEMS,
        "passed": right >= ITEMS * 0.6,
    }


def _answer(attempt: int | None, place: int, item: int, at: datetime, *, right: bool) -> dict[str, object]:
    return {
        "attempt_id": attempt,
        "position": place + 1,
        "item_version_id": item,
        "option_order": [2, 0, 3, 1],
        "answered_at": at,
        "flagged": False,
        "points": Decimal(int(right)),
        "correct": right,
    }


def _items(session: Session, content_id: int) -> list[int]:
    found = session.scalars(select(col(ItemVersion.id)).where(col(ItemVersion.content_id) == content_id))
    return [int(each or 0) for each in found]


def _quiz(session: Session, owner: Product, slug: str, moment: datetime) -> tuple[int, int, int]:
    document = {
        "schema": 1,
        "id": slug,
        "product": owner.slug,
        "title": f"Quiz {slug}",
        "pass_percent": 60,
        "items": [_item(f"{slug}-{number}") for number in range(ITEMS)],
    }
    content = create_content(session, owner, ContentKind.QUIZ, slug, document, by="bench", moment=moment)
    version = publish(session, content, origin=Origin.FILES, by="bench", moment=moment)
    assert version is not None
    assert version.id is not None
    assert owner.id is not None
    assert content.id is not None
    publish_items(session, content, version, moment)
    return owner.id, content.id, version.id


def _item(name: str) -> dict[str, object]:
    options = [{"text": f"Answer {choice} to the question {name}", "correct": choice == 0} for choice in range(CHOICES)]
    return {
        "id": name,
        "type": "single",
        "prompt": f"What does a rep say about {name}, and to whom?",
        "options": options,
    }


def _analysed(session: Session, quiz: tuple[int, int, int], moment: datetime, chance: Random) -> None:
    """Store the first attempts of people of different ability at questions of different difficulty."""
    product_id, content_id, version_id = quiz
    items = _items(session, content_id)
    session.execute(
        insert(Person),
        [
            {"email": f"sat{number}@example.com", "name": f"Sat {number}", "locale": "en", "created_at": moment}
            for number in range(ANALYSED)
        ],
    )
    people = [int(each or 0) for each in session.scalars(select(col(Person.id)).where(col(Person.email).like("sat%")))]
    # whoever stands later knows more, and what stands later is easier
    most = len(people) + len(items)
    answers = {
        person: [chance.random() < 0.3 + 0.6 * (able + easy) / most for easy in range(len(items))]
        for able, person in enumerate(people)
    }
    rows = [
        {
            **_attempt(product_id, content_id, version_id, moment, right=sum(answers[person])),
            "person_id": person,
            "number": 1,
        }
        for person in people
    ]
    certified.store(session, Attempt, rows)
    attempts = session.execute(
        select(col(Attempt.id), col(Attempt.person_id)).where(col(Attempt.content_id) == content_id)
    ).all()
    answered = [
        {
            **_answer(attempt, place, item, moment, right=answers[person][place]),
            "answer": 0 if answers[person][place] else chance.randrange(1, CHOICES),
            "seconds": chance.randrange(5, 90),
        }
        for attempt, person in attempts
        for place, item in enumerate(items)
    ]
    certified.store(session, AttemptItem, answered)
