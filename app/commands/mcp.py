"""The command that lets an assistant ask over the Model Context Protocol: `mcp`."""

import argparse
import os
from importlib.metadata import version

from app.clock import now
from app.commands.base import CommandError, Parsers, migrated
from app.config import Settings
from app.people.tokens import token_by_secret

TOKEN = "DEALWORTHY_TOKEN"  # noqa: S105 (the name of a variable)
"""The environment variable that holds the token; no setting, because it belongs to one client."""


def register(parsers: Parsers) -> None:
    """Add the parser."""
    mcp = parsers.add_parser(
        "mcp",
        help="let an assistant ask, over the Model Context Protocol",
        description="Serves one assistant on standard input and output: check_red_lines, talk_tracks, products and "
        "clearance, as far as the scopes of its token go. Nothing is stored. The assistant's program starts it.",
        epilog=f"The token comes from the environment variable {TOKEN}.",
    )
    mcp.set_defaults(run=_serve)


def _serve(_arguments: argparse.Namespace, settings: Settings) -> int:
    secret = os.environ.get(TOKEN, "").strip()
    if not secret:
        raise CommandError(f"Set {TOKEN} to a token from `dealworthy token create NAME --scope SCOPE`.", 2)
    from app.api.mcp.server import serve  # noqa: PLC0415 (its library is slow to import, and no other command needs it)

    with migrated(settings, read_only=True) as database:
        with database.read() as session:
            if token_by_secret(session, secret, now()) is None:
                raise CommandError(f"The token in {TOKEN} is unknown, revoked or over.")
        serve(database, secret, settings.origin, version("dealworthy"))
    return 0
