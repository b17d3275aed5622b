"""Old entries of the audit trail move to a file that proves itself; whatever happens meanwhile, none is lost."""

import gzip
import json
import stat
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from app.audit import archiving
from app.audit.actions import record
from app.audit.models import AuditAnchor
from app.audit.queries import Proof, entries_between, verify
from app.audit.rules import FIRST_DIGEST, Break, digest
from app.commands.archives import files, steps
from app.commands.base import CommandError
from app.config import Settings
from app.database import Database
from app.people.models import Role
from commandline import Run
from evidencepacks import take
from factories import NOW, person

OLD = 7
YOUNG = 3
DAY = (NOW - timedelta(days=100)).date()


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def trail(database: Database) -> Database:
    """Seven entries of half a year ago, three of today."""
    with database.write() as session:
        for number in range(OLD + YOUNG):
            at = NOW - timedelta(days=180 if number < OLD else 0)
            tale = ("tale", str(number))
            record(
                session, at=at, actor="ana@example.com", action="tale.told", subject=tale, details={"数": "\u2028\n"}
            )
    return database


def whole(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return list(entries_between(session))


def archived(path: Path) -> list[dict[str, Any]]:
    lines = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in lines.split(b"\n")[1:-1]]


def proof_of(database: Database) -> Proof:
    with database.read() as session:
        return verify(session)


def move(database: Database, settings: Settings, target: Path, day: date = DAY) -> steps.Moved | None:
    return steps.move(database, day, target, zone=settings.zone, moment=NOW)


@pytest.mark.parametrize("name", ["trail.jsonl", "trail.jsonl.gz"])
def test_what_is_moved_is_in_the_file_and_what_remains_follows_from_it(
    trail: Database, database_url: str, tmp_path: Path, run: Run, name: str
) -> None:
    before, target = whole(trail), tmp_path / name
    status, said, error = run(database_url, "audit", "archive", "--before", DAY, target)
    assert (status, error) == (0, "")
    assert "entries 1 to 7; 7 were deleted here now" in said
    assert (list(tmp_path.iterdir()), stat.S_IMODE(target.stat().st_mode)) == ([target], 0o600)
    shown = [{**each, "at": each["at"].isoformat(timespec="microseconds")} for each in before[:OLD]]
    assert archived(target) == shown
    left = whole(trail)
    assert left[:YOUNG] == before[OLD:]
    recorded = [(each["id"], each["action"], each["subject"], each["details"]["file"]) for each in left[YOUNG:]]
    assert recorded == [(11, "audit.archived", "1-7", name)]
    assert proof_of(trail) == Proof(11, left[-1]["digest"], archived=7)
    assert "Entries 1 to 7 are in archives" in run(database_url, "audit", "verify")[1]
    assert run(database_url, "audit", "verify", "--archive", target)[:2] == (
        0,
        (
            "Entries 1 to 7 are in these archives, unbroken, and the others follow from them.\n"
            f"11 entries, unbroken. The last digest is {left[-1]['digest']}.\n"
        ),
    )


def test_the_trail_goes_on_and_a_second_archive_joins_the_first(
    trail: Database, settings: Settings, database_url: str, tmp_path: Path, run: Run
) -> None:
    first, second = tmp_path / "first", tmp_path / "second.gz"
    move(trail, settings, first)
    with time_machine.travel(NOW + timedelta(days=90)):
        day = (NOW + timedelta(days=1)).date()
        assert run(database_url, "audit", "archive", "--before", day, second)[0] == 0
        assert run(database_url, "audit", "archive", "--before", day, tmp_path / "third")[1].startswith("No entry here")
    assert [len(archived(each)) for each in (first, second)] == [7, 4]
    assert [each["action"] for each in whole(trail)] == ["audit.archived"]
    assert (proof_of(trail).why, proof_of(trail).entries, proof_of(trail).archived) == (None, 12, 11)
    assert run(database_url, "audit", "verify", "--archive", second, first)[0] == 0
    for given_files, said in [
        ([second], "Entries 1 to 7 are in none of these archives"),
        ([first], "Entries 8 to 11 are neither in these archives nor here"),
        ([first, first, second], "begins at entry 1, which another of these archives has, too"),
    ]:
        status, _, error = run(database_url, "audit", "verify", "--archive", *given_files)
        assert (status, said in error) == (1, True)


STEPS = ["_write", "prove", "let_begin_behind", "delete_archived", "after_one_step"]


