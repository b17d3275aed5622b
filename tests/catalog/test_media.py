"""Pictures and sounds: what is taken, how it is named, kept once, and served by its digits."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.catalog.media import (
    MAX_BYTES,
    digits_of,
    kind_of,
    media_url,
    references,
    refusal,
    renamed,
    stored_name,
)
from app.catalog.mediastore import find_media, media_bytes, missing_media, named_bytes, store_media
from app.catalog.models import Media
from app.database import Database
from app.errors import ConflictError
from app.people.models import Role
from factories import NOW, person
from writing import PNG

MP3 = b"\xff\xfb\x90\x64" + bytes(range(256)) * 4
UNKNOWN = "is no picture or sound of a known kind; use PNG, JPEG, GIF, WebP, MP3, Ogg, M4A or WAV"
DIGITS = hashlib.sha256(PNG).hexdigest()[:16]


@pytest.mark.parametrize(
    ("data", "ending", "content_type"),
    [
        (PNG, "png", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpg", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0", "gif", "image/gif"),
        (b"RIFF\x1a\0\0\0WEBPVP8L", "webp", "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "wav", "audio/wav"),
        (b"OggS\0\x02", "ogg", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "m4a", "audio/mp4"),
        (b"ID3\x04\0\0", "mp3", "audio/mpeg"),
        (MP3, "mp3", "audio/mpeg"),
    ],
)
def test_the_bytes_tell_the_kind(data: bytes, ending: str, content_type: str) -> None:
    kind = kind_of(data)
    assert kind is not None
    assert (kind.ending, kind.content_type, refusal(data)) == (ending, content_type, None)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is an empty file"),
        (b"<!doctype html><script>alert(1)</script>", UNKNOWN),
        (b"\0\0\0\x20ftypavif", UNKNOWN),
        (b"\xff\xfe\x41\0", UNKNOWN),
        (b"<!doctype html>" + PNG, UNKNOWN),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<SVG xmlns='x'/>",
            "is an SVG drawing, which may carry a script; save it as PNG",
        ),
        (PNG.ljust(MAX_BYTES + 1, b"x"), "is 5,242,881 bytes long; at most 5,242,880 are taken"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_said(data: bytes, said: str) -> None:
    assert refusal(data) == said


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("diagram.png", f"diagram.{DIGITS}.png"),
        (f"diagram.{DIGITS}.png", f"diagram.{DIGITS}.png"),
        ("diagram.0123456789abcdef.png", f"diagram.{DIGITS}.png"),
        ("photo.JPEG", f"photo.{DIGITS}.png"),
        ("maps/../north sea.png", f"north-sea.{DIGITS}.png"),
        ("C:\\pictures\\a.b.png", f"a-b.{DIGITS}.png"),
        ("图一.png", f"图一.{DIGITS}.png"),
        ("..", f"file.{DIGITS}.png"),
        ("x" * 300, f"{'x' * 60}.{DIGITS}.png"),
    ],
)
def test_a_stored_name_says_which_bytes_are_meant(name: str, stored: str) -> None:
    assert stored_name(name, PNG) == stored


@given(st.text(max_size=200))
def test_a_stored_name_is_safe_and_stays(name: str) -> None:
    stored = stored_name(name, PNG)
    assert stored_name(stored, PNG) == stored
    assert (digits_of(stored), media_url(stored), media_url(name)) == (DIGITS, f"/media/{DIGITS}.png", "")
    assert not set(stored) & set("/\\\0\n")


def test_the_files_of_a_document_are_found_and_renamed() -> None:
    document: dict[str, Any] = {
        "items": [
            {"prompt": "media", "media": [{"file": "a.png", "alt": "A"}, {"file": "b.mp3"}]},
            {"options": [{"text": "x", "media": {"file": "a.png"}}, {"text": "media"}]},
        ]
    }
    assert list(references(document)) == [
        (("items", 0, "media", 0, "file"), "a.png"),
        (("items", 0, "media", 1, "file"), "b.mp3"),
        (("items", 1, "options", 0, "media", "file"), "a.png"),
    ]
    assert renamed(document, {"a.png": "c.png"}) == {
        "items": [
            {"prompt": "media", "media": [{"file": "c.png", "alt": "A"}, {"file": "b.mp3"}]},
            {"options": [{"text": "x", "media": {"file": "c.png"}}, {"text": "media"}]},
        ]
    }


def test_the_same_bytes_are_kept_once(database: Database) -> None:
    with database.write() as session:
        names = [store_media(session, name, PNG, by="a@example.com", moment=NOW) for name in ("one.png", "two.gif")]
    assert names == [f"one.{DIGITS}.png", f"two.{DIGITS}.png"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 1
        found = find_media(session, DIGITS)
        assert found is not None
        assert (found.content_type, found.size) == ("image/png", len(PNG))
        assert (media_bytes(session, found.digest), media_bytes(session, found.digest, 1, 3)) == (PNG, b"PNG")
        assert named_bytes(session, names[1]) == PNG
        assert missing_media(session, [*names, "x.0123456789abcdef.png", "plain.png"]) == {
            "x.0123456789abcdef.png", "plain.png",
        }  # fmt: skip
        with pytest.raises(LookupError):
            named_bytes(session, "plain.png")


def test_a_file_whose_digits_are_taken_by_another_is_refused(database: Database) -> None:
    with database.write() as session:
        session.add(
            Media(
                digest=DIGITS + "0" * 48,
                content_type="image/png",
                data=b"other",
                stored_at=NOW,
                stored_by="a@example.com",
            )
        )
    with pytest.raises(ConflictError, match="same digits"), database.write() as session:
        store_media(session, "a.png", PNG, by="b@example.com", moment=NOW)


def test_what_is_refused_is_not_kept(database: Database) -> None:
    with pytest.raises(ValueError, match="is no picture or sound"), database.write() as session:
        store_media(session, "evil.png", b"<script>", by="a@example.com", moment=NOW)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 0


@pytest.fixture
def reader(database: Database, sign_in: Callable[[str], TestClient]) -> TestClient:
    """A rep's browser; a picture and a sound are stored."""
    with database.write() as session:
        person(session, "rep@example.com", Role.REP)
        for name, data in (("a.png", PNG), ("b.mp3", MP3)):
            store_media(session, name, data, by="trainer@example.com", moment=NOW)
    return sign_in("rep@example.com")


