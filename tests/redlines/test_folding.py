import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redlines.characters import fold_character, fold_pattern, fold_text
from app.redlines.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Guarantee STRASSE", "guarantee strasse", id="case"),
        pytest.param("Straße", "strasse", id="case-longer"),
        pytest.param("ＢＥＳＴ１００％", "best100%", id="width"),
        pytest.param("ｶﾅ", "カナ", id="width-kana"),
        pytest.param("best\u3000in\u00a0class", "best in class", id="spaces"),
        pytest.param("bést be\u0301st", "best best", id="marks"),
        pytest.param("be\u200bs\u200d\u00adt\ufeff\u2060", "best", id="zero-width"),
        pytest.param("best\u202e\ufe0f\u034f", "best", id="ignorable"),
        pytest.param("ﬁrst ½", "first 1\u20442", id="ligature"),
        pytest.param("bеst сlаss", "best class", id="cyrillic"),
        pytest.param("ΒΕST", "best", id="greek"),
        pytest.param("𝗯𝖾𝓈𝓽 ⓑⓔⓢⓣ 🅱🅴🆂🆃", "best best best", id="styled"),
        pytest.param("we’ll “ship”", 'we\'ll "ship"', id="quotes"),
        pytest.param("保證收益，國家級！", "保证收益,国家级!", id="traditional"),
        pytest.param("裡 裏 里", "里 里 里", id="two-variants-of-one"),
        pytest.param("台 臺 峰 峯", "台 台 峰 峰", id="variants"),
        pytest.param("保証", "保证", id="japanese-form"),
        pytest.param("a\r\nb\u2028c", "a \nb\nc", id="lines"),
    ],
)
def test_one_spelling_stands_for_all(text: str, folded: str) -> None:
    assert fold_text(text) == folded


def test_a_span_leads_back_to_the_text_as_given() -> None:
    text = "x\u200bﬁ\u200brst e\u0301!"
    folded = fold(text)

    assert folded.text == "xfirst e!"
    assert text[slice(*folded.span(1, 6))] == "ﬁ\u200brst"
    assert text[slice(*folded.span(7, 8))] == "e\u0301"


def test_a_pattern_is_folded_but_not_its_syntax() -> None:
    assert fold_pattern(r"\S+收益：\D") == r"\S+收益:\D"
    assert fold_pattern(r"保證\W") == r"保证\W"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@given(st.text(), st.text())
def test_code_points_fold_one_by_one(one: str, other: str) -> None:
    assert fold_text(one + other) == fold_text(one) + fold_text(other)


@given(st.text(min_size=1))
def test_every_folded_character_comes_from_its_own_place(text: str) -> None:
    folded = fold(text)

    assert len(folded.origin) == len(folded.text)
    for index, character in enumerate(folded.text):
        assert character in fold_text(text[folded.origin[index]])


@given(st.text())
def test_tables_fold_as_the_definition_does(text: str) -> None:
    expected = "".join(map(fold_character, text))

    assert (fold(text).text, fold_text(text)) == (expected, expected)
