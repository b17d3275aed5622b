"""An item in the making: what it lost so far and the media it brings along."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote, unquote_to_bytes

from app.catalog import media
from app.quizzes.interchange.outcome import MOST_BYTES, Loss, LossCode
from app.quizzes.interchange.texts import ImageTaker, Plain

MOST_PICTURES: Final = 4
_LONGEST_ALT: Final = 2_000


class MediaBox:
    """The media of one file, by stored name, in all no more than a file may hold."""

    def __init__(self) -> None:
        """Begin empty."""
        self.files: dict[str, bytes] = {}
        self._size = 0

    def take(self, address: str, data: bytes | None) -> str | None:
        """Keep these bytes, which have a place elsewhere, and give their stored name; None when they are refused."""
        if data is None or media.refusal(data):
            return None
        stored = media.stored_name(_file_name(address), data)
        if stored not in self.files:
            if self._size + len(data) > MOST_BYTES:
                return None
            self._size += len(data)
            self.files[stored] = data
        return stored

    def named_by(self, documents: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
        """Give the media that these documents name."""
        names = {name for document in documents for _, name in media.references(document)}
        return {name: data for name, data in self.files.items() if name in names}


class Draft:
    """Collects what one item loses, and turns the pictures of its texts into media."""

    def __init__(self, box: MediaBox, find: Callable[[str], str | None]) -> None:
        """Find the stored name of a picture by its address with `find`, once for each address."""
        self.losses: list[Loss] = []
        self._box = box
        self._find = find
        self._stored: dict[str, str | None] = {}

    @classmethod
    def silent(cls) -> "Draft":
        """Give one for a look ahead, which takes nothing in."""
        return cls(MediaBox(), lambda _address: None)

    def lose(self, code: LossCode, detail: str = "") -> None:
        """Note what was not kept, once."""
        loss = Loss(code, " ".join(detail.split())[:200])
        if loss not in self.losses:
            self.losses.append(loss)

    def text(self, plain: Plain) -> str:
        """Take over a text with what it lost."""
        for loss in plain.losses:
            self.lose(loss.code, loss.detail)
        return plain.text

    def pictures(self, into: list[dict[str, str]], most: int = MOST_PICTURES) -> ImageTaker:
        """Give the callback that puts the pictures of a text into a list of media."""

        def take(address: str, words: str) -> bool:
            if address not in self._stored:
                self._stored[address] = self._store(address)
            stored = self._stored[address]
            if stored is None or len(into) >= most:
                return False
            if all(each["file"] != stored for each in into):
                into.append({"file": stored} | ({"alt": words[:_LONGEST_ALT]} if words else {}))
            return True

        return take

    def _store(self, address: str) -> str | None:
        return self._box.take(address, _inline(address)) if address.startswith("data:") else self._find(address)


def _inline(address: str) -> bytes | None:
    """Read the bytes that an address holds itself (RFC 2397)."""
    head, comma, body = address.partition(",")
    if not comma:
        return None
    try:
        return base64.b64decode(unquote_to_bytes(body)) if head.endswith(";base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return None


def _file_name(address: str) -> str:
    return "picture" if address.startswith("data:") else unquote(address.partition("?")[0]) or "picture"
