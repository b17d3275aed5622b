"""The file of an archive: a line of JSON that says what is in it, and one for each entry; as gzip if it ends in .gz."""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.audit.archiving import Archived
from app.audit.models import AuditEntry
from app.audit.rules import Chain
from app.commands.backups.files import digest_of, sync_folder, told, workshop
from app.commands.base import CommandError

_GZIP: Final = b"\x1f\x8b"
_FORM: Final = "dealworthy-audit-archive"
_SHA256: Final = "^[0-9a-f]{64}$"
_NAMES: Final = tuple(AuditEntry.model_fields)


class Head(BaseModel):
    """The first line: which entries follow, what the first follows from, and the SHA-256 of the entries' lines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: str = Field(default=_FORM, pattern=f"^{_FORM}$")
    schema_: int = Field(default=1, ge=1, le=1, alias="schema")
    product_version: str = Field(max_length=32)
    made_at: AwareDatetime
    before: AwareDatetime
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    previous_digest: str = Field(pattern=_SHA256)
    last_digest: str = Field(pattern=_SHA256)
    sha256: str = Field(pattern=_SHA256)


@dataclass(frozen=True, slots=True)
class Proved:
    """An archive that holds: what it says of itself, and the newest moment in it."""

    head: Head
    newest: datetime
    archived: Archived


def line(entry: Mapping[str, Any]) -> bytes:
    """Write an entry as a line."""
    shown = {**entry, "at": entry["at"].isoformat(timespec="microseconds")}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def write(target: Path, head: Head, entries: Iterable[Mapping[str, Any]]) -> None:
    """Write the file wholly or not at all, never over another; only its owner may read it."""
    with workshop(target.parent) as folder, told(f"{target} was not written"):
        part = folder / "part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with _packing(file, packed=target.suffix == ".gz") as lines:
                lines.write(head.model_dump_json(by_alias=True).encode() + b"\n")
                for entry in entries:
                    lines.write(line(entry))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)
        sync_folder(target.parent)


@contextmanager
def _packing(file: IO[bytes], *, packed: bool) -> Iterator[IO[bytes]]:
    if packed:
        with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as lines:
            yield lines  # type: ignore[misc]  # it is a file in everything that is used here
    else:
        yield file


def prove(path: Path) -> Proved:
    """Read an archive again from its first byte to its last. CommandError: it is not what was written."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as lines:
            head = _head(path, lines.readline())
            newest = _follow(path, head, lines)
    except FileNotFoundError as error:
        raise CommandError(f"{path} does not exist.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CommandError(f"{path} is damaged or cut off.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    archived = Archived(
        head.first, head.last, head.previous_digest, head.last_digest, head.before, digest_of(path), path.name
    )
    return Proved(head, newest, archived)


def _head(path: Path, text: bytes) -> Head:
    try:
        return Head.model_validate_json(text)
    except ValidationError as error:
        raise CommandError(f"{path} is no archive of an audit trail that this version reads.") from error


def _follow(path: Path, head: Head, lines: Iterable[bytes]) -> datetime:
    """Prove that each entry follows from the one before, and return the newest moment."""
    chain = Chain(head.first - 1, head.previous_digest)
    sha256 = hashlib.sha256()
    newest = datetime.min.replace(tzinfo=UTC)
    for text in lines:
        sha256.update(text)
        at = _next(chain, text)
        if at is None:
            raise CommandError(f"{path} is damaged: entry {chain.last + 1} is missing or not what was recorded.")
        newest = max(newest, at)
    if (chain.last, chain.digest, sha256.hexdigest()) != (head.last, head.last_digest, head.sha256):
        raise CommandError(f"{path} is damaged: it does not end where it says, or was written by somebody else.")
    return newest


def _next(chain: Chain, text: bytes) -> datetime | None:
    """Follow the chain to the entry of a line, and return its moment; None where it does not hold."""
    try:
        entry = json.loads(text)
        at = datetime.fromisoformat(entry["at"])
        broken = chain.follow({**{name: entry[name] for name in _NAMES}, "at": at})
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return None if broken else at
