"""What README.md and docs/ say is true: commands, settings, targets, links, tables and examples."""

import argparse
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
import time_machine
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlmodel import Session

from app.authoring.files import read_tree
from app.authoring.proving import prove_examples
from app.catalog.content import Lesson, ProductDocument
from app.catalog.models import ContentKind
from app.certification.content import ProgramDocument
from app.certification.reasons import ReasonCode
from app.cli import build_parser
from app.commands.mcp import TOKEN
from app.config import ROOT, Settings
from app.deals.rules import ClearanceDecision, GateCode
from app.main import create_app
from app.people.tokens import Scope, create_token
from app.quizzes.content import QuizDocument
from app.quizzes.itemcontent import ITEM_TYPES
from app.redlines.content import RedLineDocument
from factories import attest, deal, person, product, published, sellable

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
READ_BY_EVERYBODY = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

COMMAND = re.compile(r"(?:^|`|bin/)dealworthy ([a-z][^`#\n]*)", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)#]+)(?:#[^)]*)?\)")
PLACEHOLDER = {"PATH": "somewhere", "FILE.csv": "people.csv", "NAME": "CRM", "COMMAND": "serve"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def commands() -> Iterator[tuple[str, str]]:
    for name in NAMES:
        for command in COMMAND.findall(text_of(name)):
            yield name, command.strip().rstrip(".,;:")


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_exists_with_its_options(name: str, command: str) -> None:
    words = [PLACEHOLDER.get(word, word) for word in shlex.split(command)]
    try:
        build_parser().parse_args(words)
    except SystemExit as error:
        pytest.fail(f"{name}: dealworthy {command}: exit {error.code}")


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    actions = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]  # noqa: SLF001 (argparse has no other way)
    return dict(actions[0].choices) if actions else {}


def test_every_command_is_mentioned() -> None:
    said = " ".join(command for _name, command in commands())
    everything = [
        f"{noun} {verb}".strip()
        for noun, parser in subparsers(build_parser()).items()
        for verb in subparsers(parser) or [""]
    ]
    assert [command for command in everything if command not in said] == []


def test_settings_exist_and_are_all_documented() -> None:
    known = {f"DEALWORTHY_{name.upper()}" for name in Settings.model_fields}
    named = {setting for name in NAMES for setting in re.findall(r"DEALWORTHY_[A-Z_]+", text_of(name))}
    assert named == known | {TOKEN}
    for name in ("README.md", "docs/operating.md"):
        table = set(re.findall(r"^\| `(DEALWORTHY_[A-Z_]+)` \|", text_of(name), re.MULTILINE))
        assert table == known, name


def test_defaults_of_settings_are_as_documented() -> None:
    rows = re.findall(r"^\| `DEALWORTHY_([A-Z_]+)` \| `([^`]+)` \|", text_of("docs/operating.md"), re.MULTILINE)
    said = {name.lower(): value for name, value in rows if name != "BASE_URL"}
    settings = Settings(_env_file=None)
    assert said == {name: str(getattr(settings, name)) for name in said}
    hours = {"notices_hour", "bundle_hours"}
    days = {f"keep_{what}_days" for what in ("texts", "clearances", "answers", "findings")}
    watched = {"log_level", "slow_statement_ms", "drain_seconds"}
    assert set(said) == {"env", "database_url", "port", "timezone", "company"} | hours | days | watched


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    named = {target for name in NAMES for target in re.findall(r"(?:`|^)make ([a-z]+)", text_of(name), re.MULTILINE)}
    assert named
    assert named <= targets


@pytest.mark.parametrize("name", [*NAMES, *[f"docs/adr/{page.name}" for page in (ROOT / "docs/adr").glob("*.md")]])
def test_every_link_and_picture_is_there(name: str) -> None:
    folder = (ROOT / name).parent
    assert [link for link in LINK.findall(text_of(name)) if not (folder / link).exists()] == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / link).resolve() for link in LINK.findall(page.read_text())]
    assert {page for page in PAGES if page not in reached} == set()


def test_every_picture_is_shown_and_light() -> None:
    shown = {Path(link).name for link in LINK.findall(text_of("README.md")) if link.endswith(".png")}
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs/pictures").glob("*.png")}
    assert set(sizes) == shown
    assert {name: size for name, size in sizes.items() if size > 250_000} == {}


