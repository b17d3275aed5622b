"""The keys of clients: replaced with an overlap, and watched for their end and their last use."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.cli import main
from app.database import Database
from app.errors import AppError, ConflictError, InvalidError, NotFoundError
from app.people.models import ApiToken, Role
from app.people.queries import ListedToken, tokens
from app.people.tokens import create_token, note_use, revoke_token, rotate_token, token_by_secret
from factories import NOW, person

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADMIN = "admin@example.com"


def made(session: Session, name: str = "CRM", *, days: int | None = None, at: datetime = NOW) -> tuple[str, int]:
    ends = at + days * DAY if days else None
    secret = create_token(session, name, ["deals:write", "clearance:read"], actor=ADMIN, moment=at, expires_at=ends)
    session.commit()
    known = token_by_secret(session, secret, at)
    session.commit()
    assert known is not None
    return secret, known.id


def listed(session: Session, number: int) -> ListedToken:
    return next(each for each in tokens(session) if each.id == number)


@pytest.mark.parametrize(
    ("secret", "moment"),
    [
        ("", NOW),
        ("dw_", NOW),
        ("dw_" + "a" * 43, NOW),
        ("dw_" + "é" * 43, NOW),
        ("dw_" + "a" * 100_000, NOW),
        ("dw_\x00" + "a" * 42, NOW),
    ],
)
def test_what_nobody_was_given_opens_nothing(session: Session, secret: str, moment: datetime) -> None:
    assert token_by_secret(session, secret, moment) is None


def test_both_work_until_the_overlap_is_over(session: Session) -> None:
    old, number = made(session, days=30)
    new = rotate_token(session, number, 24 * HOUR, actor="ada@example.com", moment=NOW + DAY)
    session.commit()
    works = {
        name: [token_by_secret(session, secret, NOW + after) is not None for after in (DAY, 2 * DAY - HOUR, 2 * DAY)]
        for name, secret in {"old": old, "new": new}.items()
    }
    assert works == {"old": [True, True, False], "new": [True, True, True]}
    successor = token_by_secret(session, new, NOW + DAY)
    assert successor is not None
    assert (successor.name, successor.scopes) == ("CRM", frozenset({"clearance:read", "deals:write"}))
    assert listed(session, number).replaced_by_id == successor.id
    stored = listed(session, successor.id)
    assert (stored.created_by, stored.expires_at, stored.replaced_by_id) == ("ada@example.com", NOW + 31 * DAY, None)
    entry = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert entry is not None
    assert (entry.actor, entry.action, entry.subject, entry.details) == (
        "ada@example.com",
        "token.rotated",
        "CRM",
        {"old_works_until": "2026-11-25T09:00:00+00:00", "expires_at": "2026-12-24T09:00:00+00:00"},
    )


def test_without_an_overlap_the_old_one_ends_at_once(session: Session) -> None:
    old, number = made(session)
    new = rotate_token(session, number, timedelta(0), actor=ADMIN, moment=NOW)
    session.commit()
    assert token_by_secret(session, old, NOW) is None
    assert token_by_secret(session, new, NOW + 3650 * DAY) is not None


def test_an_overlap_lengthens_no_life(session: Session) -> None:
    old, number = made(session, days=1)
    rotate_token(session, number, 30 * DAY, actor=ADMIN, moment=NOW)
    session.commit()
    assert token_by_secret(session, old, NOW + DAY) is None


def revoked(session: Session, number: int) -> None:
    revoke_token(session, number, actor=ADMIN, moment=NOW)


def replaced(session: Session, number: int) -> None:
    rotate_token(session, number, 2 * DAY, actor=ADMIN, moment=NOW)


@pytest.mark.parametrize(
    ("before", "days", "overlap", "error", "sentence"),
    [
        (revoked, None, DAY, ConflictError, "This token has ended. Make a new one."),
        (None, 1, DAY, ConflictError, "This token has ended. Make a new one."),
        (replaced, 5, DAY, ConflictError, "Another token was made in its place already."),
        (None, None, 30 * DAY + HOUR, InvalidError, "Choose an overlap of at most 30 days."),
        (None, None, -HOUR, InvalidError, "Choose an overlap of at most 30 days."),
    ],
)
def test_what_cannot_be_replaced_stays_as_it_is(
    session: Session,
    before: Callable[[Session, int], None] | None,
    days: int | None,
    overlap: timedelta,
    error: type[AppError],
    sentence: str,
) -> None:
    _old, number = made(session, days=days)
    if before:
        before(session, number)
    count = len(tokens(session))
    with pytest.raises(error) as refused:
        rotate_token(session, number, overlap, actor=ADMIN, moment=NOW + DAY)
    assert refused.value.message == sentence
    assert len(tokens(session)) == count


def test_a_token_that_is_not_there_cannot_be_replaced(session: Session) -> None:
    with pytest.raises(NotFoundError):
        rotate_token(session, 77, DAY, actor=ADMIN, moment=NOW)


def test_two_who_replace_it_at_once_make_one(session: Session, database: Database) -> None:
    _old, number = made(session)

    def rotate(_time: int) -> str:
        try:
            with database.write() as own:
                return rotate_token(own, number, DAY, actor=ADMIN, moment=NOW)
        except ConflictError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(rotate, range(4)))
    assert sorted(each.startswith("dw_") for each in answers) == [False, False, False, True]
    assert len(tokens(session)) == 2


@pytest.mark.parametrize(
    ("days", "used", "after", "soon", "unused"),
    [
        (None, None, 89, False, False),
        (None, None, 90, False, True),
        (None, 30, 119, False, False),
        (None, 30, 120, False, True),
        (30, 1, 15, False, False),
        (30, 1, 16, True, False),
        (30, None, 30, False, False),
    ],
)
def test_tokens_are_warned_of(
    session: Session, days: int | None, used: int | None, after: int, soon: bool, unused: bool
) -> None:
    _secret, number = made(session, days=days)
    if used is not None:
        note_use(session, number, NOW + used * DAY)
    moment = NOW + after * DAY
    token = listed(session, number)
    assert (token.soon_over(moment), token.unused(moment)) == (soon, unused)


def test_an_administrator_replaces_a_token(sign_in: Callable[[str], TestClient], session: Session) -> None:
    person(session, ADMIN, Role.ADMIN)
    with time_machine.travel(NOW, tick=False):
        old, number = made(session)
        admin = sign_in(ADMIN)
        page = admin.get("/admin/tokens").text
        assert "never used" in page
        wrong = admin.post(f"/admin/tokens/{number}/rotate", data={"hours": "9999"})
        assert (wrong.status_code, "Choose how long the old token still works." in wrong.text) == (422, True)
        answer = admin.post(f"/admin/tokens/{number}/rotate", data={"hours": "24"})
        assert answer.status_code == 200
        assert "Copy the token now" in answer.text
        assert "Replaced" in answer.text
        again = admin.post(f"/admin/tokens/{number}/rotate", data={"hours": "24"})
        assert (again.status_code, "Another token was made in its place already." in again.text) == (409, True)
    assert token_by_secret(session, old, NOW + DAY) is None
    assert session.scalars(select(col(ApiToken.id)).order_by(col(ApiToken.id))).all() == [number, number + 1]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)

    def run(*arguments: str) -> tuple[int, str, str]:
        with time_machine.travel(NOW, tick=False):
            status = main(["token", *arguments])
        return (status, *capsys.readouterr())

    return run


def test_the_commands_list_replace_and_revoke(command: Any, session: Session) -> None:
    _status, secret, _errors = command("create", "CRM", "--scope", "clearance:read", "--days", "30")
    hint = secret[:7]
    assert command("list") == (
        0, f"1  CRM  {hint}…  clearance:read  until 2026-12-23 09:00+00:00  never used\n", "",
    )  # fmt: skip
    status, new, _errors = command("rotate", "CRM", "--overlap-hours", "1")
    assert (status, token_by_secret(session, new.strip(), NOW + 29 * DAY) is not None) == (0, True)
    assert token_by_secret(session, secret.strip(), NOW + HOUR) is None
    session.commit()
    several = "Several tokens are called CRM: 2, 1. Give the number of one.\n"
    assert command("revoke", "CRM") == (1, "", several)
    assert command("revoke", "2") == (0, "CRM cannot reach the API any more.\n", "")
    assert command("rotate", "Nobody") == (1, "", "There is no token Nobody; `dealworthy token list` prints them.\n")
    assert command("rotate", "1") == (1, "", "Another token was made in its place already.\n")
    _status, everything, _errors = command("list", "--all")
    assert [line.split("  ")[0] for line in everything.splitlines()] == ["2", "1"]
    assert "revoked 2026-11-23 09:00+00:00" in everything


@pytest.mark.parametrize("hours", ["-1", "721", "x", "1.5"])
def test_an_overlap_is_a_number_of_hours(command: Any, hours: str) -> None:
    with pytest.raises(SystemExit) as wrong_use:
        command("rotate", "CRM", "--overlap-hours", hours)
    assert wrong_use.value.code == 2
