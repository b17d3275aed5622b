"""A company of 1,000 people and 50 products: the matrix of one team, and the report about one product of everybody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app.database import Database, stored_id
from app.people.models import Person, Role, Team
from app.schema import migrate
from bench import certified
from bench.accounts import admit
from bench.certified import Certified, Shape
from bench.fixture import Fixture, Visit, cookie_of

SHAPE = Shape(products=50, reps=1_000, all_round=50)


def fill(database_url: str, shape: Shape = SHAPE) -> Fixture:
    """Make an empty database that of a company; the reps who sell everything are the first manager's team."""
    migrate(database_url)
    database = Database(database_url)
    moment = datetime.now(UTC) - timedelta(days=30)
    with database.write() as session:
        gate = certified.fill(session, datetime.now(UTC), shape)
        admit(session, gate.people, Role.REP, moment)
        head, *managers = _managers(session, -(-shape.reps // shape.all_round), moment)
        for number, manager in enumerate(managers):
            first = number * shape.all_round
            _lead(session, f"Team {number}", manager, gate.people[first : first + shape.all_round])
        tokens = admit(session, [head, managers[0]], Role.MANAGER, moment)
    database.dispose()
    return Fixture(cookie_of(database_url), gate, _visits(shape, gate, *tokens))


def _visits(shape: Shape, gate: Certified, head: str, manager: str) -> tuple[Visit, ...]:
    cells = shape.all_round * shape.products
    report = f"/team?product={gate.products[0].slug}&sort=name"
    return (
        Visit("matrix", [["/team"]], [[f"of {cells:,} standings"]], [manager], "/bare/matrix", turns=6, units=cells),
        Visit("team_report", [[report]], [[f"of {shape.reps:,} standings"]], [head], "/bare/report", turns=6),
    )


def _managers(session: Session, count: int, moment: datetime) -> list[Person]:
    """Store the head of all and so many managers who report to them."""
    head = Person(email="head@example.com", name="Head", created_at=moment)
    session.add(head)
    session.flush()
    managers = [
        Person(email=f"manager{number}@example.com", name=f"Manager {number}", created_at=moment, manager_id=head.id)
        for number in range(count)
    ]
    session.add_all(managers)
    session.flush()
    return [head, *managers]


def _lead(session: Session, name: str, manager: Person, people: Sequence[Person]) -> None:
    team = session.execute(insert(Team).values(name=name).returning(col(Team.id))).scalar_one()
    ids = [stored_id(each) for each in people]
    session.execute(
        update(Person)
        .where(col(Person.id).in_(ids))
        .values(team_id=team, manager_id=stored_id(manager))
        .execution_options(synchronize_session=False)
    )
