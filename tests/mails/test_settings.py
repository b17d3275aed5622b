"""The settings of mail are read strictly: what is wrong is said when the server starts, without the password."""

import pytest
from pydantic import ValidationError

from app.config import MailServer, Settings, Transport


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", MailServer(Transport.PLAIN, "mail", 25)),
        ("smtp://localhost:1025/", MailServer(Transport.PLAIN, "localhost", 1025)),
        ("smtp://ana:secret@127.0.0.1", MailServer(Transport.PLAIN, "127.0.0.1", 25, "ana", "secret")),
        (
            "smtps://ana:p%40s%3A%2F@mail.example.com",
            MailServer(Transport.TLS, "mail.example.com", 465, "ana", "p@s:/"),
        ),
        (
            "smtp+starttls://ana%40example.com:secret@[2001:db8::1]:2525",
            MailServer(Transport.STARTTLS, "2001:db8::1", 2525, "ana@example.com", "secret"),
        ),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, server: MailServer) -> None:
    assert Settings(_env_file=None, smtp_url=url).mail_server == server


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mail.example.com", "write smtps://USER:PASSWORD@HOST"),
        ("http://mail.example.com", "write smtps://"),
        ("smtp://", "write smtps://"),
        ("smtp://mail:0", "write smtps://"),
        ("smtp://mail:70000", "write smtps://"),
        ("smtp://mail:25/path", "write smtps://"),
        ("smtp://mail?tls=1", "write smtps://"),
        ("smtp://ma il", "write smtps://"),
        ("smtps://ana@mail", "give both a user and a password"),
        ("smtps://:hunter2@mail", "give both a user and a password"),
        ("smtps://ana:hunter2@mail#1", "write smtps://"),
        ("smtp://ana:hunter2@mail", "a password would go unencrypted"),
    ],
)
def test_another_address_is_refused_in_one_sentence(url: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, smtp_url=url)
    (problem,) = refused.value.errors(include_input=False)
    assert problem["msg"].startswith(f"Value error, {said}")
    assert "hunter2" not in problem["msg"]


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("", "Dealworthy <dealworthy@sales.example.com>"),
        ("mail@example.com", "mail@example.com"),
        ("销售资格 <mail@example.com>", "销售资格 <mail@example.com>"),
    ],
)
def test_mails_come_from_somebody(given: str, sender: str) -> None:
    settings = Settings(_env_file=None, base_url="https://sales.example.com", mail_from=given)
    assert settings.sender == sender


@pytest.mark.parametrize("given", ["nobody", "a@", "@b", "Name <>", "a@b\r\nBcc: c@d"])
def test_mails_cannot_come_from_what_is_no_address(given: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, mail_from=given)


def test_a_password_is_not_shown_with_the_settings() -> None:
    settings = Settings(_env_file=None, smtp_url="smtps://ana:hunter2@mail")
    assert "hunter2" not in f"{settings!r} {settings.mail_server!r}"
