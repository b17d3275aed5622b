"""What other features read of quizzes, and what publishing makes of them."""

from datetime import timedelta

from sqlmodel import Session

from app.catalog.document import digest
from app.catalog.models import ContentVersion
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes import actions, itemqueries, queries, startactions
from app.quizzes.holding import hold_place
from app.quizzes.models import ItemVersion
from factories import NOW, person, product, published_quiz, quiz_document, single


def signed_in_as(somebody: Person) -> CurrentPerson:
    assert somebody.id is not None
    return CurrentPerson(somebody.id, somebody.email, somebody.name, frozenset(), 0)


def sit(session: Session, rep: CurrentPerson, *, right: bool, hours: int) -> int:
    """An attempt at the keeper quiz, all right or all wrong, finished so many hours after it was published."""
    moment = NOW + timedelta(hours=hours)
    attempt_id = startactions.start(session, rep, "keeper-quiz", moment)
    assert attempt_id is not None
    for step in range(3):
        answer = 0 if right else 1
        place = hold_place(session, rep.id, attempt_id, step + 1)
        actions.save(session, rep, place, step=step, answer=answer, flag=None, moment=moment)
    actions.finish(session, rep, attempt_id, moment)
    return attempt_id


def test_passes_are_those_by_a_moment(session: Session) -> None:
    version = published_quiz(session)
    ana = signed_in_as(person(session, "ana@example.com"))
    ben = signed_in_as(person(session, "ben@example.com"))
    sit(session, ana, right=False, hours=1)
    passed = sit(session, ana, right=True, hours=2)
    sit(session, ben, right=True, hours=9)
    found = queries.passes(session, [ana.id, ben.id], NOW + timedelta(hours=5))
    assert found == [
        queries.Pass(
            person_id=ana.id,
            product_id=1,
            content_id=version.content_id,
            quiz="keeper-quiz",
            content_version_id=version_id(version),
            attempt_id=passed,
            passed_at=NOW + timedelta(hours=2),
        )
    ]
    later = NOW + timedelta(hours=10)
    assert queries.passes(session, [ana.id], later, content_ids=[version.content_id]) == found
    assert queries.passes(session, [ana.id], later, product_ids=[99]) == []


def version_id(version: ContentVersion) -> int:
    assert version.id is not None
    return version.id


def test_publishing_adds_a_version_only_of_items_that_changed(session: Session) -> None:
    owner = product(session)
    first = published_quiz(session, quiz_document(items=[single("one"), single("two")]), owner=owner)
    changed = quiz_document(items=[single("one"), single("two", critical=True), single("three")])
    published_quiz(session, changed, owner=owner, at=NOW + timedelta(hours=1))
    newest = itemqueries.newest_items(session, first.content_id)
    assert {item: wording.number for item, wording in newest.items()} == {"one": 1, "two": 2, "three": 1}


def test_an_attempt_keeps_the_wording_it_started_with(session: Session) -> None:
    owner = product(session)
    published_quiz(session, quiz_document(items=[single("one")]), owner=owner)
    ana = signed_in_as(person(session, "ana@example.com"))
    attempt_id = startactions.start(session, ana, "keeper-quiz", NOW)
    assert attempt_id is not None
    reworded = single("one", prompt="Something else?")
    published_quiz(session, quiz_document(items=[reworded]), owner=owner, at=NOW + timedelta(hours=1))
    assert [each.document["prompt"] for each in itemqueries.drawn_items(session, attempt_id)] == ["What about one?"]


def test_items_not_seen_yet_are_drawn_first(session: Session) -> None:
    published_quiz(session, quiz_document(items=[single(f"item-{number}") for number in range(6)], draw=2))
    ana = signed_in_as(person(session, "ana@example.com"))
    seen: list[str] = []
    for hour in range(3):
        attempt_id = startactions.start(session, ana, "keeper-quiz", NOW + timedelta(hours=hour))
        assert attempt_id is not None
        seen += [each.document["id"] for each in itemqueries.drawn_items(session, attempt_id)]
        actions.finish(session, ana, attempt_id, NOW + timedelta(hours=hour))
    assert sorted(seen) == [f"item-{number}" for number in range(6)]


def test_the_wording_of_a_version_is_found_after_a_newer_one(session: Session) -> None:
    """Who has read a quiz while it is published anew draws what they read."""
    keeper = product(session)
    before = published_quiz(session, quiz_document(items=[single("one"), single("two")]), owner=keeper)
    after = [{**single("one"), "prompt": "Asked anew?"}, single("two")]
    published_quiz(session, quiz_document(items=after), owner=keeper, at=NOW + timedelta(hours=1))
    items = before.document["items"]
    digests = {digest(document) for document in items}
    found = itemqueries.items_worded(session, [before.content_id], digests)
    documents = [session.get_one(ItemVersion, found[before.content_id, digest(each)]).document for each in items]
    assert documents == items
