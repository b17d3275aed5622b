import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redlines.matcher import Finding, Matcher
from app.redlines.problems import RuleError

RETURN: dict[str, Any] = {
    "id": "return",
    "severity": "block",
    "match": {
        "en": [{"text": "guarantee return"}, {"text": "guaranteed return"}],
        "zh": [{"text": "保证收益"}],
    },
    "unless": {"within": ["guaranteed return label"]},
}
BEST: dict[str, Any] = {
    "id": "best",
    "severity": "warn",
    "match": {"en": [{"text": "best in class"}], "zh": [{"text": "最佳"}, {"text": "国家级"}]},
    "unless": {"within": ["最佳实践", "best in class award"]},
}
PROMISE: dict[str, Any] = {
    "id": "promise",
    "severity": "block",
    "match": {
        "en": [{"seq": ["we will|we'll", {"gap": 4}, "ship|deliver|release", {"gap": 6}, "@quarter|@date"]}],
        "zh": [{"seq": ["@quarter|@date", {"gap": 6}, "上线|发布"]}],
    },
}
ROI: dict[str, Any] = {
    "id": "roi",
    "severity": "block",
    "match": {"en": [{"regex": r"ROI of \d+%", "anchor": ["ROI"]}]},
}
RULES = [RETURN, BEST, PROMISE, ROI]
MATCHER = Matcher(RULES)


def states(text: str, **circumstances: Any) -> list[tuple[str, str, str, str | None]]:
    found = MATCHER.check(text, **circumstances)
    return [(f.red_line, f.matched, f.state, f.reason) for f in found]


