"""Commands about deals: `deals import`."""

import argparse
from pathlib import Path

from app.clock import now
from app.commands.base import CommandError, Parsers, subcommands, writing
from app.commands.csvfiles import content_of, refuse
from app.config import Settings
from app.deals.importing.actions import Plan, import_deals
from app.deals.importing.reading import COLUMNS, read_deals

_ACTOR = "system"


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    deals = subcommands(parsers, "deals", "the deals of this installation")
    load = deals.add_parser("import", help="store deals from a CSV file, all of them or none")
    load.add_argument("file", type=Path, metavar="FILE.csv", help=f"header: {','.join(COLUMNS)}")
    load.add_argument("--dry-run", action="store_true", help="only say what would happen")
    load.add_argument("--record", action="store_true", help="store also what the gate stops, as what the CRM says")
    load.set_defaults(run=_import)


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    content = content_of(arguments.file)
    with writing(settings) as session:
        plan = import_deals(
            session,
            read_deals(content),
            None,
            by=_ACTOR,
            moment=now(),
            dry_run=arguments.dry_run,
            record_stopped=arguments.record,
        )
    refuse(arguments.file, plan.problems)
    lines = [f"{arguments.file}: {line}" for line in _stopped(plan)]
    if plan.refused:
        raise CommandError("\n".join([*lines, "Nothing was stored."]))
    for line in lines:
        print(line)
    done = "Nothing was stored (dry run)" if arguments.dry_run else "Stored"
    print(f"{done}: {plan.new} new, {plan.changed} changed, {plan.unchanged} unchanged.")
    return 0


def _stopped(plan: Plan) -> list[str]:
    return [
        f"row {each.row}: {each.reference}: the gate stops {name}: {why}"
        for each in plan.stopped
        for name, why in each.reasons
    ]
