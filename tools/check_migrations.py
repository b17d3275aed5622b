"""Checks that the migrations make exactly the tables of the models, and that older code can go on beside them.

A migration that takes away what older code uses raises `oldest_code`; what it takes away is seen in the tables
themselves, so it does not matter how it was written.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Inspector

from app.config import ROOT

FIRST_STAMPED = "0006"
"""From this revision on migrations say which code may run on them."""
RAISE = "raise oldest_code to the first revision whose code does without"


@dataclass(frozen=True)
class Column:
    """What code that stores rows has to know of a column."""

    kind: str
    nullable: bool
    has_default: bool


@dataclass(frozen=True)
class Table:
    """The columns by name, and which of them are unique together."""

    columns: dict[str, Column]
    unique: set[frozenset[str]]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "alembic"))
        config.attributes["url"] = f"sqlite:///{Path(folder) / 'check.db'}"
        problems = list(undeclared(config))
        try:
            command.check(config)
        except CommandError as error:
            problems.append(f"{error}\nWrite a migration: .venv/bin/alembic revision --autogenerate -m 'what changes'")
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def undeclared(config: Config, since: str = FIRST_STAMPED) -> Iterator[str]:
    """Run each migration after `since` on an empty database, and say what is wrong with its word about older code."""
    scripts = list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))
    order = [script.revision for script in scripts]
    command.upgrade(config, since)
    before = tables(config.attributes["url"])
    allowed = scripts[order.index(since)].module.oldest_code
    for script in scripts[order.index(since) + 1 :]:
        command.upgrade(config, script.revision)
        after = tables(config.attributes["url"])
        declared = getattr(script.module, "oldest_code", "")
        taken = list(taken_away(before, after)) if declared == allowed else []
        wrong = _wrong(script, declared, order, allowed) or (f"{', '.join(taken)}; {RAISE}" if taken else "")
        if wrong:
            yield f"{Path(script.path).name}: {wrong}"
        allowed = declared or allowed
        before = after


def _wrong(script: Script, declared: str, order: list[str], allowed: str) -> str:
    known = order[: order.index(script.revision) + 1]
    if not declared:
        return f"say `oldest_code = {allowed!r}`: the oldest revision whose code may run on it"
    if declared not in known:
        return f"its oldest_code {declared!r} is no revision up to its own"
    if order.index(declared) < order.index(allowed):
        return f"its oldest_code {declared!r} admits code that an earlier migration shut out: there it is {allowed!r}"
    return ""


def tables(url: str) -> dict[str, Table]:
    """Return every table of a database."""
    engine = create_engine(url)
    try:
        inspector = inspect(engine)
        return {name: _table(inspector, name) for name in inspector.get_table_names()}
    finally:
        engine.dispose()


def _table(inspector: Inspector, name: str) -> Table:
    columns = {
        each["name"]: Column(str(each["type"]), bool(each["nullable"]), each.get("default") is not None)
        for each in inspector.get_columns(name)
    }
    constraints = [each["column_names"] for each in inspector.get_unique_constraints(name)]
    indexes = [each["column_names"] for each in inspector.get_indexes(name) if each["unique"]]
    return Table(columns, {frozenset(filter(None, names)) for names in constraints + indexes})


def taken_away(before: dict[str, Table], after: dict[str, Table]) -> Iterator[str]:
    """Name what code that knows only the tables of `before` would miss in those of `after`."""
    for name, old in before.items():
        if name in after:
            yield from (f"{name}{what}" for what in _taken_from(old, after[name]))
        else:
            yield f"the table {name} is gone"


def _taken_from(old: Table, new: Table) -> Iterator[str]:
    for column, was in old.columns.items():
        now = new.columns.get(column)
        if now is None:
            yield f".{column} is gone"
        elif now.kind != was.kind:
            yield f".{column} has another type"
        elif was.nullable and not now.nullable:
            yield f".{column} may not be empty any more"
    for column in new.columns.keys() - old.columns.keys():
        if not new.columns[column].nullable and not new.columns[column].has_default:
            yield f".{column} is new and must be given"
    for together in new.unique - old.unique:
        if together <= old.columns.keys():
            yield f" must be unique in {', '.join(sorted(together))}"


if __name__ == "__main__":
    sys.exit(main())
