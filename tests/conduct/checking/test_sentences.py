"""What approved wording takes the place of: the sentence in which a passage stands, and not the marks before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conduct.checking.sentences import FURTHEST, is_sentence, sentence_around


@pytest.mark.parametrize(
    ("text", "passage", "sentence"),
    [
        ("Hello. We promise a return, surely. Bye.", "promise a return", "We promise a return, surely."),
        ("Dear Ms. Amaral, we promise 3.5% in May. Bye.", "promise 3.5%", "Dear Ms. Amaral, we promise 3.5% in May."),
        ("您好。我们保证收益，很快！再见", "保证收益", "我们保证收益，很快！"),
        ("Hello\nIt is free\nforever for you\n\nKind regards", "free\nforever", "It is free\nforever for you"),
        ("- free forever\n- next", "free forever", "free forever"),
        ("> > free forever, ok?", "free forever", "free forever, ok?"),
        ("Rep: It is free forever.\nCustomer: Oh!", "free forever", "It is free forever."),
        ("销售：永久免费。\n客户：好", "永久免费", "永久免费。"),
        ("00:01 --> 00:02\n<v Ana>It is free forever.\n", "free forever", "It is free forever."),
        ("free forever", "free forever", "free forever"),
        ("Yes! Free. Forever. No.", "Free. Forever", "Free. Forever."),
        ("a" * FURTHEST + " free forever " + "a" * FURTHEST, "free forever", "free forever"),
    ],
)
def test_the_sentence_around_a_passage(text: str, passage: str, sentence: str) -> None:
    start = text.index(passage)
    first, last = sentence_around(text, start, start + len(passage))
    assert text[first:last] == sentence


@given(st.text(alphabet="ab .。\n<>:-Rep：“”", max_size=80), st.data())
def test_a_sentence_holds_its_passage(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = sentence_around(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)


@pytest.mark.parametrize(
    ("wording", "answer"),
    [("Let us agree a goal.", True), ("我们先试。”", True), ("typically see", False), ("", False)],
)
def test_a_wording_is_a_sentence_when_it_ends_like_one(wording: str, answer: bool) -> None:
    assert is_sentence(wording) is answer
