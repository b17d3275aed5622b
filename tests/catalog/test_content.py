from pathlib import Path

import pytest
from pydantic import ValidationError

from app.catalog.content import CourseDocument, Lesson, ProductDocument
from app.catalog.coursefolder import RedLineReference, parse_course
from app.catalog.document import canonical, digest, parse
from app.catalog.yamltext import dump

PRODUCT = """\
schema: 1
id: shopfront
name: {en: Shopfront, zh-Hans: 店面}
positioning:
  scene: {en: A shop., zh-Hans: 一家店。}
  audience: Owners
  difference: Faster
can:
- Send messages
program:
  valid_months: 12
"""

LESSON = """\
---
id: what-it-is
title: What it is
kind: page
topic: product
minutes: 6
audience: internal
---

## Heading

Text
"""


def course_folder(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "shopfront"
    folder.mkdir()
    for name, text in {"product.yaml": PRODUCT, "01-what-it-is.md": LESSON, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(tmp_path: Path, **files: str) -> list[str]:
    parsed = parse_course(course_folder(tmp_path, **files))
    assert (parsed.course is None) == bool(parsed.problems)
    return [str(problem).removeprefix(f"{tmp_path.as_posix()}/shopfront/") for problem in parsed.problems]


def test_a_folder_becomes_one_document(tmp_path: Path) -> None:
    folder = course_folder(tmp_path, **{"01-what-it-is.zh-Hans.md": "## 标题\n\n正文\n"})
    parsed = parse_course(folder)
    assert parsed.problems == ()
    assert parsed.course is not None
    assert canonical(parsed.course) == {
        "schema": 1,
        "id": "shopfront",
        "name": {"en": "Shopfront", "zh-Hans": "店面"},
        "positioning": {
            "scene": {"en": "A shop.", "zh-Hans": "一家店。"},
            "audience": "Owners",
            "difference": "Faster",
        },
        "can": ["Send messages"],
        "lessons": [
            {
                "id": "what-it-is",
                "title": "What it is",
                "kind": "page",
                "topic": "product",
                "minutes": 6,
                "audience": "internal",
                "number": 1,
                "body": {"en": "## Heading\n\nText", "zh-Hans": "## 标题\n\n正文"},
            }
        ],
    }
    assert parsed.program is not None
    assert parsed.program.value == {"valid_months": 12}
    assert str(parsed.program.problem(("valid_months",), "is wrong")).endswith(
        "product.yaml:11:3: program.valid_months: is wrong"
    )


def test_yaml_json_and_model_say_the_same(tmp_path: Path) -> None:
    course = parse_course(course_folder(tmp_path)).course
    assert course is not None
    assert CourseDocument.model_validate(canonical(course)) == course
    assert CourseDocument.model_validate_json(course.model_dump_json(exclude_defaults=True)) == course
    assert parse(CourseDocument, dump(course), "f.yaml").document == course


def test_the_digest_changes_with_the_content_and_not_with_its_order() -> None:
    document = {
        "schema": 1,
        "id": "a",
        "name": {"en": "A", "zh-Hans": "甲"},
        "positioning": {"scene": "s", "audience": "a", "difference": "d"},
    }
    one = ProductDocument.model_validate(document)
    reordered = ProductDocument.model_validate({**document, "name": {"zh-Hans": "甲", "en": "A"}, "can": []})
    other = ProductDocument.model_validate({**document, "can": ["b"]})
    assert digest(one) == digest(reordered) == digest(canonical(one))
    assert digest(one) != digest(other)
    assert len(digest(one)) == 64


def test_the_order_of_lessons_is_that_of_their_numbers(tmp_path: Path) -> None:
    second = LESSON.replace("id: what-it-is", "id: second")
    third = LESSON.replace("id: what-it-is", "id: third")
    parsed = parse_course(course_folder(tmp_path, **{"100-third.md": third, "20-renamed.md": second}))
    assert parsed.course is not None
    assert [(lesson.number, lesson.id, lesson.slug) for lesson in parsed.course.lessons] == [
        (1, "what-it-is", None),
        (20, "second", "renamed"),
        (100, "third", None),
    ]


def test_red_lines_in_bodies_are_found_with_their_lines(tmp_path: Path) -> None:
    folder = course_folder(
        tmp_path,
        **{
            "01-what-it-is.md": LESSON + "\n[[redline: a.b]]\n",
            "01-what-it-is.zh-Hans.md": "正文\n\n[[redline: c]]\n",
        },
    )
    assert parse_course(folder).references == (
        RedLineReference((folder / "01-what-it-is.md").as_posix(), 14, "a.b"),
        RedLineReference((folder / "01-what-it-is.zh-Hans.md").as_posix(), 3, "c"),
    )


def test_every_problem_of_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    broken = (
        PRODUCT.replace("id: shopfront", "id: Shop Front")
        .replace("name: {en: Shopfront, zh-Hans: 店面}", "name: {en: '', fr: Boutique}")
        .replace("  audience: Owners\n", "")
        .replace("- Send messages", "- 12\n-")
        .replace("schema: 1", "schema: 2\nprice: 3")
    )
    assert problems(tmp_path, **{"product.yaml": broken}) == [
        "product.yaml:1:1: schema: must be one of: 1",
        "product.yaml:2:1: price: is not a key that is known here",
        "product.yaml:3:1: id: must be an id of lower-case letters, digits, dots and hyphens, such as what-it-is",
        "product.yaml:4:8: name.en: is empty",
        "product.yaml:4:16: name.fr: must be one of: en, zh-Hans, zh-Hant",
        "product.yaml:5:1: positioning.audience: is missing",
        "product.yaml:9:3: can.0: must be text; put it in quotes",
        "product.yaml:10:2: can.1: is empty",
    ]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "product.yaml",
            PRODUCT.replace("id: shopfront", "id: other"),
            "product.yaml:2:1: id: must equal the folder's name, shopfront",
        ),
        ("product.yaml", "", "product.yaml:1:1: .: is empty"),
        ("product.yaml", "[]", "product.yaml:1:1: .: must be a map"),
        (
            "notes.txt",
            "",
            "notes.txt:1:1: .: is no file of a course (product.yaml, redlines.yaml, NN-lesson[.zh-Hans].md)",
        ),
        (
            "01-again.md",
            LESSON.replace("id: what-it-is", "id: again"),
            "01-what-it-is.md:1:1: .: has the same number as 01-again.md",
        ),
        ("02-again.md", LESSON, "02-again.md:2:1: id: 01-what-it-is.md has this id already"),
        ("02-lost.zh-Hans.md", "正文", "02-lost.zh-Hans.md:1:1: .: translates 02-lost.md, which is not there"),
        ("01-what-it-is.en.md", "Text", "01-what-it-is.en.md:1:1: .: the English body stands in 01-what-it-is.md"),
        (
            "01-what-it-is.zh-Hant.md",
            "---\nid: x\n---\n",
            "01-what-it-is.zh-Hant.md:1:1: .: holds only the body; front matter stands in the English file",
        ),
        (
            "01-what-it-is.md",
            "---\n- id\n---\n",
            "01-what-it-is.md:2:1: .: front matter must be a map",
        ),
        (
            "01-what-it-is.md",
            "---\nid: [\n---\n",
            "01-what-it-is.md:3:1: .: is not YAML: did not find expected node content",
        ),
        (
            "01-what-it-is.md",
            LESSON + "x" * 200_000,
            "01-what-it-is.md:9:1: body: is 200,018 characters long; at most 200,000 are allowed",
        ),
        ("02-bare.md", "Text", "02-bare.md:1:1: .: must begin with front matter between two lines of ---"),
        (
            "01-what-it-is.md",
            LESSON.replace("minutes: 6", "minutes: '6'"),
            "01-what-it-is.md:6:1: minutes: must be a whole number",
        ),
        (
            "01-what-it-is.md",
            LESSON.replace("minutes: 6", "minutes: 0"),
            "01-what-it-is.md:6:1: minutes: must be at least 1",
        ),
        (
            "01-what-it-is.md",
            LESSON.replace("kind: page", "kind: film"),
            "01-what-it-is.md:4:1: kind: must be one of: page, video, case, talk_track, document, link",
        ),
        (
            "01-what-it-is.md",
            LESSON.replace("kind: page", "kind: case"),
            "01-what-it-is.md:2:1: case: is missing; a lesson of kind case tells one",
        ),
        (
            "01-what-it-is.md",
            LESSON.replace("kind: page", "kind: page\nbody: x"),
            "01-what-it-is.md:5:1: body: is not a key that is known here",
        ),
        (
            "01-what-it-is.md",
            LESSON.replace("kind: page", "kind: link\nurl: http://example.com"),
            "01-what-it-is.md:5:1: url: must begin with https:// or with a single /",
        ),
        (
            "01-what-it-is.md",
            LESSON + "\n- [[redline: a]]\n",
            "01-what-it-is.md:14:1: body: [[redline: id]] must be a paragraph of its own, not in a list or a quote",
        ),
    ],
)
def test_one_thing_wrong_is_one_line(tmp_path: Path, name: str, text: str, line: str) -> None:
    assert problems(tmp_path, **{name: text}) == [line]


