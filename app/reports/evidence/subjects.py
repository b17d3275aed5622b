"""What a pack is about, who takes it, and as of when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a pack can be about."""

    PERSON = "person"
    PRODUCT = "product"
    DEAL = "deal"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a pack is about. `name` is what the audit trail calls it: an address, a slug or a reference."""

    kind: Kind
    id: int
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One pack that somebody asks for.

    `whole` adds what only compliance and trainers may see: the keys of questions, the patterns of red lines, the names
    under signatures. `own` is a person's pack about themselves. `as_of` is the last moment that counts.
    """

    subject: Subject
    by: str
    as_of: datetime
    made_at: datetime
    whole: bool = False
    own: bool = False
    recordings: bool = False

    @property
    def filename(self) -> str:
        """The name of the file, in letters that every system takes."""
        name = "".join(each if each.isascii() and each.isalnum() else "-" for each in self.subject.name).strip("-")
        return f"evidence-{self.subject.kind.value}-{name[:60]}-{self.as_of:%Y-%m-%d}.zip"
