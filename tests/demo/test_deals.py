"""The demonstration's deals: what the gate asks, which exceptions there are, what customers said and suffered."""

from datetime import date, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import func, select, true
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.rules import Standing
from app.commands.demo_gate import next_friday
from app.commands.demo_incidents import LONG_AGO, TELLING_ITEM, TELLING_RED_LINE
from app.commands.demo_story import BOT, SHOPFRONT, WAF
from app.deals.briefing.queries import products
from app.deals.facts import deals
from app.deals.fieldnotes.content import parts
from app.deals.fieldnotes.models import FieldNote, NoteStatus
from app.deals.gate import states
from app.deals.incidents.lessons import costs, predictors
from app.deals.incidents.models import Incident, IncidentStatus
from app.deals.incidents.queries import red_lines_on
from app.deals.ledger.queries import kept_answer
from app.deals.ledger.replaying import replayed
from app.deals.models import Deal, DealContact, KeptClearance
from app.deals.policies.dryrun import beginning, try_out
from app.deals.policies.views import opened
from app.deals.policies.words import strictest
from app.deals.reconciling.models import Reconciliation
from app.deals.rules import ClearanceDecision, Enforcement
from app.deals.waivers.models import Waiver
from app.deals.waivers.rules import WaiverState, lapses_soon, state
from factories import signed_in
from telling import A_SUNDAY_NIGHT, verdict_of, with_email


def stands_of(session: Session, reference: str) -> dict[tuple[str, str], ClearanceDecision]:
    """What the gate answers about a deal on the night of the story, by address and product."""
    (state,) = states(session, deals(session, col(Deal.reference) == reference, None), A_SUNDAY_NIGHT)
    return {
        (member.email, each.decision.product): each.decision.decision
        for member, answer in state.team
        for each in answer.products
    }


def test_the_gate_warns_until_friday_and_asks_more_of_a_region(told: Session) -> None:
    friday = date(2026, 11, 27)
    before = opened(told, SHOPFRONT, A_SUNDAY_NIGHT)
    assert strictest(before.now.policy) is Enforcement.WARN
    assert [(each.first, strictest(each.policy)) for each in before.coming] == [(friday, Enforcement.BLOCK)]
    switch = try_out(
        told, before.product.id, before.now.policy, before.coming[0].policy, beginning(friday, A_SUNDAY_NIGHT)
    )
    assert {each.person.name for each in switch.run.people} == {"王思远", "周航"}
    assert [each.reference for each in switch.run.stopped.found] == ["D-20422"]
    asked = opened(told, WAF, A_SUNDAY_NIGHT).now.policy.requirements
    assert [(each.level, set(each.regions)) for each in asked] == [("", set()), ("lead", {"CN"})]
    assert next_friday(friday) == friday + timedelta(days=7)


def test_exceptions_wait_hold_were_refused_and_are_over(told: Session) -> None:
    today = A_SUNDAY_NIGHT.date()
    found = sorted(
        (email, state(approved=approved, ended=ended, through=through, today=today), emergency, reviewed)
        for email, approved, ended, through, emergency, reviewed in with_email(
            told,
            col(Waiver.approved),
            col(Waiver.ended_at).is_not(None),
            col(Waiver.through),
            col(Waiver.break_glass),
            col(Waiver.review).is_not(None),
            of=col(Waiver.person_id),
        )
    )
    assert found == [
        ("konstantinos.papadimitriou@example.com", WaiverState.HOLDS, True, False),
        ("marek.nowak@example.com", WaiverState.OVER, False, False),
        ("marek.nowak@example.com", WaiverState.WAITING, False, False),
        ("rep2@example.com", WaiverState.HOLDS, False, False),
        ("rep@example.com", WaiverState.REFUSED, False, False),
        ("teo.lindqvist@example.com", WaiverState.HOLDS, False, False),
    ]
    lapses = told.scalars(
        select(col(Waiver.through)).where(col(Waiver.approved).is_(True), col(Waiver.through) >= today)
    )
    assert sum(lapses_soon(each, today) for each in lapses) == 2
    assert stands_of(told, "D-20426") == {
        ("ines.carvalho@example.com", WAF): ClearanceDecision.CLEARED,
        ("teo.lindqvist@example.com", WAF): ClearanceDecision.CLEARED_BY_WAIVER,
    }


def test_deals_were_won_and_lost_and_people_are_met(told: Session) -> None:
    ended = told.execute(select(col(Deal.reference), col(Deal.outcome)).where(col(Deal.outcome).is_not(None)))
    assert {tuple(row) for row in ended} == {("D-20425", "won"), ("D-20427", "lost")}
    met = told.execute(select(col(DealContact.deal_id)).distinct()).all()
    assert len(met) == told.scalar(select(func.count()).select_from(Deal))
    briefs = {
        each.reference: [(len(brief.tracks), len(brief.cases)) for brief in products(told, each, A_SUNDAY_NIGHT)]
        for each in deals(told, true(), None)
    }
    assert (briefs["D-20417"], briefs["D-20422"], briefs["D-20426"]) == ([(0, 0), (1, 0)], [(1, 1)], [(1, 1)])


