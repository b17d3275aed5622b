"""The command that fills an empty installation with a believable team: `seed`."""

import argparse
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Product
from app.certification.actions import assign
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.clock import local_day, now
from app.commands import demo_story as story
from app.commands.base import CommandError, Parsers, migrated
from app.commands.demo_answers import Outcome
from app.commands.demo_changes import DemoChanges
from app.commands.demo_conduct import DemoConduct
from app.commands.demo_crm import let_the_crm_ask
from app.commands.demo_deals import DemoDeals
from app.commands.demo_field import DemoField
from app.commands.demo_gate import DemoGate
from app.commands.demo_incidents import DemoIncidents
from app.commands.demo_lives import DemoLives
from app.commands.demo_quizzes import DemoQuizzes
from app.commands.demo_red_lines import change_a_red_line
from app.commands.demo_sessions import DemoSessions
from app.commands.demo_signoffs import DemoSignOffs
from app.config import Settings
from app.database import stored_id
from app.notices.telling import Teller
from app.people.actions import Details, create_person
from app.people.demo import DEMO_PASSWORD
from app.people.models import Person
from app.people.passwords import hash_password
from app.people.teams import create_team
from app.quizzes.models import ItemVersion
from app.redlines.models import Attestation
from app.redlines.queries import known_by
from app.redlines.signing import meaning

ACTOR = "system"
PUBLISHED_DAYS_AGO = 500
"""When the demonstration's courses came out, so that certifications had the time to lapse."""
RENEWED_AFTER_DAYS = 350
"""Inside the renewal window of a certification that is valid for a year."""


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    seed = parsers.add_parser(
        "seed", help="add demo people, their standing and deals to an installation without people"
    )
    seed.add_argument("--if-empty", action="store_true", help="do nothing, quietly, where there are people already")
    seed.set_defaults(run=_seed)


def _seed(arguments: argparse.Namespace, settings: Settings) -> int:
    if settings.production:
        raise CommandError("The demo's password is public, so seed refuses to run where DEALWORTHY_ENV is production.")
    moment = now()
    with migrated(settings) as database:
        with database.write() as session:
            if not _may_fill(session, if_empty=arguments.if_empty):
                return 0
            products = {product.slug: product for product in session.scalars(select(Product))}
            _refuse_without(products)
            _Demo(session, products, moment, settings.origin).fill()
        let_the_crm_ask(database, moment)
        Teller(settings).tell(database, moment)
    print(f"Demo people are ready. Everybody's password is: {DEMO_PASSWORD}")
    return 0


def _may_fill(session: Session, *, if_empty: bool) -> bool:
    """Tell whether there is nobody yet; raises CommandError where that should have been so."""
    if not session.scalar(select(func.count()).select_from(Person)):
        return True
    if if_empty:
        return False
    raise CommandError("There are people in this database already; seed only fills an empty one.")


def _refuse_without(products: Collection[str]) -> None:
    missing = {story.SHOPFRONT, story.WAF, story.BOT}.difference(products)
    if missing:
        raise CommandError(f"The courses {', '.join(sorted(missing))} are not there; run `dealworthy import` first.")


