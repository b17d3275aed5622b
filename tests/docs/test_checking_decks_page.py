"""What docs/checking-decks.md says is true: its commands, hook, workflow and programs do what it prints."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import main
from app.config import ROOT
from app.redlines.documents import limits
from app.redlines.documents.kinds import SUFFIXES
from handed_in import deck, letter

PAGE = (ROOT / "docs/checking-decks.md").read_text()
FILES: dict[str, str] = dict(re.findall(r"\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))
HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
CALL = """\
WEBVTT

00:01.000 --> 00:02.000
<v Customer>Do you?

00:04.000 --> 00:05.000
<v Rep>We guarantee

00:05.000 --> 00:06.000
<v Rep>a return.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the page, a deck and transcripts, in which commands are typed."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "offer.pptx").write_bytes(deck(("Hello", "Fine", ""), ("Pricing", "We guarantee a return.", "")))
    (tmp_path / "call.vtt").write_text(CALL)
    (tmp_path / "transcripts").mkdir()
    for number in range(3):
        (tmp_path / f"transcripts/{number}.vtt").write_text(CALL)
    (tmp_path / "transcripts/broken.pdf").write_bytes(b"%PDF-broken")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(  # noqa: S602 - the lines of the page are what is tried
        line, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def test_the_command_prints_what_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [(command, printed)] = re.findall(r"```sh\ndealworthy ([^\n]+)\n```\n\n```text\n(.*?)```", PAGE, re.DOTALL)

    assert main(shlex.split(command)) == 1
    assert capsys.readouterr() == (printed, "")


def test_every_ending_and_limit_is_on_the_page() -> None:
    cells = dict(re.findall(r"^\| ([^|]+) \| ([0-9][^|]*) \|$", PAGE, re.MULTILINE))
    kinds = PAGE.split("## What is read")[1].split("Files come")[0]

    assert sorted(re.findall(r"`(\.[a-z]+)`", kinds)) == sorted(SUFFIXES)
    assert cells == {
        "size of a file": f"{limits.MOST_BYTES // 1_000_000} MB",
        "characters of text": f"{limits.MOST_CHARACTERS:,}",
        "characters of a transcript": f"{limits.MOST_SAID:,}",
        "pages or slides": f"{limits.MOST_PAGES:,}",
        "XML in an office file, unpacked": f"{limits.MOST_UNPACKED // 1_000_000} MB",
        "attachments of a mail": str(limits.MOST_ATTACHMENTS),
        "seconds on a server": f"{limits.SECONDS:.0f}",
    }
    assert f"{limits.MOST_MEMORY / 1e9} GB" in PAGE


def test_the_hook_is_for_every_file_that_is_read() -> None:
    wanted = re.compile(HOOK["files"])

    assert [suffix for suffix in SUFFIXES if not wanted.search(f"a{suffix.upper()}")] == []
    assert not wanted.search("a.py")


def hook_lines() -> list[list[str]]:
    """What pre-commit runs: with the arguments of the hook, and with those of the page instead."""
    [repository] = yaml.safe_load(FILES[".pre-commit-config.yaml"])["repos"]
    [chosen] = repository["hooks"]
    assert chosen["id"] == HOOK["id"]
    return [[*shlex.split(HOOK["entry"]), *arguments] for arguments in (HOOK["args"], chosen["args"])]


@pytest.mark.parametrize("line", hook_lines())
def test_the_hook_stops_a_commit_of_a_deck(folder: Path, line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "letter.docx").write_bytes(letter())
    (folder / "fine.md").write_text("Customers like you typically see results.")

    assert main([*line[1:], "fine.md"]) == 0
    assert main([*line[1:], "fine.md", "letter.docx", "offer.pptx"]) == 1
    assert re.findall(r"^(\S+: [^:]+): block", capsys.readouterr().out, re.MULTILINE) == [
        "letter.docx: paragraph 3 (Pricing)",
        "offer.pptx: slide 2 (Pricing)",
    ]


def test_the_workflow_writes_what_it_uploads(folder: Path) -> None:
    workflow = yaml.safe_load(FILES[".github/workflows/redlines.yml"])
    steps: list[dict[str, Any]] = workflow["jobs"]["decks"]["steps"]
    [check] = [step["run"] for step in steps if step.get("name") == "Check"]
    [upload] = [step["with"]["sarif_file"] for step in steps if "upload-sarif" in step.get("uses", "")]
    assert shell(folder, "git init -q && git add -- offer.pptx call.vtt").returncode == 0

    done = shell(folder, check)

    log = yaml.safe_load((folder / upload).read_text())
    assert (done.returncode != 0, done.stderr) == (True, "")
    assert [result["locations"][0]["logicalLocations"] for result in log["runs"][0]["results"]] == [
        [{"fullyQualifiedName": "slide 2 (Pricing)", "kind": "slide"}]
    ]


@pytest.mark.parametrize(("name", "needs"), [("with_processes.py", "concurrent.futures"), ("with_dask.py", "dask"),
                                             ("with_ray.py", "ray")])  # fmt: skip
def test_a_folder_of_transcripts_is_checked(folder: Path, name: str, needs: str) -> None:
    if importlib.util.find_spec(needs) is None:
        pytest.skip(f"{needs} is no dependency; install it to try this program")

    done = shell(folder, f"PYTHONPATH={shlex.quote(str(ROOT))} python {name}")

    said = "cue 2 (00:00:04): claims.guaranteed-return: guarantee a return"
    assert [line for line in done.stdout.splitlines() if line] == [
        *(f"transcripts/{number}.vtt: {said}" for number in range(3)),
        "transcripts/broken.pdf: This file is damaged or not what its name says, and cannot be opened.",
    ]
    assert "Traceback" not in done.stderr