def test_stored_lessons_are_distinct_and_in_order(tmp_path: Path) -> None:
    course = parse_course(course_folder(tmp_path)).course
    assert course is not None
    lesson = canonical(course.lessons[0])
    lessons = [{**lesson, "number": 2}, lesson, {**lesson, "id": "other"}]
    with pytest.raises(ValidationError) as caught:
        CourseDocument.model_validate({**canonical(course), "lessons": lessons})
    assert caught.value.errors()[0]["msg"] == (
        "another lesson has this id; another lesson has this number; must stand in the order of their numbers"
    )


@pytest.mark.parametrize(
    ("kind", "key"),
    [("page", "body"), ("video", "video"), ("case", "case"), ("talk_track", "talk_track"), ("document", "url")],
)
def test_a_lesson_has_what_its_kind_shows(kind: str, key: str) -> None:
    lesson = {"id": "a", "title": "A", "kind": kind, "topic": "product", "minutes": 5, "audience": "external"}
    with pytest.raises(ValidationError) as caught:
        Lesson.model_validate({**lesson, "number": 1})
    (error,) = caught.value.errors()
    assert [at for at, _ in error["ctx"]["found"]] == [(key,)]


def test_a_case_says_who_verified_it_and_when() -> None:
    lesson: dict[str, object] = {
        "id": "a",
        "title": "A",
        "kind": "case",
        "topic": "case",
        "minutes": 5,
        "audience": "external",
        "number": 1,
        "case": {
            "industry": "bakery",
            "result": "18 % more orders",
            "source": "Order book",
            "verified_by": "Jonas Weil",
            "verified_on": "2026-09-14",
        },
    }
    assert canonical(Lesson.model_validate(lesson)) == lesson
    for wrong in (20260914, "2026-9-14", "2026-09-31", "2026-09-14T00:00:00"):
        case = {"industry": "bakery", "result": "r", "source": "s", "verified_by": "J", "verified_on": wrong}
        with pytest.raises(ValidationError):
            Lesson.model_validate({**lesson, "case": case})
