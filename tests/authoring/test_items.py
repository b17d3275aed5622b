"""Questions of every type in their forms: saved as they are they stay, and what is wrong stands beside its field."""

import hashlib
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.authoring.itemforms import change_item, find_gaps, read_item, show_item
from app.authoring.sheets import Sheet
from app.catalog.media import MAX_BYTES
from app.catalog.models import ContentKind, Media
from app.database import Database
from factories import signed_in
from writing import PNG, SOUND, draft, fields, sent

QUIZ = "/author/quizzes/keeper-quiz"
NEW = f"{QUIZ}/items/_new"

DIGITS = hashlib.sha256(PNG).hexdigest()[:16]
TEXT = {"en": "Text", "zh-Hans": "文字"}
MEDIA = {"file": f"diagram.{DIGITS}.png", "alt": TEXT}
ITEMS: dict[str, dict[str, Any]] = {
    "single": {
        "options": [
            {"text": "Yes", "correct": True, "media": MEDIA},
            {"text": TEXT, "weight": 0.5, "feedback": "Half of it", "pinned": True},
        ],
        "media": [MEDIA, {"file": "call.0123456789abcdef.ogg"}],
        "category": "pricing/discounts",
        "tags": ["year-end", "two words", "a, b"],
        "difficulty": "hard",
    },
    "multiple": {"options": [{"text": "A", "correct": True}, {"text": "B", "weight": -0.25, "media": MEDIA}]},
    "true_false": {"answer": False, "feedback_true": "No", "feedback_false": TEXT},
    "short_text": {"accept": ["gate", {"text": "door*", "weight": 0.5, "feedback": "Nearly"}, "gates"]},
    "numeric": {
        "answers": [{"answer": 4.0, "tolerance": 0.5}, {"min": -1.0, "max": 1.5, "weight": 0.25, "feedback": TEXT}],
        "unit": "m",
        "units": [{"unit": {"en": "km", "zh-Hans": "公里"}, "factor": 1000.0}],
    },
    "matching": {
        "pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "1"}, {"left": "c", "right": TEXT}],
        "extra": ["3", {"en": "4", "zh-Hans": "四"}],
    },
    "ordering": {"options": [{"text": "First", "media": MEDIA}, {"text": "Second"}]},
    "cloze": {
        "prompt": {"en": "[[b]], [[a]] or [[1]]", "zh-Hans": "[[1]]、[[a]]或[[b]]"},
        "gaps": [
            {"id": "a", "type": "choice", "points": 2.0, "options": [{"text": "x", "correct": True}, {"text": "y"}]},
            {"id": "b", "type": "short_text", "accept": [{"text": "x", "feedback": "Right"}], "case_sensitive": True},
            {"id": "1", "type": "numeric", "answer": 4.0, "tolerance": 1.0, "unit": TEXT},
        ],
    },
    "essay": {
        "criteria": [{"id": "value", "title": "Value", "points": 5.0, "needed": 2.0},
                     {"id": "tone", "title": TEXT, "points": 2.5}],
        "min_words": 20,
        "guidance": "Look for the value.",
        "needed_percent": 75.0,
    },
}  # fmt: skip


def item(kind: str) -> dict[str, Any]:
    return {"id": "one", "type": kind, "prompt": "Which?"} | ITEMS[kind]


@pytest.mark.parametrize("kind", ITEMS)
def test_a_question_that_is_saved_as_it_is_stays_the_same(kind: str) -> None:
    stored = item(kind)
    assert read_item(sent(show_item(stored)), stored) == stored


def test_plain_answers_are_a_line_each_until_one_needs_a_row() -> None:
    sheet = show_item(item("short_text") | {"accept": ["gate", "the gate"]})
    assert sheet.get("accept") == "gate\nthe gate"
    change_item(sheet, "spread:accept")
    assert {name: sheet.get(name) for name in sheet.values if name.startswith("accept")} == {
        "accepted.0.text": "gate", "accepted.1.text": "the gate", "accepted.2.text": "",
    }  # fmt: skip
    sheet.set("accepted.1.weight", "0.5")
    part = read_item(sheet, {})
    assert part is not None
    assert part["accept"] == ["gate", {"text": "the gate", "weight": 0.5}]


def test_one_number_becomes_the_first_of_several() -> None:
    sheet = show_item({"id": "one", "type": "numeric", "prompt": "?", "answer": 4.0, "tolerance": 1.0})
    change_item(sheet, "spread:answer")
    sheet.set("answers.1.min", "7")
    sheet.set("answers.1.max", "9,5")
    part = read_item(sheet, {})
    assert part is not None
    assert part["answers"] == [{"answer": 4.0, "tolerance": 1.0}, {"min": 7.0, "max": 9.5}]
    assert "answer" not in part


