"""Red lines as documents: what `redlines.yaml` and rule packs may say.

Only the shape is judged here. Whether a phrase can match and the examples hold is for the matcher to say.
"""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from app.catalog.document import Day, Document, Faults, FileDocument, Line, Region, Slug, twice
from app.catalog.text import Label, Locale, Sentence, Words
from app.redlines.regexes import UnsafeRegexError, compile_safely

Status = Literal["draft", "shadow", "active", "retired"]
Severity = Literal["block", "warn", "coach"]
Category = Literal[
    "absolute",
    "guarantee_promissory",
    "exaggerated",
    "misleading",
    "unapproved_use",
    "comparison_disparagement",
    "roadmap_promise",
    "unapproved_price",
    "security_or_legal_claim",
    "privacy",
    "missing_required_statement",
]
Speaker = Literal["rep", "customer", "any"]
Effect = Literal["downgrade", "suppress", "ignore"]
MatchLanguage = Literal["en", "zh"]

_SAY_INSTEAD_FOR: Final[dict[MatchLanguage, tuple[Locale, ...]]] = {
    "en": ("en",),
    "zh": ("zh-Hans", "zh-Hant"),
}

_MAX_GAP: Final = 60

Phrase = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]
Pattern = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]


class TextMatch(Document):
    """A phrase, in all of its word forms unless `forms: exact`."""

    text: Phrase
    forms: Literal["all", "exact"] = "all"


class Gap(Document):
    """Up to this many words (English) or characters (Chinese) may stand here."""

    gap: Annotated[int, Field(strict=True, ge=0, le=_MAX_GAP)]


def _step(value: object) -> str:
    return "<gap>" if isinstance(value, dict | Gap) else "<phrase>"


Step = Annotated[
    Annotated[Gap, Tag("<gap>")] | Annotated[Phrase, Tag("<phrase>")],
    Discriminator(_step),
]
"""Alternatives split by `|`, each a phrase or a class such as `@date`; or a gap."""


class SequenceMatch(Document):
    """Phrases one after another with gaps between them."""

    seq: Annotated[tuple[Step, ...], Field(min_length=2, max_length=16)]
    forms: Literal["all", "exact"] = "all"

    @model_validator(mode="after")
    def _begins_and_ends_with_phrases(self) -> Self:
        faults = Faults()
        for position, step in enumerate(self.seq):
            if isinstance(step, str):
                if not all(part.strip() for part in step.split("|")):
                    faults.add("holds an empty alternative", "seq", position)
            elif position in (0, len(self.seq) - 1):
                faults.add("a sequence begins and ends with a phrase, not with a gap", "seq", position)
            elif isinstance(self.seq[position - 1], Gap):
                faults.add("two gaps in a row; write one", "seq", position)
        faults.check()
        return self


class RegexMatch(Document):
    """A pattern that surely ends quickly, tried only near one of its literal anchors."""

    regex: Pattern
    anchor: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _ends_quickly(self) -> Self:
        faults = Faults()
        try:
            compile_safely(self.regex, ())
        except UnsafeRegexError as error:
            faults.add(str(error), "regex")
        faults.check()
        return self


def _match_form(value: object) -> str:
    for name, form in (("text", TextMatch), ("seq", SequenceMatch), ("regex", RegexMatch)):
        if isinstance(value, form) or (isinstance(value, dict) and name in value):
            return f"<{name}>"
    return "<text>"


Match = Annotated[
    Annotated[TextMatch, Tag("<text>")]
    | Annotated[SequenceMatch, Tag("<seq>")]
    | Annotated[RegexMatch, Tag("<regex>")],
    Discriminator(_match_form),
]


class Source(Document):
    """Where a rule comes from and who keeps it."""

    law: Label | None = None
    policy: Label | None = None
    owner: Line | None = None


class Applies(Document):
    """Where a rule holds; an empty list is everywhere."""

    products: tuple[Slug, ...] = ()
    regions: tuple[Region, ...] = ()
    channels: tuple[Slug, ...] = ()
    locales: tuple[Locale, ...] = ()


