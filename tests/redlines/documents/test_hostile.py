"""Files that are broken, or meant to break something: refused with a code, in bounded time."""

import os
import re
import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from app.redlines.documents import Code, UnreadableError, child, isolated, read
from app.redlines.documents.limits import (
    MOST_AT_ONCE,
    MOST_BYTES,
    MOST_CHARACTERS,
    MOST_MEMBERS,
    MOST_UNPACKED,
    MOST_WAITING,
    SECONDS,
)
from app.redlines.documents.words import words
from handed_in import assembled, changed, deck, drawn_pdf, letter, mail, member, packed, pdf

SLOWEST = 12.0
"""Seconds, with the start of a process on a busy machine."""


def refusal(data: bytes, name: str) -> Code:
    started = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        read(data, name)
    assert time.monotonic() - started < SLOWEST
    assert words(caught.value).endswith(".")
    return caught.value.code


def locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(["secret"]))))
    writer.encrypt("password", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def locked_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def bomb() -> bytes:
    """A document whose XML unpacks to more than is read."""
    return changed(letter(), {"word/document.xml": b"<w:document>" + b" " * (MOST_UNPACKED + 1)})


def lying_bomb() -> bytes:
    """The same, but its directory says that it is small."""
    data = bytearray(bomb())
    with zipfile.ZipFile(BytesIO(bytes(data))) as package:
        size = package.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    for place in range(len(data) - 4):
        if data[place : place + 4] == size:
            data[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def entities() -> str:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "x">{lines}]>'


def with_entities(data: bytes, name: str) -> bytes:
    body = member(data, name).partition("?>")[2]
    return changed(data, {name: entities() + body})


def endless_pages() -> bytes:
    return assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])


def nested_mail(depth: int) -> bytes:
    start = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    return b"Subject: deep\n" + start + b"Content-Type: text/plain\n\nwords\n"


@pytest.mark.parametrize(
    ("build", "name", "code"),
    [
        (lambda: b"", "a.pptx", Code.NO_TEXT),
        (lambda: b" \n\t", "a.txt", Code.NO_TEXT),
        (deck, "a.pptx", Code.NO_TEXT),
        (lambda: pdf(["", ""]), "scan.pdf", Code.NO_TEXT),
        (lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "a.vtt", Code.NO_TEXT),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png", Code.UNKNOWN_KIND),
        (lambda: packed({"a.txt": "words"}), "a.zip", Code.UNKNOWN_KIND),
        (lambda: b"words", "a.exe", Code.UNKNOWN_KIND),
        (lambda: bytes(range(256)) * 4, "a.docx", Code.DAMAGED),
        (lambda: b"words", "a.pdf", Code.DAMAGED),
        (lambda: b"\x81\xff\x81", "a.txt", Code.DAMAGED),
        (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40, "a.pdf", Code.DAMAGED),
        (lambda: letter()[:4000], "a.docx", Code.DAMAGED),
        (lambda: packed({"word/document.xml": "<w"}), "a.docx", Code.DAMAGED),
        (lambda: changed(letter(), {"word/document.xml": "<broken"}), "a.docx", Code.DAMAGED),
        (lambda: changed(deck(("a", "b", "")), {"ppt/slides/slide1.xml": "<broken"}), "a.pptx", Code.DAMAGED),
        (lambda: with_entities(letter(), "word/document.xml"), "a.docx", Code.DAMAGED),
        (lambda: with_entities(deck(("a", "b", "")), "ppt/slides/slide1.xml"), "a.pptx", Code.DAMAGED),
        (locked_pdf, "a.pdf", Code.ENCRYPTED),
        (locked_office, "a.pptx", Code.ENCRYPTED),
        (bomb, "a.docx", Code.TOO_LARGE),
        (lying_bomb, "a.docx", Code.DAMAGED),
        (lambda: packed({f"word/{n}.xml": "" for n in range(MOST_MEMBERS + 1)}), "a.docx", Code.TOO_LARGE),
        (lambda: bytes(MOST_BYTES + 1), "a.txt", Code.TOO_LARGE),
        (lambda: pdf([]), "a.pdf", Code.NO_TEXT),
        (lambda: b"x" * (MOST_CHARACTERS + 1), "a.txt", Code.TOO_MUCH_TEXT),
        (lambda: b"\xff" * (MOST_CHARACTERS * 4 + 1), "a.txt", Code.TOO_MUCH_TEXT),
        (lambda: b"PK\x03\x04" + b"PK\x01\x02" * (MOST_MEMBERS + 1), "a.pptx", Code.TOO_LARGE),
        (lambda: b"00:01.000 --> 00:02.000\nx\n\n" * 80_000, "a.srt", Code.TOO_MUCH_TEXT),
        (lambda: mail("words " * 900_000), "a.eml", Code.TOO_MUCH_TEXT),
        (lambda: b"words <p>" + b"<div>" * 300 + b"more", "a.html", Code.TOO_COMPLEX),
        (lambda: b"</x>" * 5_000 + b"<b>words" * 200_000, "a.html", Code.TOO_COMPLEX),
        (lambda: b"Subject: s\nContent-Type: text/html\n\n" + b"<i>words" * 300, "a.eml", Code.TOO_COMPLEX),
        (lambda: nested_mail(25), "a.eml", Code.TOO_COMPLEX),
        (lambda: nested_mail(5_000), "a.eml", Code.TOO_COMPLEX),
    ],
)
def test_such_a_file_is_refused(build: Callable[[], bytes], name: str, code: Code) -> None:
    assert refusal(build(), name) is code


