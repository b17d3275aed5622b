"""The commands that prove the audit trail and move old entries of it to archives."""

import argparse
from datetime import date
from pathlib import Path

from app.audit.queries import verify
from app.audit.rules import Break
from app.clock import now
from app.commands.archives.steps import YOUNGEST, move, prove_all
from app.commands.base import CommandError, Parsers, migrated, reading, subcommands
from app.config import Settings

_WHY = {
    Break.MISSING: "it is missing",
    Break.UNCHAINED: "it does not follow from the entry before it",
    Break.ALTERED: "its content is not what was recorded",
    Break.UNRECORDED: "it is said to be in an archive, and the trail does not say so",
}


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    commands = subcommands(parsers, "audit", "the audit trail")
    check = commands.add_parser("verify", help="prove that no entry was changed or removed; exit 1 when one was")
    check.add_argument(
        "--archive", type=Path, nargs="+", default=[], metavar="FILE", help="prove all archives and that they join"
    )
    check.set_defaults(run=_verify)
    archive = commands.add_parser(
        "archive",
        help="move old entries to a file that proves itself",
        description="Writes the entries to the file, reads and proves it, and only then deletes them. After an "
        "interruption the same command goes on. Where the file ends in .gz, it is compressed.",
    )
    archive.add_argument(
        "--before",
        type=date.fromisoformat,
        required=True,
        metavar="DATE",
        help=f"what is older than this day, such as 2025-01-01; {YOUNGEST.days} days ago at the latest",
    )
    archive.add_argument("file", type=Path, metavar="FILE")
    archive.set_defaults(run=_archive)


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    with reading(settings) as session:
        archived = prove_all(session, arguments.archive) if arguments.archive else None
        proof = verify(session)
    if proof.why:
        raise CommandError(f"The audit trail is broken at entry {proof.broken}: {_WHY[proof.why]}.")
    if archived:
        print(f"Entries 1 to {archived.last} are in these archives, unbroken, and the others follow from them.")
    elif proof.archived:
        print(f"Entries 1 to {proof.archived} are in archives: prove those by --archive. The others follow from them.")
    print(f"{proof.entries} entries, unbroken. The last digest is {proof.last_digest}.")
    return 0


def _archive(arguments: argparse.Namespace, settings: Settings) -> int:
    target: Path = arguments.file.absolute()
    with migrated(settings) as database:
        moved = move(database, arguments.before, target, zone=settings.zone, moment=now())
    if moved is None:
        print(f"No entry here is older than {arguments.before}.")
        return 0
    head = moved.head
    print(
        f"{target}: entries {head.first} to {head.last}; {moved.deleted} were deleted here now.\n"
        f"The last digest in it is {head.last_digest}. Keep the file, in two places: it is nowhere else."
    )
    return 0
