"""What somebody may do instead of what is shown, where a program leaves the choice."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from app.certification.requirements import Requirement, least

IsMet = Callable[[Requirement], bool]


@dataclass(frozen=True, slots=True)
class Option:
    """Another way to meet alternatives: what is left of it, and how many of its parts are done."""

    left: tuple[Requirement, ...]
    done: int = 0

    @property
    def total(self) -> int:
        """How many parts there are to be told of."""
        return self.done + len(self.left)


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of which none is met: what only the shortest way still asks for, and the other ways."""

    way: tuple[Requirement, ...]
    others: tuple[Option, ...]


def choices(alternatives: Mapping[Requirement, IsMet], asked: Collection[Requirement]) -> dict[Requirement, Choice]:
    """Return the choices that are left, each by the first part of its shortest way.

    Of each of the `alternatives`, none of which is met, it is told whether a part is. What is `asked` for anyway, or
    on the shortest way of another of them, is no matter of choice.
    """
    shortest = {each: least(each, is_met) for each, is_met in alternatives.items()}
    found: dict[Requirement, Choice] = {}
    for each, is_met in alternatives.items():
        elsewhere = {*asked, *(part for other, way in shortest.items() if other != each for part in way)}
        way = tuple(part for part in _missing(shortest[each], is_met) if part not in elsewhere)
        others = tuple(_option(option, is_met, asked) for option in each.options if option is not shortest[each])
        if way and others:
            found[way[0]] = Choice(way, others)
    return found


def _option(option: Iterable[Requirement], is_met: IsMet, asked: Collection[Requirement]) -> Option:
    parts = tuple(dict.fromkeys(option))
    missing = _missing(parts, is_met)
    own = tuple(each for each in missing if each not in asked)
    return Option(own or missing, len(parts) - len(missing))


def _missing(parts: Iterable[Requirement], is_met: IsMet) -> tuple[Requirement, ...]:
    return tuple(each for each in dict.fromkeys(parts) if not is_met(each))
