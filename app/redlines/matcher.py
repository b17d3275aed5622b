"""Find where a text crosses red lines.

Rules are plain documents as they stand in redlines.yaml. They are compiled once; one scan finds
the literals of all rules; what surrounds a hit is looked at only where there is one. A Matcher
does not change after it is made, so threads may share it, and it can be pickled.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any

from app.redlines.characters import fold_text
from app.redlines.chinese_words import cuts_words
from app.redlines.compacting import Compact, compact_text
from app.redlines.compiler import NO_LITERAL, Compiled, Longer, Rule, compile_rules
from app.redlines.context import happened, role
from app.redlines.dates import CLASSES
from app.redlines.findings import Crossing, Finding, State, resolved
from app.redlines.folding import Folded, fold
from app.redlines.literals import DETERMINERS, is_han, units
from app.redlines.parted import parted_hits
from app.redlines.phrases import Pattern, Slot
from app.redlines.problems import RuleError
from app.redlines.regexes import Regex
from app.redlines.surroundings import Surroundings

__all__ = ["Finding", "Matcher", "State"]

Span = tuple[int, int]

_REASONS = ("within", "required", "speaker", "quoted", "negated", "attributed", "question", "shadow")
_REQUIRED: tuple[State, str | None] = ("suppressed", "required")
_UNIT_WIDTH = 30
_LONGEST_SPELLING = 2_000
"""Characters over which a phrase may be spread."""
_SHORT_HAN = 3
_PARAGRAPH = re.compile(r"\n\s*\n")
_BORDERLESS = re.compile(r"\n\s*\n|[。!?;]|(?<!\.\.)\.(?=\s)")
_WEAK = re.compile(r"[,、:()]")
_NEW_LINE = re.compile(r"\n")
_LATIN_GAP = re.compile(rf"(?:[\s\-_/\"'*~`()\[\]…·.—]|\b(?:{'|'.join(sorted(DETERMINERS))})\b)*")
_TRADITIONAL = {"TW", "HK", "MO"}
_SPACELESS = {"zh", "ja", "ko", "yue"}


@dataclass(frozen=True, slots=True)
class _Hit:
    """A pattern's span in the folded text and the stretches in it that no phrase prescribes."""

    start: int
    end: int
    inner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Circumstances:
    products: frozenset[str]
    locale: str | None
    region: str | None
    channel: str | None
    speaker: str | None
    on: date | None


class _Text:
    """A text being checked: folded, scanned, and its context once somebody asks."""

    def __init__(self, compiled: Compiled, source: str) -> None:
        self.folded: Folded = fold(source)
        self.hits = _Scan(compiled, self.folded).hits()
        self.context = Surroundings(self.folded)
        self._classes: dict[str, list[Span]] = {}

    def slot(self, pattern: int, number: int, slot: Slot) -> list[Span]:
        """Return where a pattern's slot is filled, in order."""
        spans = set(self.hits.get((pattern, number), ()))
        for name in slot.classes:
            if name not in self._classes:
                self._classes[name] = [m.span() for m in CLASSES[name].finditer(self.folded.text)]
            spans.update(self._classes[name])
        return sorted(spans)

    def spans(self, patterns: Sequence[Pattern], numbers: Iterable[int]) -> Iterator[Span]:
        """Yield where patterns are found."""
        for number in numbers:
            for hit in _hits(self, number, patterns[number]):
                yield hit.start, hit.end


def _may_cross(gaps: Sequence[str], literal: str) -> bool:
    """Tell whether separators of a hit are spelling and not punctuation between sentences."""
    if len(gaps) >= max(2, len(literal) - 1):  # spelled out, character by character
        return not any(_PARAGRAPH.search(gap) for gap in gaps)
    if any(_BORDERLESS.search(gap) for gap in gaps):
        return False
    weak = sum(_WEAK.search(gap) is not None for gap in gaps)
    lines = sum(_NEW_LINE.search(gap) is not None for gap in gaps)
    if weak == 0 and (lines == 0 or len(literal) <= _SHORT_HAN):
        return True
    return weak + lines >= min(2, len(literal) - 1)


