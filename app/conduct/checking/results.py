"""What a page shows of a checked text: its findings with their places, wordings and marks."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.catalog.text import LOCALES, nearest
from app.conduct import marks
from app.conduct.checking import words
from app.conduct.checking.sentences import is_sentence, sentence_around
from app.conduct.marks import Kind
from app.redlines.checking import Circumstances, Found, RuleSet
from app.redlines.documents.places import Part, place_in
from app.web.i18n import current_locale, sentences

MOST_SHOWN: Final = 200
"""Findings that a page shows of one text; after these are mended it shows the next."""

_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_HIGHEST: Final = "\uffff"
_LONGEST_NUMBER: Final = 9


@dataclass(frozen=True, slots=True)
class Wording:
    """What to say instead; `whole` where it is a sentence and so takes the place of one."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding on the page; `first` and `last` count as browsers do, in UTF-16 code units.

    `before` and `after` are the rest of its sentence. A wording that is `whole` takes the place of all of it.
    """

    number: int
    start: int
    end: int
    first: int
    last: int
    before: str
    matched: str
    after: str
    red_line: str
    kind: Kind
    title: str
    about: tuple[str, ...]
    why: str
    wordings: tuple[Wording, ...]
    language: str
    place: str
    excuse: str


@dataclass(frozen=True, slots=True)
class Result:
    """A text with its findings, those set aside, and what the page says about them."""

    findings: tuple[Shown, ...]
    aside: tuple[Shown, ...]
    more: int
    rules: int
    title: str
    text: str
    tone: str

    @property
    def marks(self) -> list[Shown]:
        """Everything that is marked in the text, in its order."""
        return sorted((*self.findings, *self.aside), key=lambda each: (each.start, -each.end))

    @property
    def legend(self) -> list[Kind]:
        """The kinds of marks that are there."""
        return list(dict.fromkeys(each.kind for each in (*self.findings, *self.aside)))


def result(
    rules: RuleSet,
    text: str,
    said: Circumstances,
    parts: Sequence[Part],
    names: Mapping[str, str],
    chosen: Collection[str] = (),
) -> Result:
    """Check a text and say what the page shows.

    `parts` are the places of a file, `names` those of the products by slug, of which some may be `chosen`.
    """
    found = rules.check(text, said)
    active = [each for each in found if each.finding.state == "active"]
    excused = [each for each in found if each.finding.state == "downgraded"]
    # which product a red line belongs to is plain when there is one
    named = {} if len(chosen or names) == 1 else names
    shown = list(_shown([*islice(active, MOST_SHOWN), *islice(excused, MOST_SHOWN)], text, said, parts, named))
    products = [name for slug, name in names.items() if slug in chosen]
    count = {name: sum(each.finding.severity == name for each in active) for name in ("block", "warn", "coach")}
    tone = "stop" if count["block"] else "warn" if count["warn"] else "" if count["coach"] else "ok"
    return Result(
        findings=tuple(each for each in shown if not each.excuse),
        aside=tuple(each for each in shown if each.excuse),
        more=max(0, len(active) - MOST_SHOWN),
        rules=len(rules),
        title=words.verdict(count["block"], count["warn"], count["coach"]),
        text=sentences((words.what_was_read(len(rules), products, len(text)), words.more_set_aside(len(excused)))),
        tone=tone,
    )


def _shown(
    found: Iterable[Found], text: str, said: Circumstances, parts: Sequence[Part], names: Mapping[str, str]
) -> Iterator[Shown]:
    listed = list(found)
    units = _units(text, {place for each in listed for place in (each.finding.start, each.finding.end)})
    for number, each in enumerate(listed, 1):
        finding, card = each.finding, each.card
        excused = finding.state == "downgraded"
        offered = each.rule["say_instead"]
        language = nearest(offered, spoken_locale(finding.matched, said.locale))
        first, last = sentence_around(text, finding.start, finding.end)
        yield Shown(
            number=number,
            start=finding.start,
            end=finding.end,
            first=units[finding.start],
            last=units[finding.end],
            before=text[first : finding.start],
            matched=finding.matched,
            after=text[finding.end : last],
            red_line=finding.red_line,
            kind=marks.set_aside() if excused else marks.kind(finding.severity),
            title=card.title,
            about=tuple(name for slug, name in names.items() if slug in each.products),
            why=card.why,
            wordings=tuple(Wording(each, is_sentence(each)) for each in offered[language]),
            language=language,
            place=_where(each, text, parts),
            excuse=marks.excuse(finding.reason) if excused else "",
        )


def _where(found: Found, text: str, parts: Sequence[Part]) -> str:
    place = place_in(parts, text, found.finding.start) if parts else found.place
    return marks.where(place)


def _units(text: str, places: Iterable[int]) -> dict[int, int]:
    """Return how many UTF-16 code units stand before each place."""
    if not text or max(text) <= _HIGHEST:
        return {place: place for place in places}
    found: dict[int, int] = {}
    counted = units = 0
    for place in sorted(places):
        units += place - counted + sum(sign > _HIGHEST for sign in text[counted:place])
        counted = place
        found[place] = units
    return found


def spoken_locale(matched: str, given: str | None) -> str:
    """Return the language in which something else is to be said: the one given, else that of the words themselves."""
    if given in LOCALES:
        return str(given)
    if not _HAN.search(matched):
        return "en"
    reader = current_locale()
    return reader if reader.startswith("zh") else "zh-Hans"


def replaced(rules: RuleSet, text: str, said: Circumstances, wish: str) -> str | None:
    """Put approved wording in the place of a finding; None when it is not there any more.

    `wish` is "start end number red_line"; the red line stands last because it may hold anything.
    """
    first, _, rest = wish.partition(" ")
    last, _, rest = rest.partition(" ")
    number, _, red_line = rest.partition(" ")
    if not all(each.isascii() and each.isdecimal() and len(each) < _LONGEST_NUMBER for each in (first, last, number)):
        return None
    for each in rules.check(text, said):
        finding = each.finding
        if (finding.start, finding.end, finding.red_line) == (int(first), int(last), red_line):
            offered = each.rule["say_instead"]
            wordings: list[str] = offered[nearest(offered, spoken_locale(finding.matched, said.locale))]
            if int(number) < len(wordings):
                return _put(text, finding.start, finding.end, wordings[int(number)])
    return None


def _put(text: str, start: int, end: int, wording: str) -> str:
    first, last = sentence_around(text, start, end) if is_sentence(wording) else (start, end)
    return text[:first] + wording + text[last:]