class PowerCutError(BaseException):
    """Nothing that anybody could handle."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_cut_off_before_or_after_any_step_nothing_is_lost_and_the_same_command_goes_on(
    trail: Database,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    done: bool,
) -> None:
    before, target = whole(trail), tmp_path / "trail.jsonl"
    monkeypatch.setattr(archiving, "AT_ONCE", 2)
    place: Any = files if step == "prove" else steps
    name = "delete_archived" if step == "after_one_step" else step
    original: Callable[..., Any] = getattr(place, name)
    calls = []

    def cut(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        last = len(calls) > 1 or step != "after_one_step"
        if last and not done:
            raise PowerCutError
        result = original(*args, **kwargs)
        if last:
            raise PowerCutError
        return result

    monkeypatch.setattr(place, name, cut)
    with pytest.raises(PowerCutError):
        move(trail, settings, target)
    monkeypatch.setattr(place, name, original)

    here = whole(trail)
    missing = {each["id"] for each in before} - {each["id"] for each in here}
    assert missing <= ({each["id"] for each in archived(target)} if target.exists() else set())
    assert proof_of(trail).why is None
    moved = move(trail, settings, target)
    assert moved is not None
    assert (moved.head.first, moved.head.last) == (1, 7)
    assert [each["id"] for each in whole(trail)] == [8, 9, 10, 11]
    with trail.read() as session:
        assert steps.prove_all(session, [target]).last == 7
    assert (proof_of(trail).why, proof_of(trail).entries) == (None, 11)


def test_a_half_deleted_archive_is_proved_with_what_is_left(
    trail: Database, settings: Settings, database_url: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "trail.jsonl"
    monkeypatch.setattr(archiving, "AT_ONCE", 3)
    monkeypatch.setattr(steps, "_delete", lambda _database: 0)
    move(trail, settings, target)
    with trail.write() as session:
        assert archiving.delete_archived(session) == 3
    assert [each["id"] for each in whole(trail)][:2] == [4, 5]
    assert run(database_url, "audit", "verify", "--archive", target)[0] == 0
    assert proof_of(trail).archived == 7


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("a letter", "is no archive of an audit trail"),
        ("", "is no archive of an audit trail"),
        ("another day", "is the archive up to another day"),
        ("another trail", "does not continue the archives of this trail"),
        ("a folder", "is a folder"),
    ],
)
def test_a_file_that_is_there_is_not_overwritten(
    trail: Database, settings: Settings, tmp_path: Path, there: str, said: str
) -> None:
    target = tmp_path / "trail.jsonl"
    if there == "another day":
        move(trail, settings, target, DAY - timedelta(days=10))
    elif there == "another trail":
        _write_archive(target, settings, ["other"])
    elif there == "a folder":
        target.mkdir()
    else:
        target.write_text(there)
    content = target.read_bytes() if target.is_file() else None
    left = whole(trail)
    with pytest.raises(CommandError, match=said):
        move(trail, settings, target)
    assert whole(trail) == left
    assert (target.read_bytes() if target.is_file() else None) == content


def _write_archive(target: Path, settings: Settings, tales: list[str]) -> None:
    """Write an archive that proves itself, of a trail that is nowhere."""
    entries, previous = [], FIRST_DIGEST
    for number, tale in enumerate(tales, 1):
        entry = {"id": number, "at": NOW - timedelta(days=180), "actor": tale, "action": tale, "subject_kind": tale}
        entry |= {"subject": tale, "details": {}, "previous_digest": previous}
        previous = digest(entry)
        entries.append({**entry, "digest": previous})
    lines = b"".join(map(files.line, entries))
    head = files.Head(
        schema=1, product_version="1", made_at=NOW, before=datetime.combine(DAY, time(), settings.zone),
        first=1, last=len(tales), previous_digest=FIRST_DIGEST, last_digest=previous,
        sha256=sha256(lines).hexdigest(),
    )  # fmt: skip
    files.write(target, head, entries)


@pytest.mark.parametrize("days", [0, 29])
def test_what_is_younger_than_thirty_days_stays(trail: Database, settings: Settings, tmp_path: Path, days: int) -> None:
    with pytest.raises(CommandError, match="Entries stay for 30 days at least"):
        move(trail, settings, tmp_path / "trail.jsonl", (NOW - timedelta(days=days)).date())
    assert (len(whole(trail)), list(tmp_path.iterdir())) == (10, [])


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("DELETE FROM audit_entry WHERE id <= 7", True),
        ("DELETE FROM audit_entry WHERE id = 8", False),
        ("DELETE FROM audit_entry", False),
        ("UPDATE audit_entry SET actor = 'eve' WHERE id = 7", False),
        ("UPDATE audit_anchor SET through_id = 9", False),
        ("DELETE FROM audit_anchor", False),
    ],
)
def test_the_database_lets_go_of_what_is_in_an_archive_and_of_nothing_else(
    trail: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, allowed: bool
) -> None:
    monkeypatch.setattr(steps, "_delete", lambda _database: 0)
    move(trail, settings, tmp_path / "trail.jsonl")
    left = whole(trail)
    with trail.engine.connect() as connection:
        if allowed:
            connection.execute(text(statement))
            connection.commit()
        else:
            with pytest.raises(DatabaseError, match="only ever added"):
                connection.execute(text(statement))
    assert whole(trail) == (left[7:] if allowed else left)


def test_an_anchor_that_the_trail_does_not_speak_of_shows(trail: Database, session: Session) -> None:
    entry = whole(trail)[4]
    session.add(
        AuditAnchor(
            through_id=5, digest=entry["digest"], sha256="0" * 64, before=NOW, archived_at=NOW, archived_by="eve"
        )
    )
    session.commit()
    session.execute(text("DELETE FROM audit_entry WHERE id <= 5"))
    session.commit()
    proof = proof_of(trail)
    assert (proof.broken, proof.why) == (5, Break.UNRECORDED)


def test_a_broken_trail_is_not_moved(trail: Database, settings: Settings, session: Session, tmp_path: Path) -> None:
    if trail.sqlite:
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
    else:
        session.execute(text("DROP TRIGGER audit_entry_no_change ON audit_entry"))
    session.execute(text("UPDATE audit_entry SET actor = 'eve' WHERE id = 3"))
    session.commit()
    with pytest.raises(CommandError, match="broken at entry 3, so nothing was moved"):
        move(trail, settings, tmp_path / "trail.jsonl")
    assert (len(whole(trail)), list(tmp_path.iterdir())) == (10, [])


def test_a_backup_of_a_trail_that_was_moved_is_proved_and_restored(
    trail: Database, settings: Settings, database_url: str, elsewhere: str, tmp_path: Path, run: Run
) -> None:
    archive, backup = tmp_path / "trail.jsonl", tmp_path / "one.backup"
    with trail.write() as session:
        person(session, "ana@example.com")
    move(trail, settings, archive)
    assert run(database_url, "backup", backup)[0] == 0
    assert run(elsewhere, "restore", "--check", backup)[0] == 0
    assert run(elsewhere, "restore", backup)[0] == 0
    assert run(elsewhere, "audit", "verify", "--archive", archive)[0] == 0
    findings = json.loads(run(elsewhere, "doctor", "--json")[1])["findings"]
    assert [each for each in findings if each["check"] == "audit-trail"] == []


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("good") / "good.jsonl"
    _write_archive(target, Settings(_env_file=None), ["one", "two", "three"])
    return target


@how(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), packed=st.booleans(), cut=st.booleans())
def test_a_file_of_which_any_byte_was_changed_or_the_end_is_missing_proves_nothing(
    good: Path, tmp_path: Path, place: float, byte: int, packed: bool, cut: bool
) -> None:
    """Where it is packed, what was packed is changed: the packing has bytes that say nothing."""
    content = bytearray(good.read_bytes())
    at = int(place * len(content))
    if cut:
        del content[at:]
    else:
        content[at] ^= byte
    target = tmp_path / "other"
    target.write_bytes(gzip.compress(content) if packed else content)
    if content == good.read_bytes():
        assert files.prove(target).head.last == 3
        return
    try:
        head = files.prove(target).head
    except CommandError:
        return
    # moments and the version in the first line are not covered by any digest, and decide nothing about entries
    assert head.model_dump(exclude={"made_at", "product_version", "before"}) == files.prove(good).head.model_dump(
        exclude={"made_at", "product_version", "before"}
    )


def test_pages_and_packs_say_that_older_entries_are_in_an_archive(
    trail: Database, settings: Settings, sign_in: Callable[[str], TestClient], tmp_path: Path
) -> None:
    with trail.write() as session:
        person(session, "ada@example.com", Role.ADMIN)
        person(session, "ana@example.com").created_at = NOW - timedelta(days=400)
    admin, ana = sign_in("ada@example.com"), sign_in("ana@example.com")
    said = "in an archive"
    assert [said in each for each in (admin.get("/admin/audit").text, ana.get("/account/record").text)] == [False] * 2
    assert said not in take(ana, "/account/evidence").read("README.txt").decode()
    move(trail, settings, tmp_path / "trail.jsonl")
    for page in (admin.get("/admin/audit").text, ana.get("/account/record").text):
        assert "Entries from before" in page
        assert said in page
    assert "The first 7 are in archives" in admin.get("/admin/audit?verify=1").text
    assert said in take(ana, "/account/evidence").read("README.txt").decode()
