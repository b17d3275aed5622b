"""Moving entries to an archive step by step: each can be the last before a power cut, and nothing is lost."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.audit.archiving import (
    NotJoinedError,
    beginning,
    delete_archived,
    digest_at,
    is_anchored,
    last_before,
    let_begin_behind,
)
from app.audit.queries import entries_between
from app.audit.rules import Chain
from app.commands.archives import files
from app.commands.archives.files import Head, Proved
from app.commands.base import CommandError
from app.database import Database
from app.schema import product_version

YOUNGEST = timedelta(days=30)
"""Entries stay for so long at least, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What is in the archive, and how many entries this run deleted."""

    head: Head
    deleted: int


def move(database: Database, day: date, target: Path, *, zone: ZoneInfo, moment: datetime) -> Moved | None:
    """Move what is older than a day to a file, or go on with that where it was interrupted; None: there is nothing.

    Only entries that stand in a file, which was read again and proved, are deleted.
    """
    before = datetime.combine(day, time(), zone)
    if before > moment - YOUNGEST:
        raise CommandError(f"Entries stay for {YOUNGEST.days} days at least; name an earlier day.")
    if target.is_dir():
        raise CommandError(f"{target} is a folder; name a file.")
    if not target.exists() and not _write(database, before, target, moment):
        return None
    proved = files.prove(target)
    if proved.head.before != before or proved.newest >= before:
        raise CommandError(f"{target} exists and is the archive up to another day; name another file.")
    try:
        with database.write() as session:
            let_begin_behind(session, proved.archived, by=f"{getpass.getuser()} (command line)", moment=moment)
    except NotJoinedError as error:
        raise CommandError(f"{target} exists and does not continue the archives of this trail: {error}.") from error
    return Moved(proved.head, _delete(database))


def _write(database: Database, before: datetime, target: Path, moment: datetime) -> bool:
    with database.read() as session:
        here, last = beginning(session), last_before(session, before)
        if last <= here.last:
            return False
        lines = sha256()
        chain = Chain(here.last, here.digest)
        for entry in entries_between(session, here.last + 1, last):
            if chain.follow(entry):
                break
            lines.update(files.line(entry))
        if chain.last != last:
            raise CommandError(f"The audit trail is broken at entry {chain.last + 1}, so nothing was moved.")
        head = Head(
            schema=1,
            product_version=product_version(),
            made_at=moment,
            before=before,
            first=here.last + 1,
            last=last,
            previous_digest=here.digest,
            last_digest=chain.digest,
            sha256=lines.hexdigest(),
        )
        files.write(target, head, entries_between(session, here.last + 1, last))
    return True


def _delete(database: Database) -> int:
    deleted = 0
    while True:
        with database.write() as session:
            step = delete_archived(session)
        if not step:
            return deleted
        deleted += step


def prove_all(session: Session, paths: Sequence[Path]) -> Chain:
    """Prove archives, and that they join each other, from the first entry, and what is here; return where they end."""
    end = Chain()
    for path, proved in sorted(((path, files.prove(path)) for path in paths), key=lambda each: each[1].head.first):
        head = proved.head
        if head.first > end.last + 1:
            raise CommandError(f"Entries {end.last + 1} to {head.first - 1} are in none of these archives.")
        if head.first <= end.last:
            raise CommandError(f"{path} begins at entry {head.first}, which another of these archives has, too.")
        if head.previous_digest != end.digest:
            raise CommandError(f"{path} does not follow from the archive before it.")
        _compare(session, path, proved)
        end = Chain(head.last, head.last_digest)
    _join(session, end)
    return end


def _compare(session: Session, path: Path, proved: Proved) -> None:
    """Prove that an archive ends in an entry of this trail, where that is known here."""
    last, digest = proved.head.last, proved.head.last_digest
    try:
        known = is_anchored(session, proved.archived)
    except NotJoinedError as error:
        raise CommandError(f"{path} is of another trail: {error}.") from error
    if not known and digest_at(session, last) not in {digest, None}:
        raise CommandError(f"{path} is of another trail: entry {last} has another digest there.")


def _join(session: Session, end: Chain) -> None:
    first = next(entries_between(session, chunk=1), None)
    if first is None or first["id"] > end.last + 1:
        until = beginning(session).last if first is None else first["id"] - 1
        if until > end.last:
            raise CommandError(f"Entries {end.last + 1} to {until} are neither in these archives nor here.")
    elif first["id"] == end.last + 1 and first["previous_digest"] != end.digest:
        raise CommandError(f"Entry {first['id']} does not follow from these archives.")
    if end.last and first is not None and digest_at(session, end.last) is None and first["id"] != end.last + 1:
        raise CommandError(f"These archives end at entry {end.last}, beyond the trail that is here.")
