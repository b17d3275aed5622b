"""The conversation with a mail server: one connection for many mails, and an outcome in place of errors."""

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

from app.config import MailServer, Transport
from app.web.i18n import N_

TIMEOUT = 20.0
"""Seconds for which the server may be silent; a whole conversation stays within the lease of a job."""
MOST_MAILS = 100
"""Mails on one connection; servers end longer conversations by themselves."""
LONGEST_ERROR = 500

TIMED_OUT = N_("The mail server did not answer in time.")
CLOSED = N_("The mail server ended the conversation.")
UNREACHABLE = N_("The mail server cannot be reached.")
UNTRUSTED = N_("The certificate of the mail server cannot be verified.")
UNABLE = N_("The mail server cannot do what the settings ask: encrypt the connection, or check the password.")
FOREIGN = N_("The mail server cannot send to an address with such letters.")

_OKAY = 250
_PERMANENT = 500
"""From here on, the server says that trying again is of no use (RFC 5321, section 4.2.1)."""
_NOT_SIGNED_IN = frozenset({530, 534, 535, 538})
"""It wants encryption or a password first (RFC 4954, section 6): the settings are wrong, not the mail."""


class Result(StrEnum):
    """What became of one try: `LATER` may still work, `REFUSED` never will, `DOWN` says nothing about this mail."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one try, and the sentence of the server, or ours where it said none."""

    result: Result
    error: str = ""


class Conversation:
    """A connection to the server, opened when there is a mail and kept for the next; for one thread.

    `host` is what we call ourselves.
    """

    def __init__(
        self,
        server: MailServer,
        *,
        host: str,
        context: ssl.SSLContext,
        timeout: float = TIMEOUT,
        most_mails: int = MOST_MAILS,
    ) -> None:
        self._server = server
        self._host = host
        self._context = context
        self._timeout = timeout
        self._most_mails = most_mails
        self._smtp: smtplib.SMTP | None = None
        self._handed_over = 0

    def deliver(self, message: EmailMessage) -> Outcome:
        """Hand one message to the server. Never raises for what a server does."""
        try:
            smtp = self._listening()
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.DOWN, _sentence(error))
        outcome = _hand_over(smtp, message)
        self._handed_over += 1
        if self._handed_over >= self._most_mails:
            self.end()
        return outcome

    def trouble(self) -> str:
        """Greet the server and sign in, and say what is wrong; empty where nothing is. No mail is handed over."""
        try:
            self._listening()
        except (OSError, smtplib.SMTPException) as error:
            return _sentence(error)
        self.end()
        return ""

    def end(self) -> None:
        """Take leave of the server, if there is a connection."""
        if self._smtp is None:
            return
        # the mails are the server's by now: a farewell that fails changes nothing
        with closing(self._smtp) as smtp, suppress(OSError, smtplib.SMTPException):
            self._smtp = None
            smtp.quit()

    def _listening(self) -> smtplib.SMTP:
        """Return a connection on which the server answers: the one that is there, or else a new one."""
        if self._smtp is not None and not _answers(self._smtp):
            self._smtp.close()
            self._smtp = None
        if self._smtp is None:
            self._smtp = _connection(self._server, self._host, self._context, self._timeout)
            self._handed_over = 0
        return self._smtp


def _answers(smtp: smtplib.SMTP) -> bool:
    try:
        code, _text = smtp.noop()
    except (OSError, smtplib.SMTPException):
        return False
    return code == _OKAY


def _hand_over(smtp: smtplib.SMTP, message: EmailMessage) -> Outcome:
    try:
        smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return _answered(code, text)
    except smtplib.SMTPResponseException as error:
        return _answered(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Outcome(Result.REFUSED, FOREIGN)
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()  # what either side takes the other to have said is open
        return Outcome(Result.LATER, _sentence(error))
    return Outcome(Result.SENT)


def _connection(server: MailServer, host: str, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    smtp = _connected(server, host, context, timeout)
    try:
        if server.transport is Transport.STARTTLS:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def _connected(server: MailServer, host: str, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    if server.transport is Transport.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, host, timeout=timeout, context=context)
    return smtplib.SMTP(server.host, server.port, host, timeout=timeout)


def _answered(code: int, text: bytes | str) -> Outcome:
    if code in _NOT_SIGNED_IN:
        return Outcome(Result.DOWN, _reply(code, text))
    return Outcome(Result.REFUSED if code >= _PERMANENT else Result.LATER, _reply(code, text))


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    printable = "".join(letter if letter.isprintable() else " " for letter in f"{code} {words}")
    return " ".join(printable.split())[:LONGEST_ERROR]


def _sentence(error: Exception) -> str:
    # smtplib says of a silence in mid-conversation that the connection was closed
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return TIMED_OUT
    match error:
        case ssl.SSLCertVerificationError():
            return UNTRUSTED
        case smtplib.SMTPResponseException() if error.smtp_code > 0:
            return _reply(error.smtp_code, error.smtp_error)
        case smtplib.SMTPServerDisconnected() | smtplib.SMTPResponseException() | ConnectionResetError():
            return CLOSED
        case smtplib.SMTPNotSupportedError() | smtplib.SMTPException():
            return UNABLE
    return UNREACHABLE
