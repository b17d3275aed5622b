"""The documents of a product that is sold: its course, its quiz, its red lines and its program."""

from typing import Any

LESSONS = 6


def _body(slug: str, number: int) -> str:
    """Write a page to read, some 2 kB with what such pages have: headings, lists, a quotation, a table."""
    said = f"What a rep says of {slug} in lesson {number} is what the customer can see **at the till** on the same day."
    return "\n\n".join(
        [
            f"## Why {slug}",
            f"{said} {said}",
            "- nothing to install\n- a list that is theirs\n- a price that stays",
            f"## How {slug} is shown",
            said,
            "1. Ask who comes back.\n2. Show the list.\n3. Wait.",
            f"> {said}",
            "| what | how often |\n|---|---|\n| ask | always |\n| promise | never |",
            f"## What {slug} is not",
            f"{said} {said} {said}",
        ]
    )


def course(slug: str) -> dict[str, Any]:
    """Return a course of some lessons."""
    lessons = [
        {
            "id": f"lesson-{number}",
            "number": number,
            "title": f"Lesson {number}",
            "kind": "page",
            "topic": "product",
            "minutes": 5,
            "audience": "internal",
            "body": {"en": _body(slug, number)},
        }
        for number in range(1, LESSONS + 1)
    ]
    return {
        "schema": 1,
        "id": slug,
        "name": slug.capitalize(),
        "positioning": {"scene": "At the till.", "audience": "Shops.", "difference": "Nothing to install."},
        "can": ["Keep a list."],
        "cannot": ["Find new guests."],
        "lessons": lessons,
    }


def quiz(slug: str) -> dict[str, Any]:
    """Return the quiz that the program asks for."""
    options = [{"text": "Right", "correct": True}, {"text": "Wrong"}, {"text": "Wrong too"}]
    items = [
        {"id": f"{slug}-{number}", "type": "single", "prompt": f"What about {number}?", "options": options}
        for number in range(20)
    ]
    return {"schema": 1, "id": f"{slug}-quiz", "product": slug, "title": slug, "pass_percent": 80, "items": items}


def redlines(slug: str, count: int) -> dict[str, Any]:
    """Return so many red lines."""
    rules = [
        {
            "id": f"{slug}.{number}",
            "status": "active",
            "severity": "block",
            "category": "guarantee_promissory",
            "title": f"Red line {number}",
            "why": "Nobody can promise this.",
            "never_say": f"We guarantee {slug} {number}.",
            "match": {"en": [{"text": f"guarantee {slug} {number}"}]},
            "say_instead": {"en": ["Others saw this."]},
        }
        for number in range(count)
    ]
    return {"schema": 1, "rules": rules}


def program(slug: str) -> dict[str, Any]:
    """Return what it takes to be certified for a year."""
    return {
        "requirements": [{"lesson": "all"}, {"attest": "redlines"}, {"quiz": f"{slug}-quiz"}],
        "valid_months": 12,
        "basis": "expiry",
        "renewal_window_days": 30,
        "grace_days": 14,
        "enforcement": "block",
    }
