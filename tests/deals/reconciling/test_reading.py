"""Whatever a CRM sends: what can be read is, and what cannot is named by its line and stops nothing else."""

import json
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deals.reconciling.reading import LONGEST_LINE, Broken, Given, array, lines
from app.deals.reconciling.rules import CrmDeal, CrmMember

NO_JSON = "This line is no JSON in UTF-8, or a key in it stands twice."
NO_TEXT = "This has a character in it that no text has."
HALF = "This cannot be read; check how it is written."
UNKNOWN = "Nothing of this name is known here."
NO_AMOUNT = "Write an amount as 86000 or 86000.50."
GOOD = Given(2, CrmDeal("D-2"))
WHOLE = {
    "id": " D-1 ",
    "name": "Harbour Bakery Group",
    "account": "Harbour Bakery",
    "amount": "86000.50",
    "currency": "SEK",
    "stage": "contract",
    "close_date": "2026-12-11",
    "region": "DE",
    "industry": None,
    "outcome": "won",
    "closed_on": "2026-12-01",
    "products": ["pilot", "keeper"],
    "team": [{"rep": "Ana@Example.com", "role": "owner", "supervisor": "ben@example.com"}],
    "contacts": [{"name": "Mia", "role": "buyer"}],
}


def test_a_row_is_what_was_given_and_nothing_else() -> None:
    content = b"\xef\xbb\xbf" + json.dumps(WHOLE).encode() + b'\r\n\r\n  \n{"id": "D-2", "amount": 1e3, "team": []}'
    assert list(lines(BytesIO(content))) == [
        Given(
            1,
            CrmDeal(
                "D-1",
                {
                    "name": "Harbour Bakery Group",
                    "account": "Harbour Bakery",
                    "amount": Decimal("86000.50"),
                    "currency": "SEK",
                    "stage": "contract",
                    "close_date": date(2026, 12, 11),
                    "region": "DE",
                    "industry": None,
                    "outcome": "won",
                    "closed_on": date(2026, 12, 1),
                },
                products=("keeper", "pilot"),
                team=(CrmMember("ana@example.com", "owner"),),
            ),
        ),
        Given(4, CrmDeal("D-2", {"amount": Decimal(1000)}, None, ())),
    ]