@pytest.mark.parametrize(
    ("text", "red_line", "matched"),
    [
        pytest.param("We guarantee return.", "return", "guarantee return", id="plain-en"),
        pytest.param("本产品保证收益。", "return", "保证收益", id="plain-zh"),
        pytest.param("She guarantees a return.", "return", "guarantees a return", id="inflection"),
        pytest.param("We are guaranteeing your returns.", "return", "guaranteeing your returns", id="inflection-ing"),
        pytest.param("BEST IN CLASS", "best", "BEST IN CLASS", id="case"),
        pytest.param("ＢＥＳＴ in class", "best", "ＢＥＳＴ in class", id="width-en"),
        pytest.param("ROI of １２％", "roi", "ROI of １２％", id="width-regex"),
        pytest.param("It is best-in-class.", "best", "best-in-class", id="separators-hyphen"),
        pytest.param("It is best \n in_class.", "best", "best \n in_class", id="separators-line"),
        pytest.param("B-e-s-t in class", "best", "B-e-s-t in class", id="separators-letters"),
        pytest.param("We g u a r a n t e e returns", "return", "g u a r a n t e e returns", id="separators-spaced"),
        pytest.param("It is best ... in class.", "best", "best ... in class", id="separators-pause"),
        pytest.param("国，家，级产品", "best", "国，家，级", id="separators-commas"),
        pytest.param("最·佳", "best", "最·佳", id="separators-dot"),
        pytest.param("保 证 收 益", "return", "保 证 收 益", id="separators-spaces-zh"),
        pytest.param("g\u200bu\u00adarantee return", "return", "g\u200bu\u00adarantee return", id="zero-width-en"),
        pytest.param("最\u200b佳", "best", "最\u200b佳", id="zero-width-zh"),
        pytest.param("bеst in сlаss", "best", "bеst in сlаss", id="confusable-cyrillic"),
        pytest.param("𝐛𝐞𝐬𝐭 in ⓒⓛⓐⓢⓢ", "best", "𝐛𝐞𝐬𝐭 in ⓒⓛⓐⓢⓢ", id="confusable-styled"),
        pytest.param("be\u0301st in class", "best", "be\u0301st in class", id="marks"),
        pytest.param("保證收益", "return", "保證收益", id="script-traditional"),
        pytest.param("國家級", "best", "國家級", id="script-traditional-2"),
        pytest.param("保証收益", "return", "保証收益", id="script-variant"),
        pytest.param("We will ship it in Q3 2027.", "promise", "We will ship it in Q3 2027", id="date-quarter"),
        pytest.param("We'll release it by March 3.", "promise", "We'll release it by March 3", id="date-day"),
        pytest.param("第三季度正式上线", "promise", "第三季度正式上线", id="date-quarter-zh"),
        pytest.param("明年三月发布", "promise", "明年三月发布", id="date-zh"),
        pytest.param("我们 guarantee returns 的", "return", "guarantee returns", id="mixed-en-in-zh"),
        pytest.param("Our CRM 保证收益 for you", "return", "保证收益", id="mixed-zh-in-en"),
        pytest.param("It is not only best in class, it is cheap.", "best", "best in class", id="pseudo-negation"),
        pytest.param("No doubt it is best in class.", "best", "best in class", id="pseudo-negation-doubt"),
        pytest.param("不仅保证收益，还送硬件。", "return", "保证收益", id="pseudo-negation-zh"),
        pytest.param("无疑是最佳选择。", "best", "最佳", id="pseudo-negation-zh-2"),
        pytest.param("不用担心，我们保证收益。", "return", "保证收益", id="pseudo-negation-zh-3"),
        pytest.param("We never fail to guarantee returns.", "return", "guarantee returns", id="double-negation"),
        pytest.param("我们不能不保证收益。", "return", "保证收益", id="double-negation-zh"),
        pytest.param("It is not free, but we guarantee a return.", "return", "guarantee a return", id="other-clause"),
        pytest.param("It is not new and we guarantee a return.", "return", "guarantee a return", id="other-clause-and"),
        pytest.param("我们不是最便宜的，但保证收益。", "return", "保证收益", id="other-clause-zh"),
        pytest.param("不收手续费，保证收益。", "return", "保证收益", id="other-clause-zh-2"),
        pytest.param("没有风险，保证收益。", "return", "保证收益", id="other-clause-zh-3"),
        pytest.param("Rivals say little, but we guarantee a return.", "return", "guarantee a return", id="own-voice"),
        pytest.param("竞品这么说，我们保证收益。", "return", "保证收益", id="own-voice-zh"),
        pytest.param("Did you know we guarantee returns?", "return", "guarantee returns", id="not-asking"),
        pytest.param("We guarantee returns, right?", "return", "guarantee returns", id="tag-question"),
        pytest.param("我们保证收益，对吧？", "return", "保证收益", id="tag-question-zh"),
        pytest.param("We promise you a guaranteed return.", "return", "guaranteed return", id="no-pronoun"),
        pytest.param("We guarantee you a return.", "return", "guarantee you a return", id="pronoun"),
        pytest.param("It is hard to beat our best in class CRM.", "best", "best in class", id="pseudo-soft"),
        pytest.param("Nobody doubts that it is best in class.", "best", "best in class", id="double-doubt"),
        pytest.param("没有理由不保证收益。", "return", "保证收益", id="double-negation-zh-reason"),
        pytest.param("I heard you need a CRM, and ours is best in class.", "best", "best in class", id="own-voice-and"),
        pytest.param("您放心，我保证这是最佳方案。", "best", "最佳", id="own-promise-zh"),
        pytest.param("附件说明产品保证收益。", "return", "保证收益", id="explains-is-not-says-zh"),
        pytest.param("方案名称是最佳伙伴。", "best", "最佳", id="name-is-not-calls-zh"),
        pytest.param("我们老板说了，保证收益。", "return", "保证收益", id="own-boss-zh"),
        pytest.param("Best in class, so when shall we start?", "best", "Best in class", id="asked-afterwards"),
        pytest.param("Best in class? Yes, it is.", "best", "Best in class", id="answered-with-yes"),
        pytest.param('The "best in class" CRM', "best", "best in class", id="scare-quotes"),
        pytest.param("100 of them: ROI of 35% a year", "roi", "ROI of 35%", id="regex"),
    ],
)  # fmt: skip
def test_a_claim_is_flagged_with_its_exact_words(text: str, red_line: str, matched: str) -> None:
    assert states(text) == [(red_line, matched, "active", None)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Abest in classy", id="border"),
        pytest.param("The best. In class we learn.", id="border-sentence"),
        pytest.param("guarantee\n\nreturn", id="border-paragraph"),
        pytest.param("价格最低。佳节快乐", id="border-zh"),
        pytest.param("谁最？佳佳最", id="border-zh-question"),
        pytest.param("我们保证，收益由市场决定。", id="border-zh-clause"),
        pytest.param("We will ship boxes. Q3 was good.", id="border-seq"),
        pytest.param("We will see whether they deliver", id="seq-without-date"),
        pytest.param("去年第三季度已经上线。", id="date-of-the-past"),
        pytest.param("ROI of many %", id="regex-not-matched"),
        pytest.param("", id="empty"),
    ],
)
def test_words_across_a_border_are_no_claim(text: str) -> None:
    assert states(text) == []


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        pytest.param("Put a guaranteed return label on it.", "suppressed", "within", id="allow"),
        pytest.param("行业最佳实践分享", "suppressed", "within", id="allow-zh"),
        pytest.param("行业最佳實踐分享", "suppressed", "within", id="allow-traditional"),
        pytest.param("We do not guarantee a return.", "downgraded", "negated", id="not"),
        pytest.param("We can’t guarantee returns.", "downgraded", "negated", id="contraction"),
        pytest.param("Nobody can guarantee a return.", "downgraded", "negated", id="nobody"),
        pytest.param("There is no guaranteed return.", "downgraded", "negated", id="no"),
        pytest.param("It would be wrong to call it best in class.", "downgraded", "negated", id="soft"),
        pytest.param("We do not, under any circumstances, guarantee a return.", "downgraded", "negated", id="aside"),
        pytest.param("We do not and cannot guarantee a return.", "downgraded", "negated", id="coordinated"),
        pytest.param("We don't promise discounts, guaranteed returns or gifts.", "downgraded", "negated", id="list"),
        pytest.param("I don't think we can guarantee a return.", "downgraded", "negated", id="raised"),
        pytest.param("We will not ship it in Q3.", "downgraded", "negated", id="inner"),
        pytest.param("A guaranteed return is not something we offer.", "downgraded", "negated", id="after"),
        pytest.param("Guaranteed returns do not exist.", "downgraded", "negated", id="after-exist"),
        pytest.param("我们不保证收益。", "downgraded", "negated", id="zh-not"),
        pytest.param("我們無法保證收益。", "downgraded", "negated", id="zh-traditional"),
        pytest.param("很难保证收益。", "downgraded", "negated", id="zh-soft"),
        pytest.param("没有人能保证收益。", "downgraded", "negated", id="zh-nobody"),
        pytest.param("我们不会也不能保证收益。", "downgraded", "negated", id="zh-coordinated"),
        pytest.param("保证收益是不可能的。", "downgraded", "negated", id="zh-after"),
        pytest.param("保证收益，这种话我们不能说。", "downgraded", "negated", id="zh-after-comma"),
        pytest.param("Competitors say they guarantee a return.", "downgraded", "attributed", id="competitors"),
        pytest.param("I'd rather lose you than promise guaranteed returns.", "downgraded", "negated", id="rather-than"),
        pytest.param("If I told you it was best in class, I'd lie.", "downgraded", "negated", id="counterfactual"),
        pytest.param("A guaranteed return does not describe any tool.", "downgraded", "negated", id="after-verb"),
        pytest.param("It is neither cheap nor best in class.", "downgraded", "negated", id="neither-nor"),
        pytest.param("谁也给不了您保证收益。", "downgraded", "negated", id="zh-potential"),
        pytest.param("要是我跟您说保证收益，那是害您。", "downgraded", "negated", id="zh-counterfactual"),
        pytest.param("保证收益纯属误传。", "downgraded", "negated", id="zh-after-rumour"),
        pytest.param("Critics argue that it is best in class.", "downgraded", "attributed", id="many-say"),
        pytest.param("那边的销售拍胸脯说保证收益。", "downgraded", "attributed", id="zh-somebody-says"),
        pytest.param("Let me check whether we guarantee a return.", "downgraded", "question", id="whether"),
        pytest.param("想了解贵司是否保证收益。", "downgraded", "question", id="zh-whether"),
        pytest.param("According to the flyer it is best in class.", "downgraded", "attributed", id="according"),
        pytest.param("听说竞品保证收益。", "downgraded", "attributed", id="zh-hearsay"),
        pytest.param("有些供應商承諾保證收益。", "downgraded", "attributed", id="zh-others"),
        pytest.param("Do you guarantee a return?", "downgraded", "question", id="question"),
        pytest.param("能保证收益吗？", "downgraded", "question", id="zh-question"),
        pytest.param("> We guarantee a return.", "suppressed", "quoted", id="reply"),
        pytest.param("> 保证收益", "suppressed", "quoted", id="zh-reply"),
        pytest.param('The phrase "best in class" is taken.', "suppressed", "quoted", id="phrase"),
        pytest.param("“最佳”这个词是绝对化用语。", "suppressed", "quoted", id="zh-word"),
        pytest.param("「最佳」一詞是絕對化用語。", "suppressed", "quoted", id="zh-word-traditional"),
        pytest.param("Customer: so you guarantee a return.", "suppressed", "speaker", id="speaker"),
        pytest.param("客戶：你們保證收益。", "suppressed", "speaker", id="zh-speaker"),
        pytest.param("<v Prospect>We want guaranteed returns.", "suppressed", "speaker", id="vtt"),
    ],
)
def test_what_surrounds_a_claim_changes_its_state(text: str, state: str, reason: str) -> None:
    found = MATCHER.check(text)

    assert [(f.state, f.reason) for f in found] == [(state, reason)]


