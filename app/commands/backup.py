"""The command that copies the database while it is served: `backup`."""

import argparse
from pathlib import Path
from types import ModuleType

from sqlalchemy import make_url

from app.clock import now
from app.commands.backups import files, postgresql, sqlite
from app.commands.base import CommandError, Parsers
from app.config import Settings
from app.schema import product_version


def register(parsers: Parsers) -> None:
    """Add the parser."""
    backup = parsers.add_parser(
        "backup",
        help="copy the database to a file while it is served",
        description="Writes everything that is stored to one file: accounts, content, media, records, the audit trail. "
        "The secret key is not stored and not in it: keep it apart, since what it sealed opens with nothing else.",
    )
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--force", action="store_true", help="replace the file if there is one")
    backup.set_defaults(run=_backup)


def store_of(settings: Settings) -> ModuleType:
    """Return the module that knows this installation's database."""
    return sqlite if make_url(settings.database_url).get_backend_name() == "sqlite" else postgresql


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    target: Path = arguments.file.absolute()
    if target.is_dir():
        raise CommandError(f"{target} is a folder; name a file.")
    if target.exists() and not arguments.force:
        raise CommandError(f"{target} exists; name another file, or replace it with --force.")
    store = store_of(settings)
    moment = now()
    with files.workshop(target.parent) as folder:
        data = folder / "data"
        contents = store.copy(settings.database_url, data)
        if not contents.revision:
            raise CommandError("There is nothing to back up: the database has no tables of Dealworthy.")
        manifest = files.Manifest(
            product_version=product_version(),
            revision=contents.revision,
            made_at=moment,
            database=store.NAME,
            rows=contents.rows,
            audit_entries=contents.audit_entries,
            audit_digest=contents.audit_digest,
            bytes=data.stat().st_size,
            sha256=files.digest_of(data),
        )
        files.write(target, manifest, data)
    print(
        f"{target}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, revision {manifest.revision}.\n"
        f"The audit trail has {manifest.audit_entries} entries; the last digest is {manifest.audit_digest}.\n"
        "DEALWORTHY_SECRET_KEY is not in it; keep that apart."
    )
    return 0
