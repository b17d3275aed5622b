"""What an import of people would do: rows compared with what is stored, everything that is wrong at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.people.models import Role
from app.people.rules import circle_through
from app.web.csvtable import Problem
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as an import sees them: the team by its name, the manager by e-mail address."""

    email: str
    name: str
    roles: frozenset[Role]
    team: str | None
    manager: str | None
    locale: str | None
    region: str | None = None
    hired_on: date | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that could not be read: whom it is about, and the manager whom it names, if those can be told."""

    number: int
    email: str
    manager: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """A person who is stored already."""

    id: int
    entry: Entry
    active: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A stored person whom the file describes otherwise; `before` and `after` differ in `fields`."""

    id: int
    before: Entry
    after: Entry
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does, or everything that keeps it from doing anything."""

    problems: tuple[Problem, ...] = ()
    new: tuple[Entry, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    new_teams: tuple[str, ...] = ()


def plan_import(
    rows: Sequence[tuple[int, Entry]],
    columns: frozenset[str],
    known: Mapping[str, Known],
    teams: Sequence[str],
    default_locale: str,
    set_aside: Sequence[SetAside] = (),
) -> Plan:
    """Compare rows (number, entry) with what is stored. Columns that the file lacks keep what is stored.

    Those whom rows that were `set_aside` are about may be somebody's manager all the same.
    """
    spelling = {team.casefold(): team for team in teams}
    new_teams: list[str] = []
    wanted: dict[str, Entry] = {}
    numbers: dict[str, int] = {}
    problems: list[Problem] = []
    for number, row in rows:
        entry = row
        if entry.email in numbers:
            sentence = _("%(email)s is in row %(row)s already.") % {"email": entry.email, "row": numbers[entry.email]}
            problems.append(Problem(number, "email", sentence))
            continue
        stored = known.get(entry.email)
        if stored and not stored.active:
            sentence = _("%(email)s is deactivated. Reactivate the account first.") % {"email": entry.email}
            problems.append(Problem(number, "email", sentence))
        if entry.team and entry.team.casefold() not in spelling:
            spelling[entry.team.casefold()] = entry.team
            new_teams.append(entry.team)
        team = spelling[entry.team.casefold()] if entry.team else None
        numbers[entry.email] = number
        wanted[entry.email] = _complete(replace(entry, team=team), stored, columns, default_locale)
    problems += _manager_problems(wanted, numbers, known, set_aside)
    problems += _last_admin_problem(wanted, numbers, known)
    if problems:
        return Plan(problems=tuple(sorted(problems, key=lambda each: each.row)))
    changes = [
        Change(known[email].id, known[email].entry, entry, _differences(known[email].entry, entry))
        for email, entry in wanted.items()
        if email in known
    ]
    changed = tuple(change for change in changes if change.fields)
    return Plan(
        new=tuple(entry for email, entry in wanted.items() if email not in known),
        changed=changed,
        unchanged=len(changes) - len(changed),
        new_teams=tuple(new_teams),
    )


def _complete(entry: Entry, stored: Known | None, columns: frozenset[str], default_locale: str) -> Entry:
    before = stored.entry if stored else None
    return replace(
        entry,
        team=entry.team if "team" in columns or before is None else before.team,
        manager=entry.manager if "manager" in columns or before is None else before.manager,
        locale=entry.locale or (before.locale if before else default_locale),
        region=entry.region if "region" in columns or before is None else before.region,
        hired_on=entry.hired_on if "hired_on" in columns or before is None else before.hired_on,
    )


def _differences(before: Entry, after: Entry) -> tuple[str, ...]:
    fields = ("name", "roles", "team", "manager", "locale", "region", "hired_on")
    return tuple(name for name in fields if getattr(before, name) != getattr(after, name))


def _manager_problems(
    wanted: Mapping[str, Entry], numbers: Mapping[str, int], known: Mapping[str, Known], set_aside: Sequence[SetAside]
) -> list[Problem]:
    above: dict[str, str | None] = {email: person.entry.manager for email, person in known.items()}
    above.update({email: entry.manager for email, entry in wanted.items()})
    anybody = {*above, *(row.email for row in set_aside)}
    named = [(numbers[email], entry.manager) for email, entry in wanted.items()]
    named += [(row.number, row.manager) for row in set_aside]
    problems = []
    for number, manager in named:
        if manager and manager not in anybody:
            sentence = _("Nobody has the address %(email)s, here or in the file.") % {"email": manager}
            problems.append(Problem(number, "manager", sentence))
    for email in wanted:
        if circle := circle_through(email, above):
            sentence = _("This is a circle: %(people)s.") % {"people": " → ".join(circle)}
            problems.append(Problem(numbers[email], "manager", sentence))
    return problems


def _last_admin_problem(
    wanted: Mapping[str, Entry], numbers: Mapping[str, int], known: Mapping[str, Known]
) -> list[Problem]:
    before = {email for email, person in known.items() if person.active and Role.ADMIN in person.entry.roles}
    lost = {email for email in before if email in wanted and Role.ADMIN not in wanted[email].roles}
    found = any(Role.ADMIN in entry.roles for entry in wanted.values())
    if not before or before - lost or found:
        return []
    sentence = _("This would leave nobody with the role admin.")
    return [Problem(numbers[email], "role", sentence) for email in sorted(lost)]
