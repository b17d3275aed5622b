"""What a CRM reads: the exact JSON of every decision and reason, and of every way to ask wrongly."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Product, Verdict
from app.catalog.queries import content as find_content
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.deals.models import DealMember
from app.people.models import Person, RateLimit
from app.people.tokens import create_token, revoke_token
from factories import NOW, attest, deal, person, product, published, redline, sellable

SOON = NOW + timedelta(minutes=5)
Ask = Callable[..., Any]
AS_OF = SOON.isoformat()
pytestmark = pytest.mark.usefixtures("an_hour_later")
SET_NOWHERE = {"policy": None, "waiver": None}
NOT_SIGNED = {
    "code": "redlines_not_attested",
    "message": "The red lines have not been signed.",
    "fix": {"label": "Sign the red lines", "url": "http://testserver/products/keeper/red-lines", "minutes": 1},
}


def test_a_rep_who_has_not_signed_is_not_cleared(ask: Ask, ana: Person, keeper: Product) -> None:
    answer = ask(rep="Ana@Example.com", product="keeper")
    decision_id = answer.pop("decision_id")
    assert len(decision_id) == 26
    assert answer == {
        "decision": "not_cleared",
        "allowed": False,
        "rep": "ana@example.com",
        "deal": None,
        "as_of": "2026-11-23T09:05:00+00:00",
        "products": [
            {
                "product": "keeper",
                "decision": "not_cleared",
                "allowed": False,
                "enforcement": "block",
                "failure_mode": "closed",
                "valid_through": None,
                "reasons": [NOT_SIGNED],
                "basis": {**SET_NOWHERE, "program_version": 1, "redlines_version": 1, "period": None},
            }
        ],
    }


def test_the_keys_stand_in_the_documented_order(ask: Ask, ana: Person, keeper: Product) -> None:
    answer = ask(rep="ana@example.com", product="keeper")
    assert list(answer) == ["decision", "allowed", "rep", "deal", "as_of", "decision_id", "products"]
    assert list(answer["products"][0]) == [
        "product", "decision", "allowed", "enforcement", "failure_mode", "valid_through", "reasons", "basis",
    ]  # fmt: skip


def test_a_rep_who_signed_is_cleared_for_a_year(ask: Ask, session: Session, ana: Person, keeper: Product) -> None:
    attest(session, ana, keeper)
    session.commit()
    answer = ask(rep="ana@example.com", product="keeper")
    assert (answer["decision"], answer["allowed"]) == ("cleared", True)
    assert answer["products"] == [
        {
            "product": "keeper",
            "decision": "cleared",
            "allowed": True,
            "enforcement": "block",
            "failure_mode": "closed",
            "valid_through": "2027-11-22",
            "reasons": [],
            "basis": {**SET_NOWHERE, "program_version": 1, "redlines_version": 1, "period": 1},
        }
    ]


def test_everything_that_is_missing_is_a_reason_with_its_fix(ask: Ask, session: Session, ana: Person) -> None:
    sellable(
        session,
        requirements=[{"attest": "redlines"}, {"quiz": "keeper-quiz"}, {"sign_off": "demo"}, {"live_session": "day"}],
    )
    session.commit()
    reasons = ask(rep="ana@example.com", product="keeper")["products"][0]["reasons"]
    url = "http://testserver"
    assert reasons == [
        NOT_SIGNED,
        {
            "code": "quiz_not_passed",
            "message": "The quiz has not been passed.",
            "fix": {"label": "Take the quiz", "url": f"{url}/quizzes/keeper-quiz", "minutes": 0},
        },
        {
            "code": "sign_off_missing",
            "message": "An assessor has not signed off a demonstration.",
            "fix": {"label": "Ask for the sign-off", "url": f"{url}/products/keeper/sign-offs/demo", "minutes": 20},
        },
        {
            "code": "live_session_missing",
            "message": "The live session has not been attended.",
            "fix": {"label": "Choose a date", "url": f"{url}/products/keeper/sessions/day", "minutes": 60},
        },
    ]


@pytest.mark.parametrize(
    ("signed_days_ago", "reasons"),
    [(365, ["in_grace", "redlines_not_attested"]), (400, ["expired", "redlines_not_attested"])],
)
def test_a_certification_that_is_over(
    ask: Ask, session: Session, ana: Person, signed_days_ago: int, reasons: list[str]
) -> None:
    long_ago = NOW - timedelta(days=signed_days_ago)
    attest(session, ana, sellable(session, at=long_ago), at=long_ago)
    session.commit()
    answer = ask(rep="ana@example.com", product="keeper")
    assert answer["decision"] == "not_cleared"
    assert [each["code"] for each in answer["products"][0]["reasons"]] == reasons


def test_lessons_are_one_reason_that_names_the_next(ask: Ask, session: Session, ana: Person) -> None:
    stored = sellable(session, requirements=[{"lesson": "all"}])
    lessons = [{"id": "intro", "minutes": 6}, {"id": "prices", "minutes": 9}]
    published(session, stored, ContentKind.COURSE, "keeper", {"lessons": lessons})
    session.commit()
    assert ask(rep="ana@example.com", product="keeper")["products"][0]["reasons"] == [
        {
            "code": "lessons_not_completed",
            "message": "2 lessons have not been completed.",
            "fix": {
                "label": "Go to the lesson",
                "url": "http://testserver/products/keeper/lessons/intro",
                "minutes": 15,
            },
        }
    ]


def test_a_change_of_content_that_was_not_caught_up_with(
    ask: Ask, session: Session, ana: Person, keeper: Product
) -> None:
    attest(session, ana, keeper)
    content = find_content(session, ContentKind.REDLINES, "keeper")
    assert content is not None
    by, at = "trainer@example.com", NOW + timedelta(days=1)
    rules = {"schema": 1, "rules": [redline("new.rule")]}
    save_draft(session, content, rules, step=content.step, by=by, moment=at)
    deadline = (NOW + timedelta(days=7)).date()
    publish(session, content, origin=Origin.WEB, by=by, moment=at, verdict=Verdict.ATTEST_AGAIN, deadline=deadline)
    session.commit()
    with time_machine.travel(NOW + timedelta(days=30)):
        found = {
            days: ask(rep="ana@example.com", product="keeper", as_of=(NOW + timedelta(days=days)).isoformat())
            for days in (0, 7, 8)
        }
    assert {days: each["decision"] for days, each in found.items()} == {0: "cleared", 7: "cleared", 8: "not_cleared"}
    assert found[7]["products"][0]["valid_through"] == deadline.isoformat()
    codes = [each["code"] for each in found[8]["products"][0]["reasons"]]
    assert codes == ["recertification_overdue", "redlines_not_attested"]
    assert found[8]["products"][0]["basis"] == {
        **SET_NOWHERE, "program_version": 1, "redlines_version": 2, "period": 1,
    }  # fmt: skip


@pytest.mark.parametrize("kind", [CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED])
def test_what_a_person_took_away(
    ask: Ask, session: Session, ana: Person, keeper: Product, kind: CertificationEventKind
) -> None:
    attest(session, ana, keeper)
    sanction(session, ana.id or 0, keeper.id or 0, kind, reason="A promise", by="compliance@example.com", moment=NOW)
    session.commit()
    answer = ask(rep="ana@example.com", product="keeper")["products"][0]
    assert (answer["decision"], answer["reasons"][0]["code"], answer["reasons"][0]["fix"]) == (
        "not_cleared", kind.value, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rep", "products", "decision", "codes"),
    [
        ("nobody@example.com", ["keeper"], "unknown", ["unknown_rep"]),
        ("ana@example.com", ["nothing"], "unknown", ["unknown_product"]),
        ("ana@example.com", ["bare"], "unknown", ["unknown_product"]),
        ("nobody@example.com", ["nothing"], "unknown", ["unknown_rep", "unknown_product"]),
        ("gone@example.com", ["keeper"], "not_cleared", ["inactive_rep"]),
        ("retired@example.com", ["keeper"], "unknown", ["unknown_rep"]),
    ],
)
def test_what_is_not_known_is_refused(
    ask: Ask, session: Session, ana: Person, keeper: Product, rep: str, products: list[str], decision: str,
    codes: list[str],
) -> None:  # fmt: skip
    product(session, "bare", name="Nothing published")
    person(session, "gone@example.com").deactivated_at = NOW
    session.commit()
    answer = ask(rep=rep, product=products)
    assert (answer["decision"], answer["allowed"]) == (decision, False)
    assert [each["code"] for each in answer["products"][0]["reasons"]] == codes


def test_the_worst_product_decides(ask: Ask, session: Session, ana: Person, keeper: Product) -> None:
    attest(session, ana, keeper)
    sellable(session, "porter", enforcement="warn")
    session.commit()
    answer = ask(rep="ana@example.com", product=["porter", "keeper", "porter"])
    assert (answer["decision"], answer["allowed"]) == ("not_cleared", False)
    assert [(each["product"], each["decision"], each["enforcement"]) for each in answer["products"]] == [
        ("porter", "not_cleared", "warn"),
        ("keeper", "cleared", "block"),
    ]


def test_a_deal_gives_stage_role_and_products(ask: Ask, session: Session, ana: Person) -> None:
    porter = sellable(session, "porter", from_stage="proposal", roles=["owner"])
    deal(session, "D-7", products=[porter], team={"owner": [ana]})
    session.commit()
    decisions = {
        name: ask(rep="ana@example.com", deal="D-7", **more)["decision"]
        for name, more in {
            "as stored": {},
            "later stage": {"stage": "proposal"},
            "later stage, other role": {"stage": "proposal", "role": "specialist"},
        }.items()
    }
    assert decisions == {
        "as stored": "not_required",
        "later stage": "not_cleared",
        "later stage, other role": "not_required",
    }
    # a deal that nobody stored gives nothing: everything is asked for
    assert ask(rep="ana@example.com", product="porter", deal="D-8")["decision"] == "not_cleared"


def test_grace_needs_a_cleared_colleague_on_the_deal(ask: Ask, session: Session, ana: Person) -> None:
    last_year = NOW - timedelta(days=365)
    keeper = sellable(session, at=last_year)
    attest(session, ana, keeper, at=last_year)
    lin = person(session, "lin@example.com")
    attest(session, lin, keeper)
    stored = deal(session, "D-7", products=[keeper], team={"owner": [ana]})
    session.commit()
    assert ask(rep="ana@example.com", deal="D-7")["decision"] == "not_cleared"
    member = session.get(DealMember, (stored.id, ana.id))
    assert member is not None
    member.supervisor_id = lin.id
    session.commit()
    answer = ask(rep="ana@example.com", deal="D-7")
    assert (answer["decision"], answer["allowed"]) == ("cleared_supervised", True)
    assert [each["code"] for each in answer["products"][0]["reasons"]] == ["in_grace", "redlines_not_attested"]


def test_messages_follow_accept_language_and_the_id_does_not(
    client: TestClient, token: str, ana: Person, keeper: Product
) -> None:
    params = {"rep": "ana@example.com", "product": "keeper", "as_of": AS_OF}
    answers = [
        client.get(
            "/api/v1/clearance",
            params=params,
            headers={"authorization": f"Bearer {token}", "accept-language": language},
        )
        for language in ("de", "zh-CN")
    ]
    assert answers[0].json()["products"][0]["reasons"] == [NOT_SIGNED]
    assert answers[0].json()["decision_id"] == answers[1].json()["decision_id"]
    assert "Accept-Language" in answers[0].headers["vary"]


@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ({"product": "keeper"}, [("/rep", "Field required")]),
        ({"rep": "ana@example.com"}, [("/product", "Name a product, or a deal.")]),
        (
            {"rep": "ana@example.com", "product": "keeper", "as_of": "2026-11-21T10:00:00"},
            [("/as_of", "must be a moment with an offset, such as 2026-11-21T10:00:00+00:00")],
        ),
        (
            {"rep": "ana@example.com", "product": "keeper", "as_of": "1790000000"},
            [("/as_of", "must be a moment with an offset, such as 2026-11-21T10:00:00+00:00")],
        ),
        (
            {"rep": "ana@example.com", "product": "keeper", "as_of": "2999-01-01T00:00:00Z"},
            [("/as_of", "This moment is still to come; nobody knows yet.")],
        ),
        (
            {"rep": "ana@example.com", "product": "keeper", "as_of": "0001-01-01T00:00:00+14:00"},
            [("/as_of", "must not lie before 0001-01-02T00:00:00+00:00")],
        ),
        (
            {"rep": "ana@example.com", "product": "keeper", "as-of": AS_OF},
            [("/as-of", "Extra inputs are not permitted")],
        ),
        (
            {"rep": "ana@example.com", "product": "keeper", "token": "dw_secret"},
            [("/token", "Extra inputs are not permitted")],
        ),
        (
            {"rep": ["ana@example.com", "lin@example.com"], "product": "keeper"},
            [("/rep", "Give this once.")],
        ),
    ],
)
def test_a_question_that_is_not_well_formed(
    client: TestClient, token: str, params: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    answer = client.get("/api/v1/clearance", params=params, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert [(each["pointer"], each["detail"]) for each in body["errors"]] == errors
    assert (body["type"], body["title"], body["status"]) == ("about:blank", "Unprocessable Entity", 422) or (
        body["title"] == "Unprocessable Content"
    )


def test_offsets_are_understood_in_every_spelling(ask: Ask, ana: Person, keeper: Product) -> None:
    spellings = [
        "2026-11-23T09:05:00Z",
        "2026-11-23T17:05:00+08:00",
        "2026-11-23T17:05:00 08:00",
        "2026-11-23T04:05-05:00",
    ]
    answers = [ask(rep="ana@example.com", product="keeper", as_of=each) for each in spellings]
    assert {each["as_of"] for each in answers} == {"2026-11-23T09:05:00+00:00"}
    assert len({each["decision_id"] for each in answers}) == 1


@pytest.mark.parametrize("as_of", ["0001-01-02T00:00:00+00:00", "1969-12-31T23:59:59+00:00"])
def test_before_anything_was_recorded_nothing_is_known(ask: Ask, ana: Person, keeper: Product, as_of: str) -> None:
    answer = ask(rep="ana@example.com", product="keeper", as_of=as_of)
    assert (answer["decision"], answer["allowed"], answer["as_of"]) == ("unknown", False, as_of)
    assert [each["code"] for each in answer["products"][0]["reasons"]] == ["unknown_rep", "unknown_product"]


@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 401), ({"authorization": "Bearer nonsense"}, 401), ({"authorization": "Basic YTpi"}, 401)],
)
def test_without_a_good_token_nothing_is_said(client: TestClient, header: dict[str, str], status: int) -> None:
    answer = client.get("/api/v1/clearance", params={"rep": "ana@example.com", "product": "x"}, headers=header)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_tokens_end_are_revoked_and_have_scopes(client: TestClient, session: Session) -> None:
    admin = "admin@example.com"
    made = {
        "over": create_token(session, "over", ["clearance:read"], actor=admin, moment=NOW, expires_at=SOON),
        "revoked": create_token(session, "revoked", ["clearance:read"], actor=admin, moment=NOW),
        "other": create_token(session, "other", ["deals:write", "reports:read"], actor=admin, moment=NOW),
    }
    revoke_token(session, 2, actor=admin, moment=NOW)
    session.commit()
    question = {"rep": "ana@example.com", "product": "keeper"}
    statuses = {
        name: client.get(
            "/api/v1/clearance", params=question, headers={"authorization": f"Bearer {secret}"}
        ).status_code
        for name, secret in made.items()
    }
    assert statuses == {"over": 401, "revoked": 401, "other": 403}


def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    client: TestClient, token: str, session: Session, ana: Person, keeper: Product
) -> None:
    session.add(RateLimit(key="api:1", window_started_at=NOW + timedelta(minutes=59), hits=600))
    session.commit()
    answer = client.get(
        "/api/v1/clearance",
        params={"rep": "ana@example.com", "product": "keeper"},
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