class Effective(Document):
    """From the first day, to the day before `until`; days of the site's time zone."""

    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _holds_some_day(self) -> Self:
        if self.from_ and self.until and self.until <= self.from_:
            faults = Faults()
            faults.add("must be later than from: the rule no longer holds on that day", "until")
            faults.check()
        return self

    def covers(self, day: date) -> bool:
        """Tell whether the rule holds on `day`."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day < self.until)


class Require(Document):
    """For a required statement: where `match` is found, one of these must stand near."""

    say: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=50)]
    within_sentences: Annotated[int, Field(strict=True, ge=0, le=20)] = 2


def _exemption_form(value: object) -> str:
    return "<phrase>" if isinstance(value, str) else _match_form(value)


Exemption = Annotated[
    Annotated[Phrase, Tag("<phrase>")]
    | Annotated[TextMatch, Tag("<text>")]
    | Annotated[SequenceMatch, Tag("<seq>")]
    | Annotated[RegexMatch, Tag("<regex>")],
    Discriminator(_exemption_form),
]
"""A phrase that may be said, or any form of a match, where the words around it matter."""


class Unless(Document):
    """What takes the force from a hit: `within` holds what may cover it."""

    within: tuple[Exemption, ...] = ()
    negated: Effect = "downgrade"
    attributed: Effect = "downgrade"
    quoted: Effect = "suppress"
    question: Effect = "downgrade"


class Substantiation(Document):
    """What proves an allowed claim: the claim, where its evidence is kept, and the last day on which it holds."""

    claim: Sentence
    evidence: Sentence
    valid_through: Day | None = None


class Drill(Document):
    """A sentence that crosses the line, to be said right.

    A rewriting passes when it crosses no line and holds, for each entry of `anchors`, one of its alternatives split
    by `|`: what it must still be about.
    """

    rewrite: Words
    locale: Locale
    anchors: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=10)]


class Examples(Document):
    """A rule's own proof."""

    must_flag: tuple[Words, ...] = ()
    must_not_flag: tuple[Words, ...] = ()


class RedLineDocument(Document):
    """One red line."""

    id: Slug
    status: Status
    severity: Severity
    category: Category
    title: Label
    why: Sentence
    never_say: Sentence | None = None
    source: Source = Source()
    applies: Applies = Applies()
    effective: Effective = Effective()
    said_by: Annotated[tuple[Speaker, ...], Field(min_length=1)] = ("rep",)
    match: Annotated[
        dict[MatchLanguage, Annotated[tuple[Match, ...], Field(min_length=1, max_length=200)]],
        Field(min_length=1),
    ]
    require: Require | None = None
    unless: Unless = Unless()
    say_instead: dict[Locale, Annotated[tuple[Words, ...], Field(min_length=1, max_length=20)]]
    substantiation: Annotated[tuple[Substantiation, ...], Field(max_length=20)] = ()
    drills: Annotated[tuple[Drill, ...], Field(max_length=20)] = ()
    examples: Examples = Examples()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = Faults()
        for language in self.match:
            locales = _SAY_INSTEAD_FOR[language]
            if not any(locale in self.say_instead for locale in locales):
                faults.add(f"match covers {language}, so {' or '.join(locales)} is needed here", "say_instead")
        if (self.category == "missing_required_statement") != (self.require is not None):
            message = (
                "is missing; category missing_required_statement needs it"
                if self.require is None
                else "is only for category missing_required_statement"
            )
            faults.add(message, "require")
        for again in sorted(set(self.examples.must_flag) & set(self.examples.must_not_flag)):
            position = self.examples.must_not_flag.index(again)
            faults.add("stands under must_flag too", "examples", "must_not_flag", position)
        faults.check()
        return self


class PackHeader(Document):
    """Which rule pack a file is: its version, where it is from, and under which licence."""

    id: Slug
    name: Label
    version: Line
    source: Line
    licence: Line
    about: Sentence | None = None


class Subscription(Document):
    """A rule pack whose red lines hold for a product too: its newest approved version, or always one version."""

    pack: Slug
    version: Line | None = None


class RedLinesDocument(FileDocument):
    """`redlines.yaml`, or a rule pack."""

    pack: PackHeader | None = None
    packs: Annotated[tuple[Subscription, ...], Field(max_length=50)] = ()
    rules: tuple[RedLineDocument, ...]

    @model_validator(mode="after")
    def _ids_are_distinct(self) -> Self:
        faults = Faults()
        for position in twice([rule.id for rule in self.rules]):
            faults.add("another rule has this id", "rules", position, "id")
        for position in twice([each.pack for each in self.packs]):
            faults.add("this pack stands here twice", "packs", position)
        faults.check()
        return self

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all rules, whatever their status."""
        return frozenset(rule.id for rule in self.rules)
