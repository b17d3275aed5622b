"""What the files of a certificate look like to a machine: pixels, text and bytes."""

import io
from dataclasses import replace
from datetime import date

import numpy as np
import png
import pytest
import zxingcpp
from pypdf import PdfReader

from app.certification.certificates import baking, documents
from app.certification.certificates.rules import Snapshot

SNAPSHOT = Snapshot(
    code="Zx3aB-Zx3aB_Zx3aB-Zx3a",
    issue=1,
    holder="Ana Łukasz 歐陽靜",
    product={"en": "Keeper", "zh-Hans": "客户管家", "zh-Hant": "客戶管家"},
    slug="keeper",
    level="expert",
    level_name={"en": "Expert", "zh-Hans": "专家", "zh-Hant": "專家"},
    period=1,
    issued_on=date(2026, 11, 23),
    done_on=date(2026, 11, 20),
    valid_through=date(2027, 11, 22),
    program_version=3,
    redlines_version=2,
    company="Brightwater Software",
    origin="https://sales.example.com",
    salt="0" * 32,
    identity="sha256$0",
)
ADDRESS = "https://sales.example.com/certificates/Zx3aB-Zx3aB_Zx3aB-Zx3a"


def text_of(pdf: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text().split())


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ["Keeper", "Expert", "23November2026", "22November2027", "program3,redlines2"]),
        ("zh-Hans", ["客户管家", "专家", "2026年11月23日", "2027年11月22日"]),
        ("zh-Hant", ["客戶管家", "專家", "2026年11月23日", "2027年11月22日"]),
    ],
)
def test_a_certificate_says_who_what_and_until_when(locale: str, words: list[str]) -> None:
    pdf = documents.certificate(SNAPSHOT, locale)
    text = text_of(pdf)
    assert [word for word in [*words, "AnaŁukasz歐陽靜", "BrightwaterSoftware", ADDRESS] if word not in text] == []
    assert documents.certificate(SNAPSHOT, locale) == pdf


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh-Hant"])
def test_a_telephone_reads_the_address_off_the_page(locale: str) -> None:
    picture = documents.certificate(SNAPSHOT, locale, form="png")
    width, height, rows, _about = png.Reader(bytes=picture).asRGBA8()
    pixels = np.vstack([np.frombuffer(row, dtype=np.uint8) for row in rows]).reshape(height, width, 4)[:, :, 0]
    assert [each.text for each in zxingcpp.read_barcodes(np.ascontiguousarray(pixels))] == [ADDRESS]


@pytest.mark.parametrize(
    "holder",
    [
        '#panic("out") $x$ [*bold*] \\u{41} // gone',
        '", holder: "Mallory',
        "<script>alert(1)</script>",
        '@reference #image("/etc/passwd")',
    ],
)
def test_no_name_is_a_command(holder: str) -> None:
    text = text_of(documents.certificate(replace(SNAPSHOT, holder=holder), "en"))
    assert "".join(holder.split()).replace('"', "") in text.replace('"', "")


@pytest.mark.parametrize("letter", ["W", "w ", "靜", "-", "أ"])
def test_the_longest_name_stays_on_one_page(letter: str) -> None:
    longest = (letter * 200)[:200]
    whole = replace(SNAPSHOT, holder=longest, product=longest, level_name=longest, company=longest)
    assert len(PdfReader(io.BytesIO(documents.certificate(whole, "zh-Hant"))).pages) == 1
    assert documents.badge(whole, "zh-Hant", form="png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Ana Duarte", True),
        ("Zoë Şahin-Łukasiewicz Nguyễn", True),
        ("Ольга Ωμέγα", True),
        ("欧阳文静", True),
        ("歐陽喆堃玥", True),
        ("龘", False),
        ("สมชาย", False),
    ],
)
def test_a_certificate_says_when_the_typeface_lacks_a_character(name: str, ours: bool) -> None:
    text = text_of(documents.certificate(replace(SNAPSHOT, holder=name), "en"))
    assert ("Thenamehasacharacterthatthistypefacedoesnothave" in text) is not ours


def test_a_later_issue_says_that_it_replaces_one() -> None:
    assert "Issue2;itreplacestheonebefore." in text_of(documents.certificate(replace(SNAPSHOT, issue=2), "en"))


@pytest.mark.parametrize("bake", [baking.into_png, baking.into_svg])
def test_a_picture_keeps_its_credential(bake: object) -> None:
    assert callable(bake)
    form = "png" if bake is baking.into_png else "svg"
    picture = documents.badge(SNAPSHOT, "en", form=form)  # type: ignore[arg-type]  # a literal
    assert baking.out_of(picture) is None
    assert baking.out_of(bake(picture, "eyJh.eyJi.c")) == "eyJh.eyJi.c"


HOSTILE = [
    b"",
    b"eyJ" + b"a" * 100_000,
    b"eyJ\xff\xfe",
    b"<svg",
    b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    b"<a>" * 100_000,
    b"\x89PNG\r\n\x1a\n" + b"\xff" * 40,
    b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x18iTXtopenbadgecredential\0\1\0\0\0xx" + b"\0" * 20,
]


@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_badge_holds_no_credential(data: bytes) -> None:
    assert baking.out_of(data) is None
