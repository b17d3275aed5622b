"""However a file is made, reading it takes time in proportion to its length."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from app.quizzes.interchange import aiken, csvfile, gift, jsonfile, moodlexml
from app.quizzes.interchange.outcome import Reading, UnreadableError

LENGTH = 20_000
LONGER = 4
PICTURE = b'&lt;img src="@@PLUGINFILE@@/a.png"&gt;'
FILE = b'<file name="b.png">aaaa</file>'
PICTURES = b'<quiz><question type="essay"><questiontext><text>%s</text>%s</questiontext></question></quiz>'
HEAD = b"prompt,option_1,option_2,correct\n"


def seconds(read: Callable[[bytes], Reading], data: bytes) -> float:
    begun = time.perf_counter()
    with suppress(UnreadableError):
        read(data)
    return time.perf_counter() - begun


@pytest.mark.parametrize(
    ("read", "make"),
    [
        (gift.read, lambda length: b"Q {T}\n\n" * length),
        (gift.read, lambda length: b"Q {\n\n" + b"text\n\n" * length),
        (gift.read, lambda length: b"Q {" + b"~a" * length + b"}"),
        (gift.read, lambda length: b"Q {#" + b"=1" * length + b"}"),
        (gift.read, lambda length: b"Q {T" + b"#" * length + b"}"),
        (gift.read, lambda length: b"// " + b"[tag:a" * length + b"\nQ {T}"),
        (gift.read, lambda length: b"// [id:" + b"\\]" * length + b"\nQ {T}"),
        (gift.read, lambda length: b"a\n" * length + b"{T}"),
        (gift.read, lambda length: b"a {T} b}\n" * length),
        (gift.read, lambda length: b"[html]" + b'<a "' * length + b"{T}"),
        (gift.read, lambda length: b"[html]" + b"<!--" * length + b"{T}"),
        (gift.read, lambda length: b"[html]" + b"<script>" * length + b"{T}"),
        (gift.read, lambda length: b"[html]" + b"<sup>" * length + b"{T}"),
        (gift.read, lambda length: b"[markdown]" + b"*a_" * length + b"{T}"),
        (gift.read, lambda length: b"[markdown]" + b"[a](" * length + b"{T}"),
        (aiken.read, lambda length: b"Q\n" * length + b"A) a\nB) b\nANSWER: A"),
        (aiken.read, lambda length: b"Q\nA) a\n" + b"x\n" * length + b"B) b\nANSWER: A"),
        (csvfile.read, lambda length: HEAD + b"q,a,b,1\n" * length),
        (csvfile.read, lambda length: HEAD + b'"q\n' * length),
        (csvfile.read, lambda length: b"prompt,correct," + b"(" * length + b"\nq,a"),
        (csvfile.read, lambda length: b"prompt,correct" + b",option_1" * length + b"\nq,a"),
        (moodlexml.read, lambda length: PICTURES % (PICTURE * (length // 10), FILE * (length // 10))),
        (jsonfile.read, lambda length: b"[" * length),
        (jsonfile.read, lambda length: b'{"items": [' + b'{"id": 1},' * length + b"1]}"),
    ],
)
def test_four_times_the_length_takes_not_sixteen_times_the_time(
    read: Callable[[bytes], Reading], make: Callable[[int], bytes]
) -> None:
    short, long = (min(seconds(read, make(length)) for _ in range(2)) for length in (LENGTH, LONGER * LENGTH))
    assert long < 10 * short + 0.25
