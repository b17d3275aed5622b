"""Long lists in pages: a client goes on from a cursor, and whoever comes or goes meanwhile shifts nothing.

A cursor holds the last row's place in the order of the list, so a page is found by its key and never by counting.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from app.api.schemas import Schema
from app.errors import InvalidError
from app.web.i18n import gettext as _

MOST_ITEMS: Final = 200
USUAL_ITEMS: Final = 50
LAST: Final = 2**63 - 1
"""The number that no row's lies behind, in the place where a page ends between two of them."""
_LONGEST_CURSOR: Final = 1_000

Item = TypeVar("Item")
Row = TypeVar("Row")
Place = TypeVar("Place", bound=tuple[Any, ...])


def _whole(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= len(str(MOST_ITEMS))):
        raise ValueError(f"must be a whole number from 1 to {MOST_ITEMS}")
    return value


class PageQuery(Schema):
    """The query parameters of every list; a list with filters adds them to it."""

    limit: Annotated[int, Field(ge=1, le=MOST_ITEMS), BeforeValidator(_whole)] = Field(
        default=USUAL_ITEMS, description="How many items a page holds at most."
    )
    cursor: str | None = Field(default=None, description="`next` of the page before; without it, the first page.")

    def after(self, kind: type[Place]) -> Place | None:
        """Return the place that the cursor holds, such as `tuple[str, int]`; None is the beginning.

        Raises InvalidError for a cursor that no list of this kind gave.
        """
        if self.cursor is None:
            return None
        try:
            return TypeAdapter(kind).validate_python(_unpacked(self.cursor), strict=True)
        except (ValueError, ValidationError, RecursionError) as error:
            raise self.wrong_cursor() from error

    def wrong_cursor(self) -> InvalidError:
        """Make the error about a cursor that no list of this kind gave."""
        detail = _("Send `next` of the page before, as it is.")
        return InvalidError(
            _("The request is not of the form that this address takes."), [{"pointer": "/cursor", "detail": detail}]
        )


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="Send it as `cursor` for the page that follows; null on the last page.")


class Cut(NamedTuple, Generic[Row]):
    """The rows of one page, and the cursor of the next."""

    rows: Sequence[Row]
    next: str | None


def cut(rows: Sequence[Row], limit: int, place: Callable[[Row], tuple[str | int, ...]]) -> Cut[Row]:
    """Cut `limit` rows off those that were read, which are to be `limit + 1` so that it shows whether more follow.

    `place` gives a row's place in the order of the list: what `PageQuery.after` hands back.
    """
    if len(rows) <= limit:
        return Cut(rows, None)
    kept = rows[:limit]
    return Cut(kept, pack(place(kept[-1])))


def pack(place: tuple[str | int, ...]) -> str:
    """Write a place as a cursor."""
    text = json.dumps(place, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> tuple[str | int, ...]:
    if len(cursor) > _LONGEST_CURSOR or not cursor.isascii():
        raise ValueError("no cursor is so long")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    parts = json.loads(raw.decode())
    if not isinstance(parts, list) or not all(_is_place(each) for each in parts):
        raise ValueError("not a place in a list")
    return tuple(parts)


def _is_place(part: object) -> bool:
    if isinstance(part, str):
        return "\x00" not in part and part.isprintable()
    return isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= LAST
