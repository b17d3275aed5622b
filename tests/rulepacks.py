"""Rule packs in tests: one as a file, and one that is read in and approved."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.redlines.packs.actions import approve, read_version
from factories import NOW, redline

HOUSE_PACK = """\
schema: 1
pack: {id: house, name: House words, version: "1", source: a colleague, licence: CC0-1.0}
rules:
- id: house.cheapest
  status: active
  severity: warn
  category: absolute
  title: Not the cheapest
  why: Somebody is always cheaper.
  match: {en: [{text: the cheapest}]}
  say_instead: {en: [It costs what the list says.]}
  examples:
    must_flag: [We are the cheapest., This is the cheapest plan.]
    must_not_flag: [It is cheap., A cheap plan.]
"""


def rule_pack(phrase: str, version: str = "1") -> dict[str, Any]:
    """A rule pack of one red line, which is found by its own id."""
    header = {"id": "house", "name": "House words", "version": version, "source": "a colleague", "licence": "CC0-1.0"}
    return {"schema": 1, "pack": header, "rules": [redline(phrase)]}


def approved_pack(session: Session, phrase: str, version: str = "1", *, at: datetime = NOW) -> None:
    """A rule pack that somebody read in and somebody else approved."""
    stored = read_version(session, rule_pack(phrase, version), by="trainer@example.com", moment=at)
    assert stored is not None
    approve(session, stored, by="compliance@example.com", moment=at)
