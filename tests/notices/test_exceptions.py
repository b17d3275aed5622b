"""Exceptions are told to those who decide, to whom they concern and before they end; and no longer than it is so."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.database import Database, stored_id
from app.deals.waivers.actions import end
from app.deals.waivers.emergencies import review
from app.deals.waivers.models import Review
from app.notices.due import due
from app.notices.rules import Due, Kind
from app.notices.words import line
from deals.waivers.office import DAY, TODAY, Office
from factories import NOW, attest
from tools.statements import count_statements

OF_EXCEPTIONS = frozenset(each for each in Kind if each.value.startswith(("waiver_", "emergency_")))


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def told(office: Office, at: datetime = NOW) -> dict[str, list[str]]:
    """What everybody is told about exceptions, by name."""
    names = {stored_id(who): name for name, who in office.people.items()}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in due(office.session, list(names), at):
        if each.kind in OF_EXCEPTIONS:
            found[names[each.person_id]].append(each.kind.value)
    return {name: sorted(kinds) for name, kinds in found.items()}


def of(office: Office, name: str, at: datetime = NOW) -> list[Due]:
    return [each for each in due(office.session, [stored_id(office.people[name])], at) if each.kind in OF_EXCEPTIONS]


def test_those_who_may_decide_are_told_and_no_longer_when_it_is_decided(office: Office) -> None:
    blocks, approval = office.asks().id, office.asks("miriam", product="porter").id
    assert told(office) == {
        "boris": ["waiver_waiting"],
        "cleo": ["waiver_waiting", "waiver_waiting"],
        "dora": ["waiver_waiting", "waiver_waiting"],
    }
    office.decides("cleo", blocks)
    office.decides("boris", approval, approve=False)
    assert told(office) == {
        "ana": ["waiver_given"],
        "marek": ["waiver_given", "waiver_refused"],
        "miriam": ["waiver_refused"],
    }


def said(office: Office, name: str, at: datetime = NOW) -> list[tuple[str, str]]:
    lines = [line(each.kind, each.params, "Keeper") for each in of(office, name, at)]
    return [(each.title, each.text) for each in lines]


def test_the_words_name_who_what_where_and_until_when(office: Office) -> None:
    asked = office.asks().id
    deal = "Harbour Bakery Group"
    assert said(office, "cleo") == [(f"Ana asks for an exception: Marek, Keeper, {deal}", "They wait.")]
    office.decides("cleo", asked)
    assert said(office, "marek") == [(f"You have an exception for Keeper on {deal}, through 3 December 2026", "")]
    assert said(office, "ana") == [(f"Marek has an exception for Keeper on {deal}, through 3 December 2026", "")]
    end(office.session, asked, reason="It was signed.", by=office.viewer("cleo"), moment=NOW)
    assert said(office, "marek") == [(f"Your exception for Keeper on {deal} has ended early", "It was signed.")]


@pytest.mark.parametrize(("days", "lapses"), [(6, False), (7, True), (10, True), (11, False)])
def test_its_end_is_told_three_days_before(office: Office, days: int, *, lapses: bool) -> None:
    asked = office.asks("miriam").id
    office.decides("cleo", asked)
    at = NOW + days * DAY
    found = {name for name, kinds in told(office, at).items() if "waiver_lapses" in kinds}
    assert found == ({"ana", "marek", "miriam"} if lapses else set())


def test_nobody_is_told_of_the_end_of_one_that_is_followed(office: Office) -> None:
    office.decides("cleo", office.asks().id)
    later = NOW + 8 * DAY
    followed = office.asks(at=later, through=TODAY + 30 * DAY).id
    office.decides("cleo", followed, at=later)
    assert {name for name, kinds in told(office, later).items() if "waiver_lapses" in kinds} == set()


def test_an_emergency_is_told_to_compliance_until_it_is_reviewed(office: Office) -> None:
    given = office.gives("cleo").id
    assert told(office) == {"dora": ["emergency_waiting"], "marek": ["waiver_given"]}
    review(office.session, given, found=Review.UPHELD, note_="", by=office.viewer("dora"), moment=NOW)
    assert told(office) == {"marek": ["waiver_given"]}


def test_what_is_faulted_is_told_to_who_gave_it_and_their_manager(office: Office) -> None:
    given = office.gives("miriam").id
    review(office.session, given, found=Review.FAULTED, note_="No emergency.", by=office.viewer("cleo"), moment=NOW)
    assert told(office) == {
        "boris": ["emergency_faulted"],
        "marek": ["waiver_ended"],
        "miriam": ["emergency_faulted"],
    }
    assert said(office, "boris") == [
        (
            "The exception that Miriam gave in an emergency was faulted: Marek, Keeper, Harbour Bakery Group",
            "No emergency.",
        )
    ]


def test_who_is_certified_by_then_needs_no_decision(office: Office) -> None:
    office.asks()
    attest(office.session, office.people["marek"], office.keeper, at=NOW + timedelta(hours=1))
    assert told(office, NOW + timedelta(hours=2)) == {"cleo": ["waiver_waiting"], "dora": ["waiver_waiting"]}


def test_the_statements_do_not_depend_on_how_many_there_are(office: Office, database: Database) -> None:
    everybody = [stored_id(each) for each in office.people.values()]

    def counted() -> int:
        with count_statements(database) as statements:
            due(office.session, everybody, NOW)
        return len(statements)

    more: list[dict[str, Any]] = [{"product": "porter"}, {"person": "lin@example.com"}]
    office.asks()
    few = counted()
    for each in more:
        office.asks(**each)
    assert counted() == few
