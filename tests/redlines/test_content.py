from datetime import date

import pytest

from app.catalog.document import canonical, parse
from app.catalog.yamltext import dump
from app.redlines.content import Effective, RedLinesDocument

WHOLE = """\
schema: 1
rules:
- id: claims.guaranteed-return
  status: active
  severity: block
  category: guarantee_promissory
  title: {en: "No guaranteed return", zh-Hans: "不承诺收益"}
  why: {en: "A promise of return is promissory and cannot be kept.", zh-Hans: "收益无法承诺。"}
  never_say: {en: "You will earn it back.", zh-Hans: "一定回本。"}
  source: {law: "FINRA 2210(d)(1)(B)", owner: legal}
  applies: {products: [keeper-crm], regions: [CN], channels: [call, mail], locales: [en, zh-Hans]}
  effective: {from: 2026-01-01, until: 2026-12-31}
  said_by: [rep, customer]
  match:
    en:
    - {text: "guarantee return"}
    - {text: "sure return", forms: exact}
    - {seq: ["we will|we'll", {gap: 4}, "ship|deliver", {gap: 6}, "@quarter|@date"]}
    - {regex: 'ROI of \\d+%', anchor: ["roi"]}
    zh: [{text: 保证收益}, {seq: [保证, {gap: 6}, 收益]}]
  unless:
    within:
    - money-back guarantee
    - 最佳实践
    - {text: guaranteed delivery, forms: exact}
    - {seq: [guarantee, {gap: 4}, uptime]}
    - {regex: 'guarantee of \\d+ days', anchor: [guarantee of]}
    negated: suppress
    question: ignore
  say_instead: {en: ["Customers like you typically see …"], zh-Hans: ["同类客户通常……"]}
  examples: {must_flag: ["We guarantee a return."], must_not_flag: ["We do not guarantee a return."]}
"""

SHORT = """\
schema: 1
rules:
- id: a
  status: active
  severity: warn
  category: absolute
  title: A
  why: B
  match: {en: [{text: the best}]}
  say_instead: {en: [good]}
"""


def test_the_whole_record_is_read_and_written_alike() -> None:
    document = parse(RedLinesDocument, WHOLE, "f.yaml").document
    assert document is not None
    assert document.ids == {"claims.guaranteed-return"}
    assert parse(RedLinesDocument, dump(document), "f.yaml").document == document
    assert RedLinesDocument.model_validate(canonical(document)) == document
    assert canonical(document)["rules"][0]["match"] == {  # type: ignore[index]  # JSON
        "en": [
            {"text": "guarantee return"},
            {"text": "sure return", "forms": "exact"},
            {"seq": ["we will|we'll", {"gap": 4}, "ship|deliver", {"gap": 6}, "@quarter|@date"]},
            {"regex": r"ROI of \d+%", "anchor": ["roi"]},
        ],
        "zh": [{"text": "保证收益"}, {"seq": ["保证", {"gap": 6}, "收益"]}],
    }
    assert canonical(document)["rules"][0]["unless"]["within"] == [  # type: ignore[index]  # JSON
        "money-back guarantee",
        "最佳实践",
        {"text": "guaranteed delivery", "forms": "exact"},
        {"seq": ["guarantee", {"gap": 4}, "uptime"]},
        {"regex": r"guarantee of \d+ days", "anchor": ["guarantee of"]},
    ]


