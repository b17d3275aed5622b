"""What anybody who holds a code or a file is told, and who may issue a certificate again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.certificates import actions, baking, filing
from app.certification.certificates.models import Certificate, CertificateFile
from app.certification.certificates.queries import find
from app.certification.certificates.routes import FILES_PER_ADDRESS, PAGES_PER_ADDRESS
from app.certification.models import CertificationPeriod, PeriodExtension
from app.database import Database
from app.errors import ConflictError
from app.people.models import Person, RateLimit, Role
from factories import NOW, attest, person, sellable

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def code(session: Session) -> str:
    """Ana reports to Mona and is certified on Keeper, today."""
    ana = person(
        session, "ana@example.com", name="Ana Duarte", manager=person(session, "mona@example.com", Role.MANAGER)
    )
    attest(session, ana, sellable(session))
    code = session.scalars(select(col(Certificate.code))).one()
    session.commit()
    return code


def said(text: str) -> str:
    return " ".join(text.split())


def verified(client: TestClient, data: bytes) -> str:
    answer = client.post("/certificates/verify", files={"file": ("file", data)})
    assert answer.status_code == 200
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    return said(answer.text)


EXACT = "This is exactly the file that was issued"
ALTERED = "This is not a file that was issued"


def test_a_pdf_is_told_exactly(database: Database, client: TestClient, code: str) -> None:
    pdf = client.get(f"/certificates/{code}/certificate.pdf?lang=zh-Hant").content
    assert EXACT in verified(client, pdf)  # made again and compared
    with database.write() as session:
        files = filing.prepare(database, {}, NOW)
        actions.put_on_record(session, files)
        actions.put_on_record(session, files)
    assert filing.prepare(database, {}, NOW) == []
    with database.read() as session:
        assert len(list(session.scalars(select(CertificateFile)))) == 3
    assert EXACT in verified(client, pdf)


def test_an_edited_pdf_is_refused_with_the_real_data(client: TestClient, code: str) -> None:
    pdf = client.get(f"/certificates/{code}/certificate.pdf").content
    for changed in (pdf + b"\n", pdf.replace(b"%PDF-1.7", b"%PDF-1.6")):
        assert changed != pdf
        text = verified(client, changed)
        assert ALTERED in text
        assert f"It names the certificate {code}" in text
        assert "Ana Duarte" in text


@pytest.mark.parametrize("form", ["png", "svg", "jwt"])
def test_a_badge_is_told_with_its_picture(client: TestClient, code: str, form: str) -> None:
    badge = client.get(f"/certificates/{code}/badge.{form}").content
    assert EXACT in verified(client, badge)
    token = baking.out_of(badge)
    assert token is not None
    foreign = b'<svg xmlns="http://www.w3.org/2000/svg"><text>Mallory</text></svg>'
    assert "the picture around it is not ours" in verified(client, baking.into_svg(foreign, token))
    broken = f"{token[:400]}{'A' if token[400] != 'A' else 'B'}{token[401:]}"
    assert "This badge is not genuine" in verified(client, baking.into_svg(foreign, broken))


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.7\nnothing", b"%PDF-1.7 /certificates/AAAAAAAAAAAAAAAAAAAAAA "])
def test_a_foreign_file_is_refused(client: TestClient, code: str, data: bytes) -> None:
    text = verified(client, data)
    assert ALTERED in text
    assert code not in text


@pytest.mark.parametrize("data", [b"", b"x" * (5 * 1024 * 1024 + 1)])
def test_a_file_that_is_empty_or_too_large_is_not_looked_at(client: TestClient, data: bytes) -> None:
    answer = client.post("/certificates/verify", files={"file": ("file", data)})
    assert (answer.status_code, "Choose a file of at most 5 MB" in answer.text) == (422, True)


@time_machine.travel(NOW, tick=False)
def test_addresses_are_slowed_down(session: Session, client: TestClient, code: str) -> None:
    for what, most in (("page", PAGES_PER_ADDRESS), ("verify", FILES_PER_ADDRESS)):
        key = f"certificates:{what}:testclient"
        session.add(RateLimit(key=key, window_started_at=NOW, hits=most - 1))
    session.commit()
    assert client.get("/certificates/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.get(f"/certificates/{code}/badge.png").status_code == 429
    assert client.post("/certificates/verify").status_code == 422
    refused = client.post("/certificates/verify")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")


@pytest.mark.parametrize("file", ["", "/certificate.pdf", "/badge.svg", "/badge.png", "/badge.jwt"])
def test_an_unknown_code_is_nowhere(client: TestClient, code: str, file: str) -> None:
    assert client.get(f"/certificates/{code}{file}").status_code == 200
    assert client.get(f"/certificates/{code[:-1]}{file}").status_code == 404
    assert client.get(f"/certificates/{code}{file}").headers["x-robots-tag"] == "noindex, nofollow"


def test_a_new_name_is_a_new_issue(
    session: Session, client: TestClient, sign_in: Callable[[str], TestClient], code: str
) -> None:
    session.scalars(select(Person).where(col(Person.email) == "ana@example.com")).one().name = "Ana Duarte Weil"
    period = session.scalars(select(CertificationPeriod)).one()
    later = period.valid_through + timedelta(days=30)
    session.add(PeriodExtension(period_id=period.id or 0, through=later, reason="Leave.", at=NOW, by="mona"))
    session.commit()
    mona = sign_in("mona@example.com")
    assert "Ana Duarte Weil" in mona.get(f"/certificates/{code}/reissue").text
    assert mona.post(f"/certificates/{code}/reissue", data={"reason": " "}).status_code == 422
    location = mona.post(f"/certificates/{code}/reissue", data={"reason": "She married."}).headers["location"]
    assert mona.post(f"/certificates/{code}/reissue", data={"reason": "Again."}).status_code == 409
    new, old = said(client.get(location).text), said(client.get(f"/certificates/{code}").text)
    assert "Ana Duarte Weil" in new
    assert "22 December 2027" in new
    assert "Issue 2; it replaced the one of" in new
    assert "Ana Duarte Weil" not in old
    assert "This issue was replaced on" in old
    assert location not in old
    before = find(session, code)
    after = find(session, location.rpartition("/")[2])
    session.rollback()
    assert before is not None
    assert after is not None
    assert before.superseded_by == after.snapshot.code
    assert location in sign_in("ana@example.com").get("/certifications").text


def test_only_those_above_issue_again(session: Session, sign_in: Callable[[str], TestClient], code: str) -> None:
    person(session, "otto@example.com", Role.MANAGER)
    person(session, "carol@example.com", Role.COMPLIANCE)
    session.commit()
    answers = {
        email: sign_in(email).get(f"/certificates/{code}/reissue").status_code
        for email in ("ana@example.com", "otto@example.com", "mona@example.com", "carol@example.com")
    }
    assert answers == {
        "ana@example.com": 403,
        "otto@example.com": 403,
        "mona@example.com": 200,
        "carol@example.com": 200,
    }


def test_two_who_issue_again_at_once_leave_one_truth(session: Session, database: Database, code: str) -> None:
    period_id = session.scalars(select(col(CertificationPeriod.id))).one() or 0
    session.commit()
    together = Barrier(2)

    def press(who: int) -> str:
        together.wait()
        try:
            with database.write() as writing:
                return actions.issue(
                    writing, period_id, reason="New name.", by=f"boss{who}@example.com", moment=NOW, after=1
                ).code
        except ConflictError:
            return ""

    with ThreadPoolExecutor(2) as threads:
        codes = list(threads.map(press, range(2)))
    session.expire_all()
    issues = session.execute(select(col(Certificate.issue), col(Certificate.code)).order_by(col(Certificate.issue)))
    assert [tuple(row) for row in issues] == [(1, code), (2, max(codes))]
    assert min(codes) == ""
