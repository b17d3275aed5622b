"""Pictures and sounds beside quiz files: read, named by their bytes, stored, written back, refused."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.authoring.exporting import export
from app.authoring.files import Tree, read_tree
from app.authoring.importing import State, apply, plan
from app.authoring.writing import write_tree
from app.catalog.media import MAX_BYTES
from app.catalog.models import ContentKind, Media
from app.catalog.queries import content
from app.clock import now
from app.database import Database
from writing import PNG, SOUND, keeper

PICTURE_NAME = f"diagram.{hashlib.sha256(PNG).hexdigest()[:16]}.png"
SOUND_NAME = f"call.{hashlib.sha256(SOUND).hexdigest()[:16]}.ogg"

QUIZ = """\
schema: 1
id: seen
product: keeper
title: Seen and heard
pass_percent: 80
items:
- id: one
  type: single
  prompt: Which part is it?
  media:
  - file: diagram.png
    alt: A house
  - file: call.ogg
  options:
  - text: The roof
    correct: true
    media:
      file: diagram.png
      alt: A roof
  - text: The door
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "quizzes" / "media"
    folder.mkdir(parents=True)
    (folder / "diagram.png").write_bytes(PNG)
    (folder / "call.ogg").write_bytes(SOUND)
    (folder / "README.md").write_text("nobody names me")
    (folder.parent / "seen.yaml").write_text(QUIZ)
    return tmp_path / "content"


def names(tree: Tree) -> list[str]:
    (item,) = tree.quizzes["seen"].items
    assert item.type == "single"
    option = item.options[0].media
    return [each.file for each in item.media] + [option.file if option else ""]


def lines_of(tree: Tree, root: Path) -> list[str]:
    return [str(problem).removeprefix(f"{root.as_posix()}/") for problem in tree.problems]


def test_a_quiz_that_was_read_names_exact_bytes(root: Path) -> None:
    tree = read_tree(root)
    assert tree.problems == ()
    assert names(tree) == [PICTURE_NAME, SOUND_NAME, PICTURE_NAME]
    assert {name: load() for name, load in tree.media.items()} == {PICTURE_NAME: PNG, SOUND_NAME: SOUND}
    assert names(read_tree(root / "quizzes" / "seen.yaml")) == names(tree)


def test_what_is_written_comes_back_and_what_says_the_same_stays(root: Path, tmp_path: Path) -> None:
    tree, out = read_tree(root), tmp_path / "out"
    assert [path.relative_to(out).as_posix() for path in write_tree(tree, out)] == [
        f"quizzes/media/{PICTURE_NAME}", f"quizzes/media/{SOUND_NAME}", "quizzes/seen.yaml",
    ]  # fmt: skip
    again = read_tree(out)
    assert again.quizzes == tree.quizzes
    assert write_tree(again, out) == write_tree(tree, out) == write_tree(tree, root) == []


def test_a_file_that_changed_under_its_stored_name_is_named_anew(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_tree(read_tree(root), out)
    other = PNG + b"more"
    (out / "quizzes" / "media" / PICTURE_NAME).write_bytes(other)
    assert names(read_tree(out))[0] == f"diagram.{hashlib.sha256(other).hexdigest()[:16]}.png"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "there is no file media/call.ogg"),
        (b"<svg/>", "media/call.ogg is an SVG drawing, which may carry a script; save it as PNG"),
        (SOUND.ljust(MAX_BYTES + 1), "media/call.ogg is 5,242,881 bytes long; at most 5,242,880 are taken"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_where_it_is_named(root: Path, data: bytes | None, said: str) -> None:
    sound = root / "quizzes" / "media" / "call.ogg"
    sound.unlink()
    if data is not None:
        sound.write_bytes(data)
    tree = read_tree(root)
    assert lines_of(tree, root) == [f"quizzes/seen.yaml:13:5: items.0.media.1.file: {said}"]
    assert tree.quizzes == {}


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/secret.png", ".hidden.png", "a/b.png", "picture.svg", "x\\0.png"]
)
def test_a_name_is_a_name_and_no_path(root: Path, name: str) -> None:
    (root / "secret.png").write_bytes(PNG)
    quiz = root / "quizzes" / "seen.yaml"
    quiz.write_text(QUIZ.replace("file: call.ogg", f'file: "{name}"'))
    (line,) = lines_of(read_tree(root), root)
    assert line.startswith(
        "quizzes/seen.yaml:13:5: items.0.media.1.file: must be the name of a file that ends in one of"
    )