def test_a_speaker_label_holds_until_the_next_one() -> None:
    text = "Client: you guarantee a return.\nReally, guaranteed return.\nRep: we guarantee returns.\nBob: 最佳"

    assert [(f.matched, f.reason) for f in MATCHER.check(text)] == [
        ("guarantee a return", "speaker"),
        ("guaranteed return", "speaker"),
        ("guarantee returns", None),
        ("最佳", None),
    ]


def test_a_given_speaker_overrides_the_labels() -> None:
    assert states("Rep: best in class", speaker="customer") == [("best", "best in class", "suppressed", "speaker")]
    assert states("客户：最佳", speaker="rep") == [("best", "最佳", "active", None)]


def test_a_rule_chooses_how_context_is_treated() -> None:
    strict = Matcher([{**RETURN, "unless": {"negated": "ignore", "question": "suppress"}, "said_by": ["any"]}])

    def found(text: str) -> list[tuple[str, str | None]]:
        return [(f.state, f.reason) for f in strict.check(text)]

    assert found("We do not guarantee returns.") == [("active", None)]
    assert found("Do you guarantee returns?") == [("suppressed", "question")]
    assert found("Customer: guaranteed returns") == [("active", None)]


APPLIES = Matcher(
    [
        {
            **BEST,
            "applies": {"products": ["crm"], "regions": ["CN"], "channels": ["mail"]},
            "effective": {"from": date(2026, 1, 1), "until": "2026-12-31"},
        }
    ]
)


