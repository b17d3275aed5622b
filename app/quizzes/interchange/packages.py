"""Archives from strangers: looked into within bounds, never unpacked to disk."""

import re
import stat
import zipfile
import zlib
from io import BytesIO
from typing import Final

from app.quizzes.interchange.outcome import MOST_BYTES, FileCode, UnreadableError

SIGNATURE: Final = b"PK\x03\x04"
MOST_FILES: Final = 20_000
MOST_UNPACKED: Final = 200_000_000
_HIGHEST_RATIO: Final = 200
_SMALL: Final = 1_000_000
_LARGEST_DIRECTORY: Final = 8_000_000
_END: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 65_535 + 22
_UNSAFE: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|\\|^[A-Za-z]:|\x00")
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 1


class Package:
    """The files of an archive by their names."""

    def __init__(self, data: bytes) -> None:
        """Look at the directory of the archive. Raises UnreadableError for one that cannot be trusted."""
        if len(data) > MOST_BYTES:
            raise UnreadableError(FileCode.too_large)
        _check_directory(data)
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
            raise UnreadableError(FileCode.archive) from error
        self._files: dict[str, zipfile.ZipInfo] = {}
        unpacked = 0
        for info in self._archive.infolist():
            _check_entry(info)
            unpacked += info.file_size
            if len(self._files) >= MOST_FILES or unpacked > MOST_UNPACKED:
                raise UnreadableError(FileCode.too_large)
            if not info.is_dir():
                if info.filename in self._files:
                    raise UnreadableError(FileCode.archive, 0, _shown(info.filename))
                self._files[info.filename] = info

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files, in the order of the archive."""
        return tuple(self._files)

    def read(self, name: str) -> bytes | None:
        """Give the bytes of a file; None when there is none, or none that can be unpacked."""
        info = self._files.get(name)
        if info is None:
            return None
        try:
            with self._archive.open(info) as file:
                return file.read(info.file_size)
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
            return None


def _check_directory(data: bytes) -> None:
    """Refuse a directory that would fill the memory before a name in it could be looked at."""
    at = data.rfind(_END, max(0, len(data) - _LONGEST_COMMENT))
    if at < 0 or len(data) < at + 22:
        raise UnreadableError(FileCode.archive)
    files = int.from_bytes(data[at + 10 : at + 12], "little")
    size = int.from_bytes(data[at + 12 : at + 16], "little")
    if files > MOST_FILES or size > _LARGEST_DIRECTORY:
        raise UnreadableError(FileCode.too_large)


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    if _UNSAFE.search(name) or _UNSAFE.search(info.filename) or stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableError(FileCode.unsafe_name, 0, _shown(name))
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableError(FileCode.encrypted)
    if info.compress_type not in _METHODS:
        raise UnreadableError(FileCode.archive, 0, _shown(name))
    if info.file_size > _SMALL and info.file_size > _HIGHEST_RATIO * max(1, info.compress_size):
        raise UnreadableError(FileCode.too_large, 0, _shown(name))


def _shown(name: str) -> str:
    """Give a name as it may stand in a sentence."""
    return "".join(character if character.isprintable() else "�" for character in name[:100])
