"""The command line as operators meet it: wrong use exits with 2, and what can be mended is one sentence, no trace."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.config import ROOT


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "verify"],
        ["import", "--dry-run"],
        ["seed"],
        ["serve"],
        ["token", "create", "crm", "--scope", "reports:read"],
        ["worker", "--once"],
    ],
)
def test_an_empty_database_is_told_how_to_be_mended(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    assert main(arguments) == 1
    assert capsys.readouterr().err == ("The database is not at the newest revision; run `dealworthy migrate` first.\n")


@pytest.mark.parametrize("url", ["foo", "", "mysql://localhost/sales"])
def test_a_database_of_no_known_kind_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", url)
    assert main(["migrate"]) == 2
    assert capsys.readouterr().err == (
        "DEALWORTHY_DATABASE_URL: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.\n"
    )


def test_a_file_that_is_no_database_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but long enough to be looked at as one\n" * 20, encoding="utf-8")
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", f"sqlite:///{file}")
    assert main(["seed"]) == 1
    assert capsys.readouterr().err == "The database does not answer: file is not a database\n"


@pytest.mark.parametrize("arguments", [[], ["nope"], ["serve", "--port", "70000"], ["serve", "--port", "x"]])
def test_wrong_use_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_python_m_app_hands_the_exit_status_on() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "lint", "/nowhere"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "There is nothing at /nowhere.\n")
