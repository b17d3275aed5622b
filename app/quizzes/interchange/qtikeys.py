"""The keys of QTI responses: correct responses and mappings, as options with marks, accepted texts and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from app.quizzes.interchange import keys
from app.quizzes.interchange.drafts import Draft
from app.quizzes.interchange.keys import Answer, number
from app.quizzes.interchange.outcome import LossCode, SkipCode, SkipError
from app.quizzes.interchange.qtiprocessing import Rule, declaration
from app.quizzes.interchange.voices import decimal
from app.quizzes.interchange.xmltree import Element, child, children, words

_NEARLY: Final = Fraction(99, 100)


@dataclass(frozen=True, slots=True)
class Worth:
    """What each response is worth, and all others; `most` bounds the sum."""

    entries: Mapping[str, Fraction]
    other: Fraction
    most: Fraction | None
    exact_case: bool


class Response:
    """A response with its declaration and the rule by which it is marked."""

    def __init__(self, item: Element, rule: Rule, draft: Draft) -> None:
        """Look at the response that `rule` marks."""
        self.rule = rule
        self.declared = declaration(item, rule.response)
        self.correct = [words(each) for each in children(child(self.declared, "correctResponse"), "value")]
        self._draft = draft

    @property
    def is_numeric(self) -> bool:
        """Say whether a number is asked for."""
        return self.declared.get("baseType") in {"integer", "float"}

    @property
    def is_single(self) -> bool:
        """Say whether one thing is answered."""
        return self.declared.get("cardinality", "single") == "single"

    def marks(self, names: Sequence[str]) -> tuple[list[float], Fraction]:
        """Give the mark of each of the things to choose, and the points that a full mark makes."""
        if self.rule.kind == "match":
            return self._equal_marks(names), self.rule.points
        mapping = self._mapping()
        values = [mapping.entries.get(name, mapping.other) for name in names]
        full = max(values, default=Fraction(0)) if self.is_single else sum((v for v in values if v > 0), Fraction(0))
        full = _bounded(full, mapping.most)
        best = {name for name, v in zip(names, values, strict=True) if (v >= full if self.is_single else v > 0)}
        if self.correct and not (set(self.correct) <= best if self.is_single else set(self.correct) == best):
            raise SkipError(SkipCode.weights, "correctResponse, mapping")
        return [float(keys.exact(min(v / full, keys.FULL))) for v in values], full

    def pairs(self) -> tuple[list[tuple[str, str]], Fraction]:
        """Give the pairs that are right, and the points that all of them make."""
        if self.rule.kind == "match":
            self._draft.lose(LossCode.weight, "all or nothing")
            return [_pair(each) for each in self.correct], self.rule.points
        mapping = self._mapping()
        right = {pair: value for pair, value in mapping.entries.items() if value > 0}
        if len(set(right.values())) != 1 or mapping.other or any(value < 0 for value in mapping.entries.values()):
            self._draft.lose(LossCode.weight)
        if self.correct and {_pair(each) for each in self.correct} != {_pair(each) for each in right}:
            raise SkipError(SkipCode.weights, "correctResponse, mapping")
        total = sum(right.values(), Fraction(0))
        return [_pair(each) for each in right], _bounded(total, mapping.most)

    def typed(self) -> tuple[dict[str, Any], Fraction]:
        """Give the key of a text or a number that is typed, and the points that a full mark makes."""
        if self.rule.kind == "ranges":
            return self._ranges()
        if not self.is_single:
            raise SkipError(SkipCode.unknown_type, "cardinality")
        if self.rule.kind == "match":
            answers, full, exact_case = [Answer(each, keys.FULL) for each in self.correct], self.rule.points, True
        else:
            mapping = self._mapping()
            full = max(mapping.entries.values(), default=Fraction(0))
            full = _bounded(full, mapping.most)
            if mapping.other > 0:
                raise SkipError(SkipCode.accepts_everything)
            answers = [
                Answer(text, keys.exact(max(Fraction(0), min(value / full, keys.FULL))))
                for text, value in mapping.entries.items()
            ]
            exact_case = mapping.exact_case
        if not answers:
            raise SkipError(SkipCode.no_right_answer)
        if self.is_numeric:
            return {"type": "numeric", **keys.ranges(answers)}, full
        patterns = [Answer(each.text.replace("*", "\\*"), each.share) for each in answers]
        accept = keys.accepted(sorted(patterns, key=lambda each: -each.share), case_sensitive=exact_case)
        return {"type": "short_text", "accept": accept, "case_sensitive": exact_case}, full

    def _equal_marks(self, names: Sequence[str]) -> list[float]:
        if not self.correct or not set(self.correct) <= set(names) or (self.is_single and len(self.correct) != 1):
            raise SkipError(SkipCode.no_right_answer, "correctResponse")
        right = len(set(self.correct))
        wrong = len(names) - right
        if self.is_single:
            return [float(name in self.correct) for name in names]
        if right > 1:
            self._draft.lose(LossCode.weight, "all or nothing")
        return [1 / right if name in self.correct else -1 / max(wrong, 1) for name in names]

    def _mapping(self) -> Worth:
        if self.rule.kind == "values":
            if not self.is_single:
                raise SkipError(SkipCode.response_processing, "cardinality")
            return Worth(dict(self.rule.values), Fraction(0), None, self.rule.exact_case)
        mapping = child(self.declared, "mapping")
        if mapping is None:
            raise SkipError(SkipCode.no_right_answer, "mapping")
        entries: dict[str, Fraction] = {}
        cases = set()
        for each in children(mapping, "mapEntry"):
            entries.setdefault(each.get("mapKey", "").strip(), number(each.get("mappedValue", "")))
            cases.add(each.get("caseSensitive", "true") == "true")
        if len(cases) > 1:
            self._draft.lose(LossCode.case)
        most = mapping.get("upperBound")
        return Worth(
            entries,
            number(mapping.get("defaultValue", "0")),
            number(most) if most else None,
            exact_case=cases == {True},
        )

    def _ranges(self) -> tuple[dict[str, Any], Fraction]:
        if not self.is_numeric:
            raise SkipError(SkipCode.response_processing, "baseType")
        full = max(each.points for each in self.rule.ranges)
        answers = []
        for each in self.rule.ranges:
            low, high = each.low, each.high
            if low is None or high is None:
                if len(self.correct) != 1:
                    raise SkipError(SkipCode.no_right_answer, "correctResponse")
                low = number(self.correct[0]) - each.tolerance
                high = number(self.correct[0]) + each.tolerance
            middle, width = (low + high) / 2, (high - low) / 2
            answers.append(Answer(decimal(middle), keys.exact(each.points / full), tolerance=decimal(width)))
        return {"type": "numeric", **keys.ranges(answers)}, full


def _bounded(total: Fraction, most: Fraction | None) -> Fraction:
    """Give the full mark: the sum, or the bound where the sum comes to it but for rounding."""
    full = most if most is not None and total > most * _NEARLY else total
    if full <= 0:
        raise SkipError(SkipCode.no_right_answer)
    return full


def _pair(value: str) -> tuple[str, str]:
    parts = value.split()
    if len(parts) != 2:  # noqa: PLR2004 - a pair
        raise SkipError(SkipCode.malformed, value[:80])
    return parts[0], parts[1]
