"""Fold one character, and what is short: phrases, patterns, names. Whole texts are folded by `folding`, with arrays.

It stands apart because nearly every process reads red lines, and few check a text.
"""

import re
import unicodedata
from functools import lru_cache

from app.redlines.folding_table import CONFUSABLE_FROM, CONFUSABLE_TO, HAN_FROM, HAN_TO

HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
SIGNS = "%$€£¥&+#"

_CONFUSABLE = dict(zip(CONFUSABLE_FROM, CONFUSABLE_TO, strict=True))
_HAN = dict(zip(HAN_FROM, HAN_TO, strict=True))
_NEWLINES = "\n\v\f\x85\u2028\u2029"
_SPACES = "\r\t\u2800"
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
_DELETED = frozenset({"Cc", "Cf", "Mn", "Me"})
_LATIN = re.compile(rf"[^\W_{HAN}]")


def fold_character(character: str) -> str:
    """Return what one code point folds to: often one character, sometimes none or several."""
    if character in _NEWLINES:
        return "\n"
    if character in _SPACES:
        return " "
    if character in _BLANK_LETTERS or unicodedata.category(character) in _DELETED:
        return ""
    if character in _CONFUSABLE:
        return _CONFUSABLE[character]
    wide = unicodedata.normalize("NFKC", character)
    cased = "".join(_CONFUSABLE.get(c, c) for c in wide).casefold()
    bare = "".join(_CONFUSABLE.get(c, c) for c in unicodedata.normalize("NFD", cased))
    return "".join(_HAN.get(c, c) for c in bare if unicodedata.category(c) not in _DELETED)


def is_latin(character: str) -> bool:
    """Tell whether a character is a letter or digit of a script that puts spaces between words."""
    return _LATIN.match(character) is not None


_fold_once = lru_cache(maxsize=8192)(fold_character)


def fold_text(text: str) -> str:
    """Return the folded text alone, of a phrase."""
    if text.isascii() and text.isprintable() and "`" not in text:
        return text.lower()
    return "".join(map(_fold_once, text))


def fold_pattern(source: str) -> str:
    """Fold a regular expression's own characters but none of its syntax, which is ASCII."""
    folded = ((c, c if c.isascii() else fold_text(c)) for c in source)
    return "".join(new if len(new) == 1 else old for old, new in folded)
