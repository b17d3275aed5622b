"""The command that writes today's clearances to a signed file: `bundle`."""

import argparse
from pathlib import Path
from tempfile import NamedTemporaryFile

from app.api.bundle import TYPE
from app.certification.certificates.keys import signing_key
from app.certification.certificates.signing import signed
from app.clock import now
from app.commands.base import CommandError, Parsers, migrated
from app.config import Settings
from app.deals.bundle import bundle


def register(parsers: Parsers) -> None:
    """Add the parser."""
    parser = parsers.add_parser("bundle", help="write today's clearances to a signed file, for use while we are down")
    parser.add_argument("file", type=Path)
    parser.set_defaults(run=_bundle)


def _bundle(arguments: argparse.Namespace, settings: Settings) -> int:
    moment = now()
    with migrated(settings) as database:
        key = signing_key(database, settings, moment)
        with database.read() as session:
            found = bundle(session, moment)
    claims = found.claims(moment, settings.bundle_hours)
    _write(arguments.file, signed(claims, TYPE, key))
    print(f"People: {found.reps}. Products: {found.products}. Good until {claims['good_until']}.")
    return 0


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole: whoever reads it meanwhile has the old one or the new one."""
    try:
        with NamedTemporaryFile(dir=path.absolute().parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
