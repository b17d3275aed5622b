"""Commands about people: `people import`, `admin create`."""

import argparse
import sys
from pathlib import Path

from app.clock import now
from app.commands.base import CommandError, Parsers, sentence_of, subcommands, writing
from app.commands.csvfiles import content_of, refuse
from app.config import Settings
from app.errors import InvalidError
from app.people.actions import Details, create_password_link, create_person, set_password
from app.people.csvfile import COLUMNS, read_people
from app.people.importing import import_people
from app.people.models import Role
from app.people.passwords import LONGEST, SHORTEST

_ACTOR = "system"


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    people = subcommands(parsers, "people", "the people of this installation")
    load = people.add_parser("import", help="store people from a CSV file, all of them or none")
    load.add_argument("file", type=Path, metavar="FILE.csv", help=f"header: {','.join(COLUMNS)}")
    load.add_argument("--dry-run", action="store_true", help="only say what would happen")
    load.set_defaults(run=_import)

    admin = subcommands(parsers, "admin", "administrators")
    create = admin.add_parser("create", help="make an administrator, such as the first one")
    create.add_argument("--email", required=True)
    create.add_argument("--name", required=True)
    create.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    create.set_defaults(run=_create_admin)


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    content = content_of(arguments.file)
    with writing(settings) as session:
        plan = import_people(session, read_people(content), actor=_ACTOR, moment=now(), dry_run=arguments.dry_run)
    refuse(arguments.file, plan.problems)
    for team in plan.new_teams:
        print(f"new team: {team}")
    for entry in plan.new:
        print(f"new: {entry.email}")
    for change in plan.changed:
        print(f"changed: {change.after.email} ({', '.join(change.fields)})")
    done = "Nothing was stored (dry run)" if arguments.dry_run else "Stored"
    print(f"{done}: {len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged} unchanged.")
    return 0


def _create_admin(arguments: argparse.Namespace, settings: Settings) -> int:
    password = sys.stdin.readline().rstrip("\r\n") if arguments.password_stdin else None
    if password is not None and not SHORTEST <= len(password) <= LONGEST:
        raise CommandError(f"The password needs {SHORTEST} to {LONGEST} characters.", 2)
    details = Details(email=arguments.email, name=arguments.name, roles=frozenset({Role.ADMIN}))
    path = ""
    try:
        with writing(settings) as session:
            person = create_person(session, details, actor=_ACTOR, moment=now())
            if person.id is not None and password is None:
                path = create_password_link(session, person.id, actor=_ACTOR, moment=now())
            elif password is not None:
                set_password(session, person, password, actor=_ACTOR, moment=now())
    except InvalidError as error:
        raise CommandError(sentence_of(error)) from error
    print(f"{person.email} is an administrator.")
    if path:
        print(f"Set the password here, once, within three days: {settings.origin}{path}")
    return 0
