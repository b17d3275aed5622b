"""Where everything stands on the authors' forms, for each part of a document."""

from collections.abc import Mapping
from typing import Final

from app.authoring.sheets import As, Layout
from app.catalog.text import LOCALES

FACTS: Final[Layout] = {
    "name": As.TEXT,
    "positioning.scene": As.TEXT,
    "positioning.audience": As.TEXT,
    "positioning.difference": As.TEXT,
    "can.*": As.TEXT,
    "cannot.*": As.TEXT,
}

_ASKED: Final = ("asked", "any_of.*.*")

PROGRAM: Final[Layout] = {
    "valid_months": As.INTEGER,
    "basis": As.LINE,
    "renewal_window_days": As.INTEGER,
    "early_days": As.INTEGER,
    "grace_days": As.INTEGER,
    "enforcement": As.LINE,
    "coverage": As.LINE,
    "from_stage": As.LINE,
    "level": As.LINE,
    "roles": As.MANY,
    "regions": As.MANY,
    "minimum_active_months": As.INTEGER,
    **{f"requirements.*.{place}": As.LINE for place in _ASKED},
    "levels.*.id": As.LINE,
    "levels.*.name": As.TEXT,
    **{f"levels.*.requirements.*.{place}": As.LINE for place in _ASKED},
    "deal_level": As.LINE,
    "rubrics.*.id": As.LINE,
    "rubrics.*.name": As.TEXT,
    "rubrics.*.task": As.TEXT,
    "rubrics.*.forms": As.MANY,
    "rubrics.*.criteria.*.id": As.LINE,
    "rubrics.*.criteria.*.text": As.TEXT,
    "rubrics.*.criteria.*.must_pass": As.FLAG,
    "rubrics.*.pass_percent": As.INTEGER,
    "rubrics.*.second_assessor_percent": As.INTEGER,
    "live_sessions.*.id": As.LINE,
    "live_sessions.*.name": As.TEXT,
    "live_sessions.*.minutes": As.INTEGER,
    "live_sessions.*.presence_percent": As.INTEGER,
    "live_sessions.*.checks": As.INTEGER,
}
"""With each requirement as one value (see programforms)."""

LESSON: Final[Layout] = {
    "id": As.LINE,
    "title": As.TEXT,
    "kind": As.LINE,
    "topic": As.LINE,
    "minutes": As.INTEGER,
    "audience": As.LINE,
    "video.url": As.LINE,
    "video.seconds": As.INTEGER,
    **{f"video.captions.{locale}": As.LINE for locale in LOCALES},
    "case.industry": As.LINE,
    "case.result": As.TEXT,
    "case.source": As.TEXT,
    "case.verified_by": As.LINE,
    "case.verified_on": As.LINE,
    "talk_track.industry": As.MANY,
    "talk_track.role": As.MANY,
    "talk_track.stage": As.MANY,
    "url": As.LINE,
    "drills": As.MANY,
    **{f"body.{locale}": As.PROSE for locale in LOCALES},
}

RED_LINE: Final[Layout] = {
    "id": As.LINE,
    "status": As.LINE,
    "severity": As.LINE,
    "category": As.LINE,
    "title": As.TEXT,
    "why": As.TEXT,
    "never_say": As.TEXT,
    "source.law": As.TEXT,
    "source.policy": As.TEXT,
    "source.owner": As.LINE,
    "applies.products": As.MANY,
    "applies.regions": As.MANY,
    "applies.channels": As.MANY,
    "applies.locales": As.MANY,
    "effective.from": As.LINE,
    "effective.until": As.LINE,
    "said_by": As.MANY,
    "require.say": As.LINES,
    "require.within_sentences": As.INTEGER,
    "unless.within": As.LINES,
    "unless.negated": As.LINE,
    "unless.attributed": As.LINE,
    "unless.quoted": As.LINE,
    "unless.question": As.LINE,
    **{f"say_instead.{locale}.*": As.LINE for locale in LOCALES},
    "substantiation.*.claim": As.TEXT,
    "substantiation.*.evidence": As.TEXT,
    "substantiation.*.valid_through": As.LINE,
    "drills.*.rewrite": As.LINE,
    "drills.*.locale": As.LINE,
    "drills.*.anchors": As.LINES,
    "examples.must_flag.*": As.LINE,
    "examples.must_not_flag.*": As.LINE,
}
"""Without `match`, whose phrases are written in a short form (see phrasing); of `unless.within` the plain phrases."""

