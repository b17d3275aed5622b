"""`dealworthy check` as it is typed, with rules of a file and with those in force in a database."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.catalog.models import ContentKind
from app.cli import main
from app.database import Database
from factories import product, published, redline
from handed_in import deck, letter, mail, pdf
from rulepacks import approved_pack

RULES = """\
schema: 1
rules:
- id: return
  status: active
  severity: block
  category: guarantee_promissory
  title: {en: No guaranteed return, zh-Hans: 不承诺收益}
  why: Nobody can keep it.
  match:
    en: [{text: guarantee return}]
    zh: [{text: 保证收益}]
  say_instead: {en: [Customers like you see results.], zh-Hans: [同类客户看到效果。]}
- id: best
  status: active
  severity: warn
  category: absolute
  title: No best
  why: Nobody can show it.
  applies: {products: [keeper], channels: [mail]}
  match: {en: [{text: best in class}]}
  say_instead: {en: [It fits you.]}
"""

PUBLISHED = datetime(2026, 1, 2, tzinfo=UTC)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def typed(*arguments: str, given: str | bytes = "") -> tuple[int, str, str]:
        data = given if isinstance(given, bytes) else given.encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        status = main(["check", *arguments])
        return status, *capsys.readouterr()

    return typed


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return str(path)


def line(**given: Any) -> str:
    return json.dumps(given) + "\n"


def test_each_line_is_answered_with_its_findings(run: Run, rules: str) -> None:
    given = line(id="a", text="𝐖e guarantee a return.") + "\n" + line(id=7, text="我们不保證收益")

    status, out, err = run("--rules", rules, "--jsonl", given=given)

    assert (status, err) == (0, "")
    assert [json.loads(each) for each in out.splitlines()] == [
        {
            "id": "a",
            "findings": [
                {"red_line": "return", "start": 3, "end": 21, "matched": "guarantee a return", "severity": "block",
                 "state": "active", "reason": None}
            ],
        },
        {
            "id": 7,
            "findings": [
                {"red_line": "return", "start": 3, "end": 7, "matched": "保證收益", "severity": "block",
                 "state": "downgraded", "reason": "negated"}
            ],
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("circumstances", "states"),
    [
        ({}, ["active"]),
        ({"speaker": "customer"}, []),
        ({"channel": "mail", "products": ["keeper"]}, ["active"]),
        ({"channel": "call"}, []),
        ({"products": ["other"]}, []),
        ({"locale": "zh-Hans"}, ["active"]),
    ],
)
def test_a_line_says_its_circumstances(run: Run, rules: str, circumstances: dict[str, Any], states: list[str]) -> None:
    _, out, _ = run("--rules", rules, "--jsonl", given=line(id=1, text="best in class", **circumstances))

    assert [finding["state"] for finding in json.loads(out)["findings"]] == states


def test_suppressed_findings_are_shown_on_request(run: Run, rules: str) -> None:
    _, out, _ = run("--rules", rules, "--jsonl", "--all", given=line(id=1, text="> best in class"))

    assert [(each["state"], each["reason"]) for each in json.loads(out)["findings"]] == [("suppressed", "quoted")]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("{", "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        (b"\xff", "is not JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte."),
        ("[1]", "an object with id and text is expected."),
        ('{"text": "x"}', "id is missing, or neither a string nor a number."),
        ('{"id": 1}', "text is missing or not a string."),
        ('{"id": 1, "text": "x", "locale": 3}', "locale is not a string."),
        ('{"id": 1, "text": "x", "products": "keeper"}', "products is not a list of strings."),
    ],
)
def test_a_bad_line_is_named(run: Run, rules: str, wrong: str | bytes, sentence: str) -> None:
    second = wrong if isinstance(wrong, bytes) else wrong.encode()

    status, out, err = run("--rules", rules, "--jsonl", given=line(id=1, text="x").encode() + second)

    colon = "" if sentence.startswith("is not JSON") else ":"
    assert (status, out) == (2, '{"id": 1, "findings": []}\n')
    assert err == f"Line 2 of standard input{colon} {sentence}\n"


def test_half_a_character_is_written_back(run: Run, rules: str) -> None:
    status, out, _ = run("--rules", rules, "--jsonl", given=line(id="\ud800", text="best in class"))

    assert (status, json.loads(out)["id"]) == (0, "\ud800")


def test_a_text_is_checked_in_plain_words(run: Run, rules: str, tmp_path: Path) -> None:
    mail = tmp_path / "mail.txt"
    mail.write_text("Dear all,\nwe guarantee\na return. Is it best in class?\n", encoding="utf-8")

    said = (
        f"{mail}:2:4: block: return: “guarantee a return”\n"
        "  No guaranteed return. Nobody can keep it.\n"
        "  Say instead: Customers like you see results.\n"
        f"{mail}:3:17: warn (downgraded: question): best: “best in class”\n"
        "  No best. Nobody can show it.\n"
        "  Say instead: It fits you.\n"
        "Findings: 1. Excused by what surrounds them: 1.\n"
    )
    assert run(str(mail), "--rules", rules) == (1, said, "")


def test_only_active_findings_of_severity_block_fail(run: Run, rules: str) -> None:
    assert run("-", "--rules", rules, given="It is best in class.")[0] == 0
    assert run("-", "--rules", rules, given="We do not guarantee a return.")[0] == 0
    assert run("-", "--rules", rules, given="We guarantee a return.")[0] == 1


def test_sarif_names_rule_place_and_state(run: Run, rules: str) -> None:
    status, out, _ = run("-", "--rules", rules, "--format", "sarif", given="𝐇i\nwe don't guarantee returns")

    log = json.loads(out)
    assert (status, log["version"], list(log)) == (0, "2.1.0", ["$schema", "version", "runs"])
    assert log["runs"][0]["tool"]["driver"]["rules"][0]["id"] == "return"
    assert log["runs"][0]["results"] == [
        {
            "ruleId": "return",
            "level": "note",
            "message": {"text": "No guaranteed return: “guarantee returns”"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "stdin"},
                        "region": {"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 27, "charOffset": 12,
                                   "charLength": 17},
                    }
                }
            ],
            "properties": {"severity": "block", "state": "downgraded", "reason": "negated"},
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("category: absolute", "category: loud"), "rules.1.category"),
        (("best in class}]", "'!!'}]"), "best: “!!” is empty after folding"),
    ],
)
def test_rules_that_cannot_be_used_are_refused(run: Run, rules: str, change: tuple[str, str], sentence: str) -> None:
    Path(rules).write_text(RULES.replace(*change), encoding="utf-8")

    status, out, err = run("--rules", rules, "--jsonl")

    assert (status, out) == (2, "")
    assert sentence in err


def test_an_example_that_fails_is_told_and_the_check_goes_on(run: Run, rules: str) -> None:
    with Path(rules).open("a", encoding="utf-8") as file:
        file.write("  examples: {must_flag: [Hello.]}\n")

    status, out, err = run("--rules", rules, "--jsonl", given=line(id=1, text="x"))

    assert (status, out) == (0, '{"id": 1, "findings": []}\n')
    assert err == (
        f"{rules}:22:26: rules.1.examples.must_flag.0: is not flagged: nothing of the rule matches\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [[], ["nowhere.txt"], ["--jsonl", "mail.txt"], ["--jsonl", "--format", "json"], ["-", "--rules", "nowhere.yaml"]],
)
def test_wrong_use_is_one_sentence(run: Run, rules: str, arguments: list[str]) -> None:
    status, out, err = run(*(arguments if "nowhere.yaml" in arguments else [*arguments, "--rules", rules]))

    assert (status, out, err.count("\n")) == (2, "", 1)


def test_the_red_lines_in_force_are_used(run: Run, database: Database, database_url: str,
                                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    rule = {"id": "keeper.best", "status": "active", "severity": "block", "category": "absolute", "title": "No best",
            "why": "Nobody can show it.", "match": {"en": [{"text": "best in class"}]},
            "say_instead": {"en": ["It fits you."]}}  # fmt: skip
    draft = {**rule, "id": "keeper.draft", "status": "draft", "match": {"en": [{"text": "fits you"}]}}
    with database.write() as session:
        keeper = product(session, at=PUBLISHED)
        product(session, "other", name="Other", at=PUBLISHED)
        document = {"schema": 1, "rules": [rule, draft]}
        published(session, keeper, ContentKind.REDLINES, "keeper", document, at=PUBLISHED)
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)

    status, out, _ = run("-", "--format", "json", given="Best in class, it fits you.")

    assert (status, json.loads(out)) == (
        1,
        {
            "findings": [
                {"red_line": "keeper.best", "start": 0, "end": 13, "matched": "Best in class", "severity": "block",
                 "state": "active", "reason": None, "title": "No best", "why": "Nobody can show it.",
                 "say_instead": ["It fits you."], "products": ["keeper"]}
            ],
            "rules": 1,
        },
    )  # fmt: skip
    assert run("-", "--product", "other", given="Best in class")[0] == 0
    assert run("-", "--product", "nothing", given="Best in class")[0] == 2


def test_the_packs_of_a_product_are_used(run: Run, database: Database, database_url: str,
                                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    with database.write() as session:
        approved_pack(session, "the cheapest", at=PUBLISHED)
        document = {"schema": 1, "packs": [{"pack": "house"}], "rules": [redline("best in class")]}
        published(session, product(session, at=PUBLISHED), ContentKind.REDLINES, "keeper", document, at=PUBLISHED)
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)

    answer = json.loads(run("-", "--format", "json", given="The cheapest, and best in class.")[1])

    found = [(each["red_line"], each["products"]) for each in answer["findings"]]
    assert (found, answer["rules"]) == ([("the cheapest", ["keeper"]), ("best in class", ["keeper"])], 2)


CLAIM = "We guarantee a return."
FOUND = {"red_line": "return", "start": 12, "end": 30, "matched": "guarantee a return", "severity": "block",
         "state": "active", "reason": None, "title": "No guaranteed return", "why": "Nobody can keep it.",
         "say_instead": ["Customers like you see results."], "products": []}  # fmt: skip


def handed_in(folder: Path, **files: bytes) -> list[str]:
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return [str(folder / name.replace("_", ".")) for name in files]


def test_a_finding_names_its_slide(run: Run, rules: str, tmp_path: Path) -> None:
    [deck_file] = handed_in(tmp_path, offer_pptx=deck(("Hello", "Fine", ""), ("Pricing", CLAIM, "Best in class")))

    said = (
        f"{deck_file}: slide 2 (Pricing): block: return: “guarantee a return”\n"
        "  No guaranteed return. Nobody can keep it.\n"
        "  Say instead: Customers like you see results.\n"
        f"{deck_file}: notes of slide 2 (Pricing): warn: best: “Best in class”\n"
        "  No best. Nobody can show it.\n"
        "  Say instead: It fits you.\n"
        "Findings: 2. Excused by what surrounds them: 0.\n"
    )
    assert run(deck_file, "--rules", rules) == (1, said, "")


def test_json_has_the_place_of_a_finding(run: Run, rules: str, tmp_path: Path) -> None:
    [deck_file] = handed_in(tmp_path, offer_pptx=deck(("Pricing", CLAIM, "")))

    status, out, _ = run(deck_file, "--rules", rules, "--format", "json")

    place = {"kind": "slide", "number": 1, "label": "Pricing"}
    assert (status, json.loads(out)) == (1, {"findings": [{**FOUND, "place": place}], "rules": 2})


def test_several_files_are_checked_in_one_go(run: Run, rules: str, tmp_path: Path) -> None:
    names = handed_in(tmp_path, a_txt=b"......" + CLAIM[:-1].encode() + b"\n", b_pdf=pdf(["......" + CLAIM]), c_md=b"")
    mail_file = handed_in(tmp_path, m_eml=mail("Hi", attached={"d.pptx": deck(("Pricing", CLAIM, ""))}))[0]

    status, out, err = run("--rules", rules, "--format", "json", *names, mail_file)

    page = {"kind": "page", "number": 1, "label": ""}
    slide = {"kind": "slide", "number": 1, "label": "Pricing", "file": "d.pptx"}
    at = {"start": 9, "end": 27}
    assert (status, err, json.loads(out)) == (
        1,
        "",
        {
            "findings": [
                {"file": names[0], **FOUND, "start": 9, "end": 27},
                {"file": names[1], **FOUND, **at, "place": page},
                {"file": mail_file, **FOUND, "start": 23, "end": 41, "place": slide},
            ],
            "rules": 2,
        },
    )


def test_a_transcript_is_checked_as_it_was_said(run: Run, rules: str, tmp_path: Path) -> None:
    source = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Rep>we guarantee\n\n01:02.000 --> 01:03.000\n<v Rep>a return\n"
    [call] = handed_in(tmp_path, call_vtt=source.encode())

    status, out, _ = run(call, "--rules", rules)
    assert (status, out.splitlines()[0]) == (1, f"{call}:4:11: cue 1 (00:00:01): block: return: “guarantee a return”")
    [found] = json.loads(run(call, "--rules", rules, "--format", "json")[1])["findings"]
    assert source[found["start"] : found["end"]] == (
        "guarantee\n\n01:02.000 --> 01:03.000\n<v Rep>a return"
    )  # fmt: skip


def test_a_line_may_hold_a_transcript(run: Run, rules: str) -> None:
    source = "WEBVTT\n\n00:01.000 --> 00:02.000\nwe guarantee\n\n00:02.000 --> 00:03.000\na return\n"

    [found] = json.loads(run("--rules", rules, "--jsonl", given=line(id=1, text=source))[1])["findings"]

    said = "guarantee\n\n00:02.000 --> 00:03.000\na return"
    assert (found["matched"], source[found["start"] : found["end"]]) == (said, said)


def test_sarif_names_files_and_places(run: Run, rules: str, tmp_path: Path) -> None:
    names = handed_in(tmp_path, a_txt=CLAIM.encode(), b_docx=letter())

    _, out, _ = run("--rules", rules, "--format", "sarif", *names)

    log = json.loads(out)["runs"][0]
    text, document = (result["locations"][0] for result in log["results"])
    assert [rule["id"] for rule in log["tool"]["driver"]["rules"]] == ["return"]
    assert text["physicalLocation"]["artifactLocation"] == {"uri": Path(names[0]).as_posix()}
    assert "logicalLocations" not in text
    assert document == {
        "physicalLocation": {"artifactLocation": {"uri": Path(names[1]).as_posix()}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": "paragraph 3 (Pricing)", "kind": "paragraph"}],
    }
    assert log["results"][1]["message"]["text"] == (
        "No guaranteed return: “guarantee\ta return” (paragraph 3 (Pricing))"
    )  # fmt: skip
    assert list(log["results"][1]["partialFingerprints"]) == ["primaryLocationLineHash"]


def test_sarif_names_a_file_by_an_address(
    run: Run, rules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("50 % déck.txt").write_text("We guarantee a return.", encoding="utf-8")

    _, out, _ = run("50 % déck.txt", "--rules", rules, "--format", "sarif")

    (result,) = json.loads(out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "50%20%25%20d%C3%A9ck.txt"}


def test_what_cannot_be_read_is_told_and_the_others_are_checked(run: Run, rules: str, tmp_path: Path) -> None:
    names = handed_in(tmp_path, film_mp4=b"\0\0\0\x18ftyp", scan_pdf=pdf([""]), half_pdf=pdf(["", "words"]))

    status, out, err = run("--rules", rules, *names)

    assert (status, out) == (2, "Findings: 0. Excused by what surrounds them: 0.\n")
    assert err == (
        f"{names[0]}: Files of this kind are not read. Text, Markdown, WebVTT, SRT, Word (.docx), PowerPoint (.pptx), "
        "PDF, mail (.eml) and HTML are.\n"
        f"{names[1]}: There is no text in this file; pictures of text are not read.\n"
        f"{names[2]}: page 1: there is no text here that can be read.\n"
    )
