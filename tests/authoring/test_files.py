import os
from pathlib import Path

import pytest

from app.authoring.files import CourseFiles, Tree, read_tree
from app.authoring.proving import prove_examples
from app.authoring.writing import write_tree
from app.catalog.document import digest

PRODUCT = """\
schema: 1
id: shopfront
name:
  en: Shopfront
  zh-Hans: 店面
positioning:
  scene: A shop
  audience: Owners
  difference: Faster
program:
  requirements:
  - lesson: all
  - attest: redlines
  - quiz: shopfront
  valid_months: 12
  basis: expiry
  renewal_window_days: 30
  grace_days: 14
  enforcement: block
"""

REDLINES = """\
schema: 1
rules:
- id: sm.return
  status: active
  severity: block
  category: guarantee_promissory
  title: No promised return
  why: Nobody can keep it.
  match:
    en:
    - text: guarantee
  say_instead:
    en:
    - Customers like you typically see more orders.
  examples:
    must_flag:
    - We guarantee it.
    - It is guaranteed.
    must_not_flag:
    - We do not guarantee it.
    - Is it a guarantee?
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

Text

[[redline: sm.return]]
"""

QUIZ = """\
schema: 1
id: shopfront
product: shopfront
title: Shopfront
pass_percent: 80
items:
- id: one
  type: true_false
  prompt: Is it true?
  red_line:
  - sm.return
  lesson: what-it-is
  answer: true
"""

