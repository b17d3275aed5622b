"""What hostile requests are sent to: an installation with something behind every address, and who may go there."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import event, select, text
from sqlmodel import Session, col

from app.audit.queries import verify
from app.database import Database
from app.people.models import Person, PersonRole, Role
from factories import person, signed_in

_CHANGES: Final = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")


@dataclass
class World:
    """An application, and the addresses of people who reach between them what there is to reach."""

    application: FastAPI
    people: list[str]
    committed: list[str] = field(default_factory=list)
    """What changed since the last question, in the words `INSERT INTO deal`."""

    @property
    def database(self) -> Database:
        database: Database = self.application.state.database
        return database

    def browser(self, email: str) -> TestClient:
        """Give the browser of somebody who is back in all of their rights, whatever was done to them."""
        with self.database.write() as session:
            somebody = session.scalar(select(Person).where(col(Person.email) == email))
            if somebody is None:
                somebody = person(session, email)
            somebody.deactivated_at = None
            held = set(session.scalars(select(col(PersonRole.role)).where(col(PersonRole.person_id) == somebody.id)))
            if email.startswith("all@"):
                session.add_all(PersonRole(person_id=somebody.id or 0, role=role) for role in Role if role not in held)
        cookies = dict(signed_in(self.application, email).cookies)
        return TestClient(self.application, follow_redirects=False, cookies=cookies, raise_server_exceptions=False)

    def still_there(self, browser: TestClient) -> bool:
        """Tell whether somebody is signed in yet."""
        return browser.get("/notices/wish").status_code == HTTPStatus.OK

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what is committed."""
        engine = self.database.engine
        open_changes: list[str] = []

        def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if match := _CHANGES.match(statement):
                open_changes.append(" ".join(match.groups()))

        def _commit(_connection: Any) -> None:
            self.committed += open_changes
            open_changes.clear()

        def _rollback(_connection: Any) -> None:
            open_changes.clear()

        listeners: list[tuple[str, Callable[..., Any]]] = [
            ("before_cursor_execute", _note),
            ("commit", _commit),
            ("rollback", _rollback),
        ]
        for name, listener in listeners:
            event.listen(engine, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners:
                event.remove(engine, name, listener)

    def assert_sound(self) -> None:
        """Fail where the audit trail does not hold, or a row points at nothing."""
        with self.database.read() as session:
            proof = verify(session)
            assert (proof.broken, proof.why) == (None, None)
            assert _dangling(session, sqlite=self.database.sqlite) == []


def _dangling(session: Session, *, sqlite: bool) -> list[Any]:
    """Return rows that point at nothing; PostgreSQL holds none, unless a constraint were not valid."""
    statement = "PRAGMA foreign_key_check" if sqlite else "SELECT conname FROM pg_constraint WHERE NOT convalidated"
    return list(session.execute(text(statement)))


def fault(answer: Response) -> str:
    """Say what is wrong with an answer, or nothing."""
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 400 and not kind.startswith("text/html"):
        return f"status {answer.status_code} without a page: {kind} {answer.text[:80]}"
    if kind.startswith("text/html") and not ("<html" in answer.text and "/static/app.css" in answer.text):
        return "a page without the design"
    if kind.startswith("text/html") and "<script>alert(" in answer.text:
        return "a page that writes what was sent as it is"
    return ""
