"""A certification is revoked, the rep is told and appeals, somebody else grants it; each speaks another language."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.queries import record
from app.clock import now
from app.database import Database
from app.people.models import Person, PersonRole, Role
from browsing import audit
from languages import speaks_every_language

REP, PRODUCT = "ines.carvalho@example.com", "perimeter-waf"


def ids(session: Session) -> tuple[int, int]:
    """The rep's and the product's."""
    rep = session.scalars(select(col(Person.id)).where(col(Person.email) == REP)).one()
    product = session.scalars(select(col(Product.id)).where(col(Product.slug) == PRODUCT)).one()
    return rep or 0, product or 0


def may_sell(stored: Database) -> bool:
    with stored.read() as session:
        found = record(session, *ids(session), now())
    return found is not None and found.verdict.allowed


def look(page: Page) -> None:
    audit(page)
    speaks_every_language(page)


def test_from_a_revocation_to_a_granted_appeal(sign_in_as: Callable[..., Page], stored: Database) -> None:
    with stored.write() as session:
        rep_id, _product = ids(session)
        admin = session.scalars(select(col(Person.id)).where(col(Person.email) == "admin@example.com")).one()
        session.add(PersonRole(person_id=admin or 0, role=Role.COMPLIANCE))
    assert may_sell(stored)

    carol = sign_in_as("compliance@example.com", at=f"/team/people/{rep_id}")
    deciding = carol.locator(f"#decide-{PRODUCT}")
    deciding.locator("summary").click()
    deciding.locator("[name=kind]").select_option("revoked")
    deciding.locator("[name=preset]").select_option("customer_harmed")
    deciding.locator("[name=reason]").fill("The customer wrote to us.")
    deciding.locator("[name=case]").fill("https://crm.example.com/tickets/4711")
    deciding.locator("[name=confirmed]").check()
    look(carol)
    deciding.locator("button[type=submit]").click()
    expect(carol.locator(f"#product-{PRODUCT}")).to_contain_text("The customer wrote to us.")
    assert not may_sell(stored)

    rep = sign_in_as(REP, speaking="zh-Hans")
    told = rep.locator(".notice.stop").filter(has_text="The customer wrote to us.")
    expect(told).to_be_visible()
    look(rep)
    told.get_by_role("link").click()
    expect(rep).to_have_url(re.compile(r"/certifications/appeals/\d+$"))
    rep.locator("[name=text]").fill("I sent the table of the case study, as they had asked.")
    look(rep)
    rep.get_by_role("main").locator("button[type=submit]").click()
    expect(rep.locator("form[action$=withdraw]")).to_be_visible()

    other = sign_in_as("admin@example.com", at="/review", speaking="zh-Hant")
    other.locator("a[href='/review/appeals']").first.click()
    look(other)
    # the oldest come first, and the demonstration has one
    other.get_by_role("main").locator("a[href^='/review/appeals/']").last.click()
    expect(other.get_by_role("main")).to_contain_text("I sent the table of the case study")
    other.locator("[name=outcome]").select_option("granted")
    other.locator("[name=answer]").fill("The table says what it says.")
    look(other)
    other.get_by_role("main").locator("button[type=submit]").click()
    expect(other.locator("[name=answer]")).to_have_count(0)

    rep.goto("/")
    expect(told).to_have_count(0)
    assert may_sell(stored)
