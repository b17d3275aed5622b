"""The form of a program: requirements in any order, alternatives, levels, demonstrations and live sessions."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.testclient import TestClient

from app.authoring.changes import differences
from app.catalog.actions import save_draft
from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.clock import now
from app.database import Database
from factories import sellable
from writing import HUB, PROGRAM, RUBRIC, WHOLE, draft, fields

URL = f"{HUB}/program"


def put(database: Database, document: dict[str, Any], slug: str = "keeper") -> None:
    """Make a document the draft of a program, as reading a file would."""
    with database.write() as session:
        stored = content(session, ContentKind.PROGRAM, slug)
        assert stored is not None
        save_draft(session, stored, document, step=stored.step, by="trainer@example.com", moment=now())


def press(trainer: TestClient, form: dict[str, Any], wish: str) -> dict[str, Any]:
    """Press a button that changes rows, and take what the page then shows."""
    answer = trainer.post(URL, data=form | {"rows": wish})
    assert answer.status_code == 200
    return dict(fields(answer.text))


def sentences(page: str) -> list[tuple[str, str]]:
    """The fields that a refused form names, each with its sentence."""
    return re.findall(r'<li><a href="#f-([^"]+)">[^<]*</a> ([^<]*)</li>', page)


def test_a_program_with_everything_comes_back_from_its_form_as_it_is(trainer: TestClient, database: Database) -> None:
    put(database, WHOLE)
    page = trainer.get(URL).text
    assert trainer.post(URL, data=fields(page)).status_code == 303
    assert draft(database, ContentKind.PROGRAM) == WHOLE
    assert "coaching is asked for and not described." in page
    assert '<option value="certified:ledger/senior" selected>' in page


def test_a_program_that_says_what_is_published_is_called_no_draft(trainer: TestClient, database: Database) -> None:
    with database.write() as session:
        sellable(session, "porter")
    url = "/author/products/porter/program"
    page = trainer.get(url).text
    assert ("As published" in page, "Draft of" in page) == (True, False)
    assert trainer.post(url, data={**fields(page), "valid_months": "9"}).status_code == 303
    changed = trainer.get(url).text
    assert ("As published" in changed, "Draft of" in changed) == (False, True)


def test_requirements_are_added_moved_and_removed_and_nothing_is_stored_before_saving(
    trainer: TestClient, database: Database
) -> None:
    form = press(trainer, dict(fields(trainer.get(URL).text)), "up:requirements.2")
    form = press(trainer, form, "remove:requirements.0")
    form = press(trainer, form, "choice:requirements")
    form |= {"requirements.2.any_of.0.0": "lesson:first", "requirements.2.any_of.1.0": "quiz:keeper-quiz"}
    form = press(trainer, form, "add:requirements.2.any_of.1")
    form = press(trainer, form | {"requirements.2.any_of.1.1": "lesson:second"}, "add:requirements.2.any_of")
    assert draft(database, ContentKind.PROGRAM) == PROGRAM
    part = trainer.post(URL, data=form | {"rows": "up:requirements.2"}, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<form class="stack s5 editor" id="editor"')

    assert trainer.post(URL, data=fields(part)).status_code == 303

    assert draft(database, ContentKind.PROGRAM)["requirements"] == [
        {"quiz": "keeper-quiz"},
        {"any_of": [[{"lesson": "first"}], [{"quiz": "keeper-quiz"}, {"lesson": "second"}]]},
        {"attest": "redlines"},
    ]


def test_a_trainer_describes_a_demonstration_and_a_session_and_asks_for_them_on_a_level(
    trainer: TestClient, database: Database
) -> None:
    form = press(trainer, dict(fields(trainer.get(URL).text)), "add:rubrics")
    form |= {"rubrics.0.name.en": "Show & tell", "rubrics.0.criteria.0.text.zh-Hans": "先提问"}
    form = press(trainer, form, "add:rubrics.0.criteria")
    form |= {"rubrics.0.criteria.1.text.en": "Keeps calm", "rubrics.0.criteria.1.must_pass": "true"}
    form = press(trainer, form, "add:live_sessions")
    form = press(trainer, form | {"live_sessions.0.name.en": "Clinic"}, "add:levels")
    form = press(trainer, form | {"levels.0.name.en": "Senior"}, "add:levels.0.requirements")
    wish = {
        "levels.0.requirements.0.asked": "sign_off:show-tell",
        "levels.0.requirements.1.asked": "live_session:clinic",
    }
    assert trainer.post(URL, data=form | wish | {"deal_level": "senior"}).status_code == 303

    stored = draft(database, ContentKind.PROGRAM)

    assert stored["rubrics"][0].pop("criteria")[1] == {
        "id": "keeps-calm", "text": {"en": "Keeps calm"}, "must_pass": True,
    }  # fmt: skip
    assert {key: stored[key] for key in stored.keys() - PROGRAM.keys()} == {
        "rubrics": [{"id": "show-tell", "name": {"en": "Show & tell"}}],
        "live_sessions": [{"id": "clinic", "name": {"en": "Clinic"}, "minutes": 60}],
        "levels": [
            {
                "id": "senior",
                "name": {"en": "Senior"},
                "requirements": [{"sign_off": "show-tell"}, {"live_session": "clinic"}],
            }
        ],
        "deal_level": "senior",
    }


def test_what_is_asked_for_and_not_described_is_described_under_its_own_name(trainer: TestClient) -> None:
    form = dict(fields(trainer.get(URL).text)) | {"requirements.0.asked": "sign_off:pitch"}
    form = press(trainer, form, "describe:rubrics:pitch")
    assert (form["rubrics.0.id"], form["rubrics.0.forms"]) == (["pitch"], ["demonstration", "role_play", "recording"])


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"requirements.1.asked": "quiz:keeper-quiz"}, "requirements.2.asked", "This is asked for twice."),
    ({"requirements.1.asked": "nonsense"}, "requirements.1.asked", "Choose one of the list."),
    ({"requirements.1.asked": "certified:Ledger"}, "requirements.1.asked", "Choose one of the list."),
    ({"requirements.3.any_of.0.0": "lesson:first"}, "requirements.3.any_of", "At least 2 needed."),
    (
        {"levels.0.name.en": "Senior", "levels.0.requirements.0.asked": "quiz:keeper-quiz"},
        "levels.0.requirements.0.asked",
        "A level before asks for this already.",
    ),
    ({"levels.0.name.en": "Senior"}, "levels.0.requirements", "At least 1 needed."),
    ({"deal_level": "gone"}, "deal_level", "There is no such level."),
    (
        {"rubrics.0.name.en": "Show", "rubrics.0.criteria.0.text.en": "Asks", "rubrics.0.pass_percent": "101"},
        "rubrics.0.pass_percent",
        "Use 100 or less.",
    ),
    ({"rubrics.0.name.en": "Show"}, "rubrics.0.criteria", "Fill this in."),
    (
        {"live_sessions.0.minutes": "90", "live_sessions.0.name.en": ""},
        "live_sessions.0.name.en",
        "Fill this in.",
    ),
    ({"early_days": "soon"}, "early_days", "Write a whole number."),
]


def test_what_is_wrong_stands_at_its_place_and_what_was_typed_is_kept(trainer: TestClient, database: Database) -> None:
    form = fields(trainer.get(URL).text)
    for change, name, sentence in WRONG:
        sent = trainer.post(URL, data=form | change)
        assert (sent.status_code, sentences(sent.text)) == (422, [(name, sentence)]), change
        assert f'id="f-{name}' in sent.text, change
        kept = fields(sent.text)
        assert [kept[each] for each in change] == [[said] for said in change.values()]
    assert draft(database, ContentKind.PROGRAM) == PROGRAM


def test_no_form_breaks_the_page(trainer: TestClient) -> None:
    form = fields(trainer.get(URL).text)
    hostile = {
        "requirements.0.any_of": "x", "requirements.0.any_of.0": "y", "requirements.1.any_of.7.x": "z",
        "requirements.5.zzz": "1", "levels.3.requirements.x": "1", "levels.0": "2", "rubrics.2.criteria.1": "3",
        "rubrics.0.forms": "dance", "live_sessions.199.name.en": "last", "requirements.1.asked": "any_of:x",
    }  # fmt: skip
    for wish in ("", "choice:nowhere", "choice:levels.9.requirements", "describe:x:y", "up:levels.9", "add:rubrics.x"):
        assert trainer.post(URL, data=form | hostile | {"rows": wish}).status_code == (200 if wish else 422)


def test_a_stale_tab_is_shown_what_is_stored_beside_what_was_typed(
    trainer: TestClient, sign_in: Callable[[str], TestClient], database: Database
) -> None:
    other = sign_in("other@example.com")
    mine, theirs = (fields(each.get(URL).text) for each in (trainer, other))
    assert other.post(URL, data=theirs | {"requirements.2.asked": "lesson:second", "requirements.0.asked": ""})
    sent = trainer.post(URL, data=mine | {"requirements.2.asked": "lesson:first", "requirements.0.asked": ""})
    assert sent.status_code == 409
    assert re.search(r"Requirements › 2 › Requirement</th>.*lesson:second.*lesson:first", sent.text)
    assert draft(database, ContentKind.PROGRAM)["requirements"] == [{"attest": "redlines"}, {"lesson": "second"}]


def publish(trainer: TestClient, slug: str = "keeper") -> int:
    url = f"/author/products/{slug}/publish"
    seen = re.search(r'name="seen" value="([^"]*)"', trainer.get(url).text)
    return trainer.post(url, data={"seen": seen[1] if seen else ""}).status_code


def test_a_prerequisite_must_be_published(trainer: TestClient, database: Database) -> None:
    with database.write() as session:
        sellable(session, "ledger")
    for asked, sentence in (
        ("ledger/senior", "No level senior of ledger is published."),
        ("nothing", "Nobody can be certified on nothing: it has no published program."),
        ("keeper/standard", "This is the product itself. A level builds on those before it."),
    ):
        put(database, {**PROGRAM, "requirements": [{"attest": "redlines"}, {"certified": asked}]})
        assert (publish(trainer), sentence in trainer.get(f"{HUB}/publish").text) == (422, True)
    put(database, {**PROGRAM, "requirements": [{"attest": "redlines"}, {"certified": "ledger"}]})
    assert publish(trainer) == 303


def test_of_two_who_publish_a_circle_at_once_the_second_is_refused(
    trainer: TestClient, sign_in: Callable[[str], TestClient], database: Database
) -> None:
    with database.write() as session:
        sellable(session, "ledger")
    for slug, other in (("keeper", "ledger"), ("ledger", "keeper")):
        put(database, {**PROGRAM, "requirements": [{"attest": "redlines"}, {"certified": other}]}, slug)
    browsers = {"keeper": trainer, "ledger": sign_in("other@example.com")}
    seen = {
        slug: re.search(r'name="seen" value="([^"]*)"', each.get(f"/author/products/{slug}/publish").text)
        for slug, each in browsers.items()
    }

    def send(slug: str) -> int:
        words = seen[slug]
        assert words is not None
        return browsers[slug].post(f"/author/products/{slug}/publish", data={"seen": words[1]}).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, browsers))
    assert sorted(answers) == [303, 422]
    refused = list(browsers)[answers.index(422)]
    other = "ledger" if refused == "keeper" else "keeper"
    page = browsers[refused].get(f"/author/products/{refused}/publish").text
    assert f"This goes in a circle, so nobody could be certified: {refused} → {other} → {refused}" in page


def test_a_level_that_another_program_asks_for_stays(trainer: TestClient, database: Database) -> None:
    with database.write() as session:
        senior = [{"id": "senior", "name": "Senior", "requirements": [{"sign_off": "pitch"}]}]
        sellable(session, "ledger", levels=senior)
    put(database, {**PROGRAM, "requirements": [{"attest": "redlines"}, {"certified": "ledger/senior"}]})
    assert publish(trainer) == 303
    put(database, {**PROGRAM, "requirements": [{"attest": "redlines"}]}, "ledger")
    assert publish(trainer, "ledger") == 422
    page = trainer.get("/author/products/ledger/publish").text
    assert "keeper asks for ledger/senior. Keep that level, or change keeper first." in page


def test_versions_say_in_words_how_programs_differ() -> None:
    found = [(each.where, each.before, each.after) for each in differences({**PROGRAM, "rubrics": [RUBRIC]}, WHOLE)]
    assert found == [
        ("Requirements", "Every lesson", ""),
        ("Requirements", "Sign the red lines", ""),
        ("Requirements", "", "One of these: Show first-visit and The lesson second; or Certified on ledger/senior"),
        ("Requirements", "", "The lesson first"),
        ("Early work in days", "", "10"),
        ("Levels › Senior", "", "Name: Senior; Requirements: Be present at clinic\nSign the red lines"),
        ("Levels › Coach", "", "Name: Coach; Requirements: Show coaching"),
        ("What deals ask for", "", "senior"),
        (
            "Live sessions › Clinic",
            "",
            "Name: Clinic; Minutes: 90; Checks of presence: 3; Percent of presence: 60",
        ),
    ]