def test_gaps_are_found_in_the_text_and_lost_with_it() -> None:
    sheet = Sheet({"type": ["cloze"], "prompt.en": ["[[1]] [[b]] [[1]] [[No id!]]"], "prompt.zh-Hans": ["[[c]]"]})
    find_gaps(sheet)
    assert [sheet.get(f"gaps.{row}.id") for row in sheet.rows("gaps")] == ["1", "b", "c"]
    sheet.set("gaps.1.accept", "kept")
    sheet.set("prompt.en", "[[1]]")
    sheet.set("prompt.zh-Hans", "")
    find_gaps(sheet)
    assert [sheet.get(f"gaps.{row}.id") for row in sheet.rows("gaps")] == ["1", "b"]


def test_a_text_of_nothing_but_gaps_does_no_harm() -> None:
    sheet = Sheet({"type": ["cloze"], "prompt.en": ["".join(f"[[{number}]]" for number in range(2000))]})
    assert read_item(sheet, {}) is None
    assert sheet.height("gaps") <= 200


def test_what_belonged_to_another_kind_of_gap_is_left_out() -> None:
    sheet = show_item(item("cloze"))
    sheet.set("gaps.0.type", "numeric")
    sheet.set("gaps.0.answer", "5")
    part = read_item(sheet, {})
    assert part is not None
    assert part["gaps"][0] == {"id": "a", "type": "numeric", "points": 2.0, "answer": 5.0}


def test_new_criteria_get_ids_that_stay() -> None:
    sheet = Sheet({"type": ["essay"], "id": ["one"], "prompt.en": ["Write."]})
    for row, title in enumerate(("Names the value", "Names the value", "语气")):
        locale = "en" if row < 2 else "zh-Hans"
        sheet.set(f"criteria.{row}.title.{locale}", title)
        sheet.set(f"criteria.{row}.points", "1")
    part = read_item(sheet, {})
    assert part is not None
    ids = [each["id"] for each in part["criteria"]]
    assert ids == [
        "names-the-value",
        "names-the-value-2",
        f"criterion-{hashlib.sha256('语气'.encode()).hexdigest()[:6]}",
    ]
    again = show_item(part)
    again.set("criteria.0.title.en", "Another title")
    changed = read_item(sent(again), part)
    assert changed is not None
    assert [each["id"] for each in changed["criteria"]] == ids


