"""The commands `people import`, `admin create`, `token create` and `audit verify`."""

import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.cli import main


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)
    monkeypatch.setenv("DEALWORTHY_BASE_URL", "http://testserver")


def test_the_first_administrator_signs_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a good long password\n"))
    arguments = ["admin", "create", "--email", "Ada@example.com", "--name", "Ada", "--password-stdin"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == "ada@example.com is an administrator.\n"
    client.post("/sign-in", data={"email": "ada@example.com", "password": "a good long password"})
    assert client.get("/admin").status_code == 200


def test_without_a_password_there_is_a_link(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin", "create", "--email", "ada@example.com", "--name", "Ada"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "ada@example.com is an administrator."
    assert client.get(second.rpartition(" ")[2].removeprefix("http://testserver")).status_code == 200
    assert main(["admin", "create", "--email", "ada@example.com", "--name", "Ada"]) == 1
    assert "email: There is an account with this address already." in capsys.readouterr().err


def test_a_file_of_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,name,role,team\nana@example.com,Ana,rep,Iberia\n", encoding="utf-8")
    assert main(["people", "import", str(file), "--dry-run"]) == 0
    assert main(["people", "import", str(file)]) == 0
    assert main(["people", "import", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "new team: Iberia",
        "new: ana@example.com",
        "Nothing was stored (dry run): 1 new, 0 changed, 0 unchanged.",
        "new team: Iberia",
        "new: ana@example.com",
        "Stored: 1 new, 0 changed, 0 unchanged.",
        "Stored: 0 new, 0 changed, 1 unchanged.",
    ]
    file.write_text("email,name,role\nana,Ana,rep\n", encoding="utf-8")
    assert main(["people", "import", str(file)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{file}: row 2: email: Write an e-mail address, such as ana@example.com.",
        "Nothing was stored.",
    ]
    assert main(["people", "import", "missing.csv"]) == 2


def test_a_token_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "create", "CRM", "--scope", "clearance:read", "deals:write", "--days", "30"]) == 0
    assert capsys.readouterr().out.startswith("dw_")
    with pytest.raises(SystemExit) as wrong_use:
        main(["token", "create", "CRM", "--scope", "everything"])
    assert wrong_use.value.code == 2


def test_the_audit_trail_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    main(["token", "create", "CRM", "--scope", "clearance:read"])
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out.startswith("1 entries, unbroken. The last digest is ")
