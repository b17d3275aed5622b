"""How the demonstration's people answer: what they get right, which mistakes they make, how long they take."""

from enum import StrEnum
from math import exp
from random import Random
from typing import Any, Final

from app.quizzes.items import (
    Cloze,
    Item,
    Matching,
    Multiple,
    Numeric,
    Ordering,
    ShortText,
    Single,
    TrueFalse,
    parse_item,
)
from app.quizzes.solutions import literal, solution

NEVER_CHOSEN: Final = {"sm-take-rate": 2}
"""A wrong option, by its place, that nobody believes: the analysis says so."""

_HARDNESS: Final = {"easy": -1.0, "medium": 0.0, "hard": 1.1}
_CRITICAL_IS_EASIER: Final = 1.8
_SECONDS: Final = {"true_false": 18, "single": 34, "multiple": 46, "short_text": 30, "essay": 540}
_OTHER_SECONDS: Final = 58


class Outcome(StrEnum):
    """How an attempt is to end."""

    ALL_RIGHT = "all_right"
    PASSES = "passes"
    FAILS = "fails"
    BY_SKILL = "by_skill"


def missed(documents: list[dict[str, Any]], outcome: Outcome, chance: Random) -> set[int]:
    """Choose the places of the questions that are answered wrong."""
    if outcome is Outcome.ALL_RIGHT:
        return set()
    if outcome is Outcome.BY_SKILL:
        skill = chance.gauss(1.3, 1.8)
        return {place for place, each in enumerate(documents) if chance.random() > _chance_of(skill, each)}
    critical = {place for place, each in enumerate(documents) if each.get("critical")}
    if outcome is Outcome.FAILS:
        return set(chance.sample(sorted(critical), k=chance.randint(1, 2)))
    others = [place for place in range(len(documents)) if place not in critical]
    hard_ones_first = sorted(others, key=lambda place: -_hardness(documents[place]) - 2 * chance.random())
    return set(hard_ones_first[: chance.randint(0, 2)])


def _chance_of(skill: float, document: dict[str, Any]) -> float:
    return 1 / (1 + exp(_hardness(document) - skill))


def _hardness(document: dict[str, Any]) -> float:
    return _HARDNESS[document.get("difficulty", "medium")] - _CRITICAL_IS_EASIER * bool(document.get("critical"))


def answer(document: dict[str, Any], chance: Random, *, right: bool) -> Any:
    """Answer a question, right or with a mistake that people make."""
    item = parse_item(document)
    return solution(item) if right else _mistake(item, chance)


def seconds(document: dict[str, Any], chance: Random) -> int:
    """Say how long the question was looked at."""
    return round(_SECONDS.get(document["type"], _OTHER_SECONDS) * chance.lognormvariate(0, 0.35))


def _mistake(item: Item, chance: Random) -> Any:
    match item:
        case Single():
            never = {item.correct, NEVER_CHOSEN.get(item.id)}
            return chance.choice([place for place in range(item.size) if place not in never])
        case Multiple():
            # one option more or one less: nobody takes only the wrong ones
            return sorted(item.correct ^ {chance.randrange(len(item.weights))})
        case TrueFalse():
            return not item.correct
        case Matching() | Ordering():
            return _misplaced(item, chance)
        case Cloze():
            gap = chance.choice(item.gaps)
            answered: dict[str, dict[str, Any]] = solution(item)
            return {"gaps": answered["gaps"] | {gap.id: _mistake(gap, chance)}}
    return chance.choice(_wrong_texts(item))


def _misplaced(item: Matching | Ordering, chance: Random) -> list[int]:
    places: list[int] = list(solution(item))
    line = chance.randrange(len(places) - 1)
    if isinstance(item, Matching):
        places[line] = chance.choice([place for place in item.places if place != places[line]])
    else:
        places[line], places[line + 1] = places[line + 1], places[line]
    return places


def _wrong_texts(item: Item) -> list[str]:
    match item:
        case ShortText():
            return [*(literal(each.text) for each in item.accept if each.weight < 1), "?"]
        case Numeric():
            middles = [(each.low + each.high) / 2 for each in item.accept]
            half = [middle for middle, each in zip(middles, item.accept, strict=True) if each.weight < 1]
            return [f"{float(number):g}" for number in (*half, 2 * middles[0] + 1, 10 * middles[0] + 1)]
    return [""]
