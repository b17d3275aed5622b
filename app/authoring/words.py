"""What the places of a document are called, for reading: labels of fields, of changes and of problems."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.catalog.models import ContentKind
from app.catalog.text import localized
from app.quizzes.itemparts import without_gaps
from app.web.i18n import LOCALES, N_, current_locale
from app.web.i18n import gettext as _

KINDS: Final[Mapping[str, str]] = {
    ContentKind.COURSE: N_("Course"),
    ContentKind.PROGRAM: N_("Program"),
    ContentKind.REDLINES: N_("Red lines"),
    ContentKind.QUIZ: N_("Quiz"),
}

LESSON_KINDS: Final[Mapping[str, str]] = {
    "page": N_("Page"),
    "video": N_("Video"),
    "case": N_("Customer case"),
    "talk_track": N_("Talk track"),
    "document": N_("Document"),
    "link": N_("Link"),
}
TOPICS: Final[Mapping[str, str]] = {
    "product": N_("Product"),
    "case": N_("Customer case"),
    "sourcing": N_("Where customers come from"),
    "negotiation": N_("Negotiation"),
    "renewal": N_("Renewal"),
    "delivery": N_("Delivery"),
    "talk_track": N_("Talk track"),
}
AUDIENCES: Final[Mapping[str, str]] = {
    "internal": N_("Internal: only for us"),
    "external": N_("External: may be shown to customers"),
}
STAGES: Final[Mapping[str, str]] = {
    "discovery": N_("Discovery"),
    "proposal": N_("Proposal"),
    "negotiation": N_("Negotiation"),
    "contract": N_("Contract"),
    "delivery": N_("Delivery"),
    "renewal": N_("Renewal"),
}
CUSTOMER_ROLES: Final[Mapping[str, str]] = {
    "owner": N_("Owner"),
    "finance": N_("Finance"),
    "operations": N_("Operations"),
    "it": N_("IT"),
    "security": N_("Security"),
    "marketing": N_("Marketing"),
    "procurement": N_("Procurement"),
    "support": N_("Support"),
}
SEVERITIES: Final[Mapping[str, str]] = {
    "block": N_("Must go"),
    "warn": N_("Needs care"),
    "coach": N_("Only coach"),
}
STATUSES: Final[Mapping[str, str]] = {
    "active": N_("In force"),
    "shadow": N_("Recorded, not shown"),
    "draft": N_("Being written"),
    "retired": N_("Retired"),
}
CATEGORIES: Final[Mapping[str, str]] = {
    "absolute": N_("Absolute claim"),
    "guarantee_promissory": N_("Guarantee or promise"),
    "exaggerated": N_("Exaggeration"),
    "misleading": N_("Misleading"),
    "unapproved_use": N_("Use that is not approved"),
    "comparison_disparagement": N_("Comparison or disparagement"),
    "roadmap_promise": N_("Promise about the roadmap"),
    "unapproved_price": N_("Price that is not approved"),
    "security_or_legal_claim": N_("Security or legal claim"),
    "privacy": N_("Privacy"),
    "missing_required_statement": N_("Required statement is missing"),
}
EFFECTS: Final[Mapping[str, str]] = {
    "downgrade": N_("Set aside, still shown"),
    "suppress": N_("Leave out"),
    "ignore": N_("Flag all the same"),
}
SPEAKERS: Final[Mapping[str, str]] = {"rep": N_("The rep"), "customer": N_("The customer"), "any": N_("Anybody")}
BASES: Final[Mapping[str, str]] = {
    "expiry": N_("From the old last day, when renewed in time"),
    "completion": N_("From the day it is done"),
    "fixed": N_("Whole periods from the due date"),
}
ENFORCEMENTS: Final[Mapping[str, str]] = {
    "observe": N_("Observe: only count"),
    "warn": N_("Warn, and let the deal go on"),
    "require_approval": N_("Ask for an approval"),
    "block": N_("Block the deal"),
}
COVERAGES: Final[Mapping[str, str]] = {
    "every": N_("Everybody on the deal who meets the customer"),
    "owner": N_("The owner of the deal"),
    "one": N_("At least one person on the deal"),
}
FORMS: Final[Mapping[str, str]] = {
    "demonstration": N_("A demonstration"),
    "role_play": N_("A role-play"),
    "recording": N_("A recording"),
}
ITEM_TYPES: Final[Mapping[str, str]] = {
    "single": N_("One right answer"),
    "multiple": N_("Several right answers"),
    "true_false": N_("True or false"),
    "short_text": N_("A few words"),
    "numeric": N_("A number"),
    "matching": N_("Find what belongs together"),
    "ordering": N_("Put in order"),
    "cloze": N_("A text with gaps"),
    "essay": N_("A text that a person marks"),
}
GAP_TYPES: Final[Mapping[str, str]] = {
    "short_text": N_("By typing a few words"),
    "choice": N_("By choosing from a list"),
    "numeric": N_("By typing a number"),
}
SHOWN: Final[Mapping[str, str]] = {
    "at_once": N_("As soon as it is finished"),
    "when_done": N_("When passed, or no attempt is left"),
    "after_close": N_("When the quiz has closed"),
    "never": N_("Never"),
}
PRACTICE: Final[Mapping[str, str]] = {
    "missed": N_("With the questions one missed"),
    "whole": N_("With every question"),
    "none": N_("Not offered"),
}
DIFFICULTIES: Final[Mapping[str, str]] = {"easy": N_("Easy"), "medium": N_("Medium"), "hard": N_("Hard")}

_LABELS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "positioning": N_("Positioning"),
    "scene": N_("Scene"),
    "audience": N_("Audience"),
    "difference": N_("Difference"),
    "can": N_("It can"),
    "cannot": N_("It cannot"),
    "lessons": N_("Lessons"),
    "rules": N_("Red lines"),
    "items": N_("Questions"),
    "id": N_("Id"),
    "title": N_("Title"),
    "kind": N_("Kind"),
    "topic": N_("Topic"),
    "minutes": N_("Minutes"),
    "video": N_("Video"),
    "url": N_("Address"),
    "seconds": N_("Length in seconds"),
    "captions": N_("Captions"),
    "case": N_("Customer case"),
    "industry": N_("Industry"),
    "result": N_("Measured result"),
    "source": N_("Source"),
    "verified_by": N_("Verified by"),
    "verified_on": N_("Verified on"),
    "talk_track": N_("Talk track"),
    "role": N_("Customer roles"),
    "stage": N_("Deal stages"),
    "number": N_("Place"),
    "slug": N_("File name"),
    "body": N_("Text"),
    "requirements": N_("Requirements"),
    "asked": N_("Requirement"),
    "any_of": N_("One of these is enough"),
    "valid_months": N_("Valid for months"),
    "basis": N_("Counted from"),
    "renewal_window_days": N_("Renewal window in days"),
    "early_days": N_("Early work in days"),
    "grace_days": N_("Grace in days"),
    "enforcement": N_("When somebody is not certified"),
    "coverage": N_("Who must be certified"),
    "from_stage": N_("From deal stage"),
    "level": N_("Level"),
    "levels": N_("Levels"),
    "deal_level": N_("What deals ask for"),
    "rubrics": N_("Demonstrations"),
    "live_sessions": N_("Live sessions"),
    "task": N_("Task"),
    "forms": N_("How it may be shown"),
    "must_pass": N_("Must be met"),
    "second_assessor_percent": N_("Percent that a second assessor looks at"),
    "presence_percent": N_("Percent of presence"),
    "checks": N_("Checks of presence"),
    "roles": N_("Deal roles"),
    "regions": N_("Regions"),
    "minimum_active_months": N_("Shortest first period in months"),
    "status": N_("Status"),
    "severity": N_("When it is found"),
    "category": N_("Category"),
    "why": N_("Why"),
    "never_say": N_("Never say"),
    "say_instead": N_("Say instead"),
    "law": N_("Law"),
    "policy": N_("Policy"),
    "owner": N_("Kept by"),
    "applies": N_("Holds for"),
    "products": N_("Products"),
    "channels": N_("Channels"),
    "locales": N_("Languages of texts"),
    "effective": N_("In force"),
    "from": N_("From"),
    "until": N_("Until"),
    "said_by": N_("Said by"),
    "match": N_("Phrases"),
    "phrases": N_("Phrases"),
    "advanced": N_("Patterns"),
    "require": N_("Required statement"),
    "say": N_("What must be said"),
    "within_sentences": N_("Within how many sentences"),
    "unless": N_("Unless"),
    "within": N_("Allowed phrases"),
    "negated": N_("When the sentence denies it"),
    "attributed": N_("When somebody else is said to say it"),
    "quoted": N_("When it is quoted"),
    "question": N_("When it is a question"),
    "packs": N_("Rule packs"),
    "pack": N_("Rule pack"),
    "version": N_("Version"),
    "licence": N_("Licence"),
    "substantiation": N_("Substantiation"),
    "claim": N_("Claim"),
    "evidence": N_("Evidence"),
    "valid_through": N_("Valid through"),
    "drills": N_("Drills"),
    "rewrite": N_("Sentence to say right"),
    "locale": N_("Language"),
    "anchors": N_("What it must still be about"),
    "examples": N_("Examples"),
    "must_flag": N_("Must be flagged"),
    "must_not_flag": N_("Must stay free"),
    "product": N_("Product"),
    "pass_percent": N_("Percent to pass"),
    "time_limit_minutes": N_("Time limit in minutes"),
    "attempts": N_("Attempts"),
    "cooldown_hours": N_("Hours between attempts"),
    "draw": N_("Questions in an attempt"),
    "type": N_("Type"),
    "prompt": N_("Question"),
    "options": N_("Options"),
    "text": N_("Text"),
    "correct": N_("Right"),
    "weight": N_("Weight"),
    "feedback": N_("Feedback"),
    "pinned": N_("Keeps its place"),
    "critical": N_("Critical"),
    "red_line": N_("Red lines"),
    "lesson": N_("Lesson to read again"),
    "points": N_("Points"),
    "answer": N_("Right answer"),
    "accept": N_("Accepted answers"),
    "case_sensitive": N_("Capital letters matter"),
    "tolerance": N_("Tolerance"),
    "unit": N_("Unit"),
    "pairs": N_("Pairs"),
    "left": N_("Left"),
    "right": N_("Right side"),
    "extra": N_("Right sides that belong to nothing"),
    "tags": N_("Tags"),
    "difficulty": N_("Difficulty"),
    "media": N_("Pictures and sounds"),
    "file": N_("File"),
    "upload": N_("File"),
    "alt": N_("What it shows"),
    "accepted": N_("Accepted answers"),
    "answers": N_("Right answers"),
    "min": N_("Least"),
    "max": N_("Most"),
    "units": N_("Other units"),
    "factor": N_("Factor"),
    "feedback_true": N_("Feedback to “true”"),
    "feedback_false": N_("Feedback to “false”"),
    "gaps": N_("Gaps"),
    "criteria": N_("Criteria"),
    "needed": N_("Points needed"),
    "min_words": N_("Fewest words"),
    "max_words": N_("Most words"),
    "needed_percent": N_("Percent that is needed"),
    "guidance": N_("Guidance for the assessor"),
    "zh": N_("Chinese"),
    "bank": N_("Bank"),
    "opens": N_("Opens"),
    "closes": N_("Closes"),
    "review": N_("What is shown afterwards"),
    "score": N_("The result"),
    "marks": N_("Which answers were right"),
    "right_answers": N_("The right answers, with their explanations"),
    "practice": N_("Practice"),
    "count": N_("How many"),
    "tag": N_("Tag"),
}


def label(step: str | int) -> str:
    """Name one step of a place: a field, a language, or a row counted from 1."""
    if isinstance(step, int) or step.isdecimal():
        return str(int(step) + 1)
    if step in LOCALES:
        return LOCALES[step]
    return _(_LABELS[step]) if step in _LABELS else step


def place(steps: Sequence[str | int]) -> str:
    """Name a place: `Customer case › Measured result › English`."""
    return " › ".join(label(step) for step in steps)


def field_label(name: str) -> str:
    """Name the field of a form."""
    return place(name.split("."))


def choices(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the values and words of a list to choose from, in the language of the request."""
    return [(value, _(word)) for value, word in names.items()]


def known(options: list[tuple[str, str]], chosen: Iterable[str]) -> list[tuple[str, str]]:
    """Add to a list to choose from what was chosen elsewhere, in a file, and is not on it."""
    values = {value for value, _word in options}
    return options + [(each, each) for each in dict.fromkeys(chosen) if each and each not in values]


def called(part: Mapping[str, Any]) -> str:
    """Name a lesson, a red line, a question or a part of a program by what people know it by."""
    known_by = ("title", "prompt", "name", "text", "id")
    text = next((part[key] for key in known_by if part.get(key)), "")
    said = localized(text, current_locale())
    return without_gaps(said) if part.get("type") == "cloze" else said
