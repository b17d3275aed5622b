"""Commands about the tokens of clients: `token create`, `token list`, `token rotate`, `token revoke`."""

import argparse
from datetime import datetime, timedelta

from sqlmodel import Session

from app.clock import now, site_zone
from app.commands.base import CommandError, Parsers, reading, sentence_of, subcommands, writing
from app.config import Settings
from app.errors import InvalidError
from app.people import queries
from app.people.tokens import LONGEST_OVERLAP, Scope, create_token, revoke_token, rotate_token

_ACTOR = "system"
_USUAL_OVERLAP = 24
_MOST_DAYS = 3650
_MOST_HOURS = LONGEST_OVERLAP // timedelta(hours=1)


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    token = subcommands(parsers, "token", "keys to the API")
    make = token.add_parser("create", help="make an API token and print it, this once")
    make.add_argument("name", metavar="NAME")
    make.add_argument("--scope", action="extend", nargs="+", required=True, choices=[scope.value for scope in Scope])
    make.add_argument("--days", type=_days, help="how long it works; without it, until it is revoked")
    make.set_defaults(run=_create)

    listing = token.add_parser("list", help="print every token that works: scopes, end, last use")
    listing.add_argument("--all", action="store_true", help="also those that have ended or were revoked")
    listing.set_defaults(run=_list)

    change = token.add_parser("rotate", help="make a token in the place of another and print it, this once")
    change.add_argument("name", metavar="NAME", help="the token's name, or its number in the list")
    change.add_argument(
        "--overlap-hours",
        type=_hours,
        default=_USUAL_OVERLAP,
        metavar="N",
        help=f"how long the old one still works, at most {_MOST_HOURS}; {_USUAL_OVERLAP} without this, 0 ends it now",
    )
    change.set_defaults(run=_rotate)

    end = token.add_parser("revoke", help="make a token worthless from now on")
    end.add_argument("name", metavar="NAME", help="the token's name, or its number in the list")
    end.set_defaults(run=_revoke)


def _days(text: str) -> int:
    days = int(text) if text.isdecimal() else 0
    if not 1 <= days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"write a number of days from 1 to {_MOST_DAYS}")
    return days


def _hours(text: str) -> int:
    hours = int(text) if text.isdecimal() else -1
    if not 0 <= hours <= _MOST_HOURS:
        raise argparse.ArgumentTypeError(f"write a number of hours from 0 to {_MOST_HOURS}")
    return hours


def _create(arguments: argparse.Namespace, settings: Settings) -> int:
    moment = now()
    ends = moment + timedelta(days=arguments.days) if arguments.days else None
    try:
        with writing(settings) as session:
            secret = create_token(
                session, arguments.name, arguments.scope, actor=_ACTOR, moment=moment, expires_at=ends
            )
    except InvalidError as error:
        raise CommandError(sentence_of(error)) from error
    print(secret)
    return 0


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    moment = now()
    with reading(settings) as session:
        tokens = [each for each in queries.tokens(session) if arguments.all or each.works(moment)]
    for token in tokens:
        used = f"last used {_day(token.last_used_at)}" if token.last_used_at else "never used"
        print(f"{token.id}  {token.name}  {token.hint}…  {' '.join(token.scopes)}  {_end(token, moment)}  {used}")
    return 0


def _end(token: queries.ListedToken, moment: datetime) -> str:
    if token.revoked_at:
        return f"revoked {_day(token.revoked_at)}"
    if token.expires_at is None:
        return "without end"
    return f"{'until' if token.works(moment) else 'ended'} {_day(token.expires_at)}"


def _day(moment: datetime) -> str:
    return moment.astimezone(site_zone()).isoformat(sep=" ", timespec="minutes")


def _rotate(arguments: argparse.Namespace, settings: Settings) -> int:
    with writing(settings) as session:
        number = _one(session, arguments.name)
        overlap = timedelta(hours=arguments.overlap_hours)
        secret = rotate_token(session, number, overlap, actor=_ACTOR, moment=now())
    print(secret)
    return 0


def _revoke(arguments: argparse.Namespace, settings: Settings) -> int:
    with writing(settings) as session:
        name = revoke_token(session, _one(session, arguments.name), actor=_ACTOR, moment=now())
    print(f"{name} cannot reach the API any more.")
    return 0


def _one(session: Session, name: str) -> int:
    """Return the one token that is meant; of tokens that replaced one another, the newest is not guessed at."""
    found = [each for each in queries.tokens(session) if each.revoked_at is None]
    matching = [each.id for each in found if str(each.id) == name] or [each.id for each in found if each.name == name]
    if not matching:
        raise CommandError(f"There is no token {name}; `dealworthy token list` prints them.")
    if len(matching) > 1:
        numbers = ", ".join(str(number) for number in matching)
        raise CommandError(f"Several tokens are called {name}: {numbers}. Give the number of one.")
    return matching[0]
