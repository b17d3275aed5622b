"""What compliance sees and does, and what it does not see."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind
from app.certification.models import CertificationEvent
from app.conduct.forgetting import forget_old
from app.conduct.models import Disposition, Finding, NameOpening, SentText, Violation
from app.conduct.reviewing.queries import outcome
from app.conduct.reviewing.reading import MOST_SHOWN
from app.database import Database
from app.deals.queries import Question, clearances
from app.people.models import Person, Role
from factories import attest, deal, person, published, redline, sellable, sent_text, signed_in
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
NOW = datetime.now(UTC)
EMAIL = "zebedee.quillfeather@example.com"
LONG_AGO = NOW - timedelta(days=30)
TEXT = """Dear Ms Amaral, this is Zebedee Quillfeather.
We guarantee keeper.return for you. Also keeper.price, and no keeper.return a second time.
Kind regards, zebedee.quillfeather@example.com"""
BEFORE = re.compile(rb"zebedee|quillfeather", re.IGNORECASE)


@pytest.fixture
def rep(session: Session) -> Person:
    """A certified rep who sent a mail with three findings, signed with name and address, and has a deal."""
    keeper = sellable(session, at=LONG_AGO)
    zed = person(session, EMAIL, name="Zebedee Quillfeather", at=LONG_AGO)
    attest(session, zed, keeper, at=LONG_AGO)
    deal(session, products=[keeper], team={"owner": [zed]}, stage="proposal", close_date=None, at=LONG_AGO)
    sent_text(
        session,
        zed,
        TEXT,
        products=["keeper"],
        title="Mail of Zebedee Quillfeather",
        note="Is it right? Zebedee",
        at=LONG_AGO + timedelta(hours=1),
    )
    person(session, "carol@example.com", Role.COMPLIANCE, name="Carol")
    person(session, "colin@example.com", Role.COMPLIANCE, name="Colin")
    session.commit()
    return zed


@pytest.fixture
def carol(rep: Person, sign_in: SignIn) -> TestClient:
    """A reviewer."""
    del rep
    return sign_in("carol@example.com")


def stored(session: Session, wanted: Select[Any]) -> list[Any]:
    """Read as it is now, and let others write."""
    found = list(session.scalars(wanted.execution_options(populate_existing=True)))
    session.commit()
    return found


def audited(session: Session, action: str) -> list[dict[str, Any]]:
    wanted = select(AuditEntry).where(col(AuditEntry.action) == action).order_by(col(AuditEntry.id))
    return [{"actor": each.actor, **each.details} for each in stored(session, wanted)]


def finding(session: Session, number: int = 1) -> Finding:
    found: Finding = stored(session, select(Finding).order_by(col(Finding.start), col(Finding.id)))[number - 1]
    return found


def url(session: Session, number: int = 1) -> str:
    each = finding(session, number)
    return f"/review/texts/{each.sent_text_id}/findings/{each.id}"


def text_url(session: Session) -> str:
    (number,) = stored(session, select(col(SentText.id)))
    return f"/review/texts/{number}"


def decided_at(session: Session, number: int = 1) -> str:
    moment = finding(session, number).decided_at
    return moment.isoformat() if moment else ""


def confirm(session: Session, reviewer: TestClient, number: int = 1) -> None:
    assert reviewer.post(url(session, number), data={"disposition": "confirmed"}).status_code == 303


def open_name(session: Session, reviewer: TestClient) -> None:
    assert reviewer.post(f"{text_url(session)}/name", data={"reason": "To talk about it."}).status_code == 303


def test_no_page_holds_a_name_before_it_is_opened(session: Session, carol: TestClient) -> None:
    for page in ("/review", "/review?show=decided", "/review/rules", text_url(session)):
        answer = carol.get(page)
        assert answer.status_code == 200
        assert not BEFORE.search(answer.content), page

    hidden = carol.get(text_url(session)).text
    assert "Person 1" in hidden
    assert "this is ••••••• ••••••••••••" in hidden
    assert carol.post(url(session), data={"disposition": "allowed"}).status_code == 422
    assert not BEFORE.search(carol.post(url(session), data={"disposition": "allowed"}).content)


def test_a_name_is_opened_with_a_reason_that_is_on_record(session: Session, carol: TestClient, sign_in: SignIn) -> None:
    refused = carol.post(f"{text_url(session)}/name", data={"reason": " "})
    assert (refused.status_code, BEFORE.search(refused.content)) == (422, None)

    open_name(session, carol)
    open_name(session, carol)

    shown = carol.get(text_url(session)).text
    assert "Zebedee Quillfeather" in shown
    assert "To talk about it." in shown
    assert len(stored(session, select(NameOpening))) == 1
    assert audited(session, "name.opened") == [{"actor": "carol@example.com", "reason": "To talk about it."}]
    assert not BEFORE.search(sign_in("colin@example.com").get(text_url(session)).content), "open to Carol alone"


def test_the_sender_is_told_that_the_name_was_seen(session: Session, carol: TestClient, sign_in: SignIn) -> None:
    sender = sign_in(EMAIL)
    told = "A reviewer saw your name"
    where = text_url(session).replace("/review/texts", "/check/sent")
    assert told not in sender.get(where).text
    open_name(session, carol)
    assert told in sender.get(where).text


def test_the_trail_does_not_tell_whose_text_a_number_is(session: Session, rep: Person) -> None:
    (sent,) = stored(session, select(SentText))
    (entry,) = stored(session, select(AuditEntry).where(col(AuditEntry.action) == "text.sent"))

    assert entry.actor == rep.email
    assert entry.subject == sent.key[:12]
    assert str(sent.id) not in (entry.subject, *map(str, entry.details.values()))


@pytest.mark.parametrize("role", [Role.REP, Role.TRAINER, Role.MANAGER, Role.ADMIN])
def test_nobody_else_sees_reviews(session: Session, rep: Person, sign_in: SignIn, role: Role) -> None:
    other = person(session, "other@example.com", role)
    rep.manager_id = other.id
    session.commit()

    assert sign_in("other@example.com").get("/review").status_code == 403
    assert sign_in("other@example.com").get(text_url(session)).status_code == 403


DECISIONS = [
    ({"disposition": "confirmed"}, 303, Disposition.CONFIRMED),
    ({"disposition": "allowed", "note": "A joke."}, 303, Disposition.ALLOWED),
    ({"disposition": "wrong_match", "note": "A name."}, 303, Disposition.WRONG_MATCH),
    ({"disposition": "allowed"}, 422, Disposition.OPEN),
    ({"disposition": "wrong_match", "note": " "}, 422, Disposition.OPEN),
    ({"disposition": "duplicate"}, 422, Disposition.OPEN),
    ({"disposition": "duplicate", "original": "999999"}, 422, Disposition.OPEN),
    ({"disposition": "open"}, 422, Disposition.OPEN),
    ({"disposition": "guilty"}, 422, Disposition.OPEN),
    ({}, 422, Disposition.OPEN),
    ({"disposition": "confirmed", "seen": "yesterday"}, 409, Disposition.OPEN),
]


@pytest.mark.parametrize(("sent", "status", "decided"), DECISIONS)
def test_a_finding_is_decided_about(
    session: Session, carol: TestClient, sent: dict[str, str], status: int, decided: Disposition
) -> None:
    assert carol.post(url(session), data=sent).status_code == status
    assert finding(session).disposition is decided


def test_a_duplicate_names_what_it_repeats(session: Session, carol: TestClient) -> None:
    first = finding(session, 1).id
    assert carol.post(url(session, 3), data={"disposition": "duplicate", "original": first}).status_code == 303
    assert finding(session, 3).duplicate_of == first
    back = carol.post(url(session, 1), data={"disposition": "duplicate", "original": finding(session, 3).id})
    assert back.status_code == 409, "two cannot repeat each other"
    assert "Finding 1 of this text" in carol.get(text_url(session)).text


def test_a_decision_shows_who_when_and_why(session: Session, carol: TestClient, sign_in: SignIn) -> None:
    carol.post(url(session), data={"disposition": "allowed", "note": "Said to a lawyer."})
    shown = sign_in("colin@example.com").get(text_url(session)).text
    assert "Said to a lawyer." in shown
    assert "Carol, " in shown


def test_of_two_reviewers_one_is_first(session: Session, carol: TestClient, sign_in: SignIn) -> None:
    colin = sign_in("colin@example.com")
    confirm(session, carol)
    late = colin.post(url(session), data={"disposition": "wrong_match", "note": "A name."})
    assert late.status_code == 409
    assert "Somebody has decided about this finding meanwhile." in late.text
    assert finding(session).disposition is Disposition.CONFIRMED


def test_a_second_click_is_the_first(session: Session, carol: TestClient) -> None:
    confirm(session, carol)
    confirm(session, carol)
    decided = audited(session, "finding.decided")
    assert [(each["before"], each["decision"]) for each in decided] == [("open", "confirmed")]


def test_of_two_at_once_one_is_first(session: Session, rep: Person, application: FastAPI) -> None:
    del rep
    together, address = Barrier(2), url(session)
    browsers = [signed_in(application, f"{name}@example.com") for name in ("carol", "colin")]
    sent: list[dict[str, Any]] = [{"disposition": "confirmed"}, {"disposition": "allowed", "note": "A joke."}]

    def send(number: int) -> int:
        together.wait()
        return browsers[number].post(address, data=sent[number]).status_code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, range(2))) == [303, 409]
    assert len(audited(session, "finding.decided")) == 1


def test_a_decision_is_changed_with_a_reason_until_a_violation_rests_on_it(session: Session, carol: TestClient) -> None:
    confirm(session, carol)
    again = {"disposition": "allowed", "seen": decided_at(session)}
    assert carol.post(url(session), data=again).status_code == 422
    assert carol.post(url(session), data={**again, "note": "The customer asked."}).status_code == 303
    decided = audited(session, "finding.decided")
    assert [(each["before"], each["decision"], each["note"]) for each in decided] == [
        ("open", "confirmed", ""),
        ("confirmed", "allowed", "The customer asked."),
    ]

    confirm(session, carol, 2)
    open_name(session, carol)
    follow(session, carol, 2, consequence="none", reason="Once.")
    late = {"disposition": "allowed", "note": "No.", "seen": decided_at(session, 2)}
    assert carol.post(url(session, 2), data=late).status_code == 409


def test_nobody_decides_about_the_own_text(session: Session, rep: Person, sign_in: SignIn) -> None:
    (carol,) = stored(session, select(Person).where(col(Person.email) == "carol@example.com"))
    sent_text(session, carol, "We guarantee keeper.return.", products=["keeper"], at=NOW)
    session.commit()
    own = stored(session, select(Finding).order_by(col(Finding.id).desc()))[0]
    address = f"/review/texts/{own.sent_text_id}/findings/{own.id}"

    browser = sign_in("carol@example.com")
    assert browser.post(address, data={"disposition": "wrong_match", "note": "Mine."}).status_code == 403
    assert "You sent this text yourself" in browser.get(f"/review/texts/{own.sent_text_id}").text
    assert sign_in("colin@example.com").post(address, data={"disposition": "confirmed"}).status_code == 303


def follow(session: Session, reviewer: TestClient, number: int = 1, *, status: int = 303, **sent: str) -> str:
    answer = reviewer.post(f"{url(session, number)}/violation", data=sent)
    assert answer.status_code == status, answer.text
    return answer.text


def test_nothing_follows_before_a_finding_is_confirmed_and_the_name_open(session: Session, carol: TestClient) -> None:
    def coach(status: int) -> None:
        follow(session, carol, status=status, consequence="coaching", reason="Talk about it.")

    coach(409)
    confirm(session, carol)
    coach(409)
    open_name(session, carol)
    follow(session, carol, status=422, consequence="coaching", reason=" ")
    follow(session, carol, status=422, consequence="recertification", reason="Again.")
    coach(303)
    coach(409)

    assert [(v.consequence, v.reason, v.by) for v in stored(session, select(Violation))] == [
        ("coaching", "Talk about it.", "carol@example.com")
    ]


def cleared(database: Database) -> list[Any]:
    with database.read() as session:
        (answer,) = clearances(session, [Question(rep=EMAIL, products=("keeper",), deal="D-1")], datetime.now(UTC))
    return [(each.decision.decision, [reason.code for reason in each.decision.reasons]) for each in answer.products]


def test_a_suspension_holds_at_the_gate_at_once_and_names_the_red_line(
    session: Session, database: Database, carol: TestClient, sign_in: SignIn
) -> None:
    assert cleared(database) == [("cleared", [])]
    confirm(session, carol)
    open_name(session, carol)
    follow(session, carol, consequence="suspension", reason="Promised a return.")

    assert cleared(database) == [("not_cleared", ["suspended"])]
    (event,), (violation,) = stored(session, select(CertificationEvent)), stored(session, select(Violation))
    assert (violation.certification_event_id, event.reason) == (event.id, "Promised a return.")
    assert "“About keeper.return” was crossed" in sign_in(EMAIL).get("/deals/D-1").text

    confirm(session, carol, 3)
    late = follow(session, carol, 3, status=409, consequence="suspension", reason="Twice.")
    assert "Nothing was stored" in late
    follow(session, carol, 3, consequence="revocation", reason="Twice.")
    assert cleared(database) == [("not_cleared", ["revoked"])]


def test_the_rep_and_the_manager_see_what_follows(
    session: Session, carol: TestClient, rep: Person, sign_in: SignIn
) -> None:
    rep.manager_id = person(session, "boss@example.com", Role.MANAGER).id
    record = f"/team/people/{rep.id}"
    session.commit()
    confirm(session, carol)
    open_name(session, carol)
    follow(session, carol, consequence="coaching", reason="Let us practise it.")

    (seen,) = outcome(session, finding(session).sent_text_id)
    session.commit()
    assert (seen.title, seen.product, seen.consequence, seen.reason) == (
        "About keeper.return",
        "Keeper",
        "coaching",
        "Let us practise it.",
    )
    for who, page in ((EMAIL, "/"), (EMAIL, f"/check/sent/{seen.sent_text_id}"), ("boss@example.com", record)):
        html = sign_in(who).get(page).text
        assert "About keeper.return" in html
        assert "Let us practise it." in html


def test_a_rule_on_trial_is_judged_and_nothing_follows(session: Session, carol: TestClient, rep: Person) -> None:
    rules = {"schema": 1, "rules": [{**redline("free beer"), "status": "shadow"}]}
    owner = sellable(session, "pub", at=LONG_AGO)
    published(session, owner, ContentKind.REDLINES, "pub", rules, at=LONG_AGO)
    sent_text(session, rep, "Free beer.", products=["pub"], at=NOW)
    session.commit()
    (trial,) = stored(session, select(Finding).where(col(Finding.state) == "shadow"))
    address = f"/review/texts/{trial.sent_text_id}"

    assert "About free beer" not in carol.get("/review").text.partition('id="texts"')[2]
    assert "About free beer" in carol.get("/review?show=trial").text
    assert carol.post(f"{address}/findings/{trial.id}", data={"disposition": "confirmed"}).status_code == 303
    carol.post(f"{address}/name", data={"reason": "To see."})
    sent = {"consequence": "none", "reason": "No."}
    assert carol.post(f"{address}/findings/{trial.id}/violation", data=sent).status_code == 409
    assert "On trial" in carol.get("/review/rules").text


def test_what_is_forgotten_is_decided_no_more(session: Session, carol: TestClient) -> None:
    confirm(session, carol)
    forget_old(session, NOW + timedelta(days=100))
    session.commit()

    assert "The words are deleted" in carol.get(text_url(session)).text
    assert carol.post(url(session, 2), data={"disposition": "confirmed"}).status_code == 409
    assert "No finding waits" in carol.get("/review").text


def test_the_list_is_narrowed_and_paged(session: Session, carol: TestClient, rep: Person) -> None:
    for number in range(25):
        sent_text(session, rep, "keeper.price", products=["keeper"], title=f"Mail {number}", at=NOW)
    session.commit()

    first = carol.get("/review?severity=warn").text
    assert re.findall(r">Mail (\d+)<", first) == [str(number) for number in range(24, 4, -1)]
    older = re.search(r'href="(/review\?[^"]*before=\d+)"', first)
    assert older is not None
    rest = carol.get(older[1].replace("&amp;", "&")).text
    assert re.findall(r">Mail (\d+)<", rest) == ["4", "3", "2", "1", "0"]
    assert "••••" in rest, "the first text has a price too"
    stopped = carol.get("/review?severity=block&red_line=keeper.return&product=keeper").text
    assert re.findall(r">Mail (\d+)<", stopped) == []
    assert carol.get("/review?before=nonsense&show=nonsense").status_code == 200


def test_pages_take_as_many_statements_for_many_as_for_one(
    session: Session, database: Database, carol: TestClient, rep: Person
) -> None:
    open_name(session, carol)

    def statements() -> list[int]:
        counts = []
        for page in ("/review", "/review/rules", first):
            with count_statements(database) as count:
                assert carol.get(page).status_code == 200
            counts.append(len(count))
        return counts

    first = text_url(session)
    carol.get("/review")
    before = statements()
    for _ in range(5):
        sent_text(session, rep, TEXT * 3, products=["keeper"], at=NOW)
    session.commit()
    assert statements() == before


def test_shares_stand_beside_their_red_line(session: Session, carol: TestClient, rep: Person) -> None:
    for _ in range(5):
        sent_text(session, rep, "keeper.price", products=["keeper"], at=NOW)
    for each in session.scalars(select(Finding).where(col(Finding.red_line) == "keeper.price").limit(5)):
        each.disposition = Disposition.CONFIRMED
    session.commit()

    assert "100 % (57–100 %)" in carol.get("/review/rules?sort=precision").text


def test_of_very_many_findings_the_open_ones_are_shown_first(session: Session, carol: TestClient, rep: Person) -> None:
    sent = sent_text(session, rep, "keeper.price\n" * (MOST_SHOWN + 7), products=["keeper"], at=NOW)
    first = session.scalars(
        select(Finding).where(col(Finding.sent_text_id) == sent.id).order_by(col(Finding.id))
    ).first()
    assert first is not None
    first.disposition = Disposition.CONFIRMED
    session.commit()

    html = carol.get(f"/review/texts/{sent.id}").text
    assert html.count('class="redline') == MOST_SHOWN
    assert "7 more are shown as these are decided." in html
    assert f'/findings/{first.id}"' not in html