FILES = {
    "courses/shopfront/product.yaml": PRODUCT,
    "courses/shopfront/redlines.yaml": REDLINES,
    "courses/shopfront/01-what-it-is.md": LESSON,
    "courses/shopfront/01-what-it-is.zh-Hans.md": "正文\n",
    "quizzes/shopfront.yaml": QUIZ,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    write(root, **FILES)
    return root


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def lines_of(tree: Tree, root: Path) -> list[str]:
    return [str(problem).removeprefix(f"{root.as_posix()}/") for problem in tree.problems]


def digests(tree: Tree) -> dict[str, list[str]]:
    def of(files: CourseFiles) -> list[str]:
        return [digest(each) for each in (files.course, files.program, files.redlines) if each]

    return {slug: of(files) for slug, files in tree.courses.items()} | {
        slug: [digest(quiz)] for slug, quiz in tree.quizzes.items()
    }


def test_a_tree_is_read_whole(root: Path) -> None:
    tree = read_tree(root)
    assert tree.problems == ()
    assert list(tree.courses) == ["shopfront"]
    assert list(tree.quizzes) == ["shopfront"]
    files = tree.courses["shopfront"]
    assert [lesson.id for lesson in files.course.lessons] == ["what-it-is"]
    assert files.program is not None
    assert files.program.quizzes == ("shopfront",)
    assert files.redlines is not None
    assert files.redlines.ids == {"sm.return"}


def test_what_is_written_is_what_was_read(root: Path, tmp_path: Path) -> None:
    shuffled = LESSON.replace("id: what-it-is\ntitle: What it is", "title: 'What it is'\nid: what-it-is")
    write(root, **{"courses/shopfront/01-what-it-is.md": shuffled})
    tree = read_tree(root)
    once, twice = tmp_path / "once", tmp_path / "twice"
    assert len(write_tree(tree, once)) == 5
    again = read_tree(once)
    assert again.problems == ()
    assert digests(again) == digests(tree)
    write_tree(again, twice)
    assert everything(once) == everything(twice) == {name: text.encode() for name, text in FILES.items()}
    assert write_tree(again, once) == []


def test_a_file_that_says_the_same_keeps_its_layout(root: Path) -> None:
    by_hand = PRODUCT.replace(
        "name:\n  en: Shopfront\n  zh-Hans: 店面\n", "name: {en: Shopfront, zh-Hans: 店面}  # both\n"
    )
    lesson = LESSON.replace("id: what-it-is\ntitle: What it is", "title: 'What it is'\nid: what-it-is")
    write(root, **{"courses/shopfront/product.yaml": by_hand, "courses/shopfront/01-what-it-is.md": lesson})
    before = everything(root)
    tree = read_tree(root)
    assert write_tree(tree, root) == []
    assert everything(root) == before
    quiz = tree.quizzes["shopfront"].model_copy(update={"pass_percent": 90})
    changed = Tree(tree.courses, {"shopfront": quiz})
    assert write_tree(changed, root) == [root / "quizzes/shopfront.yaml"]
    assert everything(root) == before | {"quizzes/shopfront.yaml": QUIZ.replace("80", "90").encode()}


def test_a_file_need_not_name_its_schema(root: Path) -> None:
    with_schema = digests(read_tree(root))
    bare = {name: text.removeprefix("schema: 1\n") for name, text in FILES.items()}
    write(root, **bare)
    tree = read_tree(root)
    assert tree.problems == ()
    assert digests(tree) == with_schema
    assert write_tree(tree, root) == []
    assert everything(root) == {name: text.encode() for name, text in bare.items()}


def test_a_lesson_keeps_the_name_of_its_file(root: Path, tmp_path: Path) -> None:
    write(root, **{"courses/shopfront/120-renamed.md": LESSON.replace("id: what-it-is", "id: second")})
    tree = read_tree(root)
    write_tree(tree, tmp_path / "out")
    assert digests(read_tree(tmp_path / "out")) == digests(tree)
    assert everything(tmp_path / "out") == everything(root)


def test_a_body_that_begins_with_a_rule_comes_back(root: Path, tmp_path: Path) -> None:
    write(root, **{"courses/shopfront/01-what-it-is.zh-Hans.md": "\n---\n\n正文\n"})
    tree = read_tree(root)
    write_tree(tree, tmp_path / "out")
    assert tree.courses["shopfront"].course.lessons[0].body["zh-Hans"] == "---\n\n正文"
    assert digests(read_tree(tmp_path / "out")) == digests(tree)


def test_writing_removes_only_what_left_the_course(root: Path) -> None:
    tree = read_tree(root)
    folder = root / "courses/shopfront"
    write(
        root,
        **{
            "courses/shopfront/02-old.md": "old",
            "courses/shopfront/02-old.zh-Hans.md": "旧",
            "courses/shopfront/notes.txt": "mine",
            "courses/other/01-other.md": "other",
            "quizzes/other.yaml": "other",
        },
    )
    assert write_tree(tree, root) == [folder / "02-old.md", folder / "02-old.zh-Hans.md"]
    assert set(everything(root)) == {
        *FILES,
        "courses/shopfront/notes.txt",
        "courses/other/01-other.md",
        "quizzes/other.yaml",
    }


def test_a_tree_with_problems_is_not_written(root: Path, tmp_path: Path) -> None:
    write(root, **{"quizzes/shopfront.yaml": ""})
    with pytest.raises(ValueError, match="the tree has problems"):
        write_tree(read_tree(root), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_write_that_fails_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    tree = read_tree(root)
    blocked = tmp_path / "out/courses/shopfront/product.yaml"
    blocked.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_tree(tree, tmp_path / "out")
    assert list(blocked.parent.iterdir()) == [blocked]


def test_nothing_is_written_through_a_link(root: Path, tmp_path: Path) -> None:
    tree = read_tree(root)
    out, outside = tmp_path / "out", tmp_path / "outside"
    (out / "courses").mkdir(parents=True)
    outside.mkdir()
    (out / "courses/shopfront").symlink_to(outside)
    with pytest.raises(ValueError, match="is a link that leaves"):
        write_tree(tree, out)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        (
            "courses/shopfront/product.yaml",
            "- quiz: shopfront",
            "- quiz: lost",
            "courses/shopfront/product.yaml:14:5: program.requirements.2: there is no quiz lost",
        ),
        (
            "courses/shopfront/product.yaml",
            "- lesson: all",
            "- lesson: lost",
            "courses/shopfront/product.yaml:12:5: program.requirements.0: there is no lesson lost",
        ),
        (
            "courses/shopfront/product.yaml",
            "valid_months: 12",
            "valid_months: 0",
            "courses/shopfront/product.yaml:15:3: program.valid_months: must be at least 1",
        ),
        (
            "courses/shopfront/01-what-it-is.md",
            "[[redline: sm.return]]",
            "[[redline: sm.lost]]",
            "courses/shopfront/01-what-it-is.md:12:1: body: there is no red line sm.lost in redlines.yaml",
        ),
        (
            "courses/shopfront/redlines.yaml",
            "    - It is guaranteed.\n",
            "",
            "courses/shopfront/redlines.yaml:16:5: rules.0.examples.must_flag: needs 2 examples in English, has 1",
        ),
        (
            "courses/shopfront/redlines.yaml",
            "  match:",
            "  applies: {products: [other]}\n  match:",
            "courses/shopfront/redlines.yaml:9:13: rules.0.applies.products: leaves out shopfront, whose file this is",
        ),
        (
            "quizzes/shopfront.yaml",
            "  - sm.return",
            "  - sm.lost",
            "quizzes/shopfront.yaml:11:5: items.0.red_line.0: shopfront has no red line sm.lost",
        ),
        (
            "quizzes/shopfront.yaml",
            "lesson: what-it-is",
            "lesson: lost",
            "quizzes/shopfront.yaml:12:3: items.0.lesson: shopfront has no lesson lost",
        ),
        (
            "quizzes/shopfront.yaml",
            "product: shopfront",
            "product: lost",
            "quizzes/shopfront.yaml:3:1: product: there is no product lost",
        ),
        (
            "quizzes/shopfront.yaml",
            "id: shopfront",
            "id: other",
            "quizzes/shopfront.yaml:2:1: id: must equal the file's name, shopfront",
        ),
    ],
)
def test_files_agree_with_each_other(root: Path, name: str, old: str, new: str, line: str) -> None:
    assert FILES[name].count(old) == 1
    write(root, **{name: FILES[name].replace(old, new)})
    assert lines_of(read_tree(root), root) == [line]


