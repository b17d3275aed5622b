"""A trainer brings a file of questions: it is read in the background, looked at, and taken over into the draft."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.authoring.questionfiles.actions import KEPT, MOST_HELD, forget_old
from app.catalog.models import ContentKind, Product
from app.catalog.queries import content
from app.commands.work import HANDLERS
from app.database import Database
from app.jobs.worker import Worker
from app.people.models import Role
from app.quizzes.models import QuizUpload, UploadState
from factories import person, published_quiz, quiz_document, single

HERE = "/author/quizzes/keeper-quiz"
GIFT = b"""::capital:: What is the capital of Spain? {=Madrid ~Lisbon ~Rome}

::two::Is the price fixed? {TRUE}

::odd:: This one has no right answer {~one ~two}
"""


@pytest.fixture
def trainer(database: Database, sign_in: Callable[[str], TestClient]) -> TestClient:
    with database.write() as session:
        person(session, "trainer@example.com", Role.TRAINER)
        published_quiz(session, quiz_document(items=[single("one"), single("two")]))
    return sign_in("trainer@example.com")


def send(trainer: TestClient, data: bytes = GIFT, *, name: str = "bank.gift", format_name: str = "gift") -> str:
    """Send a file; give the address of the page that shows what it holds."""
    answer = trainer.post(f"{HERE}/import", data={"format": format_name}, files={"file": (name, data)})
    assert answer.status_code == 303
    return answer.headers["location"]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def draft(database: Database) -> dict[str, Any]:
    with database.read() as session:
        stored = content(session, ContentKind.QUIZ, "keeper-quiz")
        assert stored is not None
        return stored.draft


def taken(database: Database, trainer: TestClient, address: str, **fields: str) -> Any:
    with database.read() as session:
        stored = content(session, ContentKind.QUIZ, "keeper-quiz")
        assert stored is not None
        step = stored.step
    return trainer.post(address, data={"step": str(step), "locale": "en", **fields})


def test_a_file_is_read_looked_at_and_taken_over(database: Database, trainer: TestClient) -> None:
    before = draft(database)
    address = send(trainer)
    waiting = trainer.get(address).text
    assert "The file is being read" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    Worker(database, HANDLERS).run_once()
    page = trainer.get(address).text
    text = text_of(page)
    assert "Can be taken over 2 of these with a loss 0 Skipped 1" in text
    assert "1 question has the id of one that is in the quiz" in text
    assert draft(database) == before
    part = trainer.get(f"{address}?part=reading", headers={"HX-Request": "true"}).text
    assert part.strip() in page
    answer = taken(database, trainer, address, same="add")
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert [item["id"] for item in draft(database)["items"]] == ["one", "two", "capital", "two-2"]
    again = taken(database, trainer, address, same="add")
    assert again.status_code == 409
    assert len(draft(database)["items"]) == 4
    assert "These questions were taken over" in trainer.get(address).text


def test_replacing_is_the_other_choice(database: Database, trainer: TestClient) -> None:
    address = send(trainer)
    Worker(database, HANDLERS).run_once()
    taken(database, trainer, address, same="replace")
    items = {item["id"]: item["type"] for item in draft(database)["items"]}
    assert items == {"one": "single", "two": "true_false", "capital": "single"}


def test_what_is_left_is_forgotten(database: Database, trainer: TestClient) -> None:
    before = draft(database)
    address = send(trainer)
    Worker(database, HANDLERS).run_once()
    assert trainer.post(f"{address}/leave").status_code == 303
    assert draft(database) == before
    with database.read() as session:
        upload = session.get(QuizUpload, 1)
        assert upload is not None
        assert (upload.state, upload.report, upload.data) == (UploadState.LEFT, None, None)


def test_a_draft_that_changed_meanwhile_is_not_overwritten(database: Database, trainer: TestClient) -> None:
    address = send(trainer)
    Worker(database, HANDLERS).run_once()
    answer = trainer.post(address, data={"step": "99", "locale": "en", "same": "replace"})
    assert answer.status_code == 409
    assert len(draft(database)["items"]) == 2
    assert "Can be taken over" in trainer.get(address).text


@pytest.mark.parametrize(
    ("data", "format_name", "sentence"),
    [
        (b"\x00\x01\x02\xff" * 50, "gift", "The file is not text."),
        (b"<quiz><question>", "moodle-xml", "The file is not written correctly."),
        (b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "moodle-xml", "declares a document type"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    database: Database, trainer: TestClient, data: bytes, format_name: str, sentence: str
) -> None:
    address = send(trainer, data, format_name=format_name)
    Worker(database, HANDLERS).run_once()
    page = trainer.get(address).text
    assert "Nothing could be read" in page
    assert sentence in page


@pytest.mark.parametrize(
    ("fields", "files", "sentence"),
    [
        ({"format": "gift"}, None, "Choose a file that is not empty."),
        ({"format": "gift"}, {"file": ("a.gift", b"")}, "Choose a file that is not empty."),
        ({"format": "word"}, {"file": ("a.gift", GIFT)}, "Choose one of the list."),
    ],
)
def test_a_form_that_is_not_filled_in_comes_back(trainer: TestClient, fields: Any, files: Any, sentence: str) -> None:
    answer = trainer.post(f"{HERE}/import", data=fields, files=files)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_an_upload_belongs_to_its_quiz(database: Database, trainer: TestClient) -> None:
    address = send(trainer)
    with database.write() as session:
        other(session)
    assert trainer.get(address.replace("keeper-quiz", "other-quiz")).status_code == 404
    assert trainer.get(f"{HERE}/imports/77").status_code == 404


def other(session: Session) -> None:
    stored = content(session, ContentKind.QUIZ, "keeper-quiz")
    assert stored is not None
    document = quiz_document("other-quiz")
    owner = session.get(Product, stored.product_id)
    published_quiz(session, document, owner=owner)


def test_what_nobody_took_over_is_forgotten_after_a_week(database: Database, trainer: TestClient) -> None:
    address = send(trainer)
    Worker(database, HANDLERS).run_once()
    with database.write() as session:
        forget_old(session, datetime.now(UTC) + KEPT - timedelta(hours=1))
    assert "Can be taken over" in trainer.get(address).text
    with database.write() as session:
        forget_old(session, datetime.now(UTC) + KEPT + timedelta(hours=1))
    assert "Nothing of this file was taken over" in trainer.get(address).text


def test_so_many_files_of_one_person_may_wait(database: Database, trainer: TestClient) -> None:
    addresses = [send(trainer) for _each in range(MOST_HELD)]
    refused = trainer.post(f"{HERE}/import", data={"format": "gift"}, files={"file": ("more.gift", GIFT)})
    assert refused.status_code == 409
    assert "10 files of yours wait already." in refused.text
    Worker(database, HANDLERS).run_once()
    trainer.post(f"{addresses[0]}/leave")
    assert send(trainer) not in addresses