def test_a_file_is_served_for_ever_and_can_do_nothing(reader: TestClient) -> None:
    answer = reader.get(media_url(f"a.{DIGITS}.png"))
    assert (answer.status_code, answer.content) == (200, PNG)
    assert {name: answer.headers.get(name) for name in ("content-type", "cache-control", "x-content-type-options",
                                                       "content-security-policy", "accept-ranges")} == {
        "content-type": "image/png",
        "cache-control": "private, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "accept-ranges": "bytes",
    }  # fmt: skip
    again = reader.get(f"/media/{DIGITS}.png", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [f"{DIGITS}.gif", f"{DIGITS}.mp3", f"{DIGITS[:15]}.png", f"a.{DIGITS}.png", f"{DIGITS.upper()}.png",
     "0123456789abcdef.png", f"{DIGITS}", "..%2f..%2fetc%2fpasswd", f"{DIGITS}.png%00"],
)  # fmt: skip
def test_any_other_name_is_not_found(reader: TestClient, name: str) -> None:
    assert reader.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "content_range", "body"),
    [
        ("bytes=0-1", 206, "bytes 0-1/1028", MP3[:2]),
        ("bytes=4-", 206, "bytes 4-1027/1028", MP3[4:]),
        ("bytes=-3", 206, "bytes 1025-1027/1028", MP3[-3:]),
        ("bytes=1000-9999", 206, "bytes 1000-1027/1028", MP3[1000:]),
        ("bytes=1028-", 416, "bytes */1028", b""),
        ("bytes=-0", 416, "bytes */1028", b""),
        ("bytes=5-2", 200, None, MP3),
        ("bytes=0-1,4-5", 200, None, MP3),
        ("bytes=-", 200, None, MP3),
        ("lines=0-1", 200, None, MP3),
    ],
)
def test_players_get_the_part_that_they_ask_for(
    reader: TestClient, asked: str, status: int, content_range: str | None, body: bytes
) -> None:
    answer = reader.get(f"/media/{hashlib.sha256(MP3).hexdigest()[:16]}.mp3", headers={"Range": asked})
    assert (answer.status_code, answer.headers.get("content-range"), answer.content) == (status, content_range, body)


def test_a_part_of_another_version_is_given_whole(reader: TestClient) -> None:
    headers = {"Range": "bytes=0-1", "If-Range": '"other"'}
    answer = reader.get(f"/media/{hashlib.sha256(MP3).hexdigest()[:16]}.mp3", headers=headers)
    assert (answer.status_code, answer.content) == (200, MP3)


def test_strangers_see_no_file(reader: TestClient) -> None:
    stranger = TestClient(reader.app, follow_redirects=False)
    assert stranger.get(f"/media/{DIGITS}.png").status_code == 303
