"""Files of every kind: the text that is read out of them, and where each part of it stands."""

import pytest

from app.redlines.characters import fold_text
from app.redlines.context import label_role
from app.redlines.documents import Part, Place, Reading, read
from app.redlines.documents.reading import names_speakers
from app.redlines.documents.words import place_words
from handed_in import changed, deck, letter, mail, member, pdf, rich_deck


def pieces(reading: Reading) -> list[tuple[Place, str]]:
    """Each part with its text; between them there is nothing but blank lines."""
    ends = [0, *(part.end for part in reading.parts)]
    starts = [*(part.start for part in reading.parts), len(reading.text)]
    assert {reading.text[end:start] for end, start in zip(ends, starts, strict=True)} <= {"", "\n\n"}
    return [(part.place, reading.text[part.start : part.end]) for part in reading.parts]


def test_a_deck_is_read_by_slides_and_notes() -> None:
    reading = read(deck(("Pricing", "We guarantee\na return", "Say it twice"), ("End", "Thank you", "")), "deck.pptx")

    assert reading == Reading(
        text="Pricing\n\nWe guarantee\na return\n\nSay it twice\n\nEnd\n\nThank you",
        parts=(
            Part(0, 30, Place("slide", 1, "Pricing")),
            Part(32, 44, Place("notes", 1, "Pricing")),
            Part(46, 60, Place("slide", 2, "End")),
        ),
        kind="pptx",
        speaker_labels=False,
    )
    assert [reading.place(position).kind for position in (0, 31, 32, 45, 60)] == [
        "slide", "slide", "notes", "notes", "slide",
    ]  # fmt: skip


def test_groups_tables_and_charts_of_a_slide_are_read() -> None:
    assert pieces(read(rich_deck(), "deck.pptx")) == [
        (Place("slide", 1), "Deep\nin groups\n\nLeft\n\nRight\n\nSpeed\n\nOurs\n\nTheirs"),
    ]


def test_a_slide_without_words_is_told() -> None:
    assert read(deck(("One", "Word", ""), ("", "", "")), "deck.pptx").unread == (Place("slide", 2),)


def test_a_document_is_read_in_its_order() -> None:
    assert pieces(read(letter(), "letter.docx")) == [
        (Place("paragraph", 1), "Dear customer,"),
        (Place("paragraph", 2, "Pricing"), "Pricing"),
        (Place("paragraph", 3, "Pricing"), "We guarantee\ta return."),
        (Place("table", 1, "Pricing"), "Left"),
        (Place("table", 1, "Pricing"), "Right"),
        (Place("paragraph", 4, "Pricing"), "After the table"),
        (Place("paragraph", 5, "Pricing"), "Beside"),
        (Place("paragraph", 5, "Pricing"), "In a box"),
        (Place("paragraph", None, "header"), "On top"),
        (Place("paragraph", None, "footer"), "Below"),
    ]


@pytest.mark.parametrize(
    ("data", "old", "new"),
    [
        (letter(), "wordprocessingml.document.main", "wordprocessingml.template.main"),
        (
            deck(("One", "Word", "")),
            "vnd.openxmlformats-officedocument.presentationml.presentation.main",
            "vnd.ms-powerpoint.slideshow.macroEnabled.main",
        ),
    ],
)
def test_templates_and_shows_are_read_like_documents(data: bytes, old: str, new: str) -> None:
    types = member(data, "[Content_Types].xml")
    other = changed(data, {"[Content_Types].xml": types.replace(old, new)})

    assert old in types
    assert read(other, "other").text == read(data, "same").text


def test_a_pdf_is_read_by_pages() -> None:
    reading = read(pdf(["We guarantee a return.", "", "The end"]), "offer.pdf")

    assert pieces(reading) == [(Place("page", 1), "We guarantee a return."), (Place("page", 3), "The end")]
    assert (reading.kind, reading.unread) == ("pdf", (Place("page", 2),))


def test_a_mail_is_read_with_its_attachments() -> None:
    inner = mail("forwarded words", subject="Earlier", attached={"deep.txt": b"too deep"})
    attached = {
        "deck.pptx": deck(("Pricing", "Best in class", "")),
        "价格.txt": "保证收益".encode("gb18030"),
        "call.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nwe guarantee\n\n00:02.000 --> 00:03.000\na return",
        "film.mp4": b"\0\0\0\x18ftypmp42",
    }
    reading = read(mail("Hello Li,\n> old words\nbye", subject="保证", attached=attached), "offer.eml")

    assert pieces(reading) == [
        (Place("subject"), "保证"),
        (Place("body"), "Hello Li,\n> old words\nbye"),
        (Place("slide", 1, "Pricing", "deck.pptx"), "Pricing\n\nBest in class"),
        (Place("attachment", 2, "价格.txt"), "保证收益"),
        (Place("attachment", 3, "call.vtt"), "we guarantee a return"),
    ]
    assert reading.unread == (Place("attachment", 4, "film.mp4"),)
    nested = (
        b"Subject: Fwd\nFrom: a@example.com\nTo: b@example.com\nContent-Type: multipart/mixed; boundary=x\n\n"
        b"--x\nContent-Type: message/rfc822\n\n" + inner + b"\n--x--\n"
    )
    forwarded = read(nested, "fwd.eml")
    assert forwarded.unread == (Place("attachment", None, "deep.txt", "Earlier"),)
    assert pieces(forwarded) == [
        (Place("subject"), "Fwd"),
        (Place("subject", file="Earlier"), "Earlier"),
        (Place("body", file="Earlier"), "forwarded words"),
    ]


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        ({"text/plain": "plain words", "text/html": "<p>rich words</p>"}, "plain words"),
        ({"text/plain": " ", "text/html": "<p>rich<br>words &amp; more</p><script>x</script>"}, "rich\nwords & more"),
        ({"text/html": "<p>Yes.</p><blockquote>We<br>asked</blockquote>"}, "Yes.\n\n> We\n> asked"),
    ],
)
def test_a_mail_is_read_in_its_plainest_form(parts: dict[str, str], body: str) -> None:
    bodies = "".join(f"--x\nContent-Type: {kind}; charset=utf-8\n\n{text}\n" for kind, text in parts.items())
    data = f"Subject: s\nContent-Type: multipart/alternative; boundary=x\n\n{bodies}--x--\n".encode()

    assert pieces(read(data, "m.eml"))[1:] == [(Place("body"), body)]


