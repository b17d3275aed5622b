"""Levels of a program, and programs that ask for a certification on another product, as they are stored and asked."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.catalog.evidence import announce
from app.catalog.models import Product
from app.certification.models import (
    CertificationEventKind,
    CreditKind,
    PeriodExtension,
    RequirementCredit,
    SignOff,
    SignOffOutcome,
)
from app.certification.queries import periods, record
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing
from app.certification.sanctions.actions import sanction
from app.certification.words import sentence
from app.deals.queries import Question, clearances
from app.people.models import Person, Role
from app.web.i18n import speaking
from factories import NOW, attest, person, sellable

DAY = timedelta(days=1)
SIGN: dict[str, Any] = {"attest": "redlines"}
LEAD = [{"id": "lead", "name": "Lead", "requirements": [{"sign_off": "demo"}]}]


def show(session: Session, who: Person, what: Product, *, days: int) -> None:
    """A demonstration that an assessor passed, so many days after NOW."""
    tom = person(session, f"tom{days}@example.com", Role.TRAINER)
    session.add(
        SignOff(
            person_id=who.id or 0, product_id=what.id or 0, rubric="demo", outcome=SignOffOutcome.PASSED,
            assessor_id=tom.id or 0, decided_at=NOW + days * DAY,
        )
    )  # fmt: skip
    announce(session, who.id or 0, what.id or 0, NOW + days * DAY)


def stand(session: Session, who: Person, what: Product, days: int, level: str = "") -> Standing:
    found = record(session, who.id or 0, what.id or 0, NOW + days * DAY)
    assert found is not None
    return found.at(level).verdict.standing


def test_each_level_has_periods_of_its_own(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, requirements=[SIGN], levels=LEAD)
    attest(session, ana, keeper)
    assert (stand(session, ana, keeper, 1), stand(session, ana, keeper, 1, "lead")) == (
        Standing.CERTIFIED,
        Standing.IN_PROGRESS,
    )
    show(session, ana, keeper, days=30)
    held = {each.level: (each.number, each.done_on) for each in periods(session, ana.id or 0)}
    assert held == {"": (1, NOW.date()), "lead": (1, NOW.date() + 30 * DAY)}


@pytest.mark.parametrize(("deal_level", "allowed"), [(None, [True, True]), ("lead", [False, True])])
def test_the_gate_asks_for_the_level_that_the_program_names(
    session: Session, deal_level: str | None, allowed: list[bool]
) -> None:
    ana = person(session, "ana@example.com")
    more: dict[str, Any] = {"deal_level": deal_level} if deal_level else {}
    keeper = sellable(session, requirements=[SIGN], levels=LEAD, **more)
    attest(session, ana, keeper)
    found = clearances(session, [Question(rep=ana.email, products=("keeper",))], NOW + DAY)
    show(session, ana, keeper, days=2)
    found += clearances(session, [Question(rep=ana.email, products=("keeper",))], NOW + 3 * DAY)
    assert [each.allowed for each in found] == allowed
    refused = [reason.code for each in found for reason in each.product("keeper").decision.reasons]
    assert refused == (["sign_off_missing"] if deal_level else [])


def test_what_was_waiting_for_another_certification_is_awarded_with_it(session: Session) -> None:
    ana = person(session, "ana@example.com")
    keeper = sellable(session, "keeper", requirements=[SIGN])
    porter = sellable(session, "porter", requirements=[{"certified": "keeper"}, SIGN])
    attest(session, ana, porter)
    before = record(session, ana.id or 0, porter.id or 0, NOW)
    attest(session, ana, keeper, at=NOW + DAY, number=1)
    assert before is not None
    assert [each.requirement.key for each in before.verdict.missing] == ["keeper"]
    assert {each.slug: each.done_on for each in periods(session, ana.id or 0)} == {
        "keeper": NOW.date() + DAY,
        "porter": NOW.date() + DAY,
    }


def test_a_suspended_certification_opens_no_other(session: Session) -> None:
    ana = person(session, "ana@example.com")
    keeper = sellable(session, "keeper", requirements=[SIGN])
    porter = sellable(session, "porter", requirements=[{"certified": "keeper/standard"}, SIGN])
    attest(session, ana, keeper)
    by = "compliance@example.com"
    sanction(
        session, ana.id or 0, keeper.id or 0, CertificationEventKind.SUSPENDED, moment=NOW + DAY, reason="why", by=by
    )
    attest(session, ana, porter, at=NOW + 2 * DAY)
    assert stand(session, ana, porter, 3) is Standing.IN_PROGRESS
    sanction(
        session,
        ana.id or 0,
        keeper.id or 0,
        CertificationEventKind.REINSTATED,
        moment=NOW + 4 * DAY,
        reason="why",
        by=by,
    )
    assert stand(session, ana, porter, 4) is Standing.CERTIFIED


@pytest.mark.parametrize("other", ["porter", "keeper/lead", "nothing"])
def test_what_cannot_be_held_certifies_nobody(session: Session, other: str) -> None:
    ana = person(session, "ana@example.com")
    sellable(session, "keeper", requirements=[SIGN])
    porter = sellable(session, "porter", requirements=[{"certified": other}, SIGN])
    attest(session, ana, porter)
    assert periods(session, ana.id or 0) == []
    assert stand(session, ana, porter, 1) is Standing.IN_PROGRESS


WAF = {"en": "Perimeter WAF", "zh-Hans": "边界防火墙"}
NAMED_LEAD = [{"id": "lead", "name": {"en": "Lead", "zh-Hans": "主管"}, "requirements": [{"sign_off": "demo"}]}]


@pytest.mark.parametrize(
    ("asked", "locale", "called"),
    [
        ("waf", "en", "Perimeter WAF"),
        ("waf/standard", "en", "Perimeter WAF"),
        ("waf/lead", "en", "Perimeter WAF · Lead"),
        ("waf/lead", "zh-Hans", "边界防火墙 · 主管"),
        ("waf/lead", "zh-Hant", "边界防火墙 · 主管"),
        ("gone", "en", "gone"),
    ],
)
def test_a_certification_that_is_missing_is_called_by_its_name(
    session: Session, asked: str, locale: str, called: str
) -> None:
    ana = person(session, "ana@example.com")
    sellable(session, "waf", levels=NAMED_LEAD).name = WAF
    porter = sellable(session, "porter", requirements=[{"certified": asked}])
    found = record(session, ana.id or 0, porter.id or 0, NOW)
    assert found is not None
    (reason,) = found.verdict.reasons
    with speaking(locale):
        # the name stands at the end of the sentence, in each language
        assert sentence(reason).rstrip("。.").endswith((f": {called}", f"：{called}"))


def test_an_extension_moves_the_days_and_not_the_baseline(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, requirements=[SIGN])
    attest(session, ana, keeper)
    (period,) = periods(session, ana.id or 0)
    through = period.valid_through + 20 * DAY
    at = NOW + 300 * DAY
    session.add(PeriodExtension(period_id=period.id, through=through, reason="Parental leave", at=at, by="m@e.com"))
    session.flush()
    (extended,) = periods(session, ana.id or 0)
    assert (extended.valid_through, extended.grace_through, extended.baseline_through, extended.window_opens_on) == (
        through, period.grace_through + 20 * DAY, period.valid_through, period.window_opens_on,
    )  # fmt: skip
    assert [each.valid_through for each in periods(session, ana.id or 0, at - DAY)] == [period.valid_through]
    attest(session, ana, keeper, at=at + 70 * DAY, number=2)  # in the days that the extension gave
    newest = periods(session, ana.id or 0)[0]
    assert newest.valid_through == period.valid_through.replace(year=period.valid_through.year + 1)


@pytest.mark.parametrize(
    ("kind", "through", "ended_after", "renewed"),
    [
        pytest.param(CreditKind.EQUIVALENCE, None, None, False, id="what was done once counts once"),
        pytest.param(CreditKind.EQUIVALENCE, 800, None, True, id="what still holds counts again"),
        pytest.param(CreditKind.EXEMPTION, None, None, True, id="an exemption lasts"),
        pytest.param(CreditKind.EXEMPTION, None, 100, False, id="until it is ended"),
        pytest.param(CreditKind.EXEMPTION, 100, None, False, id="or ends"),
    ],
)
def test_a_credit_stands_in_for_a_requirement(
    session: Session, kind: CreditKind, through: int | None, ended_after: int | None, *, renewed: bool
) -> None:
    ana, tom = person(session, "ana@example.com"), person(session, "tom@example.com", Role.COMPLIANCE)
    keeper = sellable(session, requirements=[SIGN, {"sign_off": "demo"}])
    session.add(
        RequirementCredit(
            person_id=ana.id or 0, product_id=keeper.id or 0, kind=kind,
            requirement_kind=RequirementKind.SIGN_OFF, requirement_key="demo", title="t", reason="r",
            done_on=NOW.date(), through=NOW.date() + through * DAY if through else None, asked_at=NOW,
            asked_by=ana.id or 0, approved=True, decided_at=NOW, decided_by=tom.id,
            ended_at=NOW + ended_after * DAY if ended_after else None,
        )
    )  # fmt: skip
    attest(session, ana, keeper)
    assert stand(session, ana, keeper, 1) is Standing.CERTIFIED
    attest(session, ana, keeper, at=NOW + 350 * DAY, number=2)
    assert stand(session, ana, keeper, 351) is (Standing.CERTIFIED if renewed else Standing.RENEWAL_OPEN)