def _between_words(gaps: Sequence[str]) -> bool:
    return all(_LATIN_GAP.fullmatch(gap) and not _BORDERLESS.search(gap) for gap in gaps)


def _is_whole(folded: str, start: int, end: int) -> bool:
    """Tell whether a span begins and ends where numbers do."""
    if folded[start].isdecimal() and re.fullmatch(r"\d[.,]", folded[max(0, start - 2) : start]):
        return False
    return not (folded[end - 1].isdecimal() and re.fullmatch(r"[.,]\d", folded[end : end + 2]))


def _occurs(where: Compact, literal: str, start: int, end: int) -> Span | None:
    first, last = where.span(start, end)
    if last - first > _LONGEST_SPELLING or not _is_whole(where.folded.text, first, last):
        return None
    gaps = where.gaps(start, end)
    if not literal.isascii() and any(map(is_han, literal)):
        return (first, last) if _may_cross(gaps, literal) else None
    return (first, last) if _between_words(gaps) else None


class _Scan:
    """One scan of a text, and what it finds for the slots of patterns."""

    def __init__(self, compiled: Compiled, folded: Folded) -> None:
        self._compiled = compiled
        self._folded = folded
        self._bare = compact_text(folded, determiners=False)
        self._hits: dict[tuple[int, int], list[Span]] = defaultdict(list)

    @cached_property
    def _full(self) -> Compact:
        return compact_text(self._folded) if len(self._bare.dropped) else self._bare

    def hits(self) -> dict[tuple[int, int], list[Span]]:
        """Return where slots are filled: by pattern and slot, the spans in the folded text."""
        compiled = self._compiled
        for number, start, end in compiled.scanner.scan(self._bare):
            literal = int(compiled.wholes[number])
            if literal != NO_LITERAL:
                uses = compiled.uses[literal]
                if self._bare.lacks_determiner(start, end):
                    uses = [use for use in uses if compiled.patterns[use[0]].loose]
                self._note(self._bare, compiled.literals[literal], (start, end), uses)
            longer = compiled.longer.get(number, ())
            if longer and (self._bare.determiner_before(start) or self._bare.determiner_after(end)):
                self._note_longer(longer, start)
        if compiled.bare:
            for number, start, end in compiled.bare_scanner.scan(self._full):
                literal = compiled.bare[number]
                self._note(self._full, compiled.literals[literal], (start, end), compiled.uses[literal])
        for number, spans in parted_hits(self._folded, compiled.scanner):
            literal = int(compiled.wholes[number])
            for use in compiled.uses[literal] if literal != NO_LITERAL else ():
                self._hits[use] += spans
        return self._hits

    def _note(self, where: Compact, literal: str, span: Span, uses: Sequence[tuple[int, int]]) -> None:
        found = _occurs(where, literal, *span) if uses else None
        if found:
            for use in uses:
                self._hits[use].append(found)

    def _note_longer(self, candidates: Sequence[Longer], start: int) -> None:
        """Compare literals with determiners where the part without one was found."""
        for longer in candidates:
            first = start - longer.bare_place
            if first < 0 or self._bare.text(first, first + len(longer.bare)) != longer.bare:
                continue
            full = self._full
            literal = self._compiled.literals[longer.literal]
            first = full.place(int(self._bare.places[start])) - longer.place
            last = first + len(literal)
            if first >= 0 and full.text(first, last) == literal and full.is_word(first, last):
                self._note(full, literal, (first, last), self._compiled.uses[longer.literal])


def _regex_hits(text: _Text, number: int, pattern: Pattern, regex: Regex) -> Iterator[_Hit]:
    """Yield the matches around anchors, one after another; none begins within the one before."""
    folded = text.folded.text
    done = 0
    for start, end in text.slot(number, 0, pattern.slots[0]):
        span = None
        if done <= start:
            span = regex.search(folded, max(done, start - pattern.window), end + pattern.window)
        while span and span[0] <= start:
            done = max(span[1], span[0] + 1)
            if end <= span[1]:
                yield _Hit(*span)
                break
            span = regex.search(folded, done, end + pattern.window) if done <= start else None


