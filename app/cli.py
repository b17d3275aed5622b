"""The command line: `dealworthy COMMAND`. Errors are one sentence on standard error; wrong use exits with 2."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

import app.main  # noqa: F401 (who listens to what a command does registers when it is imported)
from app.certification.certificates.issuer import set_issuer
from app.clock import set_zone
from app.commands.base import CommandError
from app.config import Settings
from app.errors import AppError

COMMANDS: Final[Mapping[str, str]] = {
    "serve": "server",
    "migrate": "server",
    "lint": "content",
    "import": "content",
    "export": "content",
    "check": "check",
    "quiz": "quiz",
    "people": "people",
    "admin": "people",
    "deals": "deals",
    "token": "tokens",
    "certifications": "certifications",
    "mcp": "mcp",
    "seed": "demo",
    "worker": "work",
    "audit": "audit",
    "bundle": "bundle",
    "backup": "backup",
    "restore": "restore",
    "doctor": "doctor",
}
"""The module of each command in `app.commands`."""


def build_parser(arguments: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser of the command that is asked for, or of every command where none is.

    Only that command's module is imported: a server has no use for the others, nor for what they need.
    """
    parser = argparse.ArgumentParser(
        prog="dealworthy", description="Decides who may sell what, and keeps what they say about it true."
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    asked = [COMMANDS[word] for word in arguments[:1] if word in COMMANDS]
    for module in asked or dict.fromkeys(COMMANDS.values()):
        import_module(f"app.commands.{module}").register(parsers)
    return parser


_INTERRUPTED = 128 + 2
"""What shells return for a command that Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    typed = sys.argv[1:] if arguments is None else arguments
    parsed = build_parser(typed).parse_args(typed)
    try:
        return _run(parsed)
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.status
    except AppError as error:
        print(error.message, file=sys.stderr)
        return 1
    except ValidationError as error:
        for problem in error.errors():
            name = "DEALWORTHY_" + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg'].removeprefix('Value error, ')}.", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except DatabaseError as error:
        print(f"The database does not answer: {error.orig}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(parsed: argparse.Namespace) -> int:
    settings = Settings()
    set_zone(settings.zone)
    set_issuer(settings)
    status = int(parsed.run(parsed, settings))
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
