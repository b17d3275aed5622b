"""A pack proves itself without a connection, and whoever changed it is found."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.people.models import Person
from app.reports.evidence import verify as verifier
from app.reports.evidence.verify import Wrong, check
from evidencepacks import PATHS, take

SignIn = Callable[[str], TestClient]


def verify(*arguments: Path) -> tuple[int, str]:
    # -I: nothing of this installation can be imported
    run = subprocess.run(  # noqa: S603 (our own verifier)
        [sys.executable, "-I", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    return run.returncode, run.stdout.partition("\n")[0] + run.stderr


@pytest.mark.parametrize(
    ("viewer", "path"), [("carol", "person"), ("ana", "own"), ("carol", "product"), ("ana", "deal")]
)
def test_a_pack_proves_itself_and_names_what_was_changed(
    ana: Person, sign_in: SignIn, tmp_path: Path, viewer: str, path: str
) -> None:
    answer = sign_in(f"{viewer}@example.com").post(PATHS[path].format(ana=ana.id))
    whole = tmp_path / "pack.zip"
    whole.write_bytes(answer.content)
    folder = tmp_path / "pack"
    with zipfile.ZipFile(whole) as pack:
        pack.extractall(folder)
        names = [each for each in pack.namelist() if pack.read(each)]
    assert verify(folder / "verify.py", whole)[0] == 0
    told = {}
    for name in names:
        kept = (folder / name).read_bytes()
        middle = len(kept) // 2
        (folder / name).write_bytes(kept[:middle] + bytes([kept[middle] ^ 1]) + kept[middle + 1 :])
        with pytest.raises(Wrong) as error:
            check(folder)
        told[name] = str(error.value)
        (folder / name).write_bytes(kept)
    changed = {name: f"{name} is not as it was packed" for name in names}
    changed["manifest.json"] = changed["manifest.sha256"] = "manifest.json is not what manifest.sha256 says"
    assert told == changed
    assert check(folder).startswith("OK: ")


def test_the_verifier_runs_alone_and_says_what_is_wrong(ana: Person, sign_in: SignIn, tmp_path: Path) -> None:
    take(sign_in("ana@example.com"), "/account/evidence").extractall(tmp_path)
    program = tmp_path / "verify.py"
    assert verify(program) == (0, "OK: person ana@example.com, as of 2026-11-23T09:00:00+00:00")
    (tmp_path / "records" / "more.csv").write_text("1")
    assert verify(program) == (1, "WRONG: records/more.csv was not packed")
    (tmp_path / "README.txt").unlink()
    assert verify(program) == (1, "WRONG: README.txt is missing")


def test_the_verifier_is_written_for_old_pythons_and_needs_only_what_comes_with_them() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text("utf-8"), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def _forged(folder: Path, name: str, old: str, new: str) -> None:
    """Change a file and every digest that a forger can compute again."""
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for each in manifest["files"]:
        each["sha256"] = sha256((folder / each["name"]).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    digest = sha256((folder / "manifest.json").read_bytes()).hexdigest()
    (folder / "manifest.sha256").write_text(f"{digest}  manifest.json\n", "utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("audit/entries.json", "Said too much.", "Said nothing.", "audit/entries.json: entry {first} was changed"),
        ("audit/chain.csv", "\n{first},", "\n9{first},", "audit/chain.csv: entry {first} is missing"),
        ("records/certificates.json", '"holder": "Ana"', '"holder": "Eve"', "records/certificates.json: certificate"),
        ("texts/redlines/keeper-1.json", "guarantee", "promise", "texts/redlines/keeper-1.json: the text is not"),
    ],
)
def test_a_forger_who_mends_the_manifest_is_found_by_what_lies_below(
    ana: Person, session: Session, sign_in: SignIn, tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    take(sign_in("carol@example.com"), f"/team/people/{ana.id}/evidence").extractall(tmp_path)
    suspended = select(col(AuditEntry.id)).where(col(AuditEntry.action) == "certification.suspended")
    first = session.scalar(suspended)
    _forged(tmp_path, name, old.format(first=first), new.format(first=first))
    with pytest.raises(Wrong, match=re.escape(told.format(first=first))):
        check(tmp_path)
