"""Addresses, names, circles and browsers."""

import pytest

from app.people.rules import browser_name, circle_through, email_problem, name_problem


@pytest.mark.parametrize("email", ["ana@example.com", "a.b+c@mail.example.co.uk", "ana@localhost", "林@例子.中国"])
def test_these_are_addresses(email: str) -> None:
    assert email_problem(email) is None


@pytest.mark.parametrize(
    "email",
    ["ana", "ana@", "@example.com", "a b@example.com", "=a@example.com", "a@b@c", "a@b..c", "a\x00b@c", "a@b\x1b"],
)
def test_these_are_not(email: str) -> None:
    assert email_problem(email) == "Write an e-mail address, such as ana@example.com."


def test_an_address_fits_its_column_in_lower_case_too() -> None:
    assert email_problem("a" * 188 + "@example.com") is None
    assert (
        email_problem("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" * 100 + "@example.com")
        == "Use at most 200 characters."
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Ana Duarte", None),
        ("林瑶", None),
        ("", "Fill this in."),
        ("=1+1", "Begin with a letter; “=” would make a spreadsheet run it as a formula."),
        ("@SUM(A1)", "Begin with a letter; “@” would make a spreadsheet run it as a formula."),
        ("\u202eanA", "Write it on one line, without control characters."),
        ("two\nlines", "Write it on one line, without control characters."),
        ("x" * 201, "Use at most 200 characters."),
    ],
)
def test_a_name_stands_on_one_line_and_is_no_formula(name: str, problem: str | None) -> None:
    assert name_problem(name) == problem


@pytest.mark.parametrize(
    ("above", "circle"),
    [
        ({"a": "b", "b": "c", "c": None}, []),
        ({"a": "a"}, ["a", "a"]),
        ({"a": "b", "b": "c", "c": "a"}, ["a", "b", "c", "a"]),
        ({"a": "b", "b": "c", "c": "b"}, []),  # a circle further up that `a` is no part of
        ({"a": "gone"}, []),
    ],
)
def test_a_circle_is_found_from_within(above: dict[str, str | None], circle: list[str]) -> None:
    assert circle_through("a", above) == circle


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_named_so_that_its_owner_knows_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
