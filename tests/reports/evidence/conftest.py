"""Ana, about whom the packs are."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from sqlmodel import Session

from app.catalog.models import ContentKind, Product
from app.certification.models import CertificationEventKind, SignOff, SignOffOutcome
from app.certification.sanctions.actions import sanction
from app.certification.signoffs.models import DemonstrationForm, Recording, SignOffRequest
from app.people.models import Person, Role
from factories import (
    NOW,
    attest,
    course_document,
    deal,
    lesson,
    person,
    published,
    published_quiz,
    quiz_document,
    sellable,
    sitting,
)

YESTERDAY = NOW - timedelta(days=1)
LONG_AGO = NOW - timedelta(days=60)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(session: Session) -> Person:
    """Ana sells Keeper: signed, passed its quiz, shown to Tom, suspended and reinstated. Bo has signed it too."""
    boss = person(session, "miriam@example.com", Role.MANAGER, name="Miriam", at=LONG_AGO)
    rep = person(session, "ana@example.com", name="Ana", manager=boss, at=LONG_AGO)
    bo = person(session, "bo@example.com", name="Bo", at=LONG_AGO)
    tom = person(session, "tom@example.com", Role.TRAINER, name="Tom Berg", at=LONG_AGO)
    person(session, "otto@example.com", Role.MANAGER, at=LONG_AGO)
    person(session, "carol@example.com", Role.COMPLIANCE, name="Carol", at=LONG_AGO)
    person(session, "adam@example.com", Role.ADMIN, at=LONG_AGO)
    keeper = sellable(session, at=LONG_AGO)
    published(session, keeper, ContentKind.COURSE, "keeper", course_document([lesson(1)]), at=LONG_AGO)
    version = published_quiz(session, quiz_document(items=None), owner=keeper, at=LONG_AGO)
    sitting(session, version, rep, {"one": 0, "two": 1, "three": 0}, at=YESTERDAY)
    attest(session, rep, keeper, at=YESTERDAY)
    attest(session, bo, keeper, at=YESTERDAY)
    _demonstration(session, rep, tom, keeper)
    for kind in (CertificationEventKind.SUSPENDED, CertificationEventKind.REINSTATED):
        sanction(
            session,
            rep.id or 0,
            keeper.id or 0,
            kind,
            reason="Said too much.",
            by="carol@example.com",
            moment=YESTERDAY,
        )
    deal(session, products=[keeper], team={"owner": [rep]}, at=YESTERDAY)
    session.commit()
    return rep


def _demonstration(session: Session, rep: Person, tom: Person, keeper: Product) -> None:
    asked = SignOffRequest(
        person_id=rep.id or 0,
        product_id=keeper.id or 0,
        rubric="demo",
        form=DemonstrationForm.RECORDING,
        asked_at=YESTERDAY,
        closed_at=YESTERDAY,
    )
    session.add(asked)
    session.flush()
    session.add(
        Recording(
            request_id=asked.id or 0,
            name="pitch.ogg",
            content_type="audio/ogg",
            digest=sha256(b"a pitch").hexdigest(),
            size=7,
            data=b"a pitch",
            stored_at=YESTERDAY,
        )
    )
    session.add(
        SignOff(
            person_id=rep.id or 0,
            product_id=keeper.id or 0,
            rubric="demo",
            outcome=SignOffOutcome.PASSED,
            assessor_id=tom.id or 0,
            decided_at=YESTERDAY,
            request_id=asked.id,
            scores={"opening": {"met": True, "note": ""}},
            signed_name="Tom Berg",
            meaning="I saw it.",
        )
    )
    session.flush()
