"""Rule packs: read from files, approved, subscribed to by products, and held by their own examples."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlmodel import Session

from app.authoring.exporting import export
from app.authoring.files import read_tree
from app.authoring.importing import State, apply, plan
from app.authoring.proving import prove_examples
from app.catalog.document import canonical
from app.catalog.models import ContentKind
from app.clock import now
from app.config import ROOT
from app.database import Database
from app.errors import ConflictError, InvalidError
from app.redlines.checking import Circumstances, rule_set
from app.redlines.matcher import Matcher
from app.redlines.packs.actions import approve, read_version
from factories import product, published, redline
from rulepacks import HOUSE_PACK, approved_pack, rule_pack
from tools.statements import count_statements

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "house.yaml").write_text(HOUSE_PACK)
    return tmp_path


def matched(session: Session, text: str, at: datetime, products: tuple[str, ...] = ("keeper",)) -> list[str]:
    found = rule_set(session, products, at).check(text, Circumstances())
    return [each.finding.matched for each in found]


def test_a_pack_that_is_read_written_and_read_again_changes_nothing(
    root: Path, tmp_path: Path, database: Database
) -> None:
    def states(path: Path) -> list[State]:
        with database.read() as session:
            return [each.state for each in plan(session, read_tree(path, prove=prove_examples)).packs]

    assert states(root) == [State.NEW]
    with database.write() as session:
        apply(session, plan(session, read_tree(root)), now())
    assert states(root) == [State.UNCHANGED]
    with database.write() as session:
        written, problems = export(session, tmp_path / "out")
    assert (written, problems) == ([tmp_path / "out" / "packs" / "house.yaml"], ())
    assert states(tmp_path / "out") == [State.UNCHANGED]
    with database.write() as session:
        assert export(session, tmp_path / "out") == ([], ())
    (root / "packs" / "house.yaml").write_text(HOUSE_PACK.replace('"1"', '"2"').replace("Somebody", "Some shop"))
    assert states(root / "packs" / "house.yaml") == [State.CHANGED]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("id: house,", "id: other,", "2:8: pack.id: must equal the file's name, house"),
        ("pack: {", "packs: [{pack: x}]\npack: {", "2:1: packs: a rule pack cannot subscribe to others"),
        (
            HOUSE_PACK.splitlines()[1] + "\n",
            "",
            "1:1: .: is not a rule pack; a pack begins with pack: id, name, version,",
        ),
        ("We are the cheapest.,", "We are cheap.,", "13:17: rules.0.examples.must_flag.0: is not flagged: nothing"),
    ],
)
def test_a_file_that_is_no_sound_pack_is_refused_with_its_place(root: Path, old: str, new: str, line: str) -> None:
    assert old in HOUSE_PACK
    file = root / "packs" / "house.yaml"
    file.write_text(HOUSE_PACK.replace(old, new))
    (problem,) = read_tree(root, prove=prove_examples).problems
    assert str(problem).removeprefix(f"{file.as_posix()}:").startswith(line)


def test_a_course_may_only_subscribe_to_a_pack_that_is_there(root: Path) -> None:
    folder = root / "courses" / "keeper"
    folder.mkdir(parents=True)
    (folder / "product.yaml").write_text(
        "schema: 1\nid: keeper\nname: Keeper\npositioning: {scene: A, audience: B, difference: C}\n"
    )
    (folder / "redlines.yaml").write_text("schema: 1\npacks: [{pack: house}, {pack: garden}]\nrules: []\n")
    assert [str(each).rpartition("/")[2] for each in read_tree(root).problems] == [
        "redlines.yaml:2:25: packs.1.pack: there is no rule pack garden"
    ]


def test_a_product_is_held_to_the_newest_approved_version_or_to_the_one_it_names(session: Session) -> None:
    owner = product(session, at=MORNING)
    follows = {"schema": 1, "rules": [redline("profit")], "packs": [{"pack": "house"}]}
    published(session, owner, ContentKind.REDLINES, "keeper", follows, at=MORNING)
    text = "We guarantee profit, growth and peace."
    assert matched(session, text, MORNING) == ["profit"]
    approved_pack(session, "growth", at=MORNING + timedelta(hours=1))
    waiting = read_version(
        session, rule_pack("peace", "2"), by="trainer@example.com", moment=MORNING + timedelta(hours=2)
    )
    assert waiting is not None
    later = MORNING + timedelta(hours=3)
    assert matched(session, text, later) == ["profit", "growth"]
    approve(session, waiting, by="compliance@example.com", moment=later)
    assert matched(session, text, later) == ["profit", "peace"]
    assert matched(session, text, MORNING + timedelta(hours=1)) == ["profit", "growth"]
    keeps = {**follows, "packs": [{"pack": "house", "version": "1"}]}
    published(session, owner, ContentKind.REDLINES, "keeper", keeps, at=later)
    assert matched(session, text, later) == ["profit", "growth"]


def test_two_products_share_a_pack_and_a_check_takes_three_statements(database: Database) -> None:
    with database.write() as session:
        approved_pack(session, "growth", at=MORNING)
        for slug in ("keeper", "teller"):
            rules = {"schema": 1, "rules": [redline(f"{slug} profit")], "packs": [{"pack": "house"}]}
            owner = product(session, slug, at=MORNING)
            published(session, owner, ContentKind.REDLINES, slug, rules, at=MORNING)
    with database.read() as session, count_statements(database) as statements:
        rules_found = rule_set(session, (), MORNING)
        found = rules_found.check("growth", Circumstances())
    assert (len(rules_found), [each.products for each in found]) == (3, [("keeper", "teller")])
    assert len(statements) <= 4


def test_one_version_says_one_thing_and_is_approved_once(session: Session) -> None:
    approved_pack(session, "growth", at=MORNING)
    assert read_version(session, rule_pack("growth"), by="a@example.com", moment=MORNING) is None
    with pytest.raises(InvalidError, match="give it another"):
        read_version(session, rule_pack("peace"), by="a@example.com", moment=MORNING)
    second = read_version(session, rule_pack("peace", "2"), by="a@example.com", moment=MORNING)
    assert second is not None
    approve(session, second, by="b@example.com", moment=MORNING)
    with pytest.raises(ConflictError, match="approved already"):
        approve(session, second, by="c@example.com", moment=MORNING)


def test_every_term_of_the_shipped_pack_has_an_example_that_it_flags() -> None:
    rules: list[dict[str, Any]] = [canonical(rule) for rule in read_tree(ROOT / "packs").packs["zh-ad-law"].rules]
    matcher = Matcher(rules)
    phrases: Counter[str] = Counter()
    for rule in rules:
        texts = [each["text"] for each in rule["match"]["zh"] if "text" in each]
        found = [
            finding.matched
            for example in rule["examples"]["must_flag"]
            for finding in matcher.check_all(example)
            if finding.state == "active"
        ]
        assert [text for text in texts if not any(text in each for each in found)] == []
        covered = [each for each in rule.get("unless", {}).get("within", ()) if isinstance(each, str)]
        free = " ".join(rule["examples"]["must_not_flag"])
        assert [each for each in covered if each not in free] == []
        phrases.update(terms=len(texts), exceptions=len(covered))
    assert phrases == {"terms": 199, "exceptions": 66}


def test_other_readers_of_yaml_read_the_same_phrases_from_the_shipped_pack() -> None:
    pack = read_tree(ROOT / "packs").packs["zh-ad-law"]
    rules = yaml.safe_load((ROOT / "packs/zh-ad-law.yaml").read_text(encoding="utf-8"))["rules"]

    assert [rule["match"] for rule in rules] == [canonical(rule)["match"] for rule in pack.rules]