class _Demo:
    """Tells the story of demo_story.py to a database, as if it had happened on the days it names."""

    def __init__(self, session: Session, products: dict[str, Product], moment: datetime, origin: str) -> None:
        self._session = session
        self._origin = origin
        self._products = products
        self._moment = moment
        self._password = hash_password(DEMO_PASSWORD)
        self._teams: dict[str, int | None] = {}
        self._people: dict[str, Person] = {}
        self._quizzes = DemoQuizzes(session, self._people, moment)

    def fill(self) -> None:
        """Store everything."""
        self._publish_long_ago()
        changes = DemoChanges(self._session, self._products, self._moment)
        changes.publish()
        for name, parent in story.TEAMS.items():
            self._add_team(name, parent)
        for member in (*story.STAFF, *story.REPS):
            self._add_person(member)
        lives = DemoLives(self._session, self._products, self._people, self._moment)
        lives.take_over()
        for member in story.REPS:
            for slug, one in member.stories.items():
                self._live(self._people[member.email], self._products[slug], one)
        changes.let_answer(self._people, self._quizzes)
        self._quizzes.fill()
        DemoGate(self._session, self._products, self._moment).fill()
        DemoDeals(self._session, self._products, self._people, self._moment).fill()
        DemoField(self._session, self._products, self._people, self._moment).fill()
        DemoIncidents(self._session, self._products, self._people, self._moment).fill()
        DemoConduct(self._session, self._people, self._moment).fill()
        DemoSignOffs(self._session, self._products, self._people, self._moment).fill()
        DemoSessions(self._session, self._people, self._moment, self._origin).fill()
        lives.fill()
        change_a_red_line(self._session, self._people, self._moment)

    def _ago(self, days: int, minutes: int = 0) -> datetime:
        return self._moment - timedelta(days=days) + timedelta(minutes=minutes)

    def _publish_long_ago(self) -> None:
        for product in self._products.values():
            product.created_at = self._ago(PUBLISHED_DAYS_AGO)
        for version in self._session.scalars(select(ContentVersion)):
            version.published_at = self._ago(PUBLISHED_DAYS_AGO)
        self._session.execute(update(ItemVersion).values(created_at=self._ago(PUBLISHED_DAYS_AGO)))
        self._session.flush()

    def _version(self, product: Product, kind: ContentKind, moment: datetime) -> ContentVersion:
        return self._session.scalars(
            select(ContentVersion)
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(Content.product_id) == product.id,
                col(Content.kind) == kind,
                col(ContentVersion.published_at) <= moment,
            )
            .order_by(col(ContentVersion.number).desc())
            .limit(1)
        ).one()

    def _add_team(self, name: str, parent: str | None) -> None:
        parent_id = self._teams[parent] if parent else None
        self._teams[name] = create_team(self._session, name, parent_id, actor=ACTOR, moment=self._moment).id

    def _add_person(self, member: story.Member) -> None:
        details = Details(
            email=member.email,
            name=member.name,
            roles=frozenset({member.role}),
            team=member.team,
            manager=member.manager,
            locale=member.locale,
            region=member.region,
        )
        person = create_person(self._session, details, actor=ACTOR, moment=self._ago(PUBLISHED_DAYS_AGO))
        person.password_hash = self._password
        self._people[member.email] = person

    def _live(self, person: Person, product: Product, one: story.Story) -> None:
        if one.due_in is not None:
            due_on = local_day(self._moment) + timedelta(days=one.due_in)
            by = self._manager(person)
            assign(self._session, stored_id(person), stored_id(product), due_on=due_on, by=by, moment=self._ago(20))
        if one.way is story.Way.ASSIGNED:
            return
        self._do_lessons(person, product, one)
        if one.way is story.Way.STARTED:
            return
        self._attest(person, product, one.days_ago)
        outcome = Outcome.FAILS if one.way is story.Way.FAILED else Outcome.PASSES
        self._quizzes.take(person, product.slug, one.days_ago, outcome)
        if one.way is story.Way.RENEWED:
            self._attest(person, product, one.days_ago - RENEWED_AFTER_DAYS, number=2)
            self._quizzes.take(person, product.slug, one.days_ago - RENEWED_AFTER_DAYS, Outcome.PASSES)
        if one.attested_again:
            self._attest(person, product, story.ATTESTED_AGAIN_DAYS_AGO - 2)
        self._sanction(stored_id(person), stored_id(product), one)

    def _manager(self, person: Person) -> str:
        return next(each.email for each in self._people.values() if each.id == person.manager_id)

    def _sanction(self, person_id: int, product_id: int, one: story.Story) -> None:
        kinds = {
            story.Way.SUSPENDED: (CertificationEventKind.SUSPENDED, "Promised a return in writing to a customer."),
            story.Way.REVOKED: (CertificationEventKind.REVOKED, "Passed the bot off as a person, for the second time."),
        }
        if one.way in kinds:
            kind, reason = kinds[one.way]
            by = "compliance@example.com"
            case = story.CASES[one.way]
            sanction(self._session, person_id, product_id, kind, reason=reason, case=case, by=by, moment=self._ago(3))

    def _do_lessons(self, person: Person, product: Product, one: story.Story) -> None:
        course = self._version(product, ContentKind.COURSE, self._ago(one.days_ago))
        lessons = course.document["lessons"]
        if one.way is story.Way.STARTED:
            lessons = lessons[: one.lessons]
        for place, lesson in enumerate(lessons):
            done_at = self._ago(one.days_ago, minutes=-60 * (len(lessons) - place))
            seconds = lesson.get("video", {}).get("seconds", 0)
            self._session.add(
                LessonProgress(
                    person_id=stored_id(person),
                    product_id=stored_id(product),
                    lesson=lesson["id"],
                    opened_at=done_at - timedelta(minutes=lesson["minutes"]),
                    watched=[[0, seconds]] if seconds else [],
                    watched_seconds=seconds,
                    position_seconds=seconds,
                    completed_at=done_at,
                    content_version_id=stored_id(course),
                )
            )
        self._session.flush()

    def _attest(self, person: Person, product: Product, days_ago: int, number: int = 1) -> None:
        signed_at = self._ago(days_ago, minutes=5)
        version = self._version(product, ContentKind.REDLINES, signed_at)
        name = product.name if isinstance(product.name, str) else product.name["en"]
        self._session.add(
            Attestation(
                person_id=stored_id(person),
                product_id=stored_id(product),
                content_version_id=stored_id(version),
                number=number,
                signed_name=person.name,
                meaning=meaning(len(known_by(version.document["rules"], signed_at)), name, version.number),
                locale="en",
                signed_at=signed_at,
            )
        )
        self._session.flush()
