"""What takes the force out of a claim, kind by kind, and what gives it back."""

import pytest

from app.redlines.chinese_words import cuts_words
from app.redlines.matcher import Matcher

MATCHER = Matcher(
    [
        {
            "id": "claim",
            "severity": "block",
            "match": {"en": ["risk-free", "guarantee return"], "zh": ["零风险", "保证收益"]},
        }
    ]
)


def reasons(text: str) -> list[str | None]:
    return [finding.reason for finding in MATCHER.check(text)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("No plan on the market is risk-free.", id="negative-subject"),
        pytest.param("There is no such thing as a risk-free plan.", id="no-such-thing"),
        pytest.param("Few plans, if any, are risk-free.", id="aside"),
        pytest.param("Our policy bars us from calling it risk-free.", id="prohibition"),
        pytest.param("It would be arrogant to call it risk-free.", id="judged-wrong"),
        pytest.param("We have stopped calling it risk-free.", id="given-up"),
        pytest.param("If we guaranteed a return, we would break the law.", id="supposition"),
        pytest.param("Had we called it risk-free, we would regret it.", id="inversion"),
        pytest.param("One day we hope to be risk-free.", id="hope"),
        pytest.param("Risk-free is pure marketing talk.", id="called-unreal"),
        pytest.param("Risk-free it certainly isn't.", id="fronted"),
        pytest.param("It is risk-free. No, wait, I can't say that.", id="next-sentence"),
        pytest.param("没有哪个方案是零风险的。", id="zh-negative-subject"),
        pytest.param("我没有权力向您保证收益。", id="zh-no-power"),
        pytest.param("我们早就取消了零风险的套餐。", id="zh-given-up"),
        pytest.param("假如我们保证收益，监管就上门了。", id="zh-supposition"),
        pytest.param("真希望能零风险。", id="zh-hope"),
        pytest.param("零风险那是神话。", id="zh-called-unreal"),
        pytest.param("保证收益。哎，这话不能这么说。", id="zh-next-sentence"),
    ],
)
def test_a_claim_that_is_not_made_is_negated(text: str) -> None:
    assert reasons(text) == ["negated"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Acme's brochure calls it risk-free.", id="brochure"),
        pytest.param("Apparently it is risk-free.", id="evidential"),
        pytest.param('"It is risk-free," their rep kept repeating.', id="quoted-speech"),
        pytest.param("他们的业务员拍着胸脯保证收益。", id="zh-salesman"),
        pytest.param("店员跟我说那是零风险。", id="zh-told-me"),
        pytest.param("自称零风险的厂家要小心。", id="zh-so-called"),
    ],
)
def test_a_claim_of_others_is_attributed(text: str) -> None:
    assert reasons(text) == ["attributed"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Nobody disputes that it is risk-free.", id="double"),
        pytest.param("I wouldn't hesitate to call it risk-free.", id="double-verb"),
        pytest.param("It does not rely on luck - it is risk-free.", id="dash"),
        pytest.param("Why pay more when ours is risk-free?", id="rhetorical-question"),
        pytest.param("It's risk-free, isn't it great?", id="tag"),
        pytest.param("If you want something risk-free, this is it.", id="your-wish"),
        pytest.param("My boss asked me to tell you it is risk-free.", id="own-messenger"),
        pytest.param("Our customers say we are risk-free.", id="praise"),
        pytest.param("Customers asked for it, and we guarantee a return.", id="own-subject"),
        pytest.param("没有人会否认它零风险。", id="zh-double"),
        pytest.param("不管您问谁，都是零风险。", id="zh-no-matter"),
        pytest.param("零风险，您还犹豫什么？", id="zh-question-afterwards"),
        pytest.param("如果您今天签约就保证收益。", id="zh-condition"),
        pytest.param("零风险，没人能破解。", id="zh-boast-goes-on"),
        pytest.param("客户都说我们零风险。", id="zh-praise"),
    ],
)
def test_a_claim_that_only_looks_denied_or_reported_is_made(text: str) -> None:
    assert reasons(text) == [None]


@pytest.mark.parametrize(
    ("text", "phrase", "cut"),
    [
        ("财务已经撤回扣款申请", "回扣", True),
        ("司机的钱包赔了两百块", "包赔", True),
        ("仓库的国家级联下拉框", "国家级", True),
        ("我们是全国第一的品牌", "全国第一", False),
        ("给您最低价格", "最低价", False),
        ("我们保证收益率", "保证收益", False),
        ("跨行业第一方数据", "行业第一", True),
        ("主推全网最低价值密度的包裹", "全网最低价", True),
        ("全网最低价值得您考虑", "全网最低价", False),
        ("桌子最佳佳喜欢", "最佳", True),
        ("这款最佳佳能相机", "最佳", False),
        ("目标特定的最佳化", "最佳", True),
    ],
)
def test_a_phrase_is_not_found_across_chinese_words(text: str, phrase: str, cut: bool) -> None:
    start = text.index(phrase)

    assert cuts_words(text, start, start + len(phrase)) is cut