def test_attesting_needs_red_lines(root: Path) -> None:
    (root / "courses/shopfront/redlines.yaml").unlink()
    assert lines_of(read_tree(root), root) == [
        "courses/shopfront/01-what-it-is.md:12:1: body: there is no red line sm.return in redlines.yaml",
        "courses/shopfront/product.yaml:13:5: program.requirements.1: there is no redlines.yaml to attest to",
        "quizzes/shopfront.yaml:11:5: items.0.red_line.0: shopfront has no red line sm.return",
    ]


def test_an_unreadable_file_is_blamed_once_and_not_for_what_others_say_of_it(root: Path) -> None:
    write(root, **{"courses/shopfront/redlines.yaml": "rules: ["})
    tree = read_tree(root)
    assert lines_of(tree, root) == [
        "courses/shopfront/redlines.yaml:2:1: .: is not YAML: did not find expected node content"
    ]
    assert tree.courses == {}
    assert list(tree.quizzes) == ["shopfront"]


def test_strangers_in_the_tree_are_named(root: Path) -> None:
    write(root, **{"courses/a.txt": "", "quizzes/b.yml": "", "courses/README.md": "", "quizzes/.hidden": ""})
    (root / "courses/empty").mkdir()
    assert lines_of(read_tree(root), root) == [
        "courses/a.txt:1:1: .: is not a course; a course is a folder with a product.yaml",
        "courses/empty/product.yaml:1:1: .: is missing",
        "quizzes/b.yml:1:1: .: is not a quiz; a quiz is a file that ends in .yaml",
    ]


def test_links_out_of_the_tree_are_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: x")
    (root / "quizzes/leak.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "courses/leak").symlink_to(tmp_path)
    (root / "courses/shopfront/02-leak.md").symlink_to("/etc/passwd")
    assert lines_of(read_tree(root), root) == [
        "courses/leak:1:1: .: is a link that leaves the folder being read",
        "courses/shopfront/02-leak.md:1:1: .: is a link that leaves the folder being read",
        "quizzes/leak.yaml:1:1: .: is a link that leaves the folder being read",
    ]


def test_what_is_no_file_or_too_large_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "quizzes/pipe.yaml")
    (root / "quizzes/huge.yaml").write_bytes(b"x" * (2 << 20))
    assert lines_of(read_tree(root), root) == [
        "quizzes/huge.yaml:1:1: .: is 2,097,152 bytes long; at most 1,048,576 are read",
        "quizzes/pipe.yaml:1:1: .: is not a file",
    ]


