"""The pages of comparisons: who sees which deals, and how administrators look after the CRM's addresses."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.database import Database
from app.deals.reconciling import runs
from app.deals.reconciling.models import CrmSource
from app.deals.reconciling.reading import lines
from app.deals.reconciling.sweeping import Sweep
from app.jobs.models import Job
from app.outbound.client import Client
from app.people.models import Role
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
LATER = NOW + timedelta(hours=1)
FIELDS = {
    "name": "Sales",
    "url": "https://192.0.2.7/deals.csv",
    "form": "csv",
    "every_hours": "6",
    "header": "Bearer x",
}

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def harbour(session: Session, database: Database) -> None:
    """Ana reports to Mona; Ben to nobody. The CRM has Ben on Ana's deal, and one of his own that we do not know."""
    mona = person(session, "mona@example.com", Role.MANAGER)
    ana = person(session, "ana@example.com", name="Ana Lima", manager=mona)
    ben = person(session, "ben@example.com", name="Ben Ode")
    person(session, "compliance@example.com", Role.COMPLIANCE)
    person(session, "admin@example.com", Role.ADMIN)
    person(session, "other@example.com", Role.MANAGER)
    keeper = sellable(session)
    attest(session, ana, keeper)
    deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    deal(session, "D-3", products=[keeper], team={"owner": [ben]})
    session.commit()
    sweep(database, run(database))


ROWS = b"""\
{"id": "D-1", "amount": 5, "team": [{"rep": "ana@example.com", "role": "owner"},\
 {"rep": "ben@example.com", "role": "specialist"}]}
{"id": "D-2", "products": ["keeper"], "team": [{"rep": "ben@example.com", "role": "owner"}]}
{"id": "=D", "stage": "closing"}
"""


def run(database: Database) -> int:
    with database.write() as session:
        return runs.begin(session, by="api:crm", recording=False, moment=LATER)


def sweep(database: Database, run_id: int) -> None:
    work = Sweep(database=database, run_id=run_id, by="api:crm", clock=lambda: LATER)
    list(work.findings(lines(BytesIO(ROWS))))


def test_compliance_sees_everything_that_was_found(sign_in: SignIn) -> None:
    text = sign_in("compliance@example.com").get("/reconciliations/1").text
    for part in (
        "3 deals sent",
        '<a class="plain nowrap" href="/deals/D-1">D-1</a>',
        "Amount: 5 in the CRM, 86000.00 here.",
        "Only in the CRM: ben@example.com, Specialist.",
        "Ben Ode <small>ben@example.com</small>",
        "The red lines have not been signed.",
        "This deal is not known here.",
        "D-3</a><br><small>Harbour Bakery Group</small>",
        "Open here, and the CRM did not send it.",
        "<code>/stage</code>",
    ):
        assert part in text
    assert 'href="/deals/D-2"' not in text


def test_managers_see_the_deals_of_those_they_lead(sign_in: SignIn) -> None:
    mine = sign_in("mona@example.com").get("/reconciliations/1").text
    assert "D-1" in mine
    assert "D-2" not in mine
    assert "D-3" not in mine
    assert "deals sent" not in mine
    assert (
        "Nothing was found about the people who report to you."
        in sign_in("other@example.com").get("/reconciliations/1").text
    )
    assert sign_in("ana@example.com").get("/reconciliations/1").status_code == 403
    assert sign_in("mona@example.com").get("/reconciliations/9").status_code == 404


def test_the_file_has_the_same_and_no_formulas(sign_in: SignIn) -> None:
    rows = sign_in("compliance@example.com").get("/reconciliations/1/lines.csv").text.splitlines()
    assert rows[0] == "\ufeffLine,Deal,What,Rep,Product,In the CRM,Here,Taken over"
    assert rows[1:-2] == [
        "1,D-1,other_fact,,,amount: 5,86000.00,no",
        "1,D-1,member_missing_here,ben@example.com,,specialist,,no",
        "1,D-1,not_cleared,ben@example.com,keeper,redlines_not_attested,,no",
        "2,D-2,unknown_deal,,,,,no",
        "2,D-2,not_cleared,ben@example.com,keeper,redlines_not_attested,,no",
    ]
    assert rows[-2].startswith("3,'=D,wrong,,,\"/stage Choose one of discovery")
    assert rows[-1] == ",D-3,missing,,,,,no"
    mine = sign_in("mona@example.com").get("/reconciliations/1/lines.csv").text.splitlines()
    assert len(mine) == 4


