"""How is a QTI item marked? The standard templates, and rules that say the same in full; nothing else is followed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from app.quizzes.interchange.keys import number
from app.quizzes.interchange.outcome import SkipCode, SkipError
from app.quizzes.interchange.xmltree import Element, child, children, words

SCORE: Final = "SCORE"
_MATCH: Final = frozenset({"match_correct", "cc2_match", "cc2_match_basic"})
_MAP: Final = frozenset({"map_response", "cc2_map_response"})
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers that earn something: from `low` to `high`; without them, those near the correct response."""

    points: Fraction
    low: Fraction | None = None
    high: Fraction | None = None
    tolerance: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a response adds to the mark.

    `match` gives `points` for the correct response, `map` its mapped value, `ranges` those of the first that fits,
    `values` those of the response itself.
    """

    response: str
    kind: str
    points: Fraction = Fraction(1)
    ranges: tuple[Range, ...] = ()
    values: tuple[tuple[str, Fraction], ...] = ()
    exact_case: bool = True
    adds: bool = False


def rules(item: Element, responses: Sequence[str]) -> dict[str, Rule]:
    """Give the rule for each response that is marked.

    Without response processing, or where that chooses nothing but feedback, a response is marked by its mapping or
    by its correct response. Raises SkipError for anything that is not certain.
    """
    processing = child(item, "responseProcessing")
    if processing is None or (not len(processing) and not processing.get("template")):
        return {name: rule for name in responses if (rule := _by_declaration(item, name))}
    if template := processing.get("template", "").strip():
        return _by_template(template, responses)
    if not _touches_score(processing) and _sets_feedback_alone(item, processing):
        return {name: rule for name in responses if (rule := _by_declaration(item, name))}
    found: dict[str, Rule] = {}
    for each in processing:
        if not _touches_score(each):
            continue
        for rule in _rule(each):
            if rule.response in found:
                raise _unknown(each)
            found[rule.response] = rule
    if len(found) > 1 and not all(rule.adds for rule in found.values()):
        raise _unknown(processing)
    return found


def declaration(item: Element, name: str) -> Element:
    """Give the declaration of a response. Raises SkipError when there is none."""
    for each in children(item, "responseDeclaration"):
        if each.get("identifier") == name:
            return each
    raise SkipError(SkipCode.malformed, f"responseDeclaration: {name[:80]}")


def shown_by_choice(item: Element) -> bool:
    """Say whether the outcome FEEDBACK takes on what was chosen."""
    return any(
        len(each) == 1 and each[0].tag == "variable" and each.get("identifier") != SCORE
        for each in item.iter("setOutcomeValue")
    )


def _by_declaration(item: Element, name: str) -> Rule | None:
    declared = declaration(item, name)
    if child(declared, "mapping") is not None:
        return Rule(name, "map", adds=True)
    return Rule(name, "match", adds=True) if child(declared, "correctResponse") is not None else None


def _by_template(template: str, responses: Sequence[str]) -> dict[str, Rule]:
    name = template.rstrip("/").rpartition("/")[2].removesuffix(".xml").lower()
    kind = "match" if name in _MATCH else "map" if name in _MAP else ""
    if not kind or len(responses) != 1:  # the templates know of one response
        raise SkipError(SkipCode.response_processing, template[:200])
    return {responses[0]: Rule(responses[0], kind)}


def _touches_score(rule: Element) -> bool:
    return any(each.get("identifier") == SCORE for each in rule.iter("setOutcomeValue", "lookupOutcomeValue"))


def _sets_feedback_alone(item: Element, processing: Element) -> bool:
    kinds = {each.get("identifier"): each.get("baseType") for each in children(item, "outcomeDeclaration")}
    return all(kinds.get(each.get("identifier")) == "identifier" for each in processing.iter("setOutcomeValue"))


def _rule(rule: Element) -> Iterator[Rule]:
    if rule.tag == "setOutcomeValue" and len(rule) == 1:
        yield from _added(rule[0], adds=False)
    elif rule.tag == "responseCondition":
        yield from _condition(rule)
    else:
        raise _unknown(rule)


def _added(expression: Element, *, adds: bool) -> Iterator[Rule]:
    """Read what a mark is set to: mapped responses, added up."""
    if expression.tag == "mapResponse":
        yield Rule(expression.get("identifier", ""), "map", adds=adds)
    elif expression.tag == "sum":
        for each in expression:
            if not (each.tag == "variable" and each.get("identifier") == SCORE):
                yield from _added(each, adds=True)
    else:
        raise _unknown(expression)


def _condition(rule: Element) -> Iterator[Rule]:
    first, others, last = _branches(rule)
    test, set_to = _branch(first)
    if test.tag == "isNull" and not others and _earns_nothing(set_to):
        if last is None or len(_set_of(last)) != 1:
            raise _unknown(rule)
        yield from _rule(_set_of(last)[0])
    elif test.tag == "not" and len(test) == 1 and test[0].tag == "isNull" and not others and _nothing_else(last):
        if len(set_to) != 1:
            raise _unknown(rule)
        yield from _rule(set_to[0])
    elif test.tag == "lt" and not others and last is None and _keeps_above_zero(test, set_to):
        return
    elif test.tag in {"match", "stringMatch"} and _is_constant(test) and _nothing_else(last):
        yield _values([first, *others])
    elif test.tag == "match" and not others and _nothing_else(last):
        points, adds = _points(set_to)
        yield Rule(_matched(test), "match", points, adds=adds)
    elif _nothing_else(last):
        yield _ranges([first, *others])
    else:
        raise _unknown(rule)


def _branches(rule: Element) -> tuple[Element, list[Element], Element | None]:
    """Take a condition apart: its first branch, those that follow, and the last that holds otherwise."""
    first, *others = list(rule)
    last = others.pop() if others and others[-1].tag == "responseElse" else None
    if first.tag != "responseIf" or any(each.tag != "responseElseIf" for each in others):
        raise _unknown(rule)
    test, set_to = _branch(first)
    if test.tag == "isNull" and others and _earns_nothing(set_to):  # no answer earns nothing anyway
        first, *others = others
    return first, others, last


def _set_of(branch: Element) -> list[Element]:
    """Give the statements of a branch that set the mark."""
    return [each for each in branch if _touches_score(each)]


def _branch(branch: Element) -> tuple[Element, list[Element]]:
    if not len(branch):
        raise _unknown(branch)
    return branch[0], _set_of(branch)


def _nothing_else(last: Element | None) -> bool:
    return last is None or _earns_nothing(_set_of(last))


def _earns_nothing(statements: Sequence[Element]) -> bool:
    return all(
        len(each) == 1 and each[0].tag == "baseValue" and number(words(each[0]) or "0") == 0 for each in statements
    )


def _keeps_above_zero(test: Element, statements: Sequence[Element]) -> bool:
    return (
        len(test) == _PAIR
        and (test[0].tag, test[0].get("identifier")) == ("variable", SCORE)
        and test[1].tag == "baseValue"
        and number(words(test[1])) == 0
        and _earns_nothing(statements)
    )


def _matched(test: Element) -> str:
    parts = {each.tag: each.get("identifier", "") for each in test}
    if len(test) != _PAIR or set(parts) != {"variable", "correct"} or len(set(parts.values())) != 1:
        raise _unknown(test)
    return parts["variable"]


def _points(statements: Sequence[Element]) -> tuple[Fraction, bool]:
    """Read the points that a branch gives, and whether it adds them to what there is."""
    if len(statements) != 1 or statements[0].tag != "setOutcomeValue" or len(statements[0]) != 1:
        raise SkipError(SkipCode.response_processing, SCORE)
    value, adds = statements[0][0], False
    if (
        value.tag == "sum"
        and len(value) == _PAIR
        and value[0].tag == "variable"
        and value[0].get("identifier") == SCORE
    ):
        value, adds = value[1], True
    if value.tag == "variable" and value.get("identifier") == "MAXSCORE":
        points = _most(value)
    elif value.tag == "baseValue":
        points = number(words(value))
    else:
        raise _unknown(value)
    if points <= 0:
        raise _unknown(value)
    return points, adds


def _most(value: Element) -> Fraction:
    for each in value.getroottree().getroot().iter("outcomeDeclaration"):
        if each.get("identifier") == "MAXSCORE" and words(each):
            return number(words(each))
    raise _unknown(value)


def _is_constant(test: Element) -> bool:
    return [each.tag for each in test] == ["variable", "baseValue"]


def _values(branches: Sequence[Element]) -> Rule:
    """Read a chain of comparisons with constants, of which the first that holds counts."""
    found: dict[str, Fraction] = {}
    shapes = set()
    for branch in branches:
        test, statements = _branch(branch)
        if test.tag not in {"match", "stringMatch"} or not _is_constant(test) or test.get("substring") == "true":
            raise _unknown(test)
        points, adds = _points(statements)
        found.setdefault(words(test[1]), points)
        shapes.add((test[0].get("identifier", ""), test.get("caseSensitive", "true") == "true", adds))
    if len(shapes) != 1:
        raise _unknown(branches[0])
    response, exact_case, adds = shapes.pop()
    return Rule(response, "values", values=tuple(found.items()), exact_case=exact_case, adds=adds)


def _ranges(branches: Sequence[Element]) -> Rule:
    """Read a chain of comparisons with numbers, of which the first that holds counts."""
    found: list[Range] = []
    responses, adding = set(), set()
    for branch in branches:
        test, statements = _branch(branch)
        points, adds = _points(statements)
        response, one = _range(test, points)
        responses.add(response)
        adding.add(adds)
        found.append(one)
    if len(responses) != 1 or len(adding) != 1:
        raise _unknown(branches[0])
    return Rule(responses.pop(), "ranges", ranges=tuple(found), adds=adding.pop())


def _range(test: Element, points: Fraction) -> tuple[str, Range]:
    if test.tag == "equal" and len(test) == _PAIR and test[0].tag == "variable":
        response, tolerance = test[0].get("identifier", ""), _tolerance(test)
        if test[1].tag == "correct" and test[1].get("identifier") == response:
            return response, Range(points, tolerance=tolerance)
        if test[1].tag == "baseValue":
            value = number(words(test[1]))
            return response, Range(points, value - tolerance, value + tolerance)
    if test.tag == "and" and [each.tag for each in test] == ["gte", "lte"]:
        low, high = test
        names = {each[0].get("identifier", "") for each in test if len(each) == _PAIR and each[0].tag == "variable"}
        if len(names) == 1 and all(len(each) == _PAIR and each[1].tag == "baseValue" for each in test):
            return names.pop(), Range(points, number(words(low[1])), number(words(high[1])))
    raise _unknown(test)


def _tolerance(test: Element) -> Fraction:
    mode = test.get("toleranceMode", "exact")
    if mode == "exact":
        return Fraction(0)
    widths = {number(each) for each in test.get("tolerance", "").split()}
    bounds = {test.get(name, "true") for name in ("includeLowerBound", "includeUpperBound")}
    if mode != "absolute" or len(widths) != 1 or bounds != {"true"}:
        raise _unknown(test)
    return widths.pop()


def _unknown(element: Element) -> SkipError:
    return SkipError(SkipCode.response_processing, str(element.tag)[:80])
