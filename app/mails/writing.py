"""A stored mail as a message of the internet: its headers, its words, and the invitation that goes along."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

POLICY = SMTP.clone(cte_type="7bit")
"""Every server takes it: words that are not plain ASCII are encoded."""


_SPEC = re.compile(
    r"(?P<local>[^\s@,;:<>()\[\]\\\"]+)@(?P<domain>[^\s@,;:<>()\[\]\\\".]+(?:\.[^\s@,;:<>()\[\]\\\".]+)*)"
)
"""Narrower than RFC 5321: nothing that has to be quoted."""


class AddressError(Exception):
    """This is no address that a mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be written; `message_id` is the part before the sender's domain."""

    message_id: str
    to: str
    subject: str
    text: str
    calendar: str
    calendar_method: str
    written_at: datetime


def address(written: str) -> Address:
    """Read `Name <somebody@example.com>` or a bare address. AddressError: it is something else."""
    name, spec = parseaddr(written)
    if not written.isprintable() or not written.endswith(f"<{spec}>" if "<" in written else spec):
        raise AddressError
    parts = _SPEC.fullmatch(spec)
    if parts is None:
        raise AddressError
    try:
        return Address(name, parts["local"], parts["domain"].encode("idna").decode())
    except ValueError as error:  # of a domain, a label that is too long; UnicodeError is one of these
        raise AddressError from error


def message(letter: Letter, *, sender: str, wishes: str) -> EmailMessage:
    """Write the message. `wishes` is the address at which its reader can ask for fewer. AddressError: see `address`."""
    author = address(sender)
    whole = EmailMessage(policy=POLICY)
    whole["From"] = author
    whole["To"] = address(letter.to)
    whole["Subject"] = letter.subject
    whole["Date"] = format_datetime(letter.written_at)
    whole["Message-ID"] = f"<{letter.message_id}@{author.domain}>"
    whole["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes do not answer
    whole["List-Unsubscribe"] = f"<{wishes}>"
    whole.set_content(letter.text)
    if letter.calendar:
        whole.add_alternative(letter.calendar, subtype="calendar", params={"method": letter.calendar_method})
        whole.add_attachment(letter.calendar.encode(), "application", "ics", filename="invitation.ics")
    return whole
