"""XML that wants harm, or is broken, is refused with one sentence and a line; what is certain is mended."""

import time

import pytest

from app.quizzes.interchange import moodlexml, qti, xmltree
from app.quizzes.interchange.outcome import MOST_ITEMS, FileCode, UnreadableError
from app.quizzes.interchange.xmltree import line_of, parse, words

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<quiz>&b;</quiz>"""


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (LAUGHS, FileCode.doctype, 2),
        (b'<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', FileCode.doctype, 1),
        (b"<!-- hello -->\n<!doctype quiz>\n<quiz/>", FileCode.doctype, 2),
        (b"<quiz>\n<question>\n</quiz>", FileCode.malformed, 3),
        (b"<quiz>\n<question type=multichoice></question></quiz>", FileCode.malformed, 2),
        (b"<quiz/><quiz/>", FileCode.malformed, 1),
        (b"", FileCode.empty, 0),
        (b"  \n ", FileCode.empty, 0),
        (b"Name,Mark", FileCode.malformed, 0),
        (b"<quiz>\x01</quiz>", FileCode.binary, 1),
        (b"<quiz>" + b"<a>" * 150 + b"</a>" * 150 + b"</quiz>", FileCode.too_deep, 1),
        (b"<quiz>" + b"<a>" * 100_000, FileCode.too_deep, 1),
        (b"<quiz>" + b"<![CDATA[" * 300_000 + b"</quiz>", FileCode.malformed, 1),
        (b"<quiz>" + b"&" * 2_000_000 + b"</quiz>", FileCode.too_large, 0),
        (b"<quiz>" + b"x" * 10_500_000 + b"</quiz>", FileCode.too_large, 1),
        (b"<quiz>" + b"<a/>" * xmltree.MOST_MARKS + b"</quiz>", FileCode.too_large, 0),
    ],
)
def test_is_refused(data: bytes, code: FileCode, line: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(data)

    assert (caught.value.code, caught.value.line) == (code, line)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<q>R&D</q>", "R&D"),
        (b"<q>a&nbsp;b &eacute; &amp; &lt;</q>", "a\u00a0b é & <"),
        (b"<q><![CDATA[R&D &nbsp;]]> R&D</q>", "R&D &nbsp; R&D"),
        (b"<q>&LT;b&GT; &unheard;</q>", "<b> &unheard;"),
        ("\ufeff<q>é</q>".encode(), "é"),
        ("<?xml version='1.0' encoding='UTF-16'?><q>价</q>".encode("utf-16"), "价"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><q>\xe9\x80</q>", "é€"),
        (b"<?xml version='1.0' encoding='UTF-8'?><q>\xe9t\xe9</q>", "été"),
        ("<?xml version='1.0' encoding='GBK'?><q>价格</q>".encode("gbk"), "价格"),
        ("<?xml version='1.0' encoding='windows-1251'?><q>Да</q>".encode("cp1251"), "Да"),
        (b"\n\n<br />Notice: of a server\n<?xml version='1.0'?>\n<q>a</q>", "a"),
    ],
)
def test_is_read(data: bytes, text: str) -> None:
    assert words(parse(data)) == text


def test_lines_are_those_of_the_file() -> None:
    root = parse(b"\n\n<?xml version='1.0'\nencoding='UTF-8'?>\n<q>\n" + b"\n" * 100_000 + b"<a/></q>")

    assert (line_of(root), line_of(root[0])) == (5, 100_006)


def test_a_hundred_thousand_questions_are_refused_soon() -> None:
    began = time.monotonic()

    with pytest.raises(UnreadableError) as caught:
        moodlexml.read(b"<quiz>" + b'<question type="essay"/>' * (20 * MOST_ITEMS) + b"</quiz>")

    assert caught.value.code == FileCode.too_many_items
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("read", [moodlexml.read, qti.read])
def test_another_kind_of_document_is_named(read: object) -> None:
    assert callable(read)
    with pytest.raises(UnreadableError, match="no_questions: <html>"):
        read(b"<html/>")


def test_what_is_wrong_is_said_in_one_line() -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(b"<quiz>\n<text><![CDATA[never closed\nat all</text></quiz>")

    assert caught.value.line == 3
    assert caught.value.detail == "CData section not finished"
