"""Ask for rows of any of several values with a statement that stays the same however many values there are.

SQLAlchemy writes `IN` anew for each number of values. This way the text is written once, the database may keep its plan
for it, and there is no limit to the values.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, String, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine


class _Values(TypeDecorator[Collection[Any]]):
    """Several values as one: an array, or for SQLite a list in JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, each: TypeEngine[Any]) -> None:
        super().__init__()
        self.each = each

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.each))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        found = list(value or ())
        return json.dumps(found) if dialect.name == "sqlite" else found


class _AnyOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "_AnyOf":
        """Stand as it is: SQLAlchemy would write `= 1` behind it for SQLite, which then uses no index."""
        del against
        return self


def any_of(column: Any, name: str) -> ColumnElement[bool]:
    """Choose the rows whose `column`, of numbers or texts, has one of the values that are sent as `name`."""
    each: TypeEngine[Any] = String() if issubclass(column.type.python_type, str) else column.type
    return _AnyOf(column, bindparam(name, type_=_Values(each)))


@compiles(_AnyOf, "sqlite")
def _in_list(element: _AnyOf, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(each, **more) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 (a parameter)


@compiles(_AnyOf)
def _any_of_array(element: _AnyOf, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(each, **more) for each in element.clauses)
    return f"({column} = ANY ({values}))"
