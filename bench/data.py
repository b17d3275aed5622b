"""The data of a run: people who are signed in, quizzes to sit and to analyse, and reps to ask the gate about."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.catalog.actions import create_content, create_product, publish
from app.catalog.models import ContentKind, Origin, Product
from app.config import Settings
from app.database import Database
from app.people.access import cookie_name, digest
from app.people.models import Person, PersonRole, Role, SignInSession
from app.quizzes.actions import publish_items
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.schema import migrate
from bench import certified
from bench.certified import Certified

ITEMS = 20
CHOICES = 4
SITTERS = 400
ANALYSED = 1_000
_SEED = 20261122


@dataclass(frozen=True)
class Fixture:
    """What the operations need to know: the name of the cookie, the tokens of reps and of a trainer, and the gate."""

    cookie: str
    reps: list[str]
    trainer: str
    gate: Certified


def fill(database_url: str) -> Fixture:
    """Make an empty database the one that is measured."""
    migrate(database_url)
    database = Database(database_url)
    moment = datetime.now(UTC) - timedelta(days=30)
    chance = Random(_SEED)  # noqa: S311 (the same data in every run)
    with database.write() as session:
        owner = create_product(session, "keeper", "Keeper", moment)
        _quiz(session, owner, "sat", moment)
        analysed = _quiz(session, owner, "analysed", moment)
        reps = [_person(session, f"rep{number}@example.com", Role.REP, moment) for number in range(SITTERS)]
        trainer = _person(session, "trainer@example.com", Role.TRAINER, moment)
        _attempts(session, analysed, moment, chance)
        gate = certified.fill(session, datetime.now(UTC))
    database.dispose()
    settings = Settings(_env_file=None, database_url=database_url)
    return Fixture(cookie_name(settings), reps, trainer, gate)


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


def _person(session: Session, email: str, role: Role, moment: datetime) -> str:
    person = Person(email=email, name=email.partition("@")[0], created_at=moment)
    session.add(person)
    session.flush()
    assert person.id is not None
    token = f"token-of-{email}".ljust(43, "x")
    session.add(PersonRole(person_id=person.id, role=role))
    session.add(
        SignInSession(
            person_id=person.id,
            digest=digest(token),
            address="bench",
            user_agent="bench",
            created_at=moment,
            expires_at=moment + timedelta(days=365),
        )
    )
    session.flush()
    return token


def _attempts(session: Session, quiz: tuple[int, int, int], moment: datetime, chance: Random) -> None:
    """Store the first attempts of people of different ability at questions of different difficulty."""
    product_id, content_id, version_id = quiz
    items = [
        int(each or 0)
        for each in session.scalars(select(col(ItemVersion.id)).where(col(ItemVersion.content_id) == content_id))
    ]
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
    session.execute(
        insert(Attempt),
        [
            {
                "person_id": person,
                "product_id": product_id,
                "content_id": content_id,
                "content_version_id": version_id,
                "number": 1,
                "step": ITEMS,
                "started_at": moment,
                "finished_at": moment + timedelta(minutes=9),
                "marked_at": moment + timedelta(minutes=9),
                "points": Decimal(sum(answers[person])),
                "max_points": Decimal(ITEMS),
                "percent": Decimal(100 * sum(answers[person])) / ITEMS,
                "passed": sum(answers[person]) >= ITEMS * 0.6,
            }
            for person in people
        ],
    )
    attempts = session.execute(
        select(col(Attempt.id), col(Attempt.person_id)).where(col(Attempt.content_id) == content_id)
    ).all()
    rows = [
        {
            "attempt_id": attempt,
            "position": place + 1,
            "item_version_id": item,
            "option_order": [2, 0, 3, 1],
            "answer": 0 if answers[person][place] else chance.randrange(1, CHOICES),
            "answered_at": moment,
            "flagged": False,
            "seconds": chance.randrange(5, 90),
            "points": Decimal(int(answers[person][place])),
            "correct": answers[person][place],
        }
        for attempt, person in attempts
        for place, item in enumerate(items)
    ]
    for start in range(0, len(rows), 2_000):
        session.execute(insert(AttemptItem), rows[start : start + 2_000])
