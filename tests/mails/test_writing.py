"""A stored mail becomes a message that every mail program reads as it was meant."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from app.mails.actions import LONGEST_SUBJECT, post
from app.mails.writing import AddressError, Letter, address, message
from factories import NOW

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:现场培训\r\nEND:VCALENDAR\r\n"


def written(subject: str = "Hello", text: str = "Words", to: str = "ana@example.com", calendar: str = "") -> bytes:
    method = "REQUEST" if calendar else ""
    letter = Letter("a1", to, subject, text, calendar, method, NOW)
    return bytes(message(letter, sender="Dealworthy <sales@example.com>", wishes="https://sales.example.com/account"))


def read(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_an_invitation_is_both_a_part_and_a_file() -> None:
    whole = read(written(calendar=CALENDAR))
    body, file = whole.iter_parts()
    assert isinstance(body, EmailMessage)
    plain, invitation = body.iter_parts()
    assert [whole.get_content_type(), body.get_content_type(), plain.get_content_type()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
    ]
    assert (invitation.get_content_type(), invitation.get_param("method")) == ("text/calendar", "REQUEST")
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invitation.ics")
    assert (invitation.get_content().splitlines(), file.get_content()) == (CALENDAR.splitlines(), CALENDAR.encode())


@pytest.mark.parametrize(
    "subject",
    ["红线内容有更新，请在十二月一日之前重新确认。" * 12, "Renew it " * 30 + "soon", "a" * 280, "Olá 🎉 " * 40 + "!"],
)
def test_a_long_subject_arrives_whole(subject: str) -> None:
    raw = written(subject=subject)
    assert read(raw)["Subject"] == subject
    assert max(len(line) for line in raw.splitlines()) < 998
    assert raw.isascii()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_words_arrive_as_written(text: str) -> None:
    raw = written(text=text)
    assert read(raw).get_content().replace("\r\n", "\n").removesuffix("\n") == text
    assert raw.isascii()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_subject_cannot_begin_another_header(session: Session, end: str) -> None:
    subject = f"Hello{end}Bcc: eve@example.com{end}{end}Another body"
    mail = post(session, to="ana@example.com", subject=subject, text="Words", kind="digest", moment=NOW)
    whole = read(written(subject=mail.subject))
    assert (whole["Subject"], whole["Bcc"]) == ("Hello Bcc: eve@example.com Another body", None)
    assert whole.get_content().strip() == "Words"


def test_a_subject_that_no_column_holds_is_cut(session: Session) -> None:
    mail = post(session, to="ana@example.com", subject="长" * 400, text="Words", kind="digest", moment=NOW)
    assert mail.subject == "长" * LONGEST_SUBJECT


@pytest.mark.parametrize(
    ("typed", "name", "spec"),
    [
        ("ana@example.com", "", "ana@example.com"),
        ("Ana Duarte <ana@example.com>", "Ana Duarte", "ana@example.com"),
        ("安娜@example.com", "", "安娜@example.com"),
        ("ana@bücher.example", "", "ana@xn--bcher-kva.example"),
        ("o'neil+x@example.com", "", "o'neil+x@example.com"),
    ],
)
def test_addresses_are_read(typed: str, name: str, spec: str) -> None:
    found = address(typed)
    assert (found.display_name, found.addr_spec) == (name, spec)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "@",
        "ana@",
        "@example.com",
        "a\n@example.com",
        "ana@example.com\nBcc: b@c",
        "a@b.c, d@e.f",
        "ana@.",
        "a b@c",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(AddressError):
        address(typed)


@pytest.mark.parametrize(("calendar", "method"), [(CALENDAR, ""), ("", "REQUEST"), (CALENDAR, "REQUEST\r\nBcc: x")])
def test_a_calendar_needs_a_known_method(session: Session, calendar: str, method: str) -> None:
    with pytest.raises(ValueError, match="a calendar needs one of"):
        post(
            session,
            to="ana@example.com",
            subject="Hello",
            text="Words",
            kind="invitation",
            calendar=calendar,
            calendar_method=method,
            moment=NOW,
        )
