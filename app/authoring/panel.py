"""What the editor of a red line says about its life: how far it is, who approved what, and what is in the way."""

from dataclasses import dataclass

from sqlmodel import Session

from app.authoring.links import Linked, linked
from app.authoring.queries import course
from app.catalog.models import Content
from app.redlines.reviewing import rules, words
from app.redlines.reviewing.queries import Approval, Asked, Life, life
from app.redlines.reviewing.rules import Refusal


@dataclass(frozen=True, slots=True)
class Part:
    """One part that must be approved, and what was said of it in the review of these words."""

    name: str
    said: Approval | None


@dataclass(frozen=True, slots=True)
class Panel:
    """How far one red line has come; `problems` are what keeps it from being sent, `refusal` why it cannot be."""

    life: Life
    problems: tuple[Linked, ...]
    refusal: Refusal | None

    @property
    def state(self) -> tuple[str, str, str]:
        """Colour, icon and word."""
        return words.stage(self.life.stage)

    @property
    def parts(self) -> list[Part]:
        """What must be approved."""
        current = self.life.current
        return [Part(words.part(each), current.said(each) if current else None) for each in self.life.parts]

    @property
    def returned(self) -> Asked | None:
        """The newest review, when it was returned, also one of older words: its note says what is to change."""
        last = self.life.last
        return last if last and last.returned else None


def panel(session: Session, slug: str, content: Content, rule_id: str) -> Panel:
    """Return what the editor of a red line says about its life."""
    found = life(session, content, rule_id)
    wrong = faults(session, slug, rule_id)
    refusal = rules.may_ask(found.before, found.after, [each.facts for each in found.reviews], complete=not wrong)
    return Panel(found, wrong, refusal)


def faults(session: Session, slug: str, rule_id: str) -> tuple[Linked, ...]:
    """Return what is wrong with a red line as it is stored."""
    url = f"/author/products/{slug}/red-lines/{rule_id}"
    return tuple(each for each in linked(course(session, slug)) if each.url == url)