def _nearest(text: _Text, spans: Sequence[Span], end: int, gap: int) -> int | None:
    """Return the place in `spans` of the first that begins at most `gap` words after `end`.

    It stands in the same sentence.
    """
    place = bisect_left(spans, (end, 0))
    if place == len(spans):
        return None
    start = spans[place][0]
    if start - end > (gap + 1) * _UNIT_WIDTH or units(text.folded.text[end:start]) > gap:
        return None
    return place if text.context.together(end - 1, start + 1) else None


def _seq_hits(text: _Text, number: int, pattern: Pattern) -> Iterator[_Hit]:
    """Join slots from the last to the first, keeping for each hit the nearest way to the end."""
    folded = text.folded.text
    spans = text.slot(number, len(pattern.slots) - 1, pattern.slots[-1])
    ways: dict[Span, _Hit] = {span: _Hit(*span) for span in spans}
    for index in range(len(pattern.slots) - 2, -1, -1):
        earlier: dict[Span, _Hit] = {}
        spans = sorted(ways)
        for start, end in text.slot(number, index, pattern.slots[index]):
            place = _nearest(text, spans, end, pattern.gaps[index])
            if place is not None:
                way = ways[spans[place]]
                earlier[start, end] = _Hit(start, way.end, (folded[end : way.start], *way.inner))
        ways = earlier
    yield from ways.values()


def _hits(text: _Text, number: int, pattern: Pattern) -> Iterator[_Hit]:
    if pattern.regex is not None:
        yield from _regex_hits(text, number, pattern, pattern.regex)
    elif len(pattern.slots) == 1:
        yield from (_Hit(*span) for span in text.slot(number, 0, pattern.slots[0]))
    else:
        yield from _seq_hits(text, number, pattern)


def _claims(text: _Text, number: int, pattern: Pattern) -> Iterator[_Hit]:
    """Yield the hits of a pattern that may cross a line: no date of what has happened is a promise."""
    dated = any(slot.classes for slot in pattern.slots)
    for hit in _hits(text, number, pattern):
        if not (dated and happened(hit.inner)):
            yield hit


def _speaks(language: str, locale: str | None) -> bool:
    """Tell whether phrases of a language are looked for in texts of a locale.

    Languages of another script always are, since people mix them.
    """
    if locale is None:
        return True
    spoken, written = locale.partition("-")[0], language.partition("-")[0]
    return spoken == written or bool({spoken, written} & _SPACELESS)


def _is_read_as(given: str, locale: str) -> bool:
    """Tell whether a text's language tag may be one of a rule's locales: en-GB is en, zh-TW and zh are zh-Hant."""
    language, _, rest = given.partition("-")
    if language != locale.partition("-")[0]:
        return False
    if not rest or "-" not in locale:
        return True
    traditional = rest.startswith("Hant") or (not rest.startswith("Hans") and rest in _TRADITIONAL)
    return traditional == locale.endswith("Hant")


def _in_force(rule: Rule, given: _Circumstances) -> bool:
    if given.on is not None:
        if rule.starts is not None and given.on < rule.starts:
            return False
        if rule.ends is not None and given.on >= rule.ends:
            return False
    if rule.products and given.products and not rule.products & given.products:
        return False
    if rule.regions and given.region is not None and given.region not in rule.regions:
        return False
    if rule.locales and given.locale is not None and not any(_is_read_as(given.locale, one) for one in rule.locales):
        return False
    return not (rule.channels and given.channel is not None and given.channel not in rule.channels)