def test_links_out_of_the_folder_are_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.ogg").write_bytes(SOUND)
    sound = root / "quizzes" / "media" / "call.ogg"
    sound.unlink()
    sound.symlink_to(tmp_path / "secret.ogg")
    line = "quizzes/seen.yaml:13:5: items.0.media.1.file: media/call.ogg is a link that leaves the folder"
    assert lines_of(read_tree(root), root) == [line]
    media = root / "quizzes" / "media"
    media.rename(tmp_path / "elsewhere")
    media.symlink_to(tmp_path / "elsewhere")
    assert "quizzes/media:1:1: .: is a link that leaves the folder being read" in lines_of(read_tree(root), root)


def test_a_picture_without_words_is_told(root: Path) -> None:
    quiz = root / "quizzes" / "seen.yaml"
    quiz.write_text(QUIZ.replace("    alt: A house\n", "").replace("      alt: A roof\n", ""))
    assert lines_of(read_tree(root), root) == [
        "quizzes/seen.yaml:11:5: items.0.media.0.alt: is missing; say what the picture shows",
        "quizzes/seen.yaml:16:5: items.0.options.0.media.alt: is missing; say what the picture shows",
    ]


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Media)) or 0


def states(database: Database, tree: Tree) -> list[State]:
    with database.read() as session:
        return [change.state for change in plan(session, tree).changes]


def test_files_that_are_read_written_and_read_again_change_nothing(
    root: Path, tmp_path: Path, database: Database
) -> None:
    with database.write() as session:
        apply(session, plan(session, keeper()), now())
    assert (states(database, read_tree(root)), stored(database)) == ([State.NEW], 0)
    with database.write() as session:
        apply(session, plan(session, read_tree(root)), now())
    assert (states(database, read_tree(root)), stored(database)) == ([State.UNCHANGED], 2)
    out = tmp_path / "out"
    with database.write() as session:
        written, problems = export(session, out)
    assert problems == ()
    assert out / "quizzes" / "media" / PICTURE_NAME in written
    assert (out / "quizzes" / "media" / SOUND_NAME).read_bytes() == SOUND
    assert set(states(database, read_tree(out))) == {State.UNCHANGED}
    with database.write() as session:
        assert export(session, out) == ([], ())
        apply(session, plan(session, read_tree(out)), now())
    assert stored(database) == 2


def test_a_file_that_changes_while_it_is_read_is_not_stored(root: Path, database: Database) -> None:
    with database.write() as session:
        apply(session, plan(session, keeper()), now())
    with database.read() as session:
        found = plan(session, read_tree(root))
    (root / "quizzes" / "media" / "call.ogg").write_bytes(SOUND + b"more")
    with pytest.raises(ValueError, match="was changed while it was read"), database.write() as session:
        apply(session, found, now())
    with database.read() as session:
        assert content(session, ContentKind.QUIZ, "seen") is None


def test_a_file_that_the_database_lost_keeps_the_tree_from_being_written(
    root: Path, tmp_path: Path, database: Database
) -> None:
    with database.write() as session:
        apply(session, plan(session, keeper()), now())
        apply(session, plan(session, read_tree(root)), now())
        session.delete(session.get_one(Media, hashlib.sha256(SOUND).hexdigest()))
    with database.write() as session:
        written, problems = export(session, tmp_path / "out")
    assert (written, [str(problem) for problem in problems]) == (
        [], [f"quiz seen:1:1: .: the file {SOUND_NAME} is not stored"],
    )  # fmt: skip
