"""The file of a backup: how it is written at once or not at all, and read without trusting it."""

import errno
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.commands.base import CommandError

MANIFEST = "manifest.json"
_LONGEST_MANIFEST = 1_000_000
_CHUNK = 1 << 20


class Manifest(BaseModel):
    """What is in a backup. `rows` counts by table; `audit_digest` is the last one of the chain; `bytes` of the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = Field(default=1, ge=1, le=1)
    product_version: str = Field(max_length=32)
    revision: str = Field(max_length=32, min_length=1)
    made_at: datetime
    database: str = Field(pattern="^(sqlite|postgresql)$")
    rows: dict[str, int]
    audit_entries: int = Field(ge=0)
    audit_digest: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @property
    def data_name(self) -> str:
        """The name of the other member."""
        return "dealworthy.db" if self.database == "sqlite" else "dealworthy.pgdump"


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn what the file system says into a sentence."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        why = "there is no space left" if full else (error.strerror or str(error)).lower()
        raise CommandError(f"{what}: {why}.") from error


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """Give a folder of our own inside another, on the same file system; it is gone at the end."""
    with told(f"{folder} cannot be written to"), tempfile.TemporaryDirectory(prefix=".dealworthy-", dir=folder) as made:
        yield Path(made)


def temporary() -> Path:
    """Return the folder for what is needed only for now."""
    return Path(tempfile.gettempdir())


def digest_of(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(target: Path, manifest: Manifest, data: Path) -> None:
    """Write the file wholly or not at all; only its owner may read it."""
    part = data.with_name("whole.part")
    with told(f"{target} was not written"):
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                text = manifest.model_dump_json(indent=2).encode()
                _add(archive, MANIFEST, io.BytesIO(text), len(text), manifest.made_at)
                with data.open("rb") as content:
                    _add(archive, manifest.data_name, content, manifest.bytes, manifest.made_at)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)


def _add(archive: tarfile.TarFile, name: str, content: BinaryIO, size: int, moment: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(moment.timestamp())
    archive.addfile(member, content)


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself. CommandError: it is none, or is cut off."""
    with _opened(path) as archive:
        return _manifest(path, archive)


def unpack(path: Path, target: Path) -> Manifest:
    """Write the data of a backup to a new file, proving their digest. CommandError: they are not what was written."""
    with _opened(path) as archive:
        manifest = _manifest(path, archive)
        member = archive.next()
        if member is None or member.name != manifest.data_name or not _plain(member) or member.size != manifest.bytes:
            raise CommandError(f"{path} is no whole backup: the data are missing or of another length.")
        content = archive.extractfile(member)
        digest = hashlib.sha256()
        with told(f"{path} was not unpacked"), target.open("xb") as file:
            target.chmod(0o600)
            while content is not None and (chunk := content.read(_CHUNK)):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    if digest.hexdigest() != manifest.sha256:
        raise CommandError(f"{path} is damaged: its data are not those that were backed up. Take an earlier one.")
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r:") as archive:  # never a compressed one, which could be a bomb
            yield archive
    except FileNotFoundError as error:
        raise CommandError(f"{path} does not exist.") from error
    except (tarfile.TarError, EOFError) as error:
        raise CommandError(f"{path} is no backup of Dealworthy, or is cut off.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error


def _plain(member: tarfile.TarInfo) -> bool:
    return member.type == tarfile.REGTYPE and not member.issparse()


def _manifest(path: Path, archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    if member is None or member.name != MANIFEST or not _plain(member) or member.size > _LONGEST_MANIFEST:
        raise CommandError(f"{path} is no backup of Dealworthy: it does not begin with a manifest.")
    content = archive.extractfile(member)
    try:
        return Manifest.model_validate(json.loads(content.read() if content else b""))
    except (ValueError, ValidationError, RecursionError) as error:
        raise CommandError(f"{path} is no backup that this version reads: its manifest is another one.") from error