def test_a_run_that_did_not_end_says_so_and_the_list_leads_to_each(sign_in: SignIn, database: Database) -> None:
    run_id = run(database)
    page = sign_in("compliance@example.com").get(f"/reconciliations/{run_id}").text
    assert "It is still going on, or the server was stopped in the middle of it." in page
    listed = sign_in("compliance@example.com").get("/reconciliations").text
    assert listed.index(f'href="/reconciliations/{run_id}"') < listed.index('href="/reconciliations/1"')
    assert 'href="/reconciliations"' in sign_in("mona@example.com").get("/deals").text
    assert 'href="/reconciliations"' not in sign_in("ana@example.com").get("/deals").text


@pytest.mark.parametrize("who", ["compliance@example.com", "mona@example.com"])
def test_the_statements_do_not_grow_with_the_runs(sign_in: SignIn, database: Database, who: str) -> None:
    browser = sign_in(who)

    def statements(path: str) -> int:
        with count_statements(database) as sent:
            assert browser.get(path).status_code == 200
        return len(sent)

    before = statements("/reconciliations")
    for _ in range(3):
        run(database)
    assert statements("/reconciliations") == before


@pytest.fixture
def admin(application: FastAPI, sign_in: SignIn) -> TestClient:
    # the address is one for documents (RFC 5737): nobody is there, and it is not public
    allowed = application.state.settings.model_copy(update={"outbound_allow": "192.0.2.0/24"})
    application.state.settings = allowed
    return sign_in("admin@example.com")


def source_and_jobs(database: Database) -> tuple[CrmSource, list[dict[str, int]]]:
    with database.read() as session:
        jobs = session.scalars(select(Job).where(col(Job.kind) == "crm.pull"))
        return session.scalars(select(CrmSource)).one(), [each.payload for each in jobs]


def test_an_address_is_added_fetched_at_once_and_its_header_never_shown(admin: TestClient, database: Database) -> None:
    assert admin.post("/admin/crm", data=FIELDS).headers["location"] == "/admin/crm"
    source, jobs = source_and_jobs(database)
    assert (source.name, source.every_hours, source.recording, source.due_at) == ("Sales", 6, False, source.created_at)
    assert jobs == [{"source": 1}]
    again = admin.post("/admin/crm", data=FIELDS)
    assert (again.status_code, "There is an address with this name already." in again.text) == (422, True)
    for text in (again.text, admin.get("/admin/crm").text, admin.get("/admin/crm/1").text):
        assert "Bearer x" not in text
        assert source.sealed_header not in text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("url", "https://127.0.0.1/deals", "This address leads into a private network."),
        ("url", "ftp://192.0.2.7/x", "This is not an address that requests can go to."),
        ("every_hours", "0", "Use 1 or more."),
        ("header", "a\nb", "Write the header in one line"),
        ("name", "", "Fill this in."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    admin: TestClient, session: Session, field: str, value: str, sentence: str
) -> None:
    response = admin.post("/admin/crm", data={**FIELDS, field: value})
    assert (response.status_code, sentence in response.text) == (422, True)
    assert session.scalars(select(CrmSource)).all() == []


def test_an_address_is_changed_stopped_and_fetched_again(admin: TestClient, database: Database) -> None:
    admin.post("/admin/crm", data=FIELDS)
    admin.post("/admin/crm/1", data={**FIELDS, "header": "", "recording": "true", "every_hours": "1"})
    for _ in range(2):
        admin.post("/admin/crm/1/stop")
    stopped, _jobs = source_and_jobs(database)
    assert (stopped.recording, stopped.every_hours, stopped.due_at) == (True, 1, None)
    assert stopped.sealed_header
    assert "Stopped" in admin.get("/admin/crm").text
    for _ in range(2):
        admin.post("/admin/crm/1/pull")
    going, jobs = source_and_jobs(database)
    assert (going.stopped_at, jobs) == (None, [{"source": 1}])
    assert admin.post("/admin/crm/9/pull").status_code == 404


@pytest.mark.parametrize("address", ["/admin/crm", "/admin/crm/1"])
def test_nobody_waits_while_a_name_is_looked_up(
    admin: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert admin.post("/admin/crm", data={**FIELDS, "name": "Other"}).status_code == 303
    begun: list[int] = []

    def slow(_client: Client, _url: str) -> None:
        with database.write() as session:
            begun.append(runs.begin(session, by="api:crm", recording=False, moment=LATER))

    monkeypatch.setattr(Client, "check", slow)
    assert admin.post(address, data=FIELDS).status_code == 303
    assert len(begun) == 1
