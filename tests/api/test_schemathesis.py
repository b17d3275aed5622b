"""What the OpenAPI document promises is what is answered: no server error, no undocumented answer, for every scope."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import time_machine
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from sqlalchemy import update
from sqlmodel import Session

from app.api.schemas import EXAMPLE
from app.deals.ledger.actions import keep
from app.deals.models import KeptClearance
from app.deals.queries import Question, clearances
from app.people.models import Role
from app.people.tokens import Scope, create_token
from factories import NOW, attest, deal, person, sellable
from route_access import ACCESS

EXAMPLES = max(10, int(os.environ.get("FUZZ_EXAMPLES", "0")))
"""Requests that are made up for each operation, beside its examples and the edges of each of its values."""


def configured(secret: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": int(os.environ.get("FUZZ_SEED", "7")),
            "headers": {"Authorization": f"Bearer {secret}"},
            "generation": {
                "deterministic": "FUZZ_SEED" not in os.environ,
                "max-examples": EXAMPLES,
                "database": "none",
            },
            "phases": {"stateful": {"enabled": False}},
            "output": {"sanitization": {"enabled": False}},
        }
    )


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> bytes:
    """Send lines of JSON as they are; whatever else is made up, as one line of it."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@pytest.fixture
def world(session: Session) -> Iterator[None]:
    """People, products, deals and an answer of the names that the examples carry."""
    with time_machine.travel(NOW):
        ana, mei = person(session, "ana@example.com"), person(session, "mei@example.com", Role.MANAGER)
        keeper = sellable(session, "keeper-crm")
        attest(session, ana, keeper)
        deal(session, "D-20417", products=[keeper], team={"owner": [ana], "engineer": [mei]})
        (answer,) = clearances(session, [Question(rep=ana.email, products=("keeper-crm",))], NOW)
        keep(session, [(answer, None)], by="api:crm", moment=NOW)
        session.execute(update(KeptClearance).values(id=EXAMPLE["decision_id"]))
        session.commit()
        yield


BEYOND_SCHEMAS = {
    r"Send `next` of the page before, as it is\.": "nobody can make up a cursor",
    r"Name a product, or a deal\.": "parameters of a query cannot be asked for one in place of another",
    r"This moment is still to come; nobody knows yet\.": "a schema does not know what time it is",
    r"This key was sent with another request .*": "a schema does not know what was sent before",
    r".* is on this team twice\.": "whether two addresses are one is told without their case",
    r"There is no product .*|Nobody .* known here\.|Nobody has this address\.": "a schema does not know what is stored",
}
"""What may be said to refuse a request that is valid by its schema, and why."""


def _text(event: events.ScenarioFinished, number: str) -> str:
    interaction = event.recorder.interactions.get(number)
    return str(interaction.response.text) if interaction and interaction.response else ""


def _is_beyond_schemas(case: Any, text: str, check: Any) -> bool:
    if check.name == "negative_data_rejection" and case.media_type == "application/x-ndjson":
        return True  # its schema is a text, and whatever is sent is one; wrong lines are answered one by one
    if check.name == "allow_header_conformance" and case.path.endswith("/deals/reconcile"):
        return True  # a deal may be called so, and is then read and put there
    if check.name != "positive_data_acceptance":
        return False
    errors = json.loads(text).get("errors", [])
    return bool(errors) and all(re.fullmatch("|".join(BEYOND_SCHEMAS), each["detail"], re.DOTALL) for each in errors)


def failures(application: FastAPI, secret: str, scope: Scope) -> tuple[set[str], list[str]]:
    """Run every operation that `scope` opens; return which ones were answered well, and what went wrong."""
    schema: Any = schemathesis.openapi.from_asgi("/api/openapi.json", application, config=configured(secret))
    opened = schema.include(lambda each: {"token": [scope.value]} in each.operation.definition.raw["security"])
    found: list[str] = []
    answered: set[str] = set()
    for event in from_schema(opened).execute():
        if isinstance(event, events.NonFatalError):
            found.append(str(event.info))
        if isinstance(event, events.FatalError):
            found.append(str(event.exception))
        if isinstance(event, events.ScenarioFinished):
            answered |= {
                f"{request.value.method} {request.value.path}"
                for number, request in event.recorder.cases.items()
                if (sent := event.recorder.interactions.get(number))
                and sent.response
                and sent.response.status_code < 300
            }
            found += [
                f"{request.value.as_curl_command()}\n{_text(event, number)}\n{check.failure_info.failure}"
                for number, request in event.recorder.cases.items()
                for check in event.recorder.checks.get(number, ())
                if check.failure_info and not _is_beyond_schemas(request.value, _text(event, number), check)
            ]
    return answered, found


@pytest.mark.parametrize("scope", list(Scope))
def test_nothing_is_answered_otherwise_than_described(
    application: FastAPI, session: Session, world: None, scope: Scope
) -> None:
    secret = create_token(session, "crm", [scope], actor="admin@example.com", moment=NOW)
    session.commit()
    answered, found = failures(application, secret, scope)
    assert answered == {
        f"{method} {path}"
        for (method, path), access in ACCESS.items()
        if path.startswith("/api/v1/") and scope in (access.scopes or ())
    }
    assert "\n\n".join(found) == ""
