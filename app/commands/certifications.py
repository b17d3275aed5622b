"""The command about certifications: `certifications import`."""

import argparse
from pathlib import Path

from app.certification.past.actions import import_past
from app.certification.past.reading import COLUMNS, read_past
from app.clock import now
from app.commands.base import Parsers, subcommands, writing
from app.commands.csvfiles import content_of, refuse
from app.config import Settings

_ACTOR = "system"


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    certifications = subcommands(parsers, "certifications", "what people have earned")
    load = certifications.add_parser("import", help="take over past certifications from a CSV file, all or none")
    load.add_argument(
        "file", type=Path, metavar="FILE.csv", help=f"header: {','.join(COLUMNS)}; the last three may lack"
    )
    load.add_argument("--dry-run", action="store_true", help="only say what would happen")
    load.set_defaults(run=_import)


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    content = content_of(arguments.file)
    with writing(settings) as session:
        plan = import_past(session, read_past(content), actor=_ACTOR, moment=now(), dry_run=arguments.dry_run)
    refuse(arguments.file, plan.problems)
    for each in plan.new:
        product = f"{each.entry.product}/{each.chain[2]}" if each.chain[2] else each.entry.product
        print(f"new: {each.entry.email} {product} {each.dates.done_on} valid through {each.dates.valid_through}")
    done = "Nothing was stored (dry run)" if arguments.dry_run else "Stored"
    print(f"{done}: {len(plan.new)} new, {plan.unchanged} unchanged.")
    return 0
