"""Compare what is found in a sentence with what a person marked there."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.redlines.matcher import Finding, Matcher

EVASIONS = frozenset({"case", "width", "separators", "zero-width", "confusable", "script-variant"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that a person marked: `state` is active, downgraded or suppressed."""

    red_line: str
    start: int
    end: int
    matched: str
    state: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a set; a locale, channel or tag groups results."""

    id: str
    locale: str
    channel: str
    tags: tuple[str, ...]
    text: str
    expected: tuple[Mark, ...]

    @classmethod
    def of(cls, line: str) -> "Sentence":
        """Read a line of JSON; raises ValueError when a mark is not at its place."""
        given = json.loads(line)
        marks = tuple(Mark(**mark) for mark in given.pop("expected"))
        for mark in marks:
            if given["text"][mark.start : mark.end] != mark.matched:
                raise ValueError(f"{given['id']}: {mark.matched!r} is not at {mark.start}")
        return cls(**{**given, "tags": tuple(given["tags"])}, expected=marks)


def sentences(path: Path) -> list[Sentence]:
    """Read a set."""
    return [Sentence.of(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


@dataclass(slots=True)
class Score:
    """Counts of claims, which are active findings, and of spans and states.

    `found` are claims that were marked, `wrong` claims that were not, `missed` marked ones not claimed.
    Of the marked places that are found in any state, `exact` have the marked span and `shaded` the marked kind of
    state: active, or not.
    """

    sentences: int = 0
    found: int = 0
    wrong: int = 0
    missed: int = 0
    located: int = 0
    exact: int = 0
    shaded: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The part of the claims that are right; 1 when there are none."""
        claimed = self.found + self.wrong
        return self.found / claimed if claimed else 1.0

    @property
    def recall(self) -> float:
        """The part of the marked claims that are found; 1 when there are none."""
        marked = self.found + self.missed
        return self.found / marked if marked else 1.0

    @property
    def spans(self) -> float:
        """The part of the located places whose first and last character are as marked."""
        return self.exact / self.located if self.located else 1.0

    def add(self, other: "Score") -> None:
        """Take in another score."""
        for name in ("sentences", "found", "wrong", "missed", "located", "exact", "shaded"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failures += other.failures


def _same(mark: Mark, finding: Finding) -> bool:
    return mark.red_line == finding.red_line and mark.start < finding.end and finding.start < mark.end


def _told(sentence: Sentence, verb: str, name: str, matched: str, why: str | None = None) -> str:
    tags = ", ".join(sentence.tags)
    because = f" ({why})" if why else ""
    return f"{sentence.id} [{tags}] {verb} {name} “{matched}”{because}: {sentence.text!r}"


def scores(sentence: Sentence, matcher: Matcher) -> dict[str, Score]:
    """Return the score of one sentence by the rules that are marked or found in it."""
    findings = matcher.check(sentence.text, locale=None, channel=sentence.channel)
    by_rule: dict[str, Score] = {}
    left = list(findings)
    for mark in sentence.expected:
        score = by_rule.setdefault(mark.red_line, Score())
        near = [finding for finding in left if _same(mark, finding)]
        finding = max(near, key=lambda f: ((f.start, f.end) == (mark.start, mark.end), f.end - f.start), default=None)
        if finding:
            left.remove(finding)
            score.located += 1
            score.exact += (finding.start, finding.end) == (mark.start, mark.end)
            score.shaded += (finding.state == "active") == (mark.state == "active")
            if (finding.start, finding.end) != (mark.start, mark.end):
                score.failures.append(_told(sentence, "cuts", mark.red_line, finding.matched))
        claimed = finding is not None and finding.state == "active"
        if mark.state == "active":
            score.found += claimed
            score.missed += not claimed
            if not claimed:
                why = finding.reason if finding else "not found"
                score.failures.append(_told(sentence, "misses", mark.red_line, mark.matched, why))
        elif finding and claimed:
            score.wrong += 1
            score.failures.append(_told(sentence, "claims", mark.red_line, finding.matched))
    for finding in left:
        if finding.state == "active":
            score = by_rule.setdefault(finding.red_line, Score())
            score.wrong += 1
            score.failures.append(_told(sentence, "claims", finding.red_line, finding.matched))
    return by_rule


@dataclass(slots=True)
class Result:
    """Scores of a set, added up in several ways."""

    whole: Score
    languages: dict[str, Score]
    tags: dict[str, Score]
    rules: dict[str, Score]


def measure(items: Iterable[Sentence], matcher: Matcher) -> Result:
    """Score a set."""
    result = Result(Score(), {}, {}, {})
    for sentence in items:
        by_rule = scores(sentence, matcher)
        total = Score(sentences=1)
        for rule, score in by_rule.items():
            total.add(score)
            kept = result.rules.setdefault(rule, Score())
            kept.add(score)
            kept.sentences += 1
        for group in _groups(sentence, result):
            group.add(total)
    return result


def _groups(sentence: Sentence, result: Result) -> Iterator[Score]:
    yield result.whole
    yield result.languages.setdefault(sentence.locale, Score())
    for tag in sentence.tags:
        yield result.tags.setdefault(tag, Score())