def test_floors_are_those_that_the_check_keeps() -> None:
    contract = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    kept = [sorted(part.strip().removeprefix("app.") for part in floor.split("|")) for floor in contract]
    rows = re.findall(r"^\| ((?:`[a-z]+`(?:, )?)+) \| ", text_of("docs/architecture.md"), re.MULTILINE)
    assert [sorted(re.findall(r"`([a-z]+)`", row)) for row in rows] == kept
    named = {module for floor in kept for module in floor}
    there = {path.stem for path in (ROOT / "app").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert there - named == {"__init__", "__main__", "tables"}


def files_of(page: str) -> list[tuple[str, str]]:
    """The files that a page shows: path and content."""
    return re.findall(r"\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)```", page, re.DOTALL)


def test_the_course_to_copy_has_no_faults(tmp_path: Path) -> None:
    shown = files_of(text_of("docs/content.md"))
    for path, content in shown:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    tree = read_tree(tmp_path, prove=prove_examples)
    assert [str(problem) for problem in tree.problems] == []
    assert len(shown) == 6


def keys_of(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> set[str]:
    """Every key that a document may have, also inside what it holds."""
    seen = seen if seen is not None else set()
    if model in seen:
        return set()
    seen.add(model)
    found = set()
    for name, field in model.model_fields.items():
        found.add(field.alias or name)
        for inner in models_in([field.annotation, *field.metadata]):
            found |= keys_of(inner, seen)
    return found


def models_in(annotations: list[Any]) -> Iterator[type[BaseModel]]:
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        yield from models_in(list(get_args(annotation)))


FROM_THE_FILE = {"number", "slug", "body"}
"""Parts of a lesson that its file's name and text say."""


@pytest.mark.parametrize("model", [ProductDocument, ProgramDocument, Lesson, RedLineDocument, QuizDocument])
def test_every_key_of_content_files_is_documented(model: type[BaseModel]) -> None:
    page = text_of("docs/content.md")
    keys = keys_of(model)
    missing = {key for key in keys if not re.search(rf"(?:`|\b){re.escape(key)}(?:`|:)", page)}
    assert missing <= FROM_THE_FILE
    assert len(keys) > 1


def test_every_type_of_question_is_documented() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text_of("docs/content.md"), re.MULTILINE)) >= set(ITEM_TYPES)


def test_every_decision_and_reason_is_documented() -> None:
    codes = set(re.findall(r"^\| `([a-z_]+)` \|", text_of("docs/api.md"), re.MULTILINE))
    assert codes == {*ClearanceDecision, *ReasonCode, *GateCode}


ASKED_AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
EXAMPLE = re.compile(r"```sh\n(curl .*?)```\n\n```json\n(.*?)```", re.DOTALL)
VOLATILE = {"decision_id", "request_id", "certificate"}
"""What is another one each time."""
PROMISED = {
    "id": "claims.guaranteed-return",
    "status": "active",
    "severity": "block",
    "category": "guarantee_promissory",
    "title": "No guaranteed return",
    "why": "Nobody can promise another company's revenue.",
    "match": {"en": [{"text": "guarantee a return"}]},
    "unless": {"negated": "downgrade"},
    "say_instead": {"en": ["Bakeries of your size saw 8 to 14 % more repeat visits."]},
}


@pytest.fixture
def crm(settings: Settings, session: Session) -> Iterator[tuple[TestClient, str]]:
    """A client of the API and its token, in the installation that docs/api.md speaks of."""
    with time_machine.travel(ASKED_AT, tick=False):
        keeper = sellable(session, "keeper-crm", name="Keeper CRM", at=ASKED_AT)
        ana = person(session, "ana@example.com", name="Ana Duarte", at=ASKED_AT)
        person(session, "bo@example.com", name="Bo Lind", at=ASKED_AT)
        attest(session, ana, keeper, at=ASKED_AT)
        deal(session, "D-20417", products=[keeper], team={"owner": [ana]}, at=ASKED_AT)
        till = product(session, "till", name="Till", at=ASKED_AT)
        published(session, till, ContentKind.REDLINES, "till", {"schema": 1, "rules": [PROMISED]}, at=ASKED_AT)
        token = create_token(session, "CRM", list(Scope), actor="admin@example.com", moment=ASKED_AT)
        session.commit()
        application = create_app(settings.model_copy(update={"base_url": "https://sales.example.com"}))
        yield TestClient(application, base_url="https://sales.example.com"), token
        application.state.database.dispose()


def run(client: TestClient, token: str, command: str) -> Any:
    """Ask what a curl command asks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-H", action="append")
    parser.add_argument("-d")
    parser.add_argument("-X")
    parser.add_argument("url")
    given = parser.parse_args(shlex.split(command.replace("\\\n", " "))[1:])
    headers = dict(header.replace("$TOKEN", token).split(": ", 1) for header in given.H)
    address = urlsplit(given.url)
    assert address.netloc == "sales.example.com"
    method = given.X or ("POST" if given.d else "GET")
    return client.request(method, f"{address.path}?{address.query}", headers=headers, content=given.d).json()


def steady(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: "…" if key in VOLATILE else steady(value) for key, value in document.items()}
    if isinstance(document, str):
        return re.sub(r"/certificates/[-\w]+", "/certificates/…", document)
    return [steady(each) for each in document] if isinstance(document, list) else document


def test_the_api_answers_as_printed(crm: tuple[TestClient, str]) -> None:
    examples = EXAMPLE.findall(text_of("docs/api.md"))
    answers = [run(*crm, command) for command, _answer in examples]
    assert [steady(answer) for answer in answers] == [steady(json.loads(printed)) for _command, printed in examples]
    assert len(examples) == 10


def test_only_one_distribution_brings_passlib() -> None:
    names = {distribution.name.lower() for distribution in distributions()}
    assert "libpass" in names
    assert "passlib" not in names
