import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conduct.masking import masked

ANA = ("Ana Duarte", "ana.duarte@example.com")
CASES = [
    ("Kind regards, Ana Duarte", "Kind regards, ••• ••••••"),
    ("ANA here, write to Ana.Duarte@Example.com!", "••• here, write to ••••••••••••••••••••••!"),
    ("ana.duarte on chat; Ana’s deal", "•••••••••• on chat; •••’s deal"),
    ("Ａｎａ　Ｄｕａｒｔｅ and Aná", "•••　•••••• and •••"),
    ("请找Ana谢谢", "请找•••谢谢"),
    ("Ana\nDuarte", "•••\n••••••"),
    ("Bananas for Diana and Anabel", "Bananas for Diana and Anabel"),
    ("Duarte, Ana; ana_duarte; ana.duarte@other.example", "••••••, •••; ••••••••••; ••••••••••@other.example"),
    ("Ben Ortega", "Ben Ortega"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_name_is_hidden_however_it_is_written(text: str, expected: str) -> None:
    assert masked(text, *ANA) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("陈静怡", "我是陈静怡，叫我静怡就好。安静", "我是•••，叫我••就好。安静"),
        ("陳靜怡", "我是陈静怡", "我是•••"),
        ("王芳", "王芳和芳香", "••和芳香"),
        ("王芳", "我是小王，王经理；王总说的是王总结", "我是••，•••；••说的是王总结"),
        ("欧阳娜娜", "娜娜，欧阳老师，欧洲", "••，••••，欧洲"),
        ("陳靜怡", "静 怡，陈小姐", "• •，•••"),
    ],
)
def test_chinese_names_are_hidden_in_both_scripts(name: str, text: str, expected: str) -> None:
    assert masked(text, name, "jy@example.com") == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("陈静怡 (Amy)", "Amy here", "••• here"),
        ("Jean-Pierre O'Neill", "Jean, JeanPierre, Mr Neill", "••••, ••••••••••, Mr •••••"),
        ("陈静怡", "Best, Jingyi Chen (chen-jingyi)", "Best, •••••• •••• (••••-••••••)"),
        ("🦊", "🦊 says", "• says"),
    ],
)
def test_each_word_of_a_name_is_hidden_and_of_an_address(name: str, text: str, expected: str) -> None:
    assert masked(text, name, "chen.jingyi2@example.com") == expected


def test_who_has_no_name_has_an_address() -> None:
    assert masked("I am mei@example.com", "", "mei@example.com") == "I am •••••••••••••••"


@given(st.text(), st.text(max_size=20), st.emails())
def test_every_place_in_the_text_stays_where_it_is(text: str, name: str, email: str) -> None:
    hidden = masked(text, name, email)

    assert len(hidden) == len(text)
    assert all(new in {old, "•"} for old, new in zip(text, hidden, strict=True))


@given(st.text(), st.text(), st.sampled_from(["Ana Duarte", "ana", "DUARTE", "ana.duarte@example.com"]))
def test_nothing_that_stands_apart_is_left(before: str, after: str, known: str) -> None:
    assert known not in masked(f"{before} {known} {after}", *ANA).replace(before, "").replace(after, "")
