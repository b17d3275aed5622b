"""What quizzes say about the quizzes and banks that they draw from, and whether there is as much as they ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog.document import Parsed
from app.catalog.yamlfile import Problem
from app.quizzes.content import QuizDocument
from app.quizzes.queries import rule_of

Published = Mapping[str, int | None]
"""The newest published version of each quiz and bank, by its id; 0 when there is none, None when it is not known."""


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A rule that asks for more than there is, by its place in the quiz."""

    rule: int
    asked: int
    there: int

    def __str__(self) -> str:
        """Say it as `dealworthy lint` does."""
        return f"asks for {self.asked} items, and there are {self.there}"


Items = Mapping[tuple[str, int | None], Sequence[Mapping[str, Any]]]
"""What there is to draw from, by quiz and pinned version."""


def check_sources(quiz: Parsed[QuizDocument], published: Published | None) -> Iterator[Problem]:
    """Check that what a quiz draws from is there; None leaves it unchecked."""
    if not (quiz.document and quiz.located) or published is None:
        return
    for place, rule in enumerate(quiz.document.rules):
        if rule.from_ is None:
            continue
        newest = published.get(rule.from_, -1)
        if newest == -1:
            yield quiz.located.problem(("draw", place, "from"), f"there is no quiz or bank {rule.from_}")
        elif newest == 0:
            yield quiz.located.problem(
                ("draw", place, "from"), f"{rule.from_} is not published, so nothing can be drawn"
            )
        elif newest is not None and rule.version is not None and rule.version > newest:
            yield quiz.located.problem(("draw", place, "version"), f"{rule.from_} has no version {rule.version}")


def unfilled(quiz: Mapping[str, Any], sources: Items) -> list[Unfilled]:
    """Say which rules of a stored quiz ask for more than there is; `sources` are items by quiz and pinned version.

    A rule from a source that is not among them is left unchecked. What an earlier rule takes is not taken into account:
    that is a matter of chance.
    """
    draw = quiz.get("draw")
    found = []
    for place, stored in enumerate(draw if isinstance(draw, list) else ()):
        rule = rule_of(stored)
        items = quiz.get("items", ()) if rule.source is None else sources.get((rule.source, rule.version))
        if items is None:
            continue
        asked = rule.count or len(rule.items or ())
        there = sum(rule.fits(item) for item in items)
        if there < asked:
            found.append(Unfilled(place, asked, there))
    return found
