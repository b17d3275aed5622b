"""Who does something, as far as actions have to know them: the signed in, and accounts as they are stored."""

from typing import Protocol


class Somebody(Protocol):
    """A person by id and e-mail address."""

    @property
    def id(self) -> int:
        """The person's id."""

    @property
    def email(self) -> str:
        """The person's e-mail address."""
