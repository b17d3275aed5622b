"""Ask about chosen people × products, rather than about all of both: a table of keys that a statement is sent."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Integer, TableValuedAlias, Text, bindparam, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.database import Moment


class _Keys(FunctionElement[Any]):
    name = "keys"
    inherit_cache = True


@compiles(_Keys, "sqlite")
def _sqlite(element: _Keys, compiler: SQLCompiler, **more: Any) -> str:
    values = compiler.process(element.clauses, **more)
    fields = "json_extract(value, '$[0]') person_id, json_extract(value, '$[1]') product_id"
    return f"(SELECT {fields}, json_extract(value, '$[2]') since FROM json_each({values}))"  # noqa: S608 (values are a parameter)


@compiles(_Keys)
def _postgresql(element: _Keys, compiler: SQLCompiler, **more: Any) -> str:
    values = compiler.process(element.clauses, **more)
    fields = "(value->>0)::integer person_id, (value->>1)::integer product_id"
    return f"(SELECT {fields}, (value->>2)::timestamptz since FROM json_array_elements(CAST({values} AS json)))"  # noqa: S608 (as above)


def keys_table() -> TableValuedAlias:
    """Give the table of what `written` writes, sent as `keys`: `person_id`, `product_id` and `since`, a midnight."""
    columns = (column("person_id", Integer), column("product_id", Integer), column("since", Moment))
    return _Keys(bindparam("keys", type_=Text)).table_valued(*columns)


def written(keys: Collection[tuple[int, int, date]]) -> str:
    """Write (person's id, product's id, day) for a statement; the days begin at midnight in UTC, or near it."""
    return json.dumps([(person_id, product_id, since.isoformat()) for person_id, product_id, since in keys])