def test_a_pdf_that_goes_round_in_circles_ends() -> None:
    assert refusal(endless_pages(), "a.pdf") in {Code.DAMAGED, Code.NO_TEXT, Code.TOO_COMPLEX}


def test_a_file_that_takes_too_long_is_given_up() -> None:
    slow = drawn_pdf([b"BT /F1 12 Tf " + b"(a) Tj 1 0 0 1 5 5 Tm " * 300_000 + b"ET"], times=50)
    started = time.monotonic()

    with pytest.raises(UnreadableError) as caught:
        read(slow, "a.pdf", seconds=1.0)

    assert caught.value.code is Code.TOO_COMPLEX
    assert time.monotonic() - started < SLOWEST


def test_others_wait_for_their_turn_and_are_told_when_it_does_not_come() -> None:
    with ExitStack() as turns:
        for _ in range(MOST_AT_ONCE):
            turns.enter_context(isolated._TURNS)  # noqa: SLF001 (as others would hold them)
        with pytest.raises(UnreadableError) as caught:
            read(letter(), "a.docx", seconds=0.1)
    assert caught.value.code is Code.BUSY
    assert read(letter(), "a.docx").kind == "docx"


def test_nobody_waits_where_many_wait_already() -> None:
    with ExitStack() as places:
        for _ in range(MOST_AT_ONCE + MOST_WAITING):
            places.enter_context(isolated._PLACES)  # noqa: SLF001 (as others would hold them)
        started = time.monotonic()
        with pytest.raises(UnreadableError) as caught:
            read(letter(), "a.docx")
    assert caught.value.code is Code.BUSY
    assert time.monotonic() - started < SECONDS / 2
    assert read(letter(), "a.docx").kind == "docx"


def test_what_is_logged_of_a_failure_does_not_quote_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        int("a secret\nof two lines")
    except ValueError as error:
        child._fail(type(error), error, error.__traceback__)  # noqa: SLF001 (the child has no other door)

    assert re.fullmatch(r"test_hostile\.py:\d+ ValueError", capsys.readouterr().err)


def test_a_reader_that_fails_makes_the_file_a_damaged_one_and_says_where(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadableError, match="damaged"):
        isolated.taken_apart(b"words", "no such kind", SECONDS)

    assert re.fullmatch(r"reading a no such kind file failed: (child\.py:\d+, )+KeyError", caplog.messages[0])


def test_entities_of_other_files_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    page = f'<!DOCTYPE html [<!ENTITY s SYSTEM "file://{secret}">]><p>words &s;</p>'.encode()

    assert "the secret" not in read(page, "a.html").text


def test_the_reader_knows_nothing_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEALWORTHY_SECRET_KEY", "secret")

    assert "secret" not in str(isolated._environment())  # noqa: SLF001 (what the child gets is private)
    assert "DEALWORTHY_SECRET_KEY" in os.environ


def test_broken_headers_of_a_mail_are_read_as_they_are() -> None:
    data = b"Subject: =?nowhere?b?!!?= =?utf-8?q?=ff?=\nContent-Type: text/plain; charset=nowhere\n\nwords \xe9"

    assert read(data, "a.eml").text.endswith("words é")


SEEDS = [letter(), deck(("a", "b", "c")), pdf(["words"]), mail("words", attached={"a.txt": b"more"})]


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(seed: bytes, data: st.DataObject) -> None:
    broken = bytearray(seed)
    for place in data.draw(st.lists(st.integers(0, len(seed) - 1), min_size=1, max_size=40)):
        broken[place] ^= data.draw(st.integers(1, 255))
    try:
        reading = read(bytes(broken), "")
    except UnreadableError as error:
        assert error.code in Code  # noqa: PT017 - either is an answer
    else:
        assert all(reading.text[part.start : part.end].strip() for part in reading.parts)
        assert not any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in reading.text)