@pytest.mark.parametrize(
    ("circumstances", "flagged"),
    [
        ({}, True),
        ({"products": ["crm", "waf"], "region": "CN", "channel": "mail", "on": date(2026, 1, 1)}, True),
        ({"products": ["waf"]}, False),
        ({"region": "US"}, False),
        ({"channel": "call"}, False),
        ({"on": date(2025, 12, 31)}, False),
        ({"on": date(2026, 12, 30)}, True),
        ({"on": date(2026, 12, 31)}, False),
        ({"locale": "zh-Hant"}, True),
        ({"locale": "de"}, False),
    ],
)
def test_a_rule_applies_where_and_while_it_says(circumstances: dict[str, Any], flagged: bool) -> None:
    assert bool(APPLIES.check("best in class", **circumstances)) is flagged


@pytest.mark.parametrize(
    ("locales", "locale", "flagged"),
    [
        ([], "zh-Hant", True),
        (["en", "zh-Hans"], None, True),
        (["en", "zh-Hans"], "en", True),
        (["en", "zh-Hans"], "en-GB", True),
        (["en", "zh-Hans"], "zh-Hans", True),
        (["en", "zh-Hans"], "zh-CN", True),
        (["en", "zh-Hans"], "zh", True),
        (["en", "zh-Hans"], "zh-Hant", False),
        (["en", "zh-Hans"], "zh-TW", False),
        (["en", "zh-Hans"], "zh-Hant-HK", False),
        (["zh-Hant"], "zh-HK", True),
        (["zh-Hant"], "zh-Hans-HK", False),
        (["zh-Hant"], "en", False),
    ],
)
def test_a_rule_holds_for_texts_of_its_locales(locales: list[str], locale: str | None, *, flagged: bool) -> None:
    matcher = Matcher([{**BEST, "applies": {"locales": locales}}])

    assert bool(matcher.check("最佳", locale=locale)) is flagged


