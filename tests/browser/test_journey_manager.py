"""A manager sees who may sell what and staffs a deal; an administrator opens and closes an account."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from browsing import Faults, audit, sign_in

MANAGER = "manager@example.com"
DEAL = "Guest chat for fourteen shops"
PASSWORD = "a long and harmless sentence"


def test_matrix_filter_record_and_file(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(MANAGER, at="/team")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who may sell what")
    table = page.get_by_role("table", name=re.compile("Standing of each person"))
    expect(table.get_by_role("rowheader")).to_have_count(12)

    page.get_by_label("Team", exact=True).select_option(label="Iberia")
    expect(table.get_by_role("rowheader")).to_have_count(6)
    expect(page).to_have_url(re.compile("team="))
    page.get_by_label("Show", exact=True).select_option(label="Cannot sell today")
    expect(page).to_have_url(re.compile("show=cannot"))
    expect(table.get_by_role("row", name=re.compile("Inês Carvalho"))).to_contain_text("Suspended")
    filtered = page.url
    page.reload()
    assert page.url == filtered
    expect(page.get_by_label("Show", exact=True)).to_have_value("cannot")

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    rows = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert "Inês Carvalho" in {cell for row in rows for cell in row}
    assert {len(row) for row in rows} == {len(rows[0])}

    table.get_by_role("link", name="Inês Carvalho").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inês Carvalho")
    expect(page.get_by_role("main")).to_contain_text("Suspended")
    audit(page)


def test_a_refusal_says_why_and_a_cleared_colleague_joins(sign_in_as: Callable[..., Page], faults: Faults) -> None:
    page = sign_in_as(MANAGER, at="/deals")
    page.get_by_role("main").get_by_role("link", name=DEAL).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DEAL)
    team = page.get_by_role("table", name="Team")
    expect(team.get_by_role("rowheader")).to_have_count(2)

    adding = page.get_by_role("region", name="Add somebody")
    adding.get_by_label("Person").select_option("marek.nowak@example.com")
    with faults.expecting(409, 422):
        adding.get_by_role("button", name="Add to the deal").click()
        expect(adding.get_by_role("alert")).to_contain_text("Nothing on the deal has changed.")
    expect(adding.get_by_role("alert")).to_contain_text("The quiz has not been passed.")
    expect(team.get_by_role("rowheader")).to_have_count(2)
    audit(page)

    adding.get_by_label("Person").select_option("teo.lindqvist@example.com")
    adding.get_by_role("button", name="Add to the deal").click()
    expect(team.get_by_role("rowheader", name=re.compile("Teo Lindqvist"))).to_be_visible()
    expect(page.get_by_role("region", name="What was decided")).to_contain_text("Marek Nowak")
    audit(page)


def test_account_from_its_first_link_to_its_end(
    sign_in_as: Callable[..., Page], browse: Callable[..., Page], faults: Faults
) -> None:
    admin = sign_in_as("admin@example.com", at="/admin/people")
    expect(admin.get_by_role("heading", level=1)).to_have_text("People")
    admin.get_by_role("link", name="Add a person").click()
    admin.get_by_label("Name", exact=True).fill("Nora Berg")
    admin.get_by_label("E-mail", exact=True).fill("nora.berg@example.com")
    admin.get_by_role("checkbox", name="Rep", exact=True).check()
    admin.get_by_role("button", name="Save").click()
    admin.get_by_role("button", name="Make a password link").click()
    link = admin.get_by_role("status").locator("code").inner_text()
    audit(admin)

    newcomer = browse()
    newcomer.goto(link)
    for field in newcomer.get_by_label(re.compile("password", re.IGNORECASE)).all():
        field.fill(PASSWORD)
    audit(newcomer)
    newcomer.get_by_role("main").get_by_role("button").click()
    expect(newcomer.get_by_text("Your password is set. Sign in with it.")).to_be_visible()
    sign_in(newcomer, "nora.berg@example.com", PASSWORD)
    expect(newcomer.get_by_role("banner")).to_contain_text("Nora Berg")
    with faults.expecting(404):
        newcomer.goto(link)
        expect(newcomer.get_by_role("main")).to_contain_text("This link was used already or has ended.")

    admin.get_by_role("button", name="Deactivate").click()
    expect(admin.get_by_role("main")).to_contain_text("Deactivated on")
    newcomer.goto("/account")
    expect(newcomer).to_have_url(re.compile("/sign-in"))
