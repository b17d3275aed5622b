"""Whether a claim is made, whatever stands beside it: sentences of sales in three languages, class by class."""

from pathlib import Path

import pytest
import yaml

from app.redlines.matcher import Matcher

PHRASES = {
    "risk": (["risk-free"], ["零风险"]),
    "breach": (["unhackable"], ["攻不破"]),
    "downtime": (["zero downtime"], ["零停机"]),
    "payout": (["guarantee payout"], ["保证赔付"]),
    "price": (["lowest price"], ["全网最低价"]),
    "rank": (["number one"], ["行业第一"]),
    "forever": (["free forever"], ["永久免费"]),
    "gift": (["gift card"], ["购物卡"]),
    "discount": (["give you a discount"], ["给您打折"]),
    "roadmap": ([{"seq": ["we will|we'll", {"gap": 2}, "launch|ship", {"gap": 8}, "@quarter|@date"]}], []),
}
MATCHER = Matcher(
    {"id": name, "severity": "block", "match": {"en": english, "zh": chinese}}
    for name, (english, chinese) in PHRASES.items()
)
SENTENCES = yaml.safe_load((Path(__file__).parent / "stances.yaml").read_text(encoding="utf-8"))


def cases(stance: str) -> list[str]:
    kinds = [kind for stances in SENTENCES.values() for kind in stances[stance].values()]
    return [sentence for sentences in kinds for sentence in sentences]


def states(sentence: str) -> set[str]:
    return {finding.state for finding in MATCHER.check(sentence)}


@pytest.mark.parametrize("sentence", cases("claims"))
def test_a_claim_stays_one_beside_other_words(sentence: str) -> None:
    assert states(sentence) == {"active"}


@pytest.mark.parametrize("sentence", cases("denials"))
def test_words_that_claim_nothing_are_found_and_not_active(sentence: str) -> None:
    found = states(sentence)

    assert found
    assert "active" not in found