EXEMPT = Matcher(
    [
        {
            "id": "guarantee",
            "severity": "block",
            "match": {"en": ["guarantee"], "zh": ["保证"]},
            "unless": {
                "within": [
                    "guarantee card",
                    {"text": "guaranteed delivery", "forms": "exact"},
                    {"seq": ["guarantee", {"gap": 4}, "uptime|availability"]},
                    {"seq": ["as of", {"gap": 2}, "@date", {"gap": 3}, "guarantee"]},
                    {"seq": ["保证", {"gap": 6}, "质量"]},
                    {"regex": r"guarantee of \d+ days", "anchor": ["guarantee of"]},
                ]
            },
        }
    ]
)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Both guarantee cards are free.", "suppressed"),
        ("It is guaranteed delivery.", "suppressed"),
        ("She guarantees delivery.", "active"),
        ("We guarantee a very high uptime.", "suppressed"),
        ("We guarantee it. Uptime is another thing.", "active"),
        ("Uptime is high, we guarantee it.", "active"),
        ("As of 3 May 2026 we guarantee it.", "suppressed"),
        ("As of now we guarantee it.", "active"),
        ("我们保证产品的质量", "suppressed"),
        ("我们保證產品的質量", "suppressed"),
        ("我们保证赚钱", "active"),
        ("A guarantee of 30 days", "suppressed"),
        ("A guarantee of many days", "active"),
    ],
)
def test_what_may_be_said_in_a_context_covers_a_hit(text: str, state: str) -> None:
    assert [finding.state for finding in EXEMPT.check(text)] == [state]


@pytest.mark.parametrize(
    ("status", "expected"), [("draft", []), ("retired", []), ("shadow", [("suppressed", "shadow")])]
)
def test_only_rules_in_use_show(status: str, expected: list[tuple[str, str]]) -> None:
    found = Matcher([{**BEST, "status": status}]).check("best in class")

    assert [(f.state, f.reason) for f in found] == expected


def test_a_required_statement_must_stand_near() -> None:
    rule = {
        "id": "disclose",
        "severity": "block",
        "match": {"en": [{"text": "average return"}]},
        "require": {"say": ["returns may vary"], "within_sentences": 1},
    }
    matcher = Matcher([rule])

    def found(text: str) -> list[tuple[str, str | None]]:
        return [(f.state, f.reason) for f in matcher.check(text)]

    assert found("The average return is 4%.") == [("active", None)]
    assert found("The average return is 4%. Returns may vary.") == [("suppressed", "required")]
    assert found("The average return is 4%. Call us. Returns may vary.") == [("active", None)]


def test_the_longest_finding_wins_but_hides_nothing_more_severe() -> None:
    long = {"id": "long", "severity": "warn", "match": {"en": ["the best in class system"]}}
    severe = {"id": "severe", "severity": "block", "match": {"en": ["class system"]}}

    found = Matcher([BEST, long, severe]).check("Buy the best in class system.")

    assert found == [
        Finding("long", 4, 28, "the best in class system", "warn", "active", None),
        Finding("severe", 16, 28, "class system", "block", "active", None),
    ]


