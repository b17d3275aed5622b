from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.interchange import texts
from app.quizzes.interchange.encodings import decode, decode_lines
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.outcome import FileCode, Loss, LossCode, UnreadableError


@pytest.mark.parametrize(
    ("source", "text", "losses"),
    [
        ("a&nbsp;&lt;b&gt; &amp; c", "a <b> & c", []),
        ("<p>One</p>\n<p>Two<br/>lines</p>", "One\n\nTwo\nlines", []),
        ("<div>One</div><div>Two</div>", "One\nTwo", []),
        ("Take <ul><li>this<li>that</ul>now", "Take\n\n- this\n- that\n\nnow", []),
        ("<ol><li>x<ol><li>y</li></ol></li><li>z</li></ol>", "1. x\n  1. y\n2. z", []),
        ("<b>bold</b> <em>slanted</em>", "bold slanted", ["bold", "italic"]),
        ("x<sup>2</sup> and H<sub>2</sub>O", "x² and H₂O", []),
        ("x<sup>abc</sup>", "x^abc", ["superscript"]),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 | 2\n3", ["table"]),
        ("<pre>if x:\n    y</pre>", "if x:\n    y", ["code"]),
        ('see <a href="https://example.com/a">here</a>', "see here (https://example.com/a)", []),
        ("<span style='x>y'>kept</span><style>p {}</style><!-- gone -->", "kept", []),
        ("List<String> with a < b and c > d", "List<String> with a < b and c > d", []),
        ("an open <b", "an open <b", []),
        (r"\(a<b\) and $$x^2$$", r"\(a<b\) and $$x^2$$", []),
    ],
)
def test_html_becomes_text_and_says_what_it_lost(source: str, text: str, losses: list[str]) -> None:
    assert texts.from_html(source) == texts.Plain(text, tuple(Loss(LossCode.formatting, each) for each in losses))


def test_scripts_pictures_and_inner_links_are_named() -> None:
    source = '<script>alert(1)</script><img src="a.png" alt="A"> <a href="@@F@@/x">file</a> <video src="v.mp4">'
    assert texts.from_html(source) == texts.Plain(
        "[A] file",
        (
            Loss(LossCode.scripting),
            Loss(LossCode.image_left_out, "a.png"),
            Loss(LossCode.link, "@@F@@/x"),
            Loss(LossCode.media_left_out, "v.mp4"),
        ),
    )


def test_a_picture_that_is_taken_leaves_nothing_behind() -> None:
    taken: list[tuple[str, str]] = []

    def take(address: str, words: str) -> bool:
        taken.append((address, words))
        return True

    assert texts.from_html('See <img alt="A &amp; B" src="data:image/png;base64,AA==">.', take) == texts.Plain("See .")
    assert taken == [("data:image/png;base64,AA==", "A & B")]


@given(st.text(st.characters(codec="utf-8")))
def test_text_goes_through_html_unchanged(text: str) -> None:
    assert texts.from_html(texts.to_html(text)) == texts.Plain(texts.normal(text))
    assert texts.normal(texts.normal(text)) == texts.normal(text)


@given(st.text("<>/abp \"'=!-&;\n"))
def test_any_markup_is_read(source: str) -> None:
    for form in texts.TextFormat:
        found = texts.read(source, form).text
        assert found == texts.clean(found)


SENTENCE = "Größe – 价格 “x”\nzwei"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_told_by_its_bytes(encoding: str) -> None:
    assert decode(SENTENCE.encode(encoding)) == SENTENCE


def test_older_encodings_are_told_by_their_bytes() -> None:
    assert decode("Größe – “x” €".encode("cp1252")) == "Größe – “x” €"
    assert decode("::题目::价格是多少？{=十元 ~二十元}".encode("gb2312")) == "::题目::价格是多少？{=十元 ~二十元}"


def test_lines_end_alike() -> None:
    assert decode(b"a\r\nb\rc\nd\x1a") == "a\nb\nc\nd"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a\x01b", b"\xff\xfea"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError) as refused:
        decode(data)
    assert refused.value.code is FileCode.binary


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(UnreadableError):
        assert "\r" not in decode(data)


def test_ids_are_readable_alike_each_time_and_never_twice() -> None:
    wishes = [
        ("sm.fee-1",),
        (None, "What’s the fee?"),
        ("", "What’s the fee?"),
        (None, "费用是多少？"),
        ("Q 1",),
        (None,),
    ]
    first, second = ([ids.give(*wish) for wish in wishes] for ids in (Ids(), Ids()))
    assert first == second
    assert first[:3] == ["sm.fee-1", "what-s-the-fee", "what-s-the-fee-2"]
    assert first[4] == "q-1"
    assert len(set(first)) == len(wishes)


@given(st.lists(st.text(max_size=100), max_size=20))
def test_every_id_is_valid(wishes: list[str]) -> None:
    ids = Ids()
    found = [ids.give(wish) for wish in wishes]
    assert all(len(each) <= 80 and Ids().give(each) == each for each in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("data", "line", "detail"),
    [
        (b"<?xml version='1.0'?>\n<quiz>{1:SA:=a}</quiz>", 1, "<?xml"),
        (b"\n\n <quiz>", 3, "<quiz"),
        ("<qti:assessmentItem id='a'>".encode("utf-16"), 1, "<qti:assessmentItem"),
    ],
)
def test_xml_is_not_read_as_lines_that_somebody_wrote(data: bytes, line: int, detail: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode_lines(data)

    assert (caught.value.code, caught.value.line, caught.value.detail) == (FileCode.malformed, line, detail)


def test_lines_may_begin_with_markup() -> None:
    assert decode_lines(b"<p>Go?</p>{T}") == "<p>Go?</p>{T}"
