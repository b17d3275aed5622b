"""The command that proves the audit trail."""

import argparse

from app.audit.queries import Break, verify
from app.commands.base import CommandError, Parsers, reading, subcommands
from app.config import Settings

_WHY = {
    Break.MISSING: "it is missing",
    Break.UNCHAINED: "it does not follow from the entry before it",
    Break.ALTERED: "its content is not what was recorded",
}


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    commands = subcommands(parsers, "audit", "the audit trail")
    check = commands.add_parser("verify", help="prove that no entry was changed or removed; exit 1 when one was")
    check.set_defaults(run=_verify)


def _verify(_arguments: argparse.Namespace, settings: Settings) -> int:
    with reading(settings) as session:
        proof = verify(session)
    if proof.why:
        raise CommandError(f"The audit trail is broken at entry {proof.broken}: {_WHY[proof.why]}.")
    print(f"{proof.entries} entries, unbroken. The last digest is {proof.last_digest}.")
    return 0