def test_an_active_finding_is_not_hidden_by_a_suppressed_one() -> None:
    customers = {"id": "longer", "severity": "warn", "said_by": ["customer"], "match": {"en": ["best in class crm"]}}

    found = Matcher([BEST, customers]).check("best in class crm")

    assert [(f.red_line, f.state) for f in found] == [("longer", "suppressed"), ("best", "active")]


def test_forms_can_be_turned_off() -> None:
    matcher = Matcher([{"id": "a", "severity": "warn", "match": {"en": [{"text": "lock price", "forms": "exact"}]}}])

    assert [f.matched for f in matcher.check("locks price, lock the price, lock price")] == ["lock price"]


def test_rules_that_cannot_be_matched_are_refused() -> None:
    bad = {"id": "bad", "severity": "warn", "match": {"en": ["!!", {"regex": "x+"}], "zh": ["最"]}}

    with pytest.raises(RuleError) as refused:
        Matcher([bad])

    assert [(p.rule, p.index, p.message) for p in refused.value.problems] == [
        ("bad", 0, "“!!” is empty after folding"),
        ("bad", 1, "a regex needs a literal anchor"),
        ("bad", 2, "“最” is a single Chinese character"),
    ]


FRAGMENTS = st.sampled_from(
    ["We guarantee a return", "不", "保證收益", "not ", "best in class", "最佳", "\n", ". ", "，", "\u200b", "“", '"',
     "> ", "Customer: ", "客户：", "?", "吗？", "q3", "we'll ship ", "ROI of 5%", "ﬁ", "e\u0301", "𝐛", "İ", "\ud800",
     "<v A>"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(FRAGMENTS, max_size=12).map("".join))


@given(TEXTS)
def test_spans_are_exact_on_any_text(text: str) -> None:
    for finding in MATCHER.check(text):
        assert text[finding.start : finding.end] == finding.matched != ""


@given(TEXTS, st.lists(st.integers(min_value=0, max_value=100), max_size=6))
def test_zero_width_characters_change_nothing(text: str, places: list[int]) -> None:
    broken = text
    for place in places:
        at = place % (len(broken) + 1)
        broken = broken[:at] + "\u200b" + broken[at:]

    assert [(f.red_line, f.state, f.reason) for f in MATCHER.check(broken)] == [
        (f.red_line, f.state, f.reason) for f in MATCHER.check(text)
    ]


@given(TEXTS)
def test_a_pickled_matcher_finds_the_same(text: str) -> None:
    again: Matcher = pickle.loads(pickle.dumps(MATCHER))  # noqa: S301 - written the line before

    assert again.check(text) == MATCHER.check(text)


def test_a_pickled_matcher_keeps_what_was_compiled_for_long_texts() -> None:
    text = "We guarantee a return: best in class, ROI of 35%. We will ship it in Q3. 保证收益。\n" * 2_000
    found = MATCHER.check(text)

    again: Matcher = pickle.loads(pickle.dumps(MATCHER))  # noqa: S301 - written on this line

    assert again.check(text) == found
    assert len(found) == 5 * 2_000


def test_threads_share_a_matcher() -> None:
    text = "We guarantee a return. 國家級. We'll ship in Q3."
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(MATCHER.check, [text] * 64))

    assert results == [MATCHER.check(text)] * 64


def lines_run(text: str) -> int:
    """Count the lines of Python that a check runs."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        MATCHER.check(text)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize(
    "text",
    [
        "We guarantee a return and it is not best in class, they say, by Q3 we will ship ",
        "我们保证收益不是最佳听说明年上线",
        "Customer: best in class?\nRep: no\n",
        "we will we will ship ship ship ",
        '"best in class" > ',
    ],
)
def test_the_work_grows_with_the_text_and_not_faster(text: str) -> None:
    once = text * (2_000 // len(text))
    for warm in (once, once * 4):  # engines are built when first used, and words around claims are remembered
        MATCHER.check(warm)

    assert lines_run(once * 4) < 4.5 * lines_run(once)
