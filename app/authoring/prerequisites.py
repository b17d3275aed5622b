"""What programs ask for of each other: certifications on other products, which must be there and form no circle."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.catalog.yamlfile import Located, Problem
from app.certification.asking import CertifiedRequirement, stored_parts
from app.certification.content import ProgramDocument

_FIRST_LEVEL = "standard"
_Step = tuple[str, int]
"""(product, how many levels are below)"""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels of a product's program from the lowest on, and the certifications that each asks for."""

    levels: tuple[str, ...]
    asked: tuple[tuple[str, ...], ...]


Ladders = Mapping[str, Ladder | None]
"""By product; None for a program that cannot be read, so that nothing is blamed twice."""


def ladder(program: Mapping[str, Any]) -> Ladder:
    """Read the levels of a program as it is stored."""
    higher = program.get("levels", ())
    names = (program.get("level", _FIRST_LEVEL), *(each["id"] for each in higher))
    lists = (program["requirements"], *(each["requirements"] for each in higher))
    asked = tuple(tuple(part["certified"] for part in stored_parts(each) if "certified" in part) for each in lists)
    return Ladder(names, asked)


def check_prerequisites(
    product: str, program: ProgramDocument, located: Located, ladders: Ladders, *, besides: Collection[str] = ()
) -> Iterator[Problem]:
    """Check what a program asks for of others, and what others ask for of it; `ladders` are those of all programs.

    `besides` are programs that are checked themselves, and so not answered for here.
    """
    known = {**ladders, product: ladder(program.model_dump(mode="json"))}
    for trail, part in program.every_placed():
        if not isinstance(part, CertifiedRequirement):
            continue
        own_level = 0 if trail[0] == "requirements" else int(trail[1]) + 1
        message = _fault((product, own_level), part.certified, known)
        if message:
            yield located.problem(trail, message)
    for other, theirs in sorted(ladders.items()):
        if other == product or other in besides or theirs is None:
            continue
        for wanted in dict.fromkeys(each for level in theirs.asked for each in level):
            if wanted.startswith(f"{product}/") and _step(wanted, known) is None:
                yield located.problem(("levels",), f"{other} asks for {wanted}, which is none of the levels")


def _fault(here: _Step, wanted: str, ladders: Ladders) -> str | None:
    product, _slash, level = wanted.partition("/")
    if product == here[0]:
        return "is the product itself; a level builds on those before it"
    if product not in ladders:
        return f"there is no program of {product} to be certified under"
    if ladders[product] is None:
        return None
    step = _step(wanted, ladders)
    if step is None:
        return f"{product} has no level {level}"
    circle = _way_back(step, here, ladders)
    if circle is None:
        return None
    names = " → ".join(_name(each, ladders) for each in (here, *circle))
    return f"goes in a circle: {names}"


def _step(wanted: str, ladders: Ladders) -> _Step | None:
    product, _slash, level = wanted.partition("/")
    found = ladders.get(product)
    if found is None:
        return None
    if not level:
        return (product, 0)
    return (product, found.levels.index(level)) if level in found.levels else None


def _way_back(start: _Step, goal: _Step, ladders: Ladders) -> tuple[_Step, ...] | None:
    """Find the shortest way from one level to another that asks for it, or for one above it."""
    came_from: dict[_Step, _Step | None] = {start: None}
    waiting = deque([start])
    while waiting:
        step = waiting.popleft()
        if step[0] == goal[0] and step[1] >= goal[1]:
            return _way(step, came_from)
        for following in _steps(step, ladders):
            if following not in came_from:
                came_from[following] = step
                waiting.append(following)
    return None


def _way(end: _Step, came_from: Mapping[_Step, _Step | None]) -> tuple[_Step, ...]:
    way: list[_Step] = []
    step: _Step | None = end
    while step is not None:
        way.append(step)
        step = came_from[step]
    return tuple(reversed(way))


def _steps(start: _Step, ladders: Ladders) -> Iterator[_Step]:
    found = ladders.get(start[0])
    for level in found.asked[: start[1] + 1] if found else ():
        for wanted in level:
            step = _step(wanted, ladders)
            if step:
                yield step


def _name(step: _Step, ladders: Ladders) -> str:
    product, level = step
    found = ladders.get(product)
    return f"{product}/{found.levels[level]}" if found and level else product
