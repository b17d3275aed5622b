"""Changing people, teams and tokens: what is refused, and what is recorded."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.errors import AppError, ConflictError, InvalidError
from app.people.actions import Details, change_person, create_person, deactivate, reactivate
from app.people.models import ApiToken, Person, Role
from app.people.teams import change_team, create_team
from app.people.tokens import KnownToken, create_token, revoke_token, token_by_secret
from factories import NOW, person

ANA = Details(email="ana@example.com", name="Ana Duarte", roles=frozenset({Role.REP}))
LAST_ADMIN = "This is the last administrator. Make somebody else one first."


def by(actor: str = "ada@example.com") -> dict[str, Any]:
    return {"actor": actor, "moment": NOW}


def number(stored: Person) -> int:
    assert stored.id is not None
    return stored.id


def refusal(error: pytest.ExceptionInfo[InvalidError]) -> dict[str, str]:
    return {each["pointer"]: each["detail"] for each in error.value.errors}


def trail(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    rows = session.execute(
        select(col(AuditEntry.action), col(AuditEntry.subject), col(AuditEntry.details)).order_by(col(AuditEntry.id))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_a_person_is_created_changed_and_recorded(session: Session) -> None:
    jonas = person(session, "jonas@example.com", Role.MANAGER)
    create_team(session, "Iberia", None, **by())
    ana = create_person(session, replace(ANA, email=" Ana@Example.com ", manager="Jonas@example.com"), **by())
    assert (ana.email, ana.manager_id, ana.password_hash) == ("ana@example.com", jonas.id, None)
    change_person(session, number(ana), replace(ANA, team="Iberia", roles=frozenset({Role.TRAINER})), **by())
    change_person(session, number(ana), replace(ANA, team="Iberia", roles=frozenset({Role.TRAINER})), **by())
    assert trail(session) == [
        ("team.created", "Iberia", {}),
        ("person.created", "ana@example.com", {"roles": ["rep"], "team": None, "manager": "Jonas@example.com"}),
        (
            "person.changed",
            "ana@example.com",
            {"roles": [["rep"], ["trainer"]], "team": [None, "Iberia"], "manager": ["jonas@example.com", None]},
        ),
    ]


@pytest.mark.parametrize(
    ("details", "errors"),
    [
        (replace(ANA, email="ana"), {"/email": "Write an e-mail address, such as ana@example.com."}),
        (replace(ANA, email="JONAS@example.com"), {"/email": "There is an account with this address already."}),
        (replace(ANA, name="=1"), {"/name": "Begin with a letter; “=” would make a spreadsheet run it as a formula."}),
        (replace(ANA, roles=frozenset()), {"/roles": "Choose at least one role."}),
        (replace(ANA, team="Nowhere"), {"/team": "There is no team of this name."}),
        (replace(ANA, manager="nobody@example.com"), {"/manager": "Nobody has this address."}),
        (replace(ANA, locale="tlh"), {"/locale": "Choose one of the list."}),
    ],
)
def test_details_that_cannot_be_are_refused(session: Session, details: Details, errors: dict[str, str]) -> None:
    person(session, "jonas@example.com")
    with pytest.raises(InvalidError) as error:
        create_person(session, details, **by())
    assert refusal(error) == errors


@pytest.mark.parametrize("manager", ["ana@example.com", "bo@example.com", "ci@example.com"])
def test_nobody_is_their_own_manager_through_others(session: Session, manager: str) -> None:
    ana = person(session, "ana@example.com")
    bo = person(session, "bo@example.com", manager=ana)
    person(session, "ci@example.com", manager=bo)
    with pytest.raises(InvalidError) as error:
        change_person(session, number(ana), replace(ANA, manager=manager), **by())
    assert refusal(error) == {"/manager": "This would make a circle: somebody would be their own manager."}


def test_there_is_always_an_administrator(session: Session) -> None:
    ada = person(session, "ada@example.com", Role.ADMIN)
    details = Details(email="ada@example.com", name="Ada", roles=frozenset({Role.REP}))
    with pytest.raises(InvalidError) as error:
        change_person(session, number(ada), details, **by())
    assert refusal(error) == {"/roles": LAST_ADMIN}
    with pytest.raises(ConflictError, match=LAST_ADMIN):
        deactivate(session, number(ada), **by("system"))
    bo = person(session, "bo@example.com", Role.ADMIN)
    change_person(session, number(ada), details, **by())
    with pytest.raises(ConflictError, match=LAST_ADMIN):
        deactivate(session, number(bo), **by())


def test_nobody_deactivates_themselves(session: Session) -> None:
    person(session, "bo@example.com", Role.ADMIN)
    ada = person(session, "ada@example.com", Role.ADMIN)
    with pytest.raises(ConflictError, match="You cannot deactivate your own account"):
        deactivate(session, number(ada), **by())


def test_deactivating_ends_the_tokens_that_the_person_made(session: Session) -> None:
    ana = person(session, "ana@example.com")
    hers = create_token(session, "hers", ["deals:write"], **by("ana@example.com"))
    other = create_token(session, "other", ["deals:write"], **by())
    deactivate(session, number(ana), **by())
    reactivate(session, number(ana), **by())
    assert token_by_secret(session, hers, NOW) is None
    assert token_by_secret(session, other, NOW) is not None
    assert [(action, subject) for action, subject, _details in trail(session)[2:]] == [
        ("person.deactivated", "ana@example.com"),
        ("token.revoked", "hers"),
        ("person.reactivated", "ana@example.com"),
    ]


def test_a_new_address_keeps_a_person_answerable_for_their_tokens(session: Session) -> None:
    bo = person(session, "bo@example.com", Role.ADMIN)
    person(session, "ada@example.com", Role.ADMIN)
    secret = create_token(session, "crm", ["reports:read"], actor="bo@example.com", moment=NOW)
    admin = frozenset({Role.ADMIN})
    change_person(session, number(bo), Details("bo.berg@example.com", "Bo", roles=admin), **by())
    deactivate(session, number(bo), **by())
    assert token_by_secret(session, secret, NOW) is None


def test_a_team_cannot_stand_below_itself(session: Session) -> None:
    top = create_team(session, "Europe", None, **by())
    middle = create_team(session, "Iberia", top.id, **by())
    lowest = create_team(session, "Porto", middle.id, **by())
    for parent in (top.id, middle.id, lowest.id):
        with pytest.raises(InvalidError) as error:
            change_team(session, top.id or 0, "Europe", parent, **by())
        assert refusal(error) == {"/parent": "A team cannot stand below itself."}
    change_team(session, lowest.id or 0, "Porto", top.id, **by())
    assert trail(session)[-1] == ("team.changed", "Porto", {"parent": ["Iberia", "Europe"]})


@pytest.mark.parametrize(
    ("name", "parent", "errors"),
    [
        ("IBERIA", None, {"/name": "There is a team of this name already."}),
        ("", 99, {"/name": "Fill this in.", "/parent": "Choose one of the list."}),
    ],
)
def test_a_team_needs_a_name_of_its_own(
    session: Session, name: str, parent: int | None, errors: dict[str, str]
) -> None:
    create_team(session, "Iberia", None, **by())
    with pytest.raises(InvalidError) as error:
        create_team(session, name, parent, **by())
    assert refusal(error) == errors


def test_a_token_is_known_by_its_secret_until_it_ends(session: Session) -> None:
    secret = create_token(session, "CRM", ["deals:write", "clearance:read"], **by(), expires_at=NOW + timedelta(days=1))
    stored = session.scalars(select(ApiToken)).one()
    assert secret.startswith("dw_")
    assert secret not in (stored.digest, stored.hint)
    known = KnownToken(stored.id or 0, "CRM", frozenset({"clearance:read", "deals:write"}))
    assert token_by_secret(session, secret, NOW) == known
    assert token_by_secret(session, secret + "x", NOW) is None
    assert token_by_secret(session, secret, NOW + timedelta(days=1)) is None
    revoke_token(session, stored.id or 0, **by())
    assert token_by_secret(session, secret, NOW) is None


@pytest.mark.parametrize(
    ("name", "scopes", "pointer"),
    [("CRM", [], "/scopes"), ("CRM", ["root"], "/scopes"), ("", ["deals:write"], "/name")],
)
def test_a_token_needs_a_name_and_scopes(session: Session, name: str, scopes: list[str], pointer: str) -> None:
    with pytest.raises(InvalidError) as error:
        create_token(session, name, scopes, **by())
    assert list(refusal(error)) == [pointer]


def test_unknown_things_are_not_found(session: Session) -> None:
    for action in (deactivate, reactivate, revoke_token):
        with pytest.raises(AppError) as error:
            action(session, 99, **by())
        assert error.value.status == 404
