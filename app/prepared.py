"""Statements that are read again and again: their text and the types of their values are worked out once.

For a small read SQLAlchemy takes several times as long as the database: it looks for the text by the statement's
parts, and makes a context and a result for each. What is sent here goes through the same connection, in the same
transaction, with the same types, and is seen by whoever watches statements.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import CompoundSelect, Dialect, SelectBase
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

_Convert = Callable[[Any], Any] | None


class Prepared:
    """A statement as one database takes it. It must not have an `IN` of many values: see `app.anyof`."""

    def __init__(self, statement: SelectBase, dialect: Dialect, values: Mapping[str, Any]) -> None:
        compiled = statement.compile(dialect=dialect)
        if any(each.key in values for each in compiled.post_compile_params):
            raise TypeError("a statement whose text depends on its values cannot be prepared")
        whole = compiled.construct_expanded_state(values)
        converts = {
            name: convert
            for each, name in compiled.bind_names.items()
            if (convert := each.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        } | dict(whole.processors)
        self._text = whole.statement
        self._dialect = dialect
        self._names = values.keys() & whole.parameters.keys()
        self._converts = {name: convert for name, convert in converts.items() if name in values}
        self._fixed = {
            name: converts[name](value) if name in converts else value
            for name, value in whole.parameters.items()
            if name not in values
        }
        self._order = whole.positiontup if dialect.positional else None
        first: Any = statement.selects[0] if isinstance(statement, CompoundSelect) else statement
        self._types = [each["type"] for each in first.column_descriptions]
        self._rows: Callable[[Sequence[Any]], Sequence[Any]] | None = None

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows, as tuples whose columns have names."""
        parameters = self._parameters(values)
        cursor = connection.connection.cursor()
        try:
            self._execute(connection, cursor, parameters)
            found = cursor.fetchall()
            make = self._rows = self._rows or self._maker(cursor.description)
        except self._dialect.loaded_dbapi.Error as error:
            gone = self._dialect.is_disconnect(error, connection.connection, cursor)
            if gone:
                connection.invalidate(error)
            raise DBAPIError.instance(
                self._text,
                None,
                error,
                self._dialect.loaded_dbapi.Error,
                hide_parameters=True,
                connection_invalidated=gone,
                dialect=self._dialect,
            ) from error
        finally:
            cursor.close()
        return make(found)

    def _parameters(self, values: Mapping[str, Any]) -> Any:
        if values.keys() != self._names:
            raise TypeError(f"the statement takes {sorted(self._names)} and was given {sorted(values)}")
        filled = {**self._fixed, **values}
        for name, convert in self._converts.items():
            filled[name] = convert(filled[name])
        return filled if self._order is None else tuple([filled[name] for name in self._order])

    def _execute(self, connection: Connection, cursor: Any, parameters: Any) -> None:
        for tell in connection.dispatch.before_cursor_execute:
            tell(connection, cursor, self._text, parameters, None, False)
        for execute in self._dialect.dispatch.do_execute:
            if execute(cursor, self._text, parameters, None):
                return
        self._dialect.do_execute(cursor, self._text, parameters)

    def _maker(self, described: Sequence[Sequence[Any]]) -> Callable[[Sequence[Any]], Sequence[Any]]:
        """Make what turns rows of the driver into ours: column by column, as most of them stay as they are."""
        names = [each[0] for each in described]  # as the database calls them
        named: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 (known by now)
        row = named._make
        converts: list[_Convert] = [
            each.dialect_impl(self._dialect).result_processor(self._dialect, column[1])
            for each, column in zip(self._types, described, strict=True)
        ]
        if not any(converts):
            return lambda found: [row(each) for each in found]
        return lambda found: [row(each) for each in zip(*_converted(converts, found), strict=True)]


def _converted(converts: Sequence[_Convert], found: Sequence[Any]) -> Iterable[Iterable[Any]]:
    columns = zip(*found, strict=True)
    return (map(convert, column) if convert else column for convert, column in zip(converts, columns, strict=False))


_KEPT = "dealworthy_prepared"
"""Where a dialect keeps its statements: they go when it goes, with its engine."""


def prepared(statement: SelectBase, dialect: Dialect, values: Mapping[str, Any]) -> Prepared:
    """Return a statement as a database of this dialect takes it, worked out when it is sent the first time."""
    kept: WeakKeyDictionary[SelectBase, Prepared] | None = vars(dialect).get(_KEPT)
    if kept is None:
        kept = vars(dialect).setdefault(_KEPT, WeakKeyDictionary())
    try:
        return kept[statement]
    except KeyError:
        found = kept[statement] = Prepared(statement, dialect, values)
        return found