@pytest.mark.parametrize(
    ("kind", "change", "place", "said"),
    [
        ("single", {"options.1.weight": "1"}, "options.1.weight",
         "Use less than 1: only the right option earns the full mark."),
        ("short_text", {"accepted.0.weight": "2"}, "accepted.0.weight", "Use 1 or less."),
        ("short_text", {"accepted.0.weight": "0.5", "accepted.2.weight": "0.5"}, "accept",
         "At least one answer must earn the full mark: weight 1."),
        ("numeric", {"answers.0.min": "1"}, "answers.0.min", "Give one number or a range, not both."),
        ("numeric", {"answers.1.max": ""}, "answers.1.max", "A range has both ends."),
        ("numeric", {"units.0.factor": "0"}, "units.0.factor", "Use more than 0."),
        ("matching", {"extra.0.en": "1"}, "extra.0.en", "Another right side says the same."),
        ("cloze", {"gaps.2.answer": ""}, "gaps.2.answer", "Fill this in."),
        ("cloze", {"gaps.0.options.1.text.en": "x"}, "gaps.0.options.1.text.en", "Another option says the same."),
        ("cloze", {"prompt.zh-Hans": "[[1]]、[[a]]"}, "gaps.1.id",
         "Write [[b]] where this gap is, in every language of the text."),
        ("cloze", {"prompt.en": "[[a]] [[a]] [[b]] [[1]]"}, "prompt.en", "[[a]] stands there more than once."),
        ("essay", {"criteria.0.needed": "9"}, "criteria.0.needed", "Use 5 or less: the criterion has no more points."),
        ("essay", {"max_words": "10"}, "max_words", "Use 20 or more: no less than the fewest."),
        ("true_false", {"category": "a//b"}, "category", "Write it such as pricing/discounts."),
        ("true_false", {"tags": "x" * 61}, "tags", "At most 60 characters are allowed."),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(kind: str, change: dict[str, str], place: str, said: str) -> None:
    sheet = show_item(item(kind))
    for name in ("category", "tags", "max_words"):
        sheet.values.setdefault(name, [""])
    for name, value in change.items():
        sheet.set(name, value)
    assert read_item(sheet, {}) is None
    assert sheet.errors.get(place) == said


FORMS: dict[str, dict[str, str]] = {
    "single": {"options.0.text.en": "A", "options.0.correct": "true", "options.1.text.en": "B"},
    "true_false": {"answer": "true", "feedback_true.en": "Yes"},
    "short_text": {"accept": "a\nb"},
    "numeric": {"answer": "4", "unit.en": "m", "units.0.unit.en": "km", "units.0.factor": "1000"},
    "matching": {f"pairs.{row}.{side}.en": f"{side}{row}" for row in range(2) for side in ("left", "right")},
    "cloze": {"prompt.en": "Say [[1]]", "gaps.0.id": "1", "gaps.0.type": "short_text", "gaps.0.accept": "a"},
    "essay": {"criteria.0.title.en": "Value", "criteria.0.points": "5"},
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_new_question_is_seen_as_a_rep_sees_it_and_stored(trainer: TestClient, database: Database, kind: str) -> None:
    url = f"{NEW}?kind={kind}"
    typed = fields(trainer.get(url).text) | {"prompt.en": f"New {kind}"} | FORMS[kind]
    shown = trainer.post(NEW, data=typed | {"rows": "show"})
    assert (shown.status_code, '<legend class="vh">Preview</legend>' in shown.text) == (200, True)
    saved = trainer.post(NEW, data=fields(shown.text))
    assert saved.status_code == 303
    page = trainer.get(saved.headers["location"])
    assert page.status_code == 200
    before = draft(database, ContentKind.QUIZ, "keeper-quiz")
    assert trainer.post(saved.headers["location"], data=fields(page.text)).status_code == 303
    assert draft(database, ContentKind.QUIZ, "keeper-quiz") == before
    assert before["items"][-1]["type"] == kind


def test_gaps_are_lines_in_the_list_of_questions(trainer: TestClient) -> None:
    typed = fields(trainer.get(f"{NEW}?kind=cloze").text) | FORMS["cloze"]
    typed |= {"category": "pricing", "tags": "year-end, big", "difficulty": "easy"}
    assert trainer.post(NEW, data=typed).status_code == 303
    page = trainer.get(QUIZ).text
    assert re.search(r'items/say-1">Say ____</a>.*?A text with gaps.*?pricing.*?Easy.*?year-end.*?big', page, re.DOTALL)


def uploads(name: str, file: str, data: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {name: (file, data, "image/png")}


def count_media(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Media)) or 0


def typed_question(trainer: TestClient) -> dict[str, Any]:
    return fields(trainer.get(f"{NEW}?kind=single").text) | {"prompt.en": "Which part?"} | FORMS["single"]


def test_pictures_are_added_described_and_removed(trainer: TestClient, database: Database) -> None:
    shown = trainer.post(
        NEW, data=typed_question(trainer) | {"rows": "show"}, files=uploads("media.0.upload", "my diagram.png", PNG)
    )
    name = f"my-diagram.{DIGITS}.png"
    assert (shown.status_code, fields(shown.text)["media.0.file"]) == (200, [name])
    assert "media.1.upload" in shown.text
    saved = trainer.post(
        NEW,
        data=fields(shown.text) | {"media.0.alt.en": "A house"},
        files=uploads("options.1.media.upload", "b.png", PNG),
    )
    url = saved.headers["location"]
    stored = draft(database, ContentKind.QUIZ, "keeper-quiz")["items"][-1]
    assert stored["media"] == [{"file": name, "alt": {"en": "A house"}}]
    assert stored["options"][1]["media"] == {"file": f"b.{DIGITS}.png"}
    assert count_media(database) == 1
    page = trainer.get(url).text
    assert page.count(f'src="/media/{DIGITS}.png"') == 4  # in the form and as seen
    without = trainer.post(url, data=fields(page) | {"rows": "clear:options.1.media"})
    without = trainer.post(url, data=fields(without.text) | {"rows": "remove:media.0"})
    assert trainer.post(url, data=fields(without.text)).status_code == 303
    stored = draft(database, ContentKind.QUIZ, "keeper-quiz")["items"][-1]
    assert ("media" in stored, "media" in stored["options"][1]) == (False, False)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><script>alert(1)</script>", "This is no picture or sound that can be shown."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "An SVG drawing may carry a script. Save it as PNG."),
        (PNG.ljust(6 << 20), "The file is too large: at most 5 MB are allowed."),
        (b"", "The file is empty."),
    ],
)
def test_a_hostile_file_is_refused_and_everything_typed_is_kept(
    trainer: TestClient, database: Database, data: bytes, said: str
) -> None:
    assert len(PNG.ljust(6 << 20)) > MAX_BYTES
    typed = typed_question(trainer)
    for more in ({}, {"rows": "show"}):
        answer = trainer.post(NEW, data=typed | more, files=uploads("media.0.upload", "nice.png", data))
        assert (answer.status_code, said in answer.text) == (422, True)
        kept = fields(answer.text)
        assert [kept[name] for name in ("prompt.en", "options.0.text.en", "options.1.text.en")] == [
            ["Which part?"], ["A"], ["B"],
        ]  # fmt: skip
    assert count_media(database) == 0
    assert len(draft(database, ContentKind.QUIZ, "keeper-quiz")["items"]) == 1


def test_a_good_file_survives_another_mistake(trainer: TestClient, database: Database) -> None:
    wrong = typed_question(trainer) | {"options.0.correct": ""}
    answer = trainer.post(NEW, data=wrong, files=uploads("media.0.upload", "call.ogg", SOUND))
    assert (answer.status_code, "Mark exactly one option as right." in answer.text) == (422, True)
    mended = fields(answer.text) | {"options.0.correct": "true"}
    assert trainer.post(NEW, data=mended).status_code == 303
    (media,) = draft(database, ContentKind.QUIZ, "keeper-quiz")["items"][-1]["media"]
    assert media == {"file": f"call.{hashlib.sha256(SOUND).hexdigest()[:16]}.ogg"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("never.0123456789abcdef.png", "This file is not stored here. Remove it and choose it again."),
        ("../../etc/passwd", "must be the name of a file that ends in one of"),
        ("picture.png", "This file is not stored here. Remove it and choose it again."),
    ],
)
def test_a_file_that_nobody_sent_cannot_be_named(trainer: TestClient, name: str, said: str) -> None:
    answer = trainer.post(NEW, data=typed_question(trainer) | {"media.0.file": name})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_file_with_an_odd_name_or_place_does_no_harm(trainer: TestClient, database: Database) -> None:
    for place in ("media.99999.upload", "prompt.en", "gaps.0.upload", "options.0.media.upload.upload"):
        shown = trainer.post(NEW, data=typed_question(trainer) | {"rows": "show"}, files=uploads(place, "a.png", PNG))
        assert shown.status_code == 200
    assert count_media(database) == 0
    long = trainer.post(NEW, data=typed_question(trainer), files=uploads("media.0.upload", f"{'长' * 300}.png", PNG))
    assert long.status_code == 303
    (media,) = draft(database, ContentKind.QUIZ, "keeper-quiz")["items"][-1]["media"]
    assert media["file"] == f"{'长' * 60}.{DIGITS}.png"


