"""What a filled database holds that the measuring has to know: who is signed in, what is opened, whom to ask about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.config import Settings
from app.people.access import cookie_name
from bench.certified import Certified


@dataclass(frozen=True)
class Visit:
    """One operation that is a page, or a few pages one after the other.

    Each of `tokens` opens its `paths` in turn, `turns` times in a round; every page has to hold the piece at the same
    place in `pieces`. `bare` is where the bare stack does the same; without it, what people with the tokens `beside`
    see is what these pages are compared with.
    """

    operation: str
    paths: Sequence[Sequence[str]]
    pieces: Sequence[Sequence[str]]
    tokens: Sequence[str]
    bare: str = ""
    beside: Sequence[str] = ()
    turns: int = 5
    units: int = 1
    """How many of what is counted are on a page, such as cells."""


@dataclass(frozen=True)
class Fixture:
    """A filled database: the name of the cookie, the gate, the pages, and the sessions of reps and of a trainer."""

    cookie: str
    gate: Certified
    visits: tuple[Visit, ...]
    reps: list[str] = field(default_factory=list)
    trainer: str = ""


def cookie_of(database_url: str) -> str:
    """Return the name of the cookie in which a browser has its session."""
    return cookie_name(Settings(_env_file=None, database_url=database_url))
