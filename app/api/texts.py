"""The kinds of texts that bodies carry, so strict that what the OpenAPI document allows is what is taken."""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, StringConstraints

from app.people.rules import LONGEST_EMAIL, LONGEST_NAME
from app.web.csvtable import day_problem

_CONTROL: Final = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_SPACE: Final = r"\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_FORMULA: Final = r"=+@\-"
_LETTER: Final = r"0-9A-Za-z_À-ÖØ-öø-ɏА-Яа-яΑ-ΡΣ-Ωα-ω一-鿿ぁ-ゖァ-ヺ가-힣"
_PARTED: Final = rf"@,;<>\"{_CONTROL}{_SPACE}\ufeff"
"""What stands in no part of an e-mail address."""


def line(most: int, *, name: bool = False) -> Any:
    """Make the type of a text on one line without spaces around it; a name cannot be read as a formula either."""
    first = rf"[^{_CONTROL}{_SPACE}{_FORMULA if name else ''}]"
    pattern = rf"^{first}([^{_CONTROL}]*[^{_CONTROL}{_SPACE}])?$"
    return Annotated[str, StringConstraints(min_length=1, max_length=most, pattern=pattern)]


PersonName = line(LONGEST_NAME, name=True)
TeamName = line(120, name=True)
Region = line(40, name=True)
Address = Annotated[
    str,
    StringConstraints(
        max_length=LONGEST_EMAIL,
        pattern=rf"^[{_LETTER}][^{_PARTED}]*@[^{_PARTED}.]+(\.[^{_PARTED}.]+)*$",
    ),
]
"""An e-mail address, whatever its case."""


def _day(value: object) -> object:
    if not isinstance(value, str) or day_problem(value):
        raise ValueError("must be a day, such as 2026-01-05")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
