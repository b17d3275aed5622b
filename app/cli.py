"""The command line: `dealworthy COMMAND`. Errors are one sentence on standard error; wrong use exits with 2."""

import argparse
import os
import sys
from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

from app.certification.certificates.issuer import set_issuer
from app.clock import set_zone
from app.commands import (
    audit,
    backup,
    bundle,
    certifications,
    check,
    content,
    deals,
    demo,
    doctor,
    mcp,
    people,
    quiz,
    restore,
    server,
    tokens,
    work,
)
from app.commands.base import CommandError
from app.config import Settings
from app.errors import AppError


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="dealworthy", description="Decides who may sell what, and keeps what they say about it true."
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for noun in (
        server,
        content,
        check,
        quiz,
        people,
        deals,
        tokens,
        certifications,
        mcp,
        demo,
        work,
        audit,
        bundle,
        backup,
        restore,
        doctor,
    ):
        noun.register(parsers)
    return parser


_INTERRUPTED = 128 + 2
"""What shells return for a command that Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parsed = build_parser().parse_args(arguments)
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
