"""Sentences to say right, as authors write them: on the web and in files."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.authoring.files import read_tree
from app.authoring.proving import prove_examples
from app.authoring.writing import write_tree
from app.catalog.actions import save_draft
from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.config import ROOT
from app.database import Database
from factories import NOW
from writing import HUB, RULE, draft, fields

RED_LINE = f"{HUB}/red-lines/{RULE['id']}"
LESSON = f"{HUB}/lessons/first"
DRILL: dict[str, Any] = {
    "rewrite": "I guarantee it will sell.",
    "locale": "en",
    "anchors": ["customer|client", "order"],
}


def typed(html: str, **changes: str | list[str]) -> dict[str, Any]:
    return {**fields(html), **changes}


def stored_drills(database: Database) -> list[dict[str, Any]]:
    drills: list[dict[str, Any]] = draft(database, ContentKind.REDLINES)["rules"][0].get("drills", [])
    return drills


def with_drills(database: Database, drills: list[dict[str, Any]]) -> None:
    with database.write() as session:
        stored = content(session, ContentKind.REDLINES, "keeper")
        assert stored is not None
        document = {"schema": 1, "rules": [{**RULE, "drills": drills}]}
        save_draft(session, stored, document, step=stored.step, by="trainer@example.com", moment=NOW)


def new_drill(number: int, rewrite: str, anchors: str, locale: str = "en") -> dict[str, str]:
    place = f"drills.{number}"
    return {f"{place}.rewrite": rewrite, f"{place}.locale": locale, f"{place}.anchors": anchors}


def test_a_sentence_is_written_and_survives_the_form(trainer: TestClient, database: Database) -> None:
    html = trainer.get(RED_LINE).text
    wrote = typed(html, **new_drill(0, DRILL["rewrite"], "customer|client\n order \n"), **new_drill(1, "", ""))
    assert trainer.post(RED_LINE, data=wrote).status_code == 303
    assert stored_drills(database) == [DRILL]

    assert trainer.post(RED_LINE, data=typed(trainer.get(RED_LINE).text)).status_code == 303
    assert stored_drills(database) == [DRILL]


def test_a_sentence_is_removed(trainer: TestClient, database: Database) -> None:
    with_drills(database, [DRILL, {**DRILL, "rewrite": "We guarantee orders."}])
    html = trainer.get(RED_LINE).text
    left = trainer.post(RED_LINE, data=typed(html, rows="remove:drills.0"), headers={"HX-Request": "true"}).text
    assert trainer.post(RED_LINE, data=typed(left)).status_code == 303

    assert [each["rewrite"] for each in stored_drills(database)] == ["We guarantee orders."]


@pytest.mark.parametrize(
    ("drill", "says"),
    [
        (new_drill(0, "I guarantee it.", "order"), "Crosses the red line, as it must"),
        (new_drill(0, "I guarantee it.", ""), "Crosses the red line, as it must"),
        (new_drill(0, "Good morning.", ""), "Does not cross the red line"),
        (new_drill(0, "Good morning.", "order"), "This must cross the red line, and no phrase matches it."),
        (new_drill(0, "I guarantee it.", "order\nspoon"), "holds “spoon”, so nobody could pass."),
        (new_drill(0, "I guarantee it.", "好", "zh-Hans"), "A single Chinese character is found nearly everywhere"),
        (new_drill(0, "I guarantee it.", "保证", "zh-Hans"), "Write what to say instead in this language first."),
    ],
)
def test_a_sentence_is_judged_while_it_is_typed(trainer: TestClient, drill: dict[str, str], says: str) -> None:
    html = trainer.get(RED_LINE).text
    shown = trainer.post(RED_LINE, data=typed(html, rows="show", **drill), headers={"HX-Request": "true"}).text

    assert says in shown
    assert "Flagged, as it must" in shown


def test_what_is_wrong_stands_beside_its_own_sentence(trainer: TestClient) -> None:
    html = trainer.get(RED_LINE).text
    drills = {
        **new_drill(0, "", ""),
        **new_drill(1, "I guarantee it.", ""),
        **new_drill(2, "Good morning.", "order"),
    }
    shown = trainer.post(RED_LINE, data=typed(html, rows="show", **drills), headers={"HX-Request": "true"}).text

    assert '<a href="#f-drills.2.rewrite">' in shown
    refused = trainer.post(RED_LINE, data=typed(html, **drills))
    assert refused.status_code == 422
    assert 'href="#f-drills.1.rewrite"' in refused.text or 'href="#f-drills.1.anchors"' in refused.text


def test_a_lesson_chooses_among_red_lines_with_sentences_and_keeps_its_choice(
    trainer: TestClient, database: Database
) -> None:
    assert 'name="drills"' not in trainer.get(LESSON).text
    with_drills(database, [DRILL])
    assert trainer.post(LESSON, data=typed(trainer.get(LESSON).text, drills=[RULE["id"]])).status_code == 303
    assert draft(database, ContentKind.COURSE)["lessons"][0]["drills"] == [RULE["id"]]

    assert trainer.post(LESSON, data=typed(trainer.get(LESSON).text)).status_code == 303
    assert draft(database, ContentKind.COURSE)["lessons"][0]["drills"] == [RULE["id"]]
    with_drills(database, [])
    assert "has no sentence to say right yet" in trainer.get(HUB).text
    assert trainer.post(LESSON, data=typed(trainer.get(LESSON).text, drills=[])).status_code == 303
    assert "drills" not in draft(database, ContentKind.COURSE)["lessons"][0]


PRODUCT = """schema: 1
id: keeper
name: Keeper
positioning: {scene: A shop, audience: Owners, difference: Faster}
"""
LESSON_FILE = """---
id: first
title: First
kind: page
topic: product
minutes: 5
audience: internal
drills: [keeper.return, keeper.nothing, keeper.plain]
---
Text.
"""
RULES = """schema: 1
rules:
- id: keeper.return
  status: active
  severity: block
  category: guarantee_promissory
  title: No promised return
  why: Nobody can keep it.
  match: {en: [{text: guarantee}]}
  say_instead: {en: [Customers see more orders.]}
  drills:
  - {rewrite: We guarantee it., locale: en, anchors: [order]}
  - {rewrite: Good morning., locale: en, anchors: [order]}
  - rewrite: We guarantee more.
    locale: en
    anchors: [order, spoon]
  examples:
    must_flag: [We guarantee it., It is guaranteed.]
    must_not_flag: [We do not guarantee it., Is it a guarantee?]