def test_a_page_is_read_by_blocks() -> None:
    page = b"<!doctype html><title>t</title><h1>Pricing</h1><p>We <b>guar</b>antee\na return</p><ul><li>one<li>two</ul>"

    assert pieces(read(page, "page")) == [
        (Place("paragraph", 1, "Pricing"), "Pricing"),
        (Place("paragraph", 2, "Pricing"), "We guarantee a return"),
        (Place("paragraph", 3, "Pricing"), "one"),
        (Place("paragraph", 4, "Pricing"), "two"),
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("保证 é".encode(), "保证 é"),
        ("保证".encode("utf-8-sig"), "保证"),
        ("保证".encode("utf-16"), "保证"),
        (b"\xfe\xff" + "保证".encode("utf-16-be"), "保证"),
        ("我们保证收益，放心。".encode("gb18030"), "我们保证收益，放心。"),
        ("naïve promise, café".encode("cp1252"), "naïve promise, café"),
        (b"a\x00b\x1b[1m\x0bc", "a b [1m\nc"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_texts_are_read_in_the_encodings_that_people_have(data: bytes, text: str, name: str) -> None:
    assert read(data, name) == Reading(text, (), name[2:], speaker_labels=False)


def test_a_text_has_lines_for_places() -> None:
    reading = read(b"one\ntwo\nthree", "a.txt")

    assert [reading.place(position) for position in (0, 3, 4, 12)] == [
        Place("line", 1), Place("line", 1), Place("line", 2), Place("line", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["call.vtt", "call.srt", "call.txt", ""])
def test_a_transcript_is_read_as_what_was_said(name: str) -> None:
    data = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Customer>is it\n\n01:02.000 --> 01:03.000\n<v Customer>good?\n"
    reading = read(data, name)

    assert (reading.text, reading.speaker_labels) == ("Customer: is it\ngood?", True)
    assert [part.place for part in reading.parts] == [Place("cue", 1, "00:00:01"), Place("cue", 2, "00:01:02")]
    assert reading.original is not None
    assert reading.original.source == data.decode()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf(["x"]), "wrong.docx", "pdf"),
        (deck(("a", "b", "")), "wrong.docx", "pptx"),
        (letter(), "wrong.txt", "docx"),
        (pdf(["x"]), "wrong.txt", "pdf"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nx", "wrong.txt", "vtt"),
        (mail("x"), "", "eml"),
        (mail("x"), "kept.txt", "txt"),
        (b"<HTML><p>x", "page", "html"),
        (b"just words", "letter.docx", "txt"),
        (b"just words", "README", "txt"),
        (b"%PDF-1.7 is how such files begin", "about.md", "md"),
    ],
)
def test_what_is_in_a_file_counts_before_its_name(data: bytes, name: str, kind: str) -> None:
    assert read(data, name).kind == kind


SIDES = [
    *("Rep", "Sales", "AE", "Agent", "Customer", "Client", "Prospect", "Buyer"),
    *("销售", "业务", "顾问", "客服", "客户", "买方", "甲方", "業務", "銷售", "顧問", "客戶", "買方"),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("form", ["{}: hello", "text\n{}：hello", "[00:12] {}: hello", "Dana ({}): hello"])
def test_speakers_are_told_as_the_matcher_tells_them(side: str, form: str) -> None:
    text = form.format(side)
    folded = fold_text(text)

    assert names_speakers(text)
    assert label_role(folded, folded.find("\n") + 1) is not None
    assert not names_speakers(text.replace(":", " ").replace("：", " "))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place("slide", 3, "Pricing"), "slide 3 (Pricing)"),
        (Place("notes", 3), "notes of slide 3"),
        (Place("page", 2), "page 2"),
        (Place("paragraph", None, "header"), "header"),
        (Place("table", 1, "Pricing"), "table 1 (Pricing)"),
        (Place("cue", 4, "00:01:05"), "cue 4 (00:01:05)"),
        (Place("subject", file="Earlier"), "Earlier: subject"),
        (Place("slide", 1, "Pricing", "deck.pptx"), "deck.pptx: slide 1 (Pricing)"),
        (Place("attachment", 2, "价格.txt"), "价格.txt"),
        (Place("line", 7), "line 7"),
    ],
)
def test_places_are_said_in_words(place: Place, said: str) -> None:
    assert place_words(place) == said
