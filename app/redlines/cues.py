"""Words that change what a claim means, one set per language."""

from app.redlines.cues_chinese import CHINESE
from app.redlines.cues_english import ENGLISH

LANGUAGES = (ENGLISH, CHINESE)
