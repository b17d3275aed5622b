"""The first page of each part: the one thing to do next, and the numbers with their sentences."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.certification.actions import assign
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.deals.reconciling.models import CrmSource, Reconciliation, SourceForm
from app.people.models import Role
from app.quizzes.models import Attempt
from app.webhooks.models import WebhookEndpoint
from factories import NOW, attest, deal, person, published_quiz, quiz_document, sellable, single, sitting
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
LONG_AGO = NOW - timedelta(days=500)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(browser: TestClient) -> str:
    answer = browser.get("/")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_nobody_sees_it_without_signing_in(client: TestClient) -> None:
    assert client.get("/").headers["location"] == "/sign-in?next=%2F"


def test_without_products_a_rep_is_told_what_will_be_here(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    session.commit()
    assert "No product is published yet." in text_of(sign_in("ana@example.com"))


def test_a_rep_nobody_has_asked_chooses(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    sellable(session)
    session.commit()
    assert "Choose your first product" in text_of(sign_in("ana@example.com"))


def test_a_rep_who_has_done_everything_is_told_so(session: Session, sign_in: SignIn) -> None:
    attest(session, person(session, "ana@example.com"), sellable(session))
    session.commit()
    text = text_of(sign_in("ana@example.com"))
    assert "Everything is done" in text
    assert "You may sell one product alone." in text
    assert "Valid through 22 November 2027 (364 days)" in text


def test_the_most_urgent_comes_first(session: Session, sign_in: SignIn) -> None:
    ana = person(session, "ana@example.com")
    assert ana.id is not None
    asked, renewing, waiting, graced = (
        sellable(session, slug, at=LONG_AGO) for slug in ("asked", "renewing", "waiting", "graced")
    )
    browser_text = []
    assign(session, ana.id, asked.id or 0, due_on=date(2026, 12, 24), by="m@example.com", moment=NOW)
    session.commit()
    browser = sign_in("ana@example.com")
    browser_text.append(text_of(browser))
    attest(session, ana, renewing, at=NOW - timedelta(days=350))
    session.commit()
    browser_text.append(text_of(browser))
    deal(session, products=[waiting], team={"owner": [ana]})
    session.commit()
    browser_text.append(text_of(browser))
    attest(session, ana, graced, at=NOW - timedelta(days=370))
    session.commit()
    browser_text.append(text_of(browser))
    titles = [text.partition('<h1 id="next">')[2].partition("</h1>")[0] for text in browser_text]
    assert titles == [f"Sign the red lines of {name}" for name in ("Asked", "Renewing", "Waiting", "Graced")]
    assert "You were asked to get certified by 24 December 2026." in browser_text[0]
    assert "waits for this certification: it closes on Friday, 11 December." in browser_text[2]
    assert "You were asked" not in browser_text[2].partition("</section>")[0]
    assert "you may sell it beside a cleared colleague only" in browser_text[3]


def test_a_suspended_rep_is_not_sent_to_work(session: Session, sign_in: SignIn) -> None:
    ana = person(session, "ana@example.com")
    keeper = sellable(session)
    sanction(
        session,
        ana.id or 0,
        keeper.id or 0,
        CertificationEventKind.SUSPENDED,
        reason="Promised a return.",
        by="carol@example.com",
        moment=NOW,
    )
    person(session, "carol@example.com", Role.COMPLIANCE)
    session.commit()
    text = text_of(sign_in("ana@example.com"))
    assert "Do this next" not in text
    assert "The certification has been suspended since 23 November 2026." in text
    assert ">Ana</a>" in text_of(sign_in("carol@example.com"))


def test_somebody_with_every_part_sees_every_part(session: Session, sign_in: SignIn) -> None:
    boss = person(session, "all@example.com", *Role)
    ana = person(session, "ana@example.com", manager=boss)
    demo = sellable(session, requirements=[{"sign_off": "demo"}])
    deal(session, products=[demo], team={"owner": [ana]})
    form = DemonstrationForm.DEMONSTRATION
    session.add(SignOffRequest(person_id=ana.id or 0, product_id=demo.id or 0, rubric="demo", form=form, asked_at=NOW))
    session.commit()
    text = text_of(sign_in("all@example.com"))
    for heading in ("What you may sell today", "Your team", "Your courses", "Suspended and revoked", "Accounts"):
        assert heading in text
    assert "2 people have no password yet." in text
    assert "Harbour Bakery Group" in text.partition("Deals at risk")[2]
    assert ">Ana</a>" in text.partition("Sign-offs that wait for you")[2]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.TRAINER, Role.COMPLIANCE, Role.ADMIN])
def test_an_empty_site_has_words_for_every_part(session: Session, sign_in: SignIn, role: Role) -> None:
    person(session, "one@example.com", role)
    session.commit()
    assert "<h1>Today</h1>" in text_of(sign_in("one@example.com"))


def test_an_admin_sees_what_does_not_get_through(session: Session, sign_in: SignIn) -> None:
    person(session, "admin@example.com", Role.ADMIN)
    endpoint = WebhookEndpoint(
        name="The CRM listens", url="https://crm.example.com", events=["deal.at_risk"], sealed_secret="sealed",
        created_at=NOW, created_by="admin@example.com", disabled_at=NOW,
    )  # fmt: skip
    source = CrmSource(
        name="Report of open deals", url="https://crm.example.com/open", form=SourceForm.CSV,
        created_at=NOW, created_by="admin@example.com",
    )  # fmt: skip
    session.add_all([endpoint, source])
    session.flush()
    run = Reconciliation(source_id=source.id, asked_by="system", started_at=NOW, lines=[], error="timeout")
    session.add(run)
    session.commit()
    admin = sign_in("admin@example.com")
    text = text_of(admin)
    assert [name in text for name in ("Other systems", "The CRM listens", "Report of open deals")] == [True] * 3
    endpoint.disabled_at, run.finished_at, run.error = None, NOW, ""
    session.commit()
    assert "Other systems" not in text_of(admin)


def test_the_number_of_statements_does_not_grow(session: Session, application: FastAPI, sign_in: SignIn) -> None:
    ana = person(session, "ana@example.com", *Role)
    deal(session, "D-own", products=[sellable(session)], team={"owner": [ana]})
    session.commit()
    browser = sign_in("ana@example.com")
    found = []
    for more in (0, 2):
        for number in range(more):
            extra = sellable(session, f"more-{number}")
            deal(session, f"D-{number}", products=[extra], team={"owner": [ana]})
            person(session, f"p{number}@example.com", manager=ana)
        assign(session, ana.id or 0, 1, due_on=None, by="m@example.com", moment=NOW)
        session.commit()
        text_of(browser)
        with count_statements(application.state.database) as statements:
            text_of(browser)
        found.append(len(statements))
    assert found[0] == found[1]


def test_what_a_rep_has_nothing_of_is_not_read(session: Session, application: FastAPI, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    sellable(session)
    session.commit()
    browser = sign_in("ana@example.com")
    found = []
    for more in ((), ("vela", "wisp")):
        for slug in more:
            sellable(session, slug)
        session.commit()
        text_of(browser)
        with count_statements(application.state.database) as statements:
            text_of(browser)
        found.append(len(statements))
    # who it is, the products, what there is, what is published and what changed, what is held, and what was done
    assert found == [7, 7]


def test_a_trainer_sees_the_quiz_that_most_people_fail(session: Session, sign_in: SignIn) -> None:
    person(session, "tom@example.com", Role.TRAINER)
    version = published_quiz(session)
    for number in range(5):
        somebody = person(session, f"p{number}@example.com")
        session.add(
            Attempt(
                person_id=somebody.id or 0,
                product_id=1,
                content_id=version.content_id,
                content_version_id=version.id or 0,
                number=1,
                started_at=NOW,
                finished_at=NOW,
                passed=number < 2,
            )
        )
    session.commit()
    assert "2 of 5 passed the first time" in text_of(sign_in("tom@example.com"))


def test_a_trainer_sees_which_questions_misbehave(session: Session, sign_in: SignIn) -> None:
    person(session, "tom@example.com", Role.TRAINER)
    items = [single("safe", critical=True), single("missed", critical=True), single("hard"), single("fine")]
    version = published_quiz(session, quiz_document(items=items), at=LONG_AGO)
    for number in range(20):
        answers = {"safe": 0, "missed": number % 2, "hard": 0 if number < 4 else 1, "fine": number % 2}
        sitting(session, version, person(session, f"rep{number}@example.com"), answers)
    session.commit()
    told = text_of(sign_in("tom@example.com")).partition("Questions that misbehave")[2].partition("</section>")[0]
    assert re.findall(r'href="/author/quizzes/keeper-quiz/results/(\w+)"', told) == ["missed", "hard"]
    assert "10 of 20 got it right the first time" in told
    assert "4 of 20 got it right the first time" in told


def test_nothing_is_read_twice_for_a_rep_with_deals(session: Session, application: FastAPI, sign_in: SignIn) -> None:
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    for number in range(2):
        deal(
            session,
            f"D-{number}",
            products=[sellable(session, f"sold-{number}")],
            team={"owner": [ana], "sales": [ben]},
        )
    session.commit()
    browser = sign_in("ana@example.com")
    text_of(browser)
    with count_statements(application.state.database) as statements:
        text_of(browser)
    assert len(statements) == len(set(statements)) == 15