def test_what_customers_said_waits_is_taken_and_led_to_something(told: Session) -> None:
    counted = told.execute(select(col(FieldNote.status), func.count()).group_by(col(FieldNote.status)))
    assert {row[0]: row[1] for row in counted} == {
        NoteStatus.NEW: 3,
        NoteStatus.TAKEN: 1,
        NoteStatus.ANSWERED: 2,
        NoteStatus.CLOSED: 2,
    }
    for product_id, slug, address in told.execute(
        select(col(FieldNote.product_id), col(Product.slug), col(FieldNote.led_to))
        .join(Product, col(Product.id) == col(FieldNote.product_id))
        .where(col(FieldNote.led_to) != "")
    ):
        assert address in parts(told, product_id, slug, A_SUNDAY_NIGHT)


def test_incidents_had_consequences_and_teach_something(told: Session) -> None:
    counted = told.execute(select(col(Incident.status), func.count()).group_by(col(Incident.status)))
    assert {row[0]: row[1] for row in counted} == {
        IncidentStatus.OPEN: 1,
        IncidentStatus.CONFIRMED: 3 + len(LONG_AGO),
        IncidentStatus.DISMISSED: 1,
    }
    assert verdict_of(told, "wang.siyuan@example.com", BOT).standing is Standing.SUSPENDED
    for red_line, happened_on, slug in told.execute(
        select(col(Incident.red_line), col(Incident.happened_on), col(Product.slug)).join(
            Product, col(Product.id) == col(Incident.product_id)
        )
    ):
        assert red_line in red_lines_on(told, slug, happened_on)
    assert [(each.red_line, each.number) for each in costs(told, SHOPFRONT)] == [
        (TELLING_RED_LINE, len(LONG_AGO)),
        ("sm.unapproved-price", 2),
    ]
    shopfront = told.scalars(select(col(Product.id)).where(col(Product.slug) == SHOPFRONT)).one()
    told_by = {each.item: each.comparison for each in predictors(told, shopfront or 0)}
    assert told_by[TELLING_ITEM].crossed.people == len(LONG_AGO)
    assert (told_by[TELLING_ITEM].difference or 0) > 0


def test_the_crm_compared_its_teams_and_its_questions_open_again(told: Session) -> None:
    (run,) = told.scalars(select(Reconciliation))
    assert (run.rows, run.same, run.different, run.unknown, run.missing, run.wrong, run.error) == (
        10,
        3,
        5,
        1,
        1,
        1,
        "",
    )
    numbers = told.scalars(select(col(KeptClearance.id)).where(col(KeptClearance.decision_id).is_(None))).all()
    found = [kept_answer(told, number) for number in numbers]
    assert {(each.name, each.answer["decision"]) for each in found} == {
        ("Ana Duarte", ClearanceDecision.NOT_CLEARED),
        ("林瑶", ClearanceDecision.NOT_CLEARED),
        ("Teo Lindqvist", ClearanceDecision.CLEARED_BY_WAIVER),
    }
    assert all(replayed(told, each).same and replayed(told, each).rule_agrees for each in found)


@pytest.mark.parametrize(
    ("email", "address", "words"),
    [
        ("compliance@example.com", "/", "2 wait for you."),
        ("compliance@example.com", f"/gate/{SHOPFRONT}", "From 27 November 2026 on"),
        ("compliance@example.com", "/waivers", "Given in an emergency, to review"),
        ("compliance@example.com", "/incidents", "Shoppers were greeted by a “colleague”"),
        ("compliance@example.com", f"/incidents/lessons?product={SHOPFRONT}", "No superlatives about ourselves"),
        ("trainer@example.com", "/", "4 field notes wait for an answer."),
        ("trainer@example.com", "/field-notes", "Her reseller had told her so."),
        ("manager@example.com", "/deals", "Checkout before the January sales"),
        ("manager@example.com", "/deals/D-20426", "By exception"),
        ("manager@example.com", "/reconciliations/1", "Only in the CRM"),
        ("admin@example.com", "/gate", "Require approval"),
        ("rep@example.com", "/deals/D-20417/brief", "Talk track: restaurants and cafés"),
        ("rep@example.com", "/waivers", "Refused"),
        ("rep2@example.com", "/deals/D-20424/brief", "一年后要经得起审计"),
    ],
)
def test_everybody_has_something_to_see(shown: FastAPI, email: str, address: str, words: str) -> None:
    with time_machine.travel(A_SUNDAY_NIGHT, tick=False):
        answer = signed_in(shown, email).get(address)
    assert answer.status_code == 200
    assert words in " ".join(answer.text.split())
