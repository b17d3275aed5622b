"""Reading the records of a pack in chunks: each costs the same few statements, however many rows it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion, Product
from app.reports.evidence.accounts import Accounts
from app.reports.evidence.subjects import Wanted
from app.reports.evidence.tables import ACTORS, Table

CHUNK = 1000
"""Rows that are in memory at once."""
_VERSIONS = frozenset({"content_version_id", "program_version_id", "redlines_version_id"})


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers in the records stand for: products by slug, texts by their file, accounts by a word."""

    products: Mapping[int, str]
    texts: Mapping[int, str]
    contents: Mapping[int, str]
    accounts: Accounts


def names(session: Session, accounts: Accounts) -> Names:
    """Read the names that records refer to; three statements."""
    slugs = {row[0]: row[1] for row in session.execute(select(col(Product.id), col(Product.slug)))}
    contents = session.execute(select(col(Content.id), col(Content.kind), col(Content.slug)))
    named = {row[0]: (row[1].value, row[2]) for row in contents}
    versions = session.execute(
        select(col(ContentVersion.id), col(ContentVersion.content_id), col(ContentVersion.number))
    )
    texts = {row[0]: text_name(*named[row[1]], row[2]) for row in versions}
    return Names(slugs, texts, {each: slug for each, (_kind, slug) in named.items()}, accounts)


def text_name(kind: str, slug: str, number: int) -> str:
    """Name the file of a frozen text, without its ending."""
    return f"texts/{kind}/{slug}-{number}"


def chunks(session: Session, statement: Any, key: Any, size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """Read a statement's rows in the order of `key`, a unique number, so many at a time."""
    after: int | None = None
    while True:
        query = statement.order_by(key).limit(size)
        if after is not None:
            query = query.where(key > after)
        rows = session.execute(query).all()
        if not rows:
            return
        yield rows
        if len(rows) < size:
            return
        after = rows[-1].id


def columns_of(table: Table, wanted: Wanted) -> tuple[str, ...]:
    """Return the columns of a table that stand in this pack."""
    return tuple(each for each in table.columns if wanted.whole or each not in table.internal)


def heads_of(table: Table, wanted: Wanted) -> tuple[str, ...]:
    """Return what the pack calls these columns."""
    return tuple(_head(each) for each in columns_of(table, wanted))


def rows_of(session: Session, table: Table, wanted: Wanted, found: Names) -> Iterator[dict[str, Any]]:
    """Read the rows of a table as they were at the moment of the pack."""
    columns = columns_of(table, wanted)
    statement = select(*(col(getattr(table.model, each)) for each in columns)).where(
        table.within(wanted.subject), col(getattr(table.model, table.known)) <= wanted.as_of
    )
    for rows in chunks(session, statement, col(table.model.id)):
        chunk = [_then(row._mapping, table, wanted.as_of) for row in rows]  # noqa: SLF001 (its public name for a mapping)
        found.accounts.learn([row[each] for row in chunk for each in columns if each in ACTORS and row[each]])
        people = {row["person_id"] for row in chunk} if "person_id" in columns else set()
        holders = found.accounts.holders(people) if people else {}
        for row in chunk:
            yield {_head(each): _value(each, row, found, holders) for each in columns}


def _then(row: Mapping[str, Any], table: Table, as_of: datetime) -> dict[str, Any]:
    """Think away what was stored in a row later."""
    then = dict(row)
    for moment, columns in table.later.items():
        if then[moment] is not None and then[moment] > as_of:
            then.update(dict.fromkeys((moment, *columns)))
    return then


def _head(column: str) -> str:
    if column in _VERSIONS:
        return "text" if column == "content_version_id" else column.removesuffix("_version_id")
    if column in {"person_id", "product_id", "assessor_id", "host_id"}:
        return column.removesuffix("_id")
    return "quiz" if column == "content_id" else column


def _value(column: str, row: Mapping[str, Any], found: Names, holders: Mapping[int, str]) -> Any:
    value = row[column]
    if value is None:
        return None
    if column == "person_id":
        return holders[value]
    if column == "product_id":
        return found.products[value]
    if column == "content_id":
        return found.contents[value]
    if column in _VERSIONS:
        return found.texts[value]
    if column in ACTORS:
        person_id = row.get("person_id")
        return found.accounts.word(value, (person_id, holders[person_id]) if person_id is not None else None)
    return value
