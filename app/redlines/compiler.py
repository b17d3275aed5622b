"""Compile the documents of red lines into patterns and one list of literals."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.redlines.literals import bare_text, without_determiners
from app.redlines.phrases import Pattern, exemptions, parse, parse_around, texts
from app.redlines.problems import Problem
from app.redlines.scanner import Literals

Use = tuple[int, int]
Phrase = tuple[Any, str]
NO_LITERAL = -1
_REP = frozenset({"rep"})
_EVERYWHERE: frozenset[str] = frozenset()
_MATCHED = ("active", "shadow")
_TREATMENTS = {"negated": "downgrade", "attributed": "downgrade", "quoted": "suppress", "question": "downgrade"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A red line as the matcher needs it; numbers name patterns."""

    id: str
    severity: str
    shadow: bool
    products: frozenset[str]
    regions: frozenset[str]
    channels: frozenset[str]
    locales: frozenset[str]
    starts: date | None
    ends: date | None
    said_by: frozenset[str]
    match: tuple[tuple[int, str], ...]
    within: tuple[int, ...]
    require: tuple[int, ...]
    within_sentences: int
    treatments: Mapping[str, str]


class Longer(NamedTuple):
    """A literal with determiners and where a key stands in it; the same of its text without determiners."""

    literal: int
    place: int
    bare: str
    bare_place: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """Rules, their patterns, and the scanner with who uses which literal.

    `scanner` looks for the keys in a text without determiners: literals, or the longest parts of them without one.
    `wholes` has for each key the literal that it is, or NO_LITERAL, and `longer` those of which it is a part.
    `bare` are the numbers of the literals that are nothing but determiners, and `bare_scanner` looks for them.
    """

    rules: tuple[Rule, ...]
    patterns: tuple[Pattern, ...]
    owner: tuple[int, ...]
    literals: tuple[str, ...]
    uses: tuple[Sequence[Use], ...]
    wholes: NDArray[np.int32]
    longer: Mapping[int, Sequence[Longer]]
    scanner: Literals
    bare: tuple[int, ...]
    bare_scanner: Literals
    problems: tuple[Problem, ...]


def _keys(literals: Sequence[str]) -> tuple[dict[str, int], dict[str, list[Longer]], list[int]]:
    """Return literals and parts of literals to look for, and those that have nothing but determiners."""
    whole: dict[str, int] = {}
    parts: dict[str, list[Longer]] = defaultdict(list)
    bare: list[int] = []
    for number, literal in enumerate(literals):
        part, place = without_determiners(literal)
        if part == literal:
            whole[literal] = number
        elif part:
            whole_bare, rest = bare_text(literal), bare_text(literal[place:])
            parts[part].append(Longer(number, place, whole_bare, len(whole_bare) - len(rest)))
        else:
            bare.append(number)
    return whole, parts, bare


def _among(values: Iterable[str] | None) -> frozenset[str]:
    return frozenset(values) if values else _EVERYWHERE


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


class _Compiler:
    """What grows while rules are read."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.patterns: list[Pattern] = []
        self.owner: list[int] = []
        self.problems: list[Problem] = []

    def _patterns(self, rule: str, phrases: Iterable[Phrase], first: int = 0) -> list[tuple[int, str]]:
        added: list[tuple[int, str]] = []
        for index, (phrase, language) in enumerate(phrases, first):
            try:
                pattern = parse(phrase, language) if language else parse_around(phrase)
            except (ValueError, TypeError, KeyError) as error:
                self.problems.append(Problem(rule, index, str(phrase), str(error)))
                continue
            added.append((len(self.patterns), language))
            self.patterns.append(pattern)
            self.owner.append(len(self.rules))
        return added

    def add(self, document: Mapping[str, Any]) -> None:
        """Compile one rule."""
        name = str(document["id"])
        applies = document.get("applies") or {}
        effective = document.get("effective") or {}
        unless = {key: value for key, value in (document.get("unless") or {}).items() if value is not None}
        require = document.get("require") or {}
        phrases = [(one, lang) for lang, many in (document.get("match") or {}).items() for one in many]
        allowed = [(phrase, "") for phrase in exemptions(unless.pop("within", None))]
        said = [(text, "") for text in texts(require.get("say"))]
        match = self._patterns(name, phrases)
        within = self._patterns(name, allowed, len(phrases))
        needed = self._patterns(name, said, len(phrases) + len(allowed))
        self.rules.append(
            Rule(
                id=name,
                severity=str(document.get("severity", "warn")),
                shadow=document.get("status") == "shadow",
                products=_among(applies.get("products")),
                regions=_among(applies.get("regions")),
                channels=_among(applies.get("channels")),
                locales=_among(applies.get("locales")),
                starts=_date(effective.get("from")),
                ends=_date(effective.get("until")),
                said_by=frozenset(document["said_by"]) if document.get("said_by") else _REP,
                match=tuple(match),
                within=tuple(number for number, _ in within),
                require=tuple(number for number, _ in needed),
                within_sentences=int(require.get("within_sentences", 2)),
                treatments={**_TREATMENTS, **unless} if unless else _TREATMENTS,
            )
        )

    def finish(self) -> Compiled:
        """Gather the literals of all patterns."""
        uses: dict[str, tuple[Use, ...] | list[Use]] = {}
        for number, pattern in enumerate(self.patterns):
            for place, slot in enumerate(pattern.slots):
                alone = ((number, place),)
                for literal in slot.literals:
                    users = uses.setdefault(literal, alone)
                    if users is alone:
                        continue
                    if isinstance(users, tuple):
                        users = uses[literal] = list(users)
                    users.append(alone[0])
        literals = tuple(uses)
        whole, parts, bare = _keys(literals)
        keys = list(dict.fromkeys((*whole, *parts)))
        return Compiled(
            rules=tuple(self.rules),
            patterns=tuple(self.patterns),
            owner=tuple(self.owner),
            literals=literals,
            uses=tuple(uses.values()),
            wholes=np.array([whole.get(key, NO_LITERAL) for key in keys], dtype=np.int32),
            longer={number: parts[key] for number, key in enumerate(keys) if key in parts},
            scanner=Literals(keys),
            bare=tuple(bare),
            bare_scanner=Literals([literals[number] for number in bare]),
            problems=tuple(self.problems),
        )


def compile_rules(rules: Iterable[Mapping[str, Any]]) -> Compiled:
    """Compile rules that are active or shadow; phrases with problems are left out and listed."""
    compiler = _Compiler()
    with _no_collection():
        for document in rules:
            if document.get("status", "active") in _MATCHED:
                compiler.add(document)
        return compiler.finish()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector still: many small objects are made, and all of them stay."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