def test_a_course_or_a_quiz_can_be_read_alone(root: Path) -> None:
    assert list(read_tree(root / "courses/shopfront").courses) == ["shopfront"]
    assert list(read_tree(root / "quizzes/shopfront.yaml").quizzes) == ["shopfront"]
    assert list(read_tree(root / "courses").courses) == ["shopfront"]
    assert list(read_tree(root / "quizzes").quizzes) == ["shopfront"]


def test_what_exists_elsewhere_can_be_named(root: Path) -> None:
    quiz = root / "quizzes/shopfront.yaml"
    course = root / "courses/shopfront"
    assert read_tree(quiz, known_products={"shopfront"}).problems == ()
    assert lines_of(read_tree(quiz, known_products=set()), root) == [
        "quizzes/shopfront.yaml:3:1: product: there is no product shopfront"
    ]
    assert read_tree(course, known_quizzes={"shopfront": "shopfront"}).problems == ()
    for known in ({}, {"shopfront": "another"}):  # what is passed for another product certifies nobody for this one
        assert lines_of(read_tree(course, known_quizzes=known), root) == [
            "courses/shopfront/product.yaml:14:5: program.requirements.2: there is no quiz shopfront"
        ]


def test_red_lines_that_nobody_can_sign_are_told(root: Path) -> None:
    redlines = root / "courses/shopfront/redlines.yaml"
    redlines.write_text(redlines.read_text().replace("status: active", "status: retired"))
    assert "program.requirements.1: there is no active red line to attest to" in "\n".join(
        lines_of(read_tree(root), root)
    )


def test_a_path_without_content_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        (problem,) = read_tree(path).problems
        assert problem.message == (
            "holds neither courses/ nor quizzes/ nor packs/, and is no course, no quiz and no rule pack"
        )


def test_the_examples_of_red_lines_are_tried(root: Path) -> None:
    assert read_tree(root, prove=prove_examples).problems == ()
    broken = (
        REDLINES.replace("- It is guaranteed.", "- It is a promise.")
        .replace("- Is it a guarantee?", "- You get a guarantee.")
        .replace("- Customers like you typically see more orders.", "- This we guarantee.")
    )
    write(root, **{"courses/shopfront/redlines.yaml": broken})
    tree = read_tree(root, prove=prove_examples)
    assert [line.removeprefix("courses/shopfront/redlines.yaml:") for line in lines_of(tree, root)] == [
        "14:7: rules.0.say_instead.en.0: cannot be the wording to use: “guarantee” crosses sm.return",
        "18:7: rules.0.examples.must_flag.1: is not flagged: nothing of the rule matches",
        "21:7: rules.0.examples.must_not_flag.1: must not be flagged: “guarantee” is flagged",
    ]
    assert tree.courses == {}


def test_a_phrase_that_cannot_be_matched_is_told_where_it_stands(root: Path) -> None:
    broken = REDLINES.replace(
        "  say_instead:", '  unless:\n    within:\n    - money-back guarantee\n    - "!"\n  say_instead:'
    )
    write(root, **{"courses/shopfront/redlines.yaml": broken})
    (line,) = lines_of(read_tree(root, prove=prove_examples), root)
    assert line.startswith("courses/shopfront/redlines.yaml:15:7: rules.0.unless.within.1: cannot be used: ")


def test_a_red_line_that_no_question_asks_for_is_warned_about(root: Path) -> None:
    assert read_tree(root).warnings == ()
    write(root, **{"quizzes/shopfront.yaml": QUIZ.replace("  red_line:\n  - sm.return\n", "")})
    tree = read_tree(root)
    file = f"{root.as_posix()}/courses/shopfront/redlines.yaml"
    assert [str(each) for each in tree.warnings] == [
        f"{file}:3:3: rules.0: no question of a quiz names the red line sm.return"
    ]
    assert tree.problems == ()
    assert list(tree.courses) == list(tree.quizzes) == ["shopfront"]
    assert read_tree(root / "courses").warnings == ()
    for old, new in (("severity: block", "severity: warn"), ("status: active", "status: shadow")):
        write(root, **{"courses/shopfront/redlines.yaml": REDLINES.replace(old, new)})
        assert read_tree(root).warnings == ()
