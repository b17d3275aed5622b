"""Somebody with every role, a running attempt, and something behind every kind of address: for hostile requests."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.actions import save_draft
from app.catalog.document import digest
from app.catalog.models import ContentKind, Product
from app.catalog.queries import content as find_content
from app.conduct.drills.rules import Drill
from app.database import stored_id
from app.people.models import Role
from app.redlines.packs.actions import read_version
from app.redlines.reviewing.actions import ask
from essaywork import essay
from factories import (
    deal,
    person,
    published,
    published_quiz,
    quiz_document,
    redline,
    sellable,
    sent_text,
    signed_in,
    single,
)
from livesessions import LIVE_SESSION, live_date
from rulepacks import rule_pack
from taking import Taker

SOMEBODY = "all@example.com"
EARLIER = datetime(2026, 1, 5, tzinfo=UTC)
DRILL = Drill("keeper.return", "We guarantee keeper.return.", "en", ("saw",))


@dataclass(frozen=True)
class Author:
    """Who asks for an approval."""

    id: int
    email: str = "author@example.com"


def furnish(application: FastAPI, session: Session) -> TestClient:
    """Store all of it, and return the browser of somebody with every role, in the middle of an attempt."""
    owner = sellable(session, at=EARLIER, live_sessions=[LIVE_SESSION])
    somebody = person(session, SOMEBODY, *Role)
    live_date(session, owner, somebody, starts_at=datetime.now(UTC), at=EARLIER)
    pairs = [{"left": "a", "right": "b"}, {"left": "c", "right": "d"}]
    items = [
        single("one"),
        essay(),
        {"id": "order", "type": "ordering", "prompt": "Order", "options": [{"text": "a"}, {"text": "b"}]},
        {"id": "match", "type": "matching", "prompt": "Match", "pairs": pairs},
        {"id": "count", "type": "numeric", "prompt": "Count", "answer": 1},
    ]
    published_quiz(session, quiz_document(items=items), owner=owner, at=EARLIER)
    deal(session, "1", products=[owner], team={"owner": [somebody]}, at=EARLIER)
    _to_review(session, owner)
    session.commit()
    browser = signed_in(application, SOMEBODY)
    assert Taker(browser).start() == "/attempts/1"
    return browser


def _to_review(session: Session, owner: Product) -> None:
    """A red line with a drill whose change waits for approval, a rule pack that does, and a text with a finding."""
    author = person(session, "author@example.com", Role.TRAINER, at=EARLIER)
    drill = {"rewrite": DRILL.rewrite, "locale": DRILL.locale, "anchors": list(DRILL.anchors)}
    rule = {**redline("keeper.return"), "drills": [drill]}
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [rule]}, at=EARLIER)
    sent_text(session, author, "We guarantee keeper.return.", products=["keeper"], at=EARLIER)
    read_version(session, rule_pack("cheapest"), by=author.email, moment=EARLIER)
    content = find_content(session, ContentKind.REDLINES, "keeper")
    assert content is not None
    changed = {**rule, "why": "Nobody can know."}
    document = {"schema": 1, "rules": [changed]}
    save_draft(session, content, document, step=content.step, by=author.email, moment=EARLIER)
    ask(
        session,
        content,
        "keeper.return",
        reason="Legal asked.",
        seen=digest(changed),
        complete=True,
        by=Author(stored_id(author)),
        moment=EARLIER,
    )