def test_what_is_default_is_left_out() -> None:
    document = parse(RedLinesDocument, SHORT, "f.yaml").document
    assert document is not None
    (rule,) = document.rules
    assert (rule.said_by, rule.unless.negated, rule.unless.quoted) == (("rep",), "downgrade", "suppress")
    assert set(rule.model_dump(mode="json", exclude_defaults=True)) == {
        "id", "status", "severity", "category", "title", "why", "match", "say_instead",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  status: active\n", "", "f.yaml:3:3: rules.0.status: is missing"),
        ("severity: warn", "severity: bad", "f.yaml:5:3: rules.0.severity: must be one of: block, warn, coach"),
        ("[{text: the best}]", "[]", "f.yaml:9:11: rules.0.match.en: must have at least 1 entry"),
        ("{en: [{text: the best}]}", "{}", "f.yaml:9:3: rules.0.match: must have at least 1 entry"),
        ("{en: [{", "{fr: [{", "f.yaml:9:11: rules.0.match.fr: must be one of: en, zh"),
        (
            "text: the best",
            "text: the best, txt: x",
            "f.yaml:9:33: rules.0.match.en.0.txt: is not a key that is known here",
        ),
        ("text: the best", "regex: best", "f.yaml:9:16: rules.0.match.en.0.anchor: is missing"),
        (
            "text: the best",
            "regex: '(?=best)', anchor: [best]",
            "f.yaml:9:17: rules.0.match.en.0.regex: assert is not part of the syntax",
        ),
        (
            "text: the best",
            "regex: '(b)\\1', anchor: [best]",
            "f.yaml:9:17: rules.0.match.en.0.regex: groupref is not part of the syntax",
        ),
        (
            "text: the best",
            "regex: 'b*+', anchor: [best]",
            "f.yaml:9:17: rules.0.match.en.0.regex: possessive repeat is not part of the syntax",
        ),
        (
            "text: the best",
            "regex: 'b)', anchor: [best]",
            "f.yaml:9:17: rules.0.match.en.0.regex: the pattern does not parse: unbalanced parenthesis at position 1",
        ),
        (
            "text: the best",
            "regex: '(?P=b)', anchor: [best]",
            "f.yaml:9:17: rules.0.match.en.0.regex: the pattern does not parse: unknown group name 'b' at position 4",
        ),
        (
            "text: the best",
            f"regex: {'b' * 201}, anchor: [b]",
            "f.yaml:9:17: rules.0.match.en.0.regex: is longer than 200 characters",
        ),
        (
            "text: the best",
            "seq: [{gap: 2}, best]",
            "f.yaml:9:23: rules.0.match.en.0.seq.0: a sequence begins and ends with a phrase, not with a gap",
        ),
        (
            "text: the best",
            "seq: [a, {gap: 2}, {gap: 3}, b]",
            "f.yaml:9:36: rules.0.match.en.0.seq.2: two gaps in a row; write one",
        ),
        ("text: the best", "seq: [a, {gap: 99}, b]", "f.yaml:9:27: rules.0.match.en.0.seq.1.gap: must be at most 60"),
        ("text: the best", "seq: [a, 'b|']", "f.yaml:9:26: rules.0.match.en.0.seq.1: holds an empty alternative"),
        ("{en: [good]}", "{zh-Hans: [好]}", "f.yaml:10:3: rules.0.say_instead: match covers en, so en is needed here"),
        (
            "match: {en:",
            "match: {zh:",
            "f.yaml:10:3: rules.0.say_instead: match covers zh, so zh-Hans or zh-Hant is needed here",
        ),
        ("{en: [good]}", "{en: []}", "f.yaml:10:17: rules.0.say_instead.en: must have at least 1 entry"),
        (
            "category: absolute",
            "category: missing_required_statement",
            "f.yaml:3:3: rules.0.require: is missing; category missing_required_statement needs it",
        ),
        (
            "  why: B\n",
            "  why: B\n  require: {say: [x]}\n",
            "f.yaml:9:3: rules.0.require: is only for category missing_required_statement",
        ),
        (
            "  why: B\n",
            "  why: B\n  effective: {from: 2026-02-01, until: 2026-02-01}\n",
            "f.yaml:9:33: rules.0.effective.until: must be later than from: the rule no longer holds on that day",
        ),
        ("  why: B\n", "  why: B\n  said_by: []\n", "f.yaml:9:3: rules.0.said_by: must have at least 1 entry"),
        (
            "  why: B\n",
            "  why: B\n  examples: {must_flag: [x], must_not_flag: [y, x]}\n",
            "f.yaml:9:49: rules.0.examples.must_not_flag.1: stands under must_flag too",
        ),
        (
            "  why: B\n",
            "  why: B\n  unless: {within: [x, {regex: '(?=x)', anchor: [x]}]}\n",
            "f.yaml:9:25: rules.0.unless.within.1.regex: assert is not part of the syntax",
        ),
        (
            "  why: B\n",
            "  why: B\n  unless: {within: [{text: x, say: y}]}\n",
            "f.yaml:9:31: rules.0.unless.within.0.say: is not a key that is known here",
        ),
        (
            "  why: B\n",
            "  why: B\n  applies: {locales: [de]}\n",
            "f.yaml:9:23: rules.0.applies.locales.0: must be one of: en, zh-Hans, zh-Hant",
        ),
        ("schema: 1", "schema: 1\nfolder: x", "f.yaml:2:1: folder: is not a key that is known here"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(old: str, new: str, line: str) -> None:
    assert old in SHORT
    parsed = parse(RedLinesDocument, SHORT.replace(old, new), "f.yaml")
    assert parsed.document is None
    assert "\n".join(map(str, parsed.problems)) == line


def test_an_escaped_backslash_is_no_reference() -> None:
    source = SHORT.replace("text: the best", r"regex: 'a\\1\+\+', anchor: [a]")
    assert parse(RedLinesDocument, source, "f.yaml").problems == ()


def test_ids_are_distinct() -> None:
    rule = SHORT.removeprefix("schema: 1\nrules:\n")
    parsed = parse(RedLinesDocument, SHORT + rule, "f.yaml")
    assert [str(problem) for problem in parsed.problems] == ["f.yaml:11:3: rules.1.id: another rule has this id"]


@pytest.mark.parametrize(
    ("day", "covered"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 30), True), (date(2026, 12, 31), False)],
)
def test_a_rule_holds_from_its_first_day_to_the_day_before_until(day: date, *, covered: bool) -> None:
    assert Effective.model_validate({"from": "2026-01-01", "until": "2026-12-31"}).covers(day) is covered


def test_a_rule_without_days_always_holds() -> None:
    assert Effective().covers(date(1999, 1, 1))
