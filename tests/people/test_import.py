"""People from a CSV file: everything wrong at once, all or nothing, and the second time nothing new."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.people.csvfile import COLUMNS, read_people
from app.people.import_rules import Plan
from app.people.importing import import_people
from app.people.models import Person, PersonRole, Role, Team
from app.web.carried import pack, unpack
from app.web.csvtable import LARGEST_FILE
from factories import NOW, person

HEADER = "email,name,role,team,manager,locale\n"
FILE = HEADER + (
    "ana@example.com,Ana Duarte,rep,Iberia,Jonas@example.com,\n"
    "jonas@example.com,Jonas Weil,manager;trainer,Iberia,,zh-CN\n"
)


def load(session: Session, text: str, *, dry_run: bool = False) -> Plan:
    return import_people(session, read_people(text.encode()), actor="system", moment=NOW, dry_run=dry_run)


def sentences(session: Session, text: str) -> list[str]:
    return [str(problem) for problem in load(session, text).problems]


def stored(session: Session) -> list[tuple[str, str, list[str], str | None, str | None, str]]:
    roles: dict[int, list[str]] = {}
    for held in session.scalars(select(PersonRole)):
        roles.setdefault(held.person_id, []).append(held.role.value)
    teams = {team.id: team.name for team in session.scalars(select(Team))}
    everybody = list(session.scalars(select(Person).order_by(col(Person.email))))
    emails = {each.id: each.email for each in everybody}
    return [
        (
            each.email,
            each.name,
            sorted(roles[each.id or 0]),
            teams.get(each.team_id),
            emails.get(each.manager_id),
            each.locale,
        )
        for each in everybody
    ]


def test_a_file_is_stored_with_its_managers_and_teams(session: Session) -> None:
    plan = load(session, FILE)
    assert (len(plan.new), len(plan.changed), plan.unchanged, plan.new_teams) == (2, 0, 0, ("Iberia",))
    assert stored(session) == [
        ("ana@example.com", "Ana Duarte", ["rep"], "Iberia", "jonas@example.com", "en"),
        ("jonas@example.com", "Jonas Weil", ["manager", "trainer"], "Iberia", None, "zh-Hans"),
    ]
    actions = session.execute(select(col(AuditEntry.action), col(AuditEntry.subject)).order_by(col(AuditEntry.id)))
    assert [tuple(row) for row in actions] == [
        ("team.created", "Iberia"),
        ("person.created", "ana@example.com"),
        ("person.created", "jonas@example.com"),
        ("people.imported", "file"),
    ]


def test_the_second_time_nothing_changes(session: Session) -> None:
    load(session, FILE)
    before = stored(session)
    assert load(session, FILE) == Plan(unchanged=2)
    assert stored(session) == before
    assert len(list(session.scalars(select(AuditEntry)))) == 4


def test_region_and_hire_date_are_stored_and_kept_where_the_file_has_no_such_column(session: Session) -> None:
    load(session, "email,name,role,region,hired_on\nana@example.com,Ana,rep,ES,2026-09-01\n")
    load(session, "email,name,role\nana@example.com,Ana Duarte,rep\n")
    ana = session.scalars(select(Person)).one()
    assert (ana.name, ana.region, ana.hired_on) == ("Ana Duarte", "ES", date(2026, 9, 1))
    plan = load(session, "email,name,role,region,hired_on\nana@example.com,Ana Duarte,rep,,2026-09-02\n")
    assert [change.fields for change in plan.changed] == [("region", "hired_on")]
    session.refresh(ana)
    assert (ana.region, ana.hired_on) == (None, date(2026, 9, 2))
    assert sentences(session, "email,name,role,hired_on\nana@example.com,Ana,rep,2026/9/1\n") == [
        "row 2: hired_on: 2026/9/1 is not written as dates are here. Write 2026-09-01."
    ]


def test_a_dry_run_says_the_same_and_stores_nothing(session: Session) -> None:
    plan = load(session, FILE, dry_run=True)
    assert stored(session) == []
    assert load(session, FILE) == plan


def test_what_differs_is_changed_and_recorded(session: Session) -> None:
    load(session, FILE)
    plan = load(session, HEADER + "ANA@example.com,Ana Duarte-Sol,rep;manager,,,zh-TW\n")
    (change,) = plan.changed
    assert change.fields == ("name", "roles", "team", "manager", "locale")
    assert stored(session)[0] == ("ana@example.com", "Ana Duarte-Sol", ["manager", "rep"], None, None, "zh-Hant")
    last = session.execute(
        select(col(AuditEntry.details))
        .where(col(AuditEntry.action) == "person.changed")
        .order_by(col(AuditEntry.id).desc())
    ).first()
    assert last is not None
    assert last[0] == {
        "name": ["Ana Duarte", "Ana Duarte-Sol"],
        "roles": [["rep"], ["manager", "rep"]],
        "team": ["Iberia", None],
        "manager": ["jonas@example.com", None],
        "locale": ["en", "zh-Hant"],
    }


def test_a_missing_column_keeps_what_is_stored(session: Session) -> None:
    load(session, FILE)
    assert load(session, "email,name,role\nana@example.com,Ana Duarte,rep\n") == Plan(unchanged=1)


@pytest.mark.parametrize(
    "content",
    [
        FILE.encode(),
        FILE.encode("utf-8-sig"),
        FILE.replace("\n", "\r\n").encode(),
        FILE.replace(",", "\t").encode(),
        FILE.replace("manager;trainer", '"manager;trainer"').replace(",", ";").encode(),
        FILE.replace("email,name", "EMAIL , Name").replace("Iberia", " Iberia ").encode(),
        (FILE + "\n,,,,,\n").encode(),
    ],
    ids=["plain", "byte order mark", "CRLF", "tabs", "semicolons", "spaces and capitals", "blank rows"],
)
def test_spreadsheets_write_the_same_in_many_ways(content: bytes) -> None:
    assert read_people(content) == read_people(FILE.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["row 1: The file is empty."]),
        (
            "mail,name,role,name\n",
            [
                "row 1: email: This column is missing in the header.",
                f"row 1: mail: There is no such column; the columns are {', '.join(COLUMNS)}.",
                "row 1: name: This column is there twice.",
            ],
        ),
        (
            HEADER + "ana,,boss,=cmd,x,tlh\n",
            [
                "row 2: email: Write an e-mail address, such as ana@example.com.",
                "row 2: name: Fill this in.",
                "row 2: role: There is no role boss; the roles are rep, trainer, manager, compliance, admin.",
                "row 2: team: Begin with a letter; “=” would make a spreadsheet run it as a formula.",
                "row 2: manager: Write an e-mail address, such as ana@example.com.",
                "row 2: locale: There is no language tlh; the languages are en, zh-Hans, zh-Hant.",
            ],
        ),
        (
            HEADER + "a@example.com,A,rep,,,\n\nA@example.com,B,rep,,,\n",
            ["row 4: email: a@example.com is in row 2 already."],
        ),
        (
            HEADER + "a@example.com,A,rep,,b@example.com,\n",
            ["row 2: manager: Nobody has the address b@example.com, here or in the file."],
        ),
        (
            HEADER + "a@example.com,A,rep,,b@example.com,\nb@example.com,,rep,,,\n",
            ["row 3: name: Fill this in."],
        ),
        (
            HEADER + "a@example.com,,rep,,b@example.com,\n",
            [
                "row 2: name: Fill this in.",
                "row 2: manager: Nobody has the address b@example.com, here or in the file.",
            ],
        ),
        (
            HEADER + "a@example.com,A,rep,,b@example.com,\nb@example.com,B,rep,,a@example.com,\n",
            [
                "row 2: manager: This is a circle: a@example.com → b@example.com → a@example.com.",
                "row 3: manager: This is a circle: b@example.com → a@example.com → b@example.com.",
            ],
        ),
        (HEADER + "a@example.com,A,rep,,,en,more\n", ["row 2: There are more cells than columns in the header."]),
        (
            HEADER + 'a@example.com,"A,rep\n',
            ["row 2: This is not CSV: a quotation mark is not closed, or a cell is too long."],
        ),
    ],
)
def test_everything_wrong_is_said_at_once_and_nothing_is_stored(
    session: Session, text: str, expected: list[str]
) -> None:
    assert sentences(session, text) == expected
    assert stored(session) == []
    assert list(session.scalars(select(Team))) == []


def test_a_circle_with_people_who_are_stored_is_refused(session: Session) -> None:
    load(session, FILE)
    assert sentences(session, HEADER + "jonas@example.com,Jonas Weil,manager,,ana@example.com,\n") == [
        "row 2: manager: This is a circle: jonas@example.com → ana@example.com → jonas@example.com."
    ]


def test_a_deactivated_account_is_not_opened_by_a_file(session: Session) -> None:
    person(session, "ana@example.com").deactivated_at = datetime.now(UTC)
    session.flush()
    assert sentences(session, HEADER + "ana@example.com,Ana,rep,,,\n") == [
        "row 2: email: ana@example.com is deactivated. Reactivate the account first."
    ]


def test_a_file_cannot_remove_the_last_administrator(session: Session) -> None:
    person(session, "ada@example.com", Role.ADMIN)
    row = "ada@example.com,Ada,rep,,,\n"
    assert sentences(session, HEADER + row) == ["row 2: role: This would leave nobody with the role admin."]
    assert sentences(session, HEADER + row + "bo@example.com,Bo,admin,,,\n") == []


def test_teams_are_matched_whatever_their_case(session: Session) -> None:
    load(session, FILE)
    plan = load(
        session, HEADER + "bo@example.com,Bo,rep,IBERIA,,\nci@example.com,Ci,rep,Nord,,\ndi@example.com,Di,rep,nord,,\n"
    )
    assert (plan.new_teams, [entry.team for entry in plan.new]) == (("Nord",), ["Iberia", "Nord", "Nord"])


def test_size_and_encoding_are_bounded() -> None:
    rows = "".join(f"p{number}@example.com,P,rep,,,\n" for number in range(20_001))
    cases = {
        b"x" * (LARGEST_FILE + 1): "row 1: The file is larger than 5 MB. Split it.",
        (HEADER + rows).encode(): "row 20002: There are more than 20,000 people in the file. Split it.",
        (HEADER + "a@example.com,Zoë,rep,,,\n").encode("latin-1"): (
            "row 2: This is not UTF-8. Save the file as “CSV UTF-8”."
        ),
    }
    found = [[str(problem) for problem in read_people(content).problems] for content in cases]
    assert found == [[sentence] for sentence in cases.values()]


@pytest.mark.parametrize("content", [b"", FILE.encode(), FILE.encode("utf-8-sig"), bytes(range(256))])
def test_a_preview_carries_the_file_unchanged(content: bytes) -> None:
    assert unpack(pack(content)) == content


@pytest.mark.parametrize("carried", ["", "not base64!", "AAAA", "é"])
def test_what_a_preview_did_not_carry_is_an_empty_file(carried: str) -> None:
    assert unpack(carried) == b""


def test_a_carried_file_cannot_unpack_without_end() -> None:
    assert len(unpack(pack(b"x" * 4 * LARGEST_FILE))) == LARGEST_FILE + 1
