"""Which schema the database has."""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app.commands.diagnosis.checks import Needs, Patient, check
from app.schema import Fit, newest_revision, schema_of
from app.tables import metadata

_MOST = 10


@check("migrated", "Run `dealworthy migrate`, after a backup.", Needs.DATABASE)
def _migrated(patient: Patient) -> Iterator[str]:
    found = schema_of(patient.database)
    if found.fit is Fit.OLDER:
        has = f"is of revision {found.revision}" if found.revision else "has no tables of Dealworthy"
        yield f"The database {has}, and this version needs {newest_revision()}."


@check("too-new", "Start the version of Dealworthy that migrated the database.", Needs.DATABASE)
def _too_new(patient: Patient) -> Iterator[str]:
    found = schema_of(patient.database)
    if found.fit is Fit.TOO_NEW:
        yield found.sentence.removesuffix(" Start that version.")


@check(
    "tables",
    "Restore a backup, or add what somebody removed by hand; `restore --check` tells a good backup.",
    Needs.SCHEMA,
)
def _tables(patient: Patient) -> Iterator[str]:
    if schema_of(patient.database).newer:
        return
    context = MigrationContext.configure(patient.database, opts={"compare_type": False})
    missing = [each for each in map(_missing, compare_metadata(context, metadata)) if each]
    yield from missing[:_MOST]


def _missing(difference: Any) -> str:
    """Say what the database lacks; what it has besides does no harm."""
    kind, *what = difference if isinstance(difference, tuple) else ("",)
    if kind == "add_table":
        return f"The table {what[0].name} is missing."
    if kind == "add_column":
        return f"The column {what[1]}.{what[2].name} is missing."
    if kind in {"add_index", "add_constraint", "add_fk"}:
        return f"The table {what[0].table.name} lacks {what[0].name}."
    return ""
