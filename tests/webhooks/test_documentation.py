"""What docs/webhooks.md says is what is sent: every event has an example of the same shape, and the recipes verify."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from standardwebhooks import WebhookVerificationError

from app.certification.models import CertificationEventKind
from app.config import Settings
from app.database import Database, stored_id
from app.deals.waivers.models import Waiver
from app.webhooks import signing
from app.webhooks.collecting import collect
from app.webhooks.events import TEST, EventType
from app.webhooks.rules import WAITS
from app.webhooks.watching import watch
from factories import NOW, attest, deal, person, sellable
from webhooks.listening import DAY, MINUTE, endpoint, payloads, sanction

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
EXAMPLES = {each["type"]: each for each in map(json.loads, re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))}
RECIPES = [text for text in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "def receive" in text]


def test_every_event_has_an_example_under_its_name() -> None:
    headings = re.findall(r"^### (\S+)$", TEXT, re.MULTILINE)
    assert headings == [*(each.value for each in EventType), TEST]
    assert list(EXAMPLES) == headings


def test_what_is_sent_has_the_shape_of_its_example(database: Database, session: Session, settings: Settings) -> None:
    began = NOW - 400 * DAY
    endpoint(session, settings, at=began - DAY)
    keeper = sellable(session, at=began)
    ana, cleo = person(session, "ana@example.com", at=began), person(session, "cleo@example.com", at=began)
    attest(session, ana, keeper, at=NOW - 380 * DAY)
    attest(session, cleo, keeper, at=NOW)
    stored = deal(session, products=[keeper], team={"owner": [cleo]}, at=NOW)
    for minutes, kind in ((2, "SUSPENDED"), (4, "REINSTATED"), (6, "REVOKED")):
        sanction(session, cleo, keeper, CertificationEventKind[kind], at=NOW + minutes * MINUTE)
    session.add(
        Waiver(
            key="w",
            deal_id=stored_id(stored),
            person_id=stored_id(ana),
            product_id=stored_id(keeper),
            reason="The quiz is on Friday.",
            codes=["expired"],
            through=NOW.date(),
            asked_by=stored_id(ana),
            asked_at=NOW,
            approved=True,
            decided_at=NOW,
        )
    )
    session.commit()
    for moment in (NOW - 40 * DAY, NOW - 10 * DAY, NOW + 7 * MINUTE):
        collect(database, moment)
    for minutes in (1, 3, 5, 7):
        watch(database, NOW + minutes * MINUTE)
    sent = {each["type"]: each for each in payloads(database)}
    assert {kind: shape(each) for kind, each in sent.items()} == {
        kind: shape(each) for kind, each in EXAMPLES.items() if kind != TEST
    }


def shape(value: Any) -> Any:
    """The names of fields and the types of values."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("recipe", RECIPES, ids=["library", "by hand"])
def test_the_recipes_take_what_is_ours_and_nothing_else(recipe: str) -> None:
    names: dict[str, Any] = {}
    exec(recipe, names)  # noqa: S102 (the document of this repository)
    receive: Callable[[str, dict[str, str], bytes], Any] = names["receive"]
    secret, body = signing.new_secret(), b'{"type":"webhook.test"}'
    sent = signing.headers([signing.new_secret(), secret], "msg_1", datetime.now(UTC), body)
    assert receive(secret, sent, body) == {"type": "webhook.test"}
    for wrong in ((signing.new_secret(), sent, body), (secret, sent, body + b" "), (secret, _old(secret, body), body)):
        with pytest.raises((ValueError, WebhookVerificationError)):
            receive(*wrong)


def _old(secret: str, body: bytes) -> dict[str, str]:
    return signing.headers([secret], "msg_1", datetime.now(UTC) - 6 * MINUTE, body)


def test_the_schedule_is_the_one_that_is_told() -> None:
    said = "after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours"
    assert said in TEXT
    assert [int(each.total_seconds()) for each in WAITS] == [
        5,
        *(minutes * 60 for minutes in (5, 30)),
        *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)),
    ]