class _Covers:
    """Spans of allowed phrases, asked whether one of them covers a hit."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def hide(self, hit: _Hit) -> bool:
        place = bisect_right(self._starts, hit.start) - 1
        return place >= 0 and self._furthest[place] >= hit.end


def _stated_near(sentences: Sequence[int], sentence: int, distance: int) -> bool:
    place = bisect_left(sentences, sentence - distance)
    return place < len(sentences) and sentences[place] <= sentence + distance


def _judge(rule: Rule, text: _Text, hit: _Hit, covers: _Covers, speaker: str | None) -> tuple[State, str | None]:
    """Return a hit's state and the strongest reason for it."""
    if covers.hide(hit):
        return "suppressed", "within"
    said_by = speaker or text.context.speaker(hit.start)
    if "any" not in rule.said_by and said_by not in rule.said_by:
        return "suppressed", "speaker"
    reasons = text.context.reasons(hit.start, hit.end, hit.inner)
    for treatment, state in (("suppress", "suppressed"), ("downgrade", "downgraded")):
        for reason in _REASONS:
            if reason in reasons and rule.treatments[reason] == treatment:
                if state == "suppressed":
                    return "suppressed", reason
                # what is on trial is not shown, not even as set aside
                return ("suppressed", "shadow") if rule.shadow else ("downgraded", reason)
    return ("suppressed", "shadow") if rule.shadow else ("active", None)


class Matcher:
    """Compiled red lines.

    Args:
        rules: documents as in redlines.yaml; drafts and retired ones are left out.

    Raises RuleError, which lists every phrase that cannot be matched.
    """

    def __init__(self, rules: Iterable[Mapping[str, Any]]) -> None:
        self._compiled = compile_rules(rules)
        if self._compiled.problems:
            raise RuleError(self._compiled.problems)

    @classmethod
    def of(cls, compiled: Compiled) -> "Matcher":
        """Return a matcher of rules that are compiled already, whatever their problems."""
        matcher = cls(())
        matcher._compiled = compiled
        return matcher

    def __len__(self) -> int:
        return len(self._compiled.rules)

    def check(
        self,
        text: str,
        *,
        products: Iterable[str] = (),
        locale: str | None = None,
        region: str | None = None,
        channel: str | None = None,
        speaker: str | None = None,
        on: date | None = None,
    ) -> list[Finding]:
        """Return the findings of a text, in its order.

        A circumstance that is not given restricts nothing. A given speaker overrides the labels
        in the text. Overlaps are resolved: active before downgraded, the longest, the severest.
        """
        said_by = role(fold_text(speaker)) if speaker else None
        given = _Circumstances(frozenset(products), locale, region, channel, said_by, on)
        return [crossing.read(text) for crossing in resolved(self._crossings(text, given))]

    def check_all(self, text: str) -> list[Finding]:
        """Return every finding in any circumstance, with overlaps, for proofs."""
        anywhere = _Circumstances(frozenset(), None, None, None, None, None)
        return [crossing.read(text) for crossing in self._crossings(text, anywhere)]

    def _crossings(self, source: str, given: _Circumstances) -> Iterator[Crossing]:
        text = _Text(self._compiled, source)
        for number in sorted({self._compiled.owner[pattern] for pattern, _ in text.hits}):
            rule = self._compiled.rules[number]
            if _in_force(rule, given):
                yield from self._of_rule(rule, text, given)

    def _of_rule(self, rule: Rule, text: _Text, given: _Circumstances) -> Iterator[Crossing]:
        patterns = self._compiled.patterns
        hits = {
            hit
            for number, language in rule.match
            if _speaks(language, given.locale)
            for hit in _claims(text, number, patterns[number])
        }
        hits = {hit for hit in hits if not cuts_words(text.folded.text, hit.start, hit.end)}
        if not hits:
            return
        covers = _Covers(text.spans(patterns, rule.within))
        stated = sorted(text.context.sentence(start) for start, _ in text.spans(patterns, rule.require))
        for hit in sorted(hits, key=lambda h: (h.start, h.end)):
            if stated and _stated_near(stated, text.context.sentence(hit.start), rule.within_sentences):
                state, reason = _REQUIRED
            else:
                state, reason = _judge(rule, text, hit, covers, given.speaker)
            start, end = text.folded.span(hit.start, hit.end)
            yield Crossing(rule.id, start, end, rule.severity, state, reason)