QUIZ: Final[Layout] = {
    "title": As.TEXT,
    "pass_percent": As.NUMBER,
    "time_limit_minutes": As.INTEGER,
    "attempts": As.INTEGER,
    "cooldown_hours": As.NUMBER,
    "bank": As.FLAG,
    "opens": As.LINE,
    "closes": As.LINE,
    **{f"review.{part}": As.LINE for part in ("score", "answers", "marks", "right_answers", "feedback")},
    "practice": As.LINE,
}
"""Without what an attempt draws: a number, or rules."""

DRAW_NUMBER: Final[Layout] = {"draw": As.INTEGER}
DRAW_RULES: Final[Layout] = {
    "draw.*.count": As.INTEGER,
    "draw.*.from": As.LINE,
    "draw.*.version": As.INTEGER,
    "draw.*.category": As.LINE,
    "draw.*.tag": As.LINE,
    "draw.*.red_line": As.LINE,
    "draw.*.difficulty": As.LINE,
    "draw.*.critical": As.FLAG,
    "draw.*.items": As.MANY,
}

_ITEM: Final[Layout] = {
    "id": As.LINE,
    "type": As.LINE,
    "category": As.LINE,
    "tags": As.TAGS,
    "difficulty": As.LINE,
    "topic": As.TEXT,
    "prompt": As.TEXT,
    "media.*.file": As.LINE,
    "media.*.alt": As.TEXT,
    "critical": As.FLAG,
    "red_line": As.MANY,
    "lesson": As.LINE,
    "points": As.NUMBER,
    "feedback": As.TEXT,
}

_STEPS: Final[Layout] = {
    "options.*.text": As.TEXT,
    "options.*.media.file": As.LINE,
    "options.*.media.alt": As.TEXT,
}

_CHOICES: Final[Layout] = {
    "options.*.text": As.TEXT,
    "options.*.correct": As.FLAG,
    "options.*.weight": As.NUMBER,
    "options.*.feedback": As.TEXT,
    "options.*.pinned": As.FLAG,
}

_WORDS: Final[Layout] = {
    "accept": As.LINES,
    "accepted.*.text": As.LINE,
    "accepted.*.weight": As.NUMBER,
    "accepted.*.feedback": As.TEXT,
    "case_sensitive": As.FLAG,
}
"""What is accepted: a line each, or a row each where an answer has a weight or a feedback (see itemforms)."""

_NUMBERS: Final[Layout] = {
    "answer": As.NUMBER,
    "tolerance": As.NUMBER,
    "answers.*.answer": As.NUMBER,
    "answers.*.tolerance": As.NUMBER,
    "answers.*.min": As.NUMBER,
    "answers.*.max": As.NUMBER,
    "answers.*.weight": As.NUMBER,
    "answers.*.feedback": As.TEXT,
    "unit": As.TEXT,
}

GAPS: Final[Mapping[str, Layout]] = {"choice": _CHOICES, "short_text": _WORDS, "numeric": _NUMBERS}
"""What a gap of each type has, below its row."""

ITEMS: Final[Mapping[str, Layout]] = {
    "single": {**_ITEM, **_CHOICES, **_STEPS},
    "multiple": {**_ITEM, **_CHOICES, **_STEPS},
    "true_false": {**_ITEM, "answer": As.TRUTH, "feedback_true": As.TEXT, "feedback_false": As.TEXT},
    "short_text": {**_ITEM, **_WORDS},
    "numeric": {**_ITEM, **_NUMBERS, "units.*.unit": As.TEXT, "units.*.factor": As.NUMBER},
    "matching": {**_ITEM, "pairs.*.left": As.TEXT, "pairs.*.right": As.TEXT, "extra.*": As.TEXT},
    "ordering": {**_ITEM, **_STEPS},
    "cloze": {
        **_ITEM,
        "gaps.*.id": As.LINE,
        "gaps.*.type": As.LINE,
        "gaps.*.points": As.NUMBER,
        **{f"gaps.*.{place}": kind for layout in GAPS.values() for place, kind in layout.items()},
    },
    "essay": {
        **_ITEM,
        "criteria.*.id": As.LINE,
        "criteria.*.title": As.TEXT,
        "criteria.*.points": As.NUMBER,
        "criteria.*.needed": As.NUMBER,
        "min_words": As.INTEGER,
        "max_words": As.INTEGER,
        "needed_percent": As.NUMBER,
        "guidance": As.TEXT,
    },
}
