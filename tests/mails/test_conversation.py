"""Many mails go over one connection, whatever becomes of each of them."""

import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import groupby

import time_machine

from app.config import MailServer, Transport
from app.database import Database
from app.mails.server import Conversation, Outcome, Result
from app.mails.writing import Letter, message
from factories import NOW
from mails.servers import Inbox, mail_server
from mails.test_sending import posted, worker

SENT = Outcome(Result.SENT)


def conversation(inbox: Inbox, most_mails: int = 100) -> Conversation:
    server = MailServer(Transport.PLAIN, "127.0.0.1", inbox.port, "", "")
    return Conversation(server, host="localhost", context=ssl.create_default_context(), most_mails=most_mails)


def send(talking: Conversation, *names: str) -> list[Outcome]:
    return [talking.deliver(written(name)) for name in names]


def written(name: str) -> EmailMessage:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    letter = Letter(name, f"{name}@example.com", "Hello", "Hello.", "", "", moment)
    return message(letter, sender="sales@example.com", wishes="https://sales.example.com/notices/wish")


def on_each_connection(inbox: Inbox) -> list[int]:
    """How many mails came over each connection."""
    return [len(list(group)) for _peer, group in groupby(inbox.peers)]


def test_a_connection_takes_as_many_mails_as_it_may_and_each_ends_in_good_order() -> None:
    with mail_server(Inbox()) as inbox:
        talking = conversation(inbox, most_mails=2)
        assert send(talking, "a", "b", "c", "d", "e") == [SENT] * 5
        assert (on_each_connection(inbox), inbox.farewells) == ([2, 2, 1], 2)
        talking.end()
        talking.end()
        assert inbox.farewells == 3
    assert inbox.recipients == [f"{name}@example.com" for name in "abcde"]


def test_a_mail_that_is_refused_leaves_nothing_behind_for_the_next() -> None:
    with mail_server(Inbox(answers=["", "550 No", "451 Later"])) as inbox:
        talking = conversation(inbox)
        no, later = Outcome(Result.REFUSED, "550 No"), Outcome(Result.LATER, "451 Later")
        assert send(talking, "a", "b", "c", "d") == [SENT, no, later, SENT]
        talking.end()
    assert (on_each_connection(inbox), inbox.recipients) == ([2], ["a@example.com", "d@example.com"])


def test_a_server_that_sends_us_away_is_asked_anew() -> None:
    with mail_server(Inbox(answers=["", "421 Too many mails"])) as inbox:
        talking = conversation(inbox)
        assert send(talking, "a", "b", "c") == [SENT, Outcome(Result.LATER, "421 Too many mails"), SENT]
        talking.end()
    assert on_each_connection(inbox) == [1, 1]


def test_a_connection_that_was_closed_meanwhile_costs_no_mail() -> None:
    inbox = Inbox()
    with mail_server(inbox):
        talking = conversation(inbox)
        assert send(talking, "a") == [SENT]
    with mail_server(inbox):
        assert send(talking, "b") == [SENT]
        talking.end()
    assert on_each_connection(inbox) == [1, 1]
    assert send(talking, "c")[0].result is Result.DOWN


@time_machine.travel(NOW, tick=False)
def test_a_worker_keeps_its_connection_while_there_are_mails_and_no_longer(database: Database) -> None:
    with mail_server(Inbox()) as inbox:
        working = worker(database, f"smtp://127.0.0.1:{inbox.port}")
        for _round in range(2):
            for name in "abc":
                posted(database, to=f"{name}@example.com")
            assert working.run_once() == 3
    assert (on_each_connection(inbox), inbox.farewells) == ([3, 3], 2)