def test_a_name_of_300_characters_is_refused_and_kept(trainer: TestClient) -> None:
    answer = trainer.post(NEW, data=typed_question(trainer) | {"category": "x" * 300, "topic.en": "y" * 300})
    assert (answer.status_code, answer.text.count("characters")) == (422, 4)
    assert fields(answer.text)["category"] == ["x" * 300]


def test_a_rep_adds_no_file(trainer: TestClient, database: Database) -> None:
    rep = signed_in(trainer.app, "rep@example.com")  # type: ignore[arg-type]  # the client keeps any ASGI application
    assert rep.post(NEW, data={"type": "single"}, files=uploads("media.0.upload", "a.png", PNG)).status_code == 403
    assert count_media(database) == 0


def test_a_stale_tab_keeps_what_was_typed_and_its_file(trainer: TestClient, database: Database) -> None:
    url = trainer.post(NEW, data=typed_question(trainer)).headers["location"]
    mine, theirs = (fields(trainer.get(url).text) for _ in range(2))
    assert trainer.post(url, data=theirs | {"prompt.en": "Theirs"}).status_code == 303
    stale = trainer.post(url, data=mine | {"prompt.en": "Mine"}, files=uploads("media.0.upload", "a.png", PNG))
    assert stale.status_code == 409
    assert trainer.post(url, data=fields(stale.text)).status_code == 303
    stored = draft(database, ContentKind.QUIZ, "keeper-quiz")["items"][-1]
    assert (stored["prompt"], len(stored["media"])) == ({"en": "Mine"}, 1)
