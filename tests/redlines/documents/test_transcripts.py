"""WebVTT and SubRip as the text that was said, and the way back to what was pasted."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.redlines.documents import Place
from app.redlines.documents.transcripts import Mapped, plain
from app.redlines.matcher import Matcher

RULES = [
    {"id": "return", "status": "active", "severity": "block", "category": "absolute", "title": "t", "why": "w",
     "match": {"en": [{"text": "guarantee return"}], "zh": [{"text": "保证收益"}]}, "say_instead": {"en": ["s"]},
     "said_by": ["rep"]},
]  # fmt: skip
MATCHER = Matcher(RULES)

CALL = """\
WEBVTT - weekly call
Kind: captions

NOTE we guarantee a return
in this note

STYLE
::cue { color: red }

opening
00:01.000 --> 00:03.000 align:start
<v Reyes, Dana (Customer)>Can you</v>

2
00:00:03.000 --> 00:00:05.500
<v Reyes, Dana (Customer)>guarantee a return?</v>

00:06.000 --> 00:07.000
<v.loud Rep>Yes: we <c.yellow>guarantee</c>
a <00:06.500>return &amp; R&amp;D
"""


def test_a_call_is_read_as_it_was_said() -> None:
    mapped = plain(CALL)

    assert mapped.text == "Reyes  Dana (Customer): Can you guarantee a return?\nRep: Yes: we guarantee a return & R&D"
    assert [(mapped.text[part.start : part.end], part.place) for part in mapped.parts] == [
        ("Reyes  Dana (Customer): Can you ", Place("cue", 1, "00:00:01")),
        ("guarantee a return?\n", Place("cue", 2, "00:00:03")),
        ("Rep: Yes: we guarantee a return & R&D", Place("cue", 3, "00:00:06")),
    ]
    found = [(each.state, each.reason, *mapped.origin(each.start, each.end)) for each in MATCHER.check(mapped.text)]
    assert [(state, reason, CALL[start:end]) for state, reason, start, end in found] == [
        ("suppressed", "speaker", "guarantee a return"),
        ("active", None, "guarantee</c>\na <00:06.500>return"),
    ]


SUBTITLES = "1\n00:00:01,000 --> 00:00:02,000\n{}\n\n2\n00:00:02,100 --> 00:00:03,000\n{}\n"


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("We guarantee", "a return.", "We guarantee a return."),
        ("我们保", "证收益", "我们保证收益"),
        ("<i>We</i> {\\an8}go", "<font color=red>on</font>", "We go on"),
        ("Is it?", "Yes, it is.", "Is it? Yes, it is."),
        ("Customer: is it?", "- It is.", "Customer: is it?\nSpeaker: It is."),
        ("Customer: is it?", "&gt;&gt; JO: It is.", "Customer: is it?\nJO: It is."),
        (">> is it?", "> It is.", "is it?\nIt is."),
        ("One says", "客户：另一个", "One says\n客户：另一个"),
        ("our promise", "to you: a return", "our promise to you: a return"),
        ("two\nlines", "and one", "two lines and one"),
        ("cut in\n\ntwo", "by a blank line", "cut in\ntwo by a blank line"),
        ("", "only this", "only this"),
        ("5 < 6 & <3", "a<b>c", "5 < 6 & <3 ac"),
        ("<v 7>Hi", "<v 7>there", "Speaker 7: Hi there"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_cues_are_joined_as_they_are_said(first: str, second: str, text: str, newline: str) -> None:
    source = SUBTITLES.format(first, second).replace("\n", newline)

    assert plain(source).text == text
    assert plain("\ufeff" + source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1\n00:00:01,0 --> 00:00:02,0\na\n2\n00:00:02,0 --> 00:00:03,0\nb", "a b"),
        ("1\n00:00:01,0 --> 00:00:02,0\na\n\n2\n00:00:09,0 --> 00:00:10,0\nb", "a\nb"),
        ("Dear all,\nsee below.\n\n00:01.000 --> 00:02.000\nhello", "Dear all, see below.\nhello"),
        ("WEBVTT\n00:01.000 --> 00:02.000\nhello", "hello"),
        ("1\n00:00:01,0 --> 00:00:02,0\nNOTE the price", "NOTE the price"),
        ("00:01.000 --> 00:02.000", ""),
    ],
)
def test_no_words_are_lost_in_odd_files(source: str, text: str) -> None:
    assert plain(source).text == text


@given(st.text(alphabet="ab->:0 \n<&", max_size=60))
@example("a --> b")
@example("")
def test_other_texts_stay_as_they_are(text: str) -> None:
    mapped = plain(text)

    assert mapped == Mapped(text, text)
    assert mapped.origin(0, len(text)) == (0, len(text))
    assert mapped.place(0) == Place("line", 1)


FURNITURE = re.compile(r"</?[ic][^>]*>|[0-9]+\r?\n|[0-9:.,]{9,} --> [0-9:.,]{9,}|\s+", re.MULTILINE)
WORDS = st.sampled_from(["we", "guarantee", "a", "return", "today", "𝐠uarantee", "<i>return</i>", "<c.x>a</c>", "é"])
CUES = st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=8)


@given(CUES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_every_finding_leads_back_to_its_words(cues: list[list[str]], vtt: bool, newline: str) -> None:
    blocks = [
        f"{number}\n00:00:0{number}.000 --> 00:00:0{number}.900\n{' '.join(words)}" for number, words in enumerate(cues)
    ]
    source = ("WEBVTT\n\n" if vtt else "") + "\n\n".join(blocks)
    source = (source if vtt else source.replace(".000", ",000").replace(".900", ",900")).replace("\n", newline)
    said = re.sub(r"</?[ic][^>]*>", "", " ".join(word for words in cues for word in words))
    mapped = plain(source)

    assert mapped.text == said
    for finding in MATCHER.check(mapped.text):
        start, end = mapped.origin(finding.start, finding.end)
        original = source[start:end]
        assert (original[0], original[-1]) == (finding.matched[0], finding.matched[-1])
        assert FURNITURE.sub("", original) == FURNITURE.sub("", finding.matched)
        cue = mapped.place(finding.start).number
        assert cue == source.count("-->", 0, start)


@given(CUES, st.data())
def test_the_way_back_keeps_the_order(cues: list[list[str]], data: st.DataObject) -> None:
    source = "\n\n".join(f"00:00:0{n}.000 --> 00:00:0{n}.900\n<v A{n}>{' '.join(w)}" for n, w in enumerate(cues))
    mapped = plain(source)
    ends = sorted(data.draw(st.tuples(*[st.integers(0, len(mapped.text))] * 2)))

    start, end = mapped.origin(*ends)

    assert 0 <= start <= end <= len(source)
    for position, sign in enumerate(mapped.text):
        first, last = mapped.origin(position, position + 1)
        assert source[first:last] == sign or (sign in ": \n" and first <= last)


@pytest.mark.parametrize(
    "piece",
    [
        "<v ",
        "<v a",
        "&amp;",
        "Customer: ",
        "\n\n",
        ">> ",
        "<" * 50,
        "00:00:01.000 --> ",
        " " * 50,
        "1\n00:01.0 --> 00:02.0\nx\n",
    ],
)
def test_two_megabytes_of_anything_are_read_in_seconds(piece: str) -> None:
    source = "1\n00:00:01.000 --> 00:00:02.000\n" + piece * (2_000_000 // len(piece))
    started = time.monotonic()

    plain(source)

    assert time.monotonic() - started < 8
