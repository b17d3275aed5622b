"""Archives that want harm are refused with one sentence, and within bounds."""

import io
import stat
import zipfile

import pytest

from app.quizzes.interchange import packages
from app.quizzes.interchange.outcome import FileCode, UnreadableError
from app.quizzes.interchange.packages import Package
from questionfiles import archive


def refused(data: bytes) -> FileCode:
    with pytest.raises(UnreadableError) as caught:
        Package(data)
    return caught.value.code


def test_files_are_read_by_their_names() -> None:
    package = Package(archive(("a.xml", b"<a/>"), ("media/b.png", b"b")))

    assert package.names == ("a.xml", "media/b.png")
    assert package.read("media/b.png") == b"b"
    assert package.read("c.xml") is None


@pytest.mark.parametrize(
    "name",
    ["../out.xml", "a/../../out.xml", "/etc/out.xml", "a\\..\\out.xml", "C:out.xml", "..", "a/.."],
)
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    assert refused(archive((name, b"x"))) == FileCode.unsafe_name


def test_a_name_that_is_cut_off_by_a_zero_is_refused() -> None:
    assert refused(archive(("good.xmlXhidden", b"x")).replace(b"good.xmlX", b"good.xml\0")) == FileCode.unsafe_name


def test_a_link_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")

    assert refused(buffer.getvalue()) == FileCode.unsafe_name


def test_an_encrypted_file_is_refused() -> None:
    data = bytearray(archive(("a.xml", b"x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert refused(bytes(data)) == FileCode.encrypted


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = archive(("a.xml", b"x"), ("a.xml", b"y"))

    assert refused(data) == FileCode.archive


def test_a_file_that_unpacks_to_far_more_is_refused_unread() -> None:
    assert refused(archive(("bomb.xml", b"\0" * 20_000_000))) == FileCode.too_large


def test_files_that_are_too_much_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_UNPACKED", 1_000)

    assert refused(archive(("a", b"x" * 600), ("b", b"y" * 600))) == FileCode.too_large


def test_a_directory_that_claims_many_files_is_refused() -> None:
    data = bytearray(archive(("a.xml", b"x")))
    end = data.index(b"PK\x05\x06")
    data[end + 10 : end + 12] = (60_000).to_bytes(2, "little")

    assert refused(bytes(data)) == FileCode.too_large


def test_a_file_that_says_less_than_it_holds_is_not_read() -> None:
    data = archive(("a.xml", b"x" * 5_000))
    lying = data.replace((5_000).to_bytes(4, "little"), (5).to_bytes(4, "little"))

    assert Package(lying).read("a.xml") is None


def test_other_ways_of_packing_are_refused() -> None:
    assert refused(archive(("a.xml", b"x" * 99), compression=zipfile.ZIP_LZMA)) == FileCode.archive


def test_whatever_is_cut_off_is_refused_or_read() -> None:
    data = archive(("a.xml", b"<a/>"), ("b.xml", b"<b/>"))

    for end in range(len(data)):
        assert refused(data[:end]) == FileCode.archive


def test_a_name_in_a_sentence_is_short_and_can_be_shown() -> None:
    with pytest.raises(UnreadableError) as caught:
        Package(archive(("/a\n\x1b" + "b" * 300, b"x")))

    assert caught.value.detail == "/a��" + "b" * 96
