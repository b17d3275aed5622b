"""`dealworthy lint`, `import` and `export` as they are typed, against real databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.authoring.importing import KEPT_NOTE
from app.catalog.actions import save_draft
from app.catalog.models import Content, ContentKind, ContentVersion, Origin, Product, Verdict
from app.catalog.queries import content
from app.certification.models import CertificationPeriod
from app.cli import main
from app.clock import local_day, now
from app.config import ROOT
from app.database import Database
from app.quizzes.models import ItemVersion
from factories import NOW, deal, person

PRODUCT = """\
schema: 1
id: {slug}
name: {name}
positioning:
  scene: A shop
  audience: Owners
  difference: Faster
program:
  requirements:
  - lesson: all
  - quiz: {slug}
  valid_months: 12
  basis: expiry
  renewal_window_days: 30
  grace_days: 14
  enforcement: block
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
"""

QUIZ = """\
schema: 1
id: {slug}
product: {slug}
title: Quiz
pass_percent: 80
items:
- id: one
  type: true_false
  prompt: Is it true?
  answer: true
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
    - We promise it.
    must_not_flag:
    - We do not guarantee it.
    - Is it a guarantee?
"""

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    for slug, name in (("keeper", "Keeper"), ("paylink", "Paylink")):
        folder = root / "courses" / slug
        folder.mkdir(parents=True)
        (folder / "product.yaml").write_text(PRODUCT.format(slug=slug, name=name))
        (folder / "01-what-it-is.md").write_text(LESSON)
        (root / "quizzes").mkdir(exist_ok=True)
        (root / "quizzes" / f"{slug}.yaml").write_text(QUIZ.format(slug=slug))
    return root


def edit_on_web(database: Database, slug: str, name: str) -> None:
    with database.write() as session:
        stored = content(session, ContentKind.COURSE, slug)
        assert stored is not None
        document = {**stored.draft, "name": name}
        save_draft(session, stored, document, step=stored.step, by="trainer@example.com", moment=NOW)


def history(database: Database, kind: ContentKind, slug: str) -> list[tuple[int, str, str, str]]:
    with database.read() as session:
        rows = session.execute(
            select(
                col(ContentVersion.number),
                col(ContentVersion.origin),
                col(ContentVersion.note),
                col(ContentVersion.document),
            )
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(col(Content.kind) == kind, col(Content.slug) == slug)
            .order_by(col(ContentVersion.number))
        )
        return [(row[0], row[1].value, row[2], str(row[3].get("name"))) for row in rows]


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_lint_of_what_is_shipped_finds_nothing(run: Run) -> None:
    assert run("lint") == (0, "", "")


def test_lint_says_file_line_column_path_and_reason(run: Run, root: Path) -> None:
    (root / "courses/keeper/redlines.yaml").write_text(REDLINES)
    lesson = root / "courses/keeper/01-what-it-is.md"
    lesson.write_text(LESSON.replace("minutes: 6", "minutes: six"))
    status, out, err = run("lint", root)
    assert (status, err) == (1, "")
    assert out.replace(root.as_posix() + "/", "").splitlines() == [
        "courses/keeper/01-what-it-is.md:6:1: minutes: must be a whole number",
        "courses/keeper/redlines.yaml:18:7: rules.0.examples.must_flag.1: is not flagged: nothing of the rule matches",
    ]


def test_a_warning_is_said_and_hinders_nothing(run: Run, root: Path, database: Database) -> None:
    rules = REDLINES.replace("- We promise it.", "- It is guaranteed.")
    (root / "courses/keeper/redlines.yaml").write_text(rules)
    warning = "courses/keeper/redlines.yaml:3:3: rules.0: no question of a quiz names the red line sm.return (warning)"
    status, out, err = run("lint", root)
    assert (status, out.replace(root.as_posix() + "/", ""), err) == (0, f"{warning}\n", "")
    status, out, _err = run("import", root)
    assert (status, out.replace(root.as_posix() + "/", "").splitlines()[0]) == (0, warning)


def test_a_path_that_is_not_there_is_wrong_use(run: Run, tmp_path: Path) -> None:
    assert run("lint", tmp_path / "nowhere") == (2, "", f"There is nothing at {tmp_path / 'nowhere'}.\n")


def test_import_says_what_is_new_and_a_second_one_changes_nothing(run: Run, root: Path, database: Database) -> None:
    first = (
        "new        course keeper\nnew        program keeper\nnew        course paylink\nnew        program paylink\n"
        "new        quiz keeper\nnew        quiz paylink\n6 new, 0 changed, 0 unchanged\n"
    )
    assert run("import", root, "--dry-run") == (0, first, "")
    with database.read() as session:
        assert session.scalars(select(Product)).all() == []
    assert run("import", root) == (0, first, "")
    status, out, _err = run("import", root)
    assert (status, out.splitlines()[-1]) == (0, "0 new, 0 changed, 6 unchanged")
    assert history(database, ContentKind.COURSE, "keeper") == [(1, "files", "", "Keeper")]
    with database.read() as session:
        assert session.scalars(select(col(ItemVersion.item))).all() == ["one", "one"]


@pytest.mark.parametrize(
    ("options", "says"),
    [((), "needs --deadline"), (("--deadline", "2020-01-01"), "has passed already")],
)
def test_what_is_asked_of_certified_people_needs_a_day_to_come(
    run: Run, root: Path, options: tuple[str, ...], says: str
) -> None:
    status, _out, err = run("import", root, "--verdict", "attest_again", *options)
    assert status == 2
    assert says in err


def test_a_changed_file_makes_a_version_with_the_verdict_asked_for(run: Run, root: Path, database: Database) -> None:
    run("import", root)
    file = root / "courses/keeper/product.yaml"
    file.write_text(file.read_text().replace("name: Keeper", "name: Keeper CRM"))
    status, out, err = run("import", root, "--verdict", "full", "--deadline", "2099-12-31", "--note", "renamed")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "changed    course keeper"
    assert out.splitlines()[-1] == "0 new, 1 changed, 5 unchanged"
    assert history(database, ContentKind.COURSE, "keeper")[1] == (2, "files", "renamed", "Keeper CRM")
    with database.read() as session:
        found = session.scalars(select(ContentVersion).where(col(ContentVersion.number) == 2)).one()
        assert (found.verdict, str(found.deadline)) == (Verdict.FULL, "2099-12-31")
        names = session.scalars(select(col(Product.name)).order_by(col(Product.slug))).all()
        assert names == ["Keeper CRM", "Paylink"]


def test_one_wrong_file_keeps_everything_out_and_all_problems_are_said(
    run: Run, root: Path, database: Database
) -> None:
    (root / "courses/keeper/01-what-it-is.md").write_text(LESSON.replace("topic: product", "topic: nonsense"))
    (root / "quizzes/paylink.yaml").write_text(QUIZ.format(slug="paylink").replace("answer: true", "answer: maybe"))
    status, out, err = run("import", root)
    assert (status, err) == (1, "The files have problems, so nothing was stored.\n")
    assert out.replace(root.as_posix() + "/", "") == (
        "courses/keeper/01-what-it-is.md:5:1: topic: must be one of: product, case, sourcing, negotiation, renewal, "
        "delivery, talk_track\n"
        "quizzes/paylink.yaml:10:3: items.0.answer: must be true or false\n"
    )
    with database.read() as session:
        assert session.scalars(select(Product)).all() == []


def test_what_the_web_changed_is_not_overwritten(run: Run, root: Path, database: Database) -> None:
    run("import", root)
    edit_on_web(database, "keeper", "Keeper of the web")
    status, out, err = run("import", root)
    assert (status, err) == (1, "Nothing was stored.\n")
    assert out == (
        "refused    keeper: changed on the web since files were last read (course). To go on, write the web's wording "
        "to files with `dealworthy export PATH` (add --drafts for what is not published) and merge them, or replace it "
        "with --overwrite; the web's wording then stays in the history.\n"
    )


def test_other_courses_are_read_when_asked(run: Run, root: Path, database: Database) -> None:
    run("import", root)
    edit_on_web(database, "keeper", "Keeper of the web")
    file = root / "courses/paylink/product.yaml"
    file.write_text(file.read_text().replace("name: Paylink", "name: Paylink 2"))
    status, out, _err = run("import", root, "--skip-changed")
    assert (status, out.splitlines()[-1]) == (0, "0 new, 1 changed, 2 unchanged")
    assert [row[3] for row in history(database, ContentKind.COURSE, "keeper")] == ["Keeper"]
    assert [row[3] for row in history(database, ContentKind.COURSE, "paylink")] == ["Paylink", "Paylink 2"]


def test_overwriting_keeps_the_draft_of_the_web_in_the_history(run: Run, root: Path, database: Database) -> None:
    run("import", root)
    edit_on_web(database, "keeper", "Keeper of the web")
    assert run("import", root, "--overwrite")[0] == 0
    assert history(database, ContentKind.COURSE, "keeper") == [
        (1, Origin.FILES, "", "Keeper"),
        (2, Origin.WEB, KEPT_NOTE, "Keeper of the web"),
        (3, Origin.FILES, "", "Keeper"),
    ]
    assert run("import", root)[1].splitlines()[-1] == "0 new, 0 changed, 6 unchanged"


def test_an_export_of_drafts_is_how_one_goes_on(run: Run, root: Path, database: Database) -> None:
    run("import", root)
    edit_on_web(database, "keeper", "Keeper of the web")
    status, out, _err = run("export", root, "--drafts")
    assert (status, out.splitlines()[-1]) == (0, "1 files written or removed.")
    assert "name: Keeper of the web" in (root / "courses/keeper/product.yaml").read_text()
    status, out, _err = run("import", root)
    assert (status, out.splitlines()[-1]) == (0, "0 new, 1 changed, 5 unchanged")
    assert history(database, ContentKind.COURSE, "keeper")[-1] == (2, "files", "", "Keeper of the web")


def test_a_draft_that_is_not_whole_is_not_exported(run: Run, root: Path, tmp_path: Path, database: Database) -> None:
    run("import", root)
    with database.write() as session:
        stored = content(session, ContentKind.QUIZ, "keeper")
        assert stored is not None
        save_draft(session, stored, {**stored.draft, "items": []}, step=stored.step, by="x@example.com", moment=NOW)
    status, out, err = run("export", tmp_path / "out", "--drafts")
    assert (status, err) == (1, "Some drafts have problems, so nothing was written.\n")
    assert out == "quiz keeper:1:1: items: must have at least 1 entry\n"
    assert not (tmp_path / "out").exists()
    assert run("export", tmp_path / "out")[0] == 0


def test_a_quiz_does_not_move_to_another_product(run: Run, root: Path) -> None:
    run("import", root)
    (root / "quizzes/keeper.yaml").write_text(QUIZ.format(slug="keeper").replace("product: keeper", "product: paylink"))
    status, out, err = run("import", root / "quizzes/keeper.yaml")
    assert (status, out) == (1, "")
    assert err == ("quiz keeper: the file names paylink, but the quiz belongs to keeper. Nothing was stored.\n")


def test_if_empty_leaves_a_database_with_products_alone(run: Run, root: Path) -> None:
    assert run("import", root, "--if-empty")[0] == 0
    assert run("import", root, "--if-empty") == (0, "There are products already, so nothing was read.\n", "")


def test_one_course_and_one_quiz_are_read_alone(run: Run, root: Path) -> None:
    run("import", root)
    assert run("import", root / "courses/keeper")[1].splitlines()[-1] == "0 new, 0 changed, 2 unchanged"
    assert run("import", root / "quizzes/keeper.yaml")[1].splitlines()[-1] == "0 new, 0 changed, 1 unchanged"


def test_what_is_shipped_goes_in_out_and_in_again_unchanged(run: Run, tmp_path: Path) -> None:
    assert run("import", ROOT)[0] == 0
    first, second = tmp_path / "first", tmp_path / "second"
    assert run("export", first)[0] == 0
    assert run("export", first) == (0, "The files said all of it already.\n", "")
    status, out, _err = run("import", first)
    assert (status, out.splitlines()[-1].startswith("0 new, 0 changed, ")) == (0, True)
    assert run("export", second)[0] == 0
    assert everything(first) == everything(second)
    assert run("lint", first) == (0, "", "")


@pytest.mark.parametrize("verdict", ["none", "full"])
def test_a_dry_run_says_whom_the_change_touches(run: Run, root: Path, database: Database, verdict: str) -> None:
    run("import", root)
    with database.write() as session:
        keeper = session.scalars(select(Product).where(col(Product.slug) == "keeper")).one()
        ana = person(session, "ana@example.com", at=EARLIER)
        program = session.scalars(
            select(col(ContentVersion.id))
            .join(Content)
            .where(col(Content.kind) == ContentKind.PROGRAM, col(Content.product_id) == keeper.id)
        ).one()
        far = date(2150, 1, 1)
        session.add(
            CertificationPeriod(
                person_id=ana.id or 0, product_id=keeper.id or 0, number=1, done_on=local_day(now()),
                window_opens_on=far, valid_through=far, baseline_through=far, grace_through=far,
                program_version_id=program or 0, code="code", awarded_at=now(),
            )
        )  # fmt: skip
        deal(session, "D-1", products=[keeper], team={"owner": [ana]}, at=EARLIER, close_date=far)
    lesson = root / "courses/keeper/01-what-it-is.md"
    lesson.write_text(LESSON.replace("Text", "Another text"))
    asks = () if verdict == "none" else ("--verdict", verdict, "--deadline", "2100-01-01")
    status, out, err = run("import", root, "--dry-run", *asks)
    touches = [line for line in out.splitlines() if line.startswith(("touches", " "))]
    first = "touches    keeper: 1 certified, 0 on the way; 1 certifications valid; "
    expected = [
        f"{first}1 open deals with somebody certified (EUR 86,000.00)",
        "           1 of these deals would not be cleared any more if nobody had done it by 2100-01-01 (EUR 86,000.00)",
    ]
    assert (status, touches, err) == (0, expected if asks else expected[:1], "")
