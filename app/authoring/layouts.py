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

PROGRAM: Final[Layout] = {
    "valid_months": As.INTEGER,
    "basis": As.LINE,
    "renewal_window_days": As.INTEGER,
    "grace_days": As.INTEGER,
    "enforcement": As.LINE,
    "coverage": As.LINE,
    "from_stage": As.LINE,
    "level": As.LINE,
    "roles": As.MANY,
    "regions": As.MANY,
    "minimum_active_months": As.INTEGER,
}
"""Without the requirements, which are boxes to tick."""

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
    "examples.must_flag.*": As.LINE,
    "examples.must_not_flag.*": As.LINE,
}
"""Without `match`, whose phrases are written in a short form (see phrasing)."""

QUIZ: Final[Layout] = {
    "title": As.TEXT,
    "pass_percent": As.NUMBER,
    "time_limit_minutes": As.INTEGER,
    "attempts": As.INTEGER,
    "cooldown_hours": As.NUMBER,
    "draw": As.INTEGER,
}

_ITEM: Final[Layout] = {
    "id": As.LINE,
    "type": As.LINE,
    "topic": As.TEXT,
    "prompt": As.TEXT,
    "critical": As.FLAG,
    "red_line": As.MANY,
    "lesson": As.LINE,
    "points": As.NUMBER,
    "feedback": As.TEXT,
}

_OPTIONS: Final[Layout] = {
    "options.*.text": As.TEXT,
    "options.*.correct": As.FLAG,
    "options.*.feedback": As.TEXT,
    "options.*.pinned": As.FLAG,
}

ITEMS: Final[Mapping[str, Layout]] = {
    "single": {**_ITEM, **_OPTIONS},
    "multiple": {**_ITEM, **_OPTIONS, "options.*.weight": As.NUMBER},
    "true_false": {**_ITEM, "answer": As.TRUTH},
    "short_text": {**_ITEM, "accept": As.LINES, "case_sensitive": As.FLAG},
    "numeric": {**_ITEM, "answer": As.NUMBER, "tolerance": As.NUMBER, "unit": As.TEXT},
    "matching": {**_ITEM, "pairs.*.left": As.TEXT, "pairs.*.right": As.TEXT},
    "ordering": {**_ITEM, "options.*.text": As.TEXT},
}
