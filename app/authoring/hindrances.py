"""What keeps the red lines of a product from being published although nothing is wrong with them."""

from dataclasses import dataclass

from sqlmodel import Session

from app.authoring.queries import Course
from app.authoring.words import called
from app.catalog.models import ContentKind
from app.redlines.reviewing import words
from app.redlines.reviewing.queries import Life, lives
from app.redlines.reviewing.rules import Need


@dataclass(frozen=True, slots=True)
class Hindrance:
    """A red line that hinders a publication, how far it is, and the page that goes on with it."""

    title: str
    state: tuple[str, str, str]
    said: str
    url: str


def hindered(session: Session, course: Course) -> list[Hindrance]:
    """Return the red lines of a product that wait for an approval, or were removed while in force."""
    stored = course.of(ContentKind.REDLINES)
    if stored is None or not stored.changed:
        return []
    found = (each for each in lives(session, stored.content).values() if each.hinders is not Need.NOTHING)
    return [_hindrance(f"/author/products/{course.product.slug}", each) for each in found]


def stages(session: Session, course: Course) -> dict[str, tuple[str, str, str]]:
    """Return how far each red line has come, by id: colour, icon and word."""
    stored = course.of(ContentKind.REDLINES)
    return (
        {}
        if stored is None
        else {name: words.stage(each.stage) for name, each in lives(session, stored.content).items()}
    )


def _hindrance(product: str, life: Life) -> Hindrance:
    title, state = called(life.after or life.before or {}), words.stage(life.stage)
    if life.after is None:
        return Hindrance(title, state, words.hinders(life.stage), f"{product}/discard")
    return Hindrance(title, state, words.hinders(life.stage), f"{product}/red-lines/{life.red_line}#approval")