HOSTILE: dict[str, tuple[bytes, tuple[tuple[str, str], ...]]] = {
    "no JSON": (b"hello", (("", NO_JSON),)),
    "two objects": (b'{"id": "D-1"} {"id": "D-1"}', (("", NO_JSON),)),
    "half an object": (b'{"id": "D-1"', (("", NO_JSON),)),
    "a key that stands twice": (b'{"id": "D-1", "id": "D-2"}', (("", NO_JSON),)),
    "no UTF-8": (b'{"id": "D-\xff"}', (("", NO_JSON),)),
    "UTF-16": ('{"id": "D-1"}'.encode("utf-16-be"), (("", NO_JSON),)),
    "not a number": (b'{"id": "D-1", "amount": NaN}', (("", NO_JSON),)),
    "endless": (b'{"id": "D-1", "amount": -Infinity}', (("", NO_JSON),)),
    "deep": (b'{"id": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", (("", NO_JSON),)),
    "a number beyond every exponent": (b'{"id": "D-1", "amount": 1e99999999999999999999}', (("", NO_JSON),)),
    "too long": (b'{"id": "' + b"x" * LONGEST_LINE + b'"}', (("", "This line is longer than 64 KiB."),)),
    "no object": (b"[]", (("", "Each row is a JSON object."),)),
    "no id": (b"{}", (("/id", "Fill this in."),)),
    "an empty name": (b'{"id": "D-1", "name": ""}', (("/name", "Fill this in."),)),
    "NUL": (b'{"id": "D-\\u0000"}', (("/id", NO_TEXT),)),
    "half a character": (b'{"id": "D-\\ud800"}', (("/id", HALF),)),
    "unknown key": (b'{"id": "D-1", "stages": "contract"}', (("/stages", UNKNOWN),)),
    "unknown key with a slash": (b'{"id": "D-1", "a/b~\\n": 1}', (("/a~1b~0?", UNKNOWN),)),
    "a date as a number": (b'{"id": "D-1", "close_date": 20261211}', (("/close_date", "Write a day as 2026-01-05."),)),
    "a date in another form": (
        b'{"id": "D-1", "close_date": "20261211"}',
        (("/close_date", "Write a day as 2026-01-05."),),
    ),
    "an amount that is a truth": (
        b'{"id": "D-1", "amount": true}',
        (("/amount", NO_AMOUNT),),
    ),
    "an amount below nothing": (
        b'{"id": "D-1", "amount": -1}',
        (("/amount", "Write an amount from 0 to 999999999999.99."),),
    ),
    "an amount of thousands of digits": (
        b'{"id": "D-1", "amount": ' + b"9" * 6_000 + b"}",
        (("/amount", NO_AMOUNT),),
    ),
    "parts of a cent": (
        b'{"id": "D-1", "amount": 1.005}',
        (("/amount", NO_AMOUNT),),
    ),
    "a stage nobody knows": (
        b'{"id": "D-1", "stage": "closing"}',
        (("/stage", "Choose one of discovery, proposal, negotiation, contract, delivery, renewal."),),
    ),
    "an outcome nobody knows": (b'{"id": "D-1", "outcome": "open"}', (("/outcome", "Choose one of won, lost."),)),
    "a part nobody plays": (
        b'{"id": "D-1", "team": [{"rep": "ana@example.com", "role": "Sales Rep"}]}',
        (
            (
                "/team/0/role",
                "Choose one of owner, account-manager, solution-consultant, customer-success, specialist.",
            ),
        ),
    ),
    "a name that is too long": (
        b'{"id": "D-1", "name": "' + b"x" * 201 + b'"}',
        (("/name", "Use at most 200 characters."),),
    ),
    "too many products": (
        json.dumps({"id": "D-1", "products": [str(each) for each in range(51)]}).encode(),
        (("/products", "There are more than 50 of these."),),
    ),
    "products that are no list": (
        b'{"id": "D-1", "products": "keeper"}',
        (("/products", "This cannot be read; check how it is written."),),
    ),
    "somebody twice": (
        b'{"id": "D-1", "team": [{"rep": "a@x", "role": "owner"}, {"rep": "A@x", "role": "specialist"}]}',
        (("/team", "A person stands here twice."),),
    ),
    "a product twice": (b'{"id": "D-1", "products": ["a", "a"]}', (("/products", "A product stands here twice."),)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_cannot_be_read_is_named_and_the_next_line_is_read(case: str) -> None:
    line, errors = HOSTILE[case]
    broken, after = lines(BytesIO(line + b'\n{"id": "D-2"}\n'))
    assert (broken.line, getattr(broken, "errors", None), after) == (1, errors, GOOD)


@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), max_size=8))
def test_no_bytes_stop_the_lines_after_them(raw: list[bytes]) -> None:
    found = list(lines(BytesIO(b"\n".join([*raw, b'{"id": "D-2"}']))))
    assert found[-1] == Given(len(raw) + 1, CrmDeal("D-2"))
    assert all(isinstance(each, Broken | Given) for each in found)


ARRAYS: dict[bytes, list[Given | Broken]] = {
    b"[]": [],
    b" [ ] \n": [],
    b'\xef\xbb\xbf[{"id": "D-1"}, {"id": "D-2"}]': [Given(1, CrmDeal("D-1")), GOOD],
    b'[{"id": "D-1"}, {}, {"id": "D-2"}]': [
        Given(1, CrmDeal("D-1")),
        Broken(2, None, (("/id", "Fill this in."),)),
        Given(3, CrmDeal("D-2")),
    ],
}


@pytest.mark.parametrize("content", ARRAYS)
def test_an_array_is_read_one_after_another(content: bytes) -> None:
    assert list(array(content)) == ARRAYS[content]


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (b"", 0),
        (b"{}", 0),
        (b"[", 0),
        (b'[{"id": "D-1"}', 1),
        (b'[{"id": "D-1"},]', 1),
        (b'[{"id": "D-1"} {"id": "D-2"}]', 1),
        (b'[{"id": "D-1"}] more', 1),
        (b'[{"id": "D-1"}, \xff', 0),
        (b'[{"id": "D-1"}, ' + b"[" * 100_000, 1),
    ],
)
def test_where_an_array_breaks_it_ends_and_says_so(content: bytes, read: int) -> None:
    *before, last = array(content)
    assert len(before) == read
    assert isinstance(last, Broken)
    assert last.errors == (("", "From here on this is no JSON array; nothing after it was read."),)
