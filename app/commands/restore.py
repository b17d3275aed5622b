"""The command that proves a backup, and puts it in the place of the database: `restore`."""

import argparse
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DatabaseError

from app.clock import now
from app.commands.backup import store_of
from app.commands.backups import files
from app.commands.backups.contents import differences
from app.commands.backups.sqlite import path_of
from app.commands.base import CommandError, Parsers
from app.config import Settings
from app.schema import known_revisions, newest_revision, product_version

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def register(parsers: Parsers) -> None:
    """Add the parser."""
    restore = parsers.add_parser(
        "restore",
        help="prove a backup, and put it in the place of the database",
        description="Unpacks a backup beside the database, proves that it is whole, and only then puts it in its "
        "place. Stop servers and workers first. Restore files only that you made: a dump of PostgreSQL is a program.",
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    what = restore.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="prove the backup and change nothing")
    what.add_argument("--replace", action="store_true", help="put it in the place of data, which are kept aside")
    restore.set_defaults(run=_restore)


def _restore(arguments: argparse.Namespace, settings: Settings) -> int:
    path: Path = arguments.file.absolute()
    manifest = files.read_manifest(path)
    _refuse_unfit(path, manifest, settings)
    store = store_of(settings)
    if not arguments.check and not arguments.replace and not store.is_empty(settings.database_url):
        raise CommandError(
            "The database holds data. With --replace they are kept aside and the backup takes their place."
        )
    with files.workshop(_room(settings, check=arguments.check)) as folder:
        data = folder / "data"
        files.unpack(path, data)
        with store.staged(settings.database_url, data) as made:
            _prove(path, manifest, made)
            _tell(path, manifest)
            if arguments.check:
                print("The backup is whole. Nothing was changed.")
                return 0
            kept = store.put_in_place(settings.database_url, made, f"before-restore-{now():%Y%m%d-%H%M%S}")
    print("The backup is in place.")
    if kept:
        print(f"What was there before is kept as {kept}; delete it when you are sure.")
    if manifest.revision != newest_revision():
        print("It is of an older version; now run `dealworthy migrate`.")
    return 0


def _room(settings: Settings, *, check: bool) -> Path:
    """Return where to unpack: beside the file that will be replaced, as a rename works only there."""
    if settings.database_url.startswith("sqlite") and not check:
        return path_of(settings.database_url).parent
    return files.temporary()


def _refuse_unfit(path: Path, manifest: files.Manifest, settings: Settings) -> None:
    if manifest.revision not in known_revisions():
        raise CommandError(
            f"{path} was made by Dealworthy {manifest.product_version} at revision {manifest.revision}, which "
            f"Dealworthy {product_version()} does not know; restore it with that version."
        )
    store = store_of(settings)
    if manifest.database != store.NAME:
        raise CommandError(
            f"{path} is of {_NAMES[manifest.database]}, and DEALWORTHY_DATABASE_URL leads to {_NAMES[store.NAME]}; "
            f"let it lead to {_NAMES[manifest.database]}."
        )


def _prove(path: Path, manifest: files.Manifest, made: str) -> None:
    engine = create_engine(made, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = list(differences(connection, manifest))
    except DatabaseError as error:
        raise CommandError(f"{path} cannot be read as a database: {str(error.orig).strip()}.") from error
    if found:
        raise CommandError("\n".join([f"{path} is not whole. Nothing was changed.", *found]))


def _tell(path: Path, manifest: files.Manifest) -> None:
    print(
        f"{path}: made by Dealworthy {manifest.product_version} on {manifest.made_at:%Y-%m-%d at %H:%M:%S} UTC, "
        f"{_NAMES[manifest.database]}, revision {manifest.revision}.\n"
        f"Rows: {sum(manifest.rows.values())} in {len(manifest.rows)} tables, as they were counted.\n"
        f"Audit trail: {manifest.audit_entries} entries, unbroken; the last digest is {manifest.audit_digest}."
    )