- id: keeper.plain
  status: active
  severity: warn
  category: absolute
  title: No superlative
  why: Nobody can prove it.
  match: {en: [{text: best shop}]}
  say_instead: {en: [See for yourself.]}
  examples:
    must_flag: [The best shop., Best shop ever.]
    must_not_flag: [A shop., Not the best shop.]
"""


def test_files_are_blamed_by_their_lines(tmp_path: Path) -> None:
    folder = tmp_path / "courses" / "keeper"
    folder.mkdir(parents=True)
    for name, text in (("product.yaml", PRODUCT), ("01-first.md", LESSON_FILE), ("redlines.yaml", RULES)):
        (folder / name).write_text(text)

    found = [
        (Path(each.file).name, each.line, each.path, each.message)
        for each in read_tree(tmp_path, prove=prove_examples).problems
    ]
    assert found == [
        ("01-first.md", 8, "drills.1", "there is no red line keeper.nothing in redlines.yaml"),
        ("01-first.md", 8, "drills.2", "the red line keeper.plain has no drills"),
        (
            "redlines.yaml",
            13,
            "rules.0.drills.1.rewrite",
            "is no sentence to say right: nothing of the rule matches",
        ),
        (
            "redlines.yaml",
            16,
            "rules.0.drills.2.anchors",
            "cannot be what a right sentence holds: no wording of say_instead.en holds “spoon”",
        ),
    ]


def test_the_shipped_courses_have_sentences_for_every_line_that_stops_a_pitch_and_survive_being_written(
    tmp_path: Path,
) -> None:
    tree = read_tree(ROOT)
    assert tree.problems == ()
    write_tree(tree, tmp_path)

    assert read_tree(tmp_path).courses == tree.courses
    for course in tree.courses.values():
        assert course.redlines is not None
        without = [
            rule.id
            for rule in course.redlines.rules
            if rule.severity == "block" and {each.locale for each in rule.drills} < {"en", "zh-Hans"}
        ]
        assert without == []
        assert any(each.drills for each in course.course.lessons)
