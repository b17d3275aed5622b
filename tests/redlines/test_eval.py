"""The sentences of eval/ are well marked, and the numbers printed of them are added up rightly."""

import pytest

from eval.__main__ import FOLDER, PARTS, main, matcher
from eval.scoring import Mark, Sentence, measure, scores, sentences


@pytest.mark.parametrize("part", PARTS)
def test_sets_cover_three_languages_and_half_of_each_crosses_nothing(part: str) -> None:
    items = sentences(FOLDER / f"{part}.jsonl")
    innocent = [item for item in items if all(mark.state != "active" for mark in item.expected)]

    assert {item.locale for item in items} == {"en", "zh-Hans", "zh-Hant"}
    assert {item.channel for item in items} == {"call", "mail"}
    assert 0.45 < len(innocent) / len(items) < 0.65
    assert len({item.id for item in items}) == len(items)


def test_a_mark_that_is_not_at_its_place_is_refused() -> None:
    line = (
        '{"id": "a", "locale": "en", "channel": "mail", "tags": ["plain"], "text": "a risk-free plan",'
        ' "expected": [{"red_line": "risk", "start": 3, "end": 12, "matched": "risk-free", "state": "active"}]}'
    )
    with pytest.raises(ValueError, match="'risk-free' is not at 3"):
        Sentence.of(line)


def sentence(text: str, *expected: Mark) -> Sentence:
    return Sentence("a", "en", "mail", ("plain",), text, expected)


@pytest.mark.parametrize(
    ("item", "found", "wrong", "missed", "exact"),
    [
        (sentence("A risk-free plan.", Mark("risk", 2, 11, "risk-free", "active")), 1, 0, 0, 1),
        (sentence("A risk-free plan.", Mark("risk", 0, 11, "A risk-free", "active")), 1, 0, 0, 0),
        (sentence("A risk-free plan.", Mark("risk", 2, 11, "risk-free", "downgraded")), 0, 1, 0, 1),
        (sentence("No risky plan.", Mark("risk", 0, 8, "No risky", "active")), 0, 0, 1, 0),
        (sentence("A risk-free plan."), 0, 1, 0, 0),
    ],
)
def test_findings_are_compared_with_marks(item: Sentence, found: int, wrong: int, missed: int, exact: int) -> None:
    score = scores(item, matcher())["risk"]

    assert (score.found, score.wrong, score.missed, score.exact) == (found, wrong, missed, exact)


def test_precision_and_recall_are_parts_of_claims() -> None:
    items = [
        sentence("A risk-free plan.", Mark("risk", 2, 11, "risk-free", "active")),
        sentence("A risk-free plan."),
        sentence("Nothing.", Mark("risk", 0, 7, "Nothing", "active")),
    ]
    whole = measure(items, matcher()).whole

    assert (whole.precision, whole.recall, whole.spans, len(whole.failures)) == (0.5, 0.5, 1.0, 2)


def test_the_tables_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["third"]) in {0, 1}

    out = capsys.readouterr().out
    assert out.startswith(f"\nthird: {PARTS['third']}\n")
    assert "    zh-Hant " in out
