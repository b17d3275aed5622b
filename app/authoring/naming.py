"""Ids for rows of a form that their author need not name: a criterion, a level."""

import hashlib
import re
from collections.abc import Collection

from app.authoring.sheets import MOST_ROWS, Sheet
from app.catalog.text import LOCALES

_LONGEST = 40


def name_rows(sheet: Sheet, prefix: str, field: str, noun: str, taken: Collection[str] = ()) -> None:
    """Give each row of a list that says something an id, which stays: it is made of the words of `field`."""
    used = {*taken, *(sheet.get(f"{prefix}.{row}.id") for row in sheet.rows(prefix))}
    for row in sheet.rows(prefix):
        said = [words for locale in LOCALES if (words := sheet.get(f"{prefix}.{row}.{field}.{locale}").strip())]
        if sheet.get(f"{prefix}.{row}.id") or not said:
            continue
        slug = "-".join(re.findall(r"[a-z0-9]+", said[0].lower()))[:_LONGEST].strip("-")
        slug = slug or f"{noun}-{hashlib.sha256(said[0].encode()).hexdigest()[:6]}"
        candidates = [slug, *(f"{slug}-{number}" for number in range(2, MOST_ROWS + 2 + len(taken)))]
        free = next(each for each in candidates if each not in used)
        used.add(free)
        sheet.set(f"{prefix}.{row}.id", free)
