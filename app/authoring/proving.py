"""Tries red lines against their own examples, and says where in the file one fails."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.catalog.yamlfile import Trail
from app.redlines.content import RedLineDocument, RedLinesDocument

if TYPE_CHECKING:
    from app.redlines.proof import Failure


def prove_examples(document: RedLinesDocument, _file: str) -> Iterator[tuple[Trail, str]]:
    """Give what does not hold among the rules of one file, each with its place."""
    from app.redlines.proof import prove  # noqa: PLC0415 (with all that checks texts, arrays too: few processes do)

    positions = {rule.id: position for position, rule in enumerate(document.rules)}
    for failure in prove(rule.model_dump(mode="json", exclude_defaults=True) for rule in document.rules):
        position = positions[failure.rule]
        trail = ("rules", position, *_trail(document.rules[position], failure))
        yield trail, f"{_WORDS[failure.kind]}: {failure.message}"


_WORDS = {
    "must_flag": "is not flagged",
    "must_not_flag": "must not be flagged",
    "say_instead": "cannot be the wording to use",
    "phrase": "cannot be used",
    "rewrite": "is no sentence to say right",
    "anchors": "cannot be what a right sentence holds",
}


def _trail(rule: RedLineDocument, failure: "Failure") -> Trail:
    if failure.kind in ("must_flag", "must_not_flag"):
        return ("examples", failure.kind, failure.index)
    if failure.kind in ("rewrite", "anchors"):
        return ("drills", failure.index, failure.kind)
    trails = _say_instead(rule) if failure.kind == "say_instead" else _phrases(rule)
    return trails[failure.index]


def _say_instead(rule: RedLineDocument) -> list[Trail]:
    return [("say_instead", locale, index) for locale, texts in rule.say_instead.items() for index in range(len(texts))]


def _phrases(rule: RedLineDocument) -> list[Trail]:
    trails: list[Trail] = [
        ("match", language, index) for language, phrases in rule.match.items() for index in range(len(phrases))
    ]
    trails += [("unless", "within", index) for index in range(len(rule.unless.within))]
    if rule.require:
        trails += [("require", "say", index) for index in range(len(rule.require.say))]
    return trails
