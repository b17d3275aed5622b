"""Writes the canonical YAML of a document: block style, the schema's order of keys, no default values."""

import json
import re
from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from app.catalog.yamlfile import scalar

_INDENT: Final = "  "
_UNSAFE_RAW: Final = re.compile("[^\n\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WHOLE: Final = 1e15


def dump(document: BaseModel | object) -> str:
    """Write a document, or any value made of JSON's types, so that reading it back gives the same value.

    Raises TypeError for another type and ValueError for a number that is not finite.
    """
    value = document
    if isinstance(document, BaseModel):
        value = document.model_dump(mode="json", exclude_defaults=True)
    return "\n".join(_block(value, "")) + "\n"


def _block(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            if not isinstance(key, str):
                raise TypeError(key)
            yield from _entry(f"{indent}{_plain_or_quoted(key)}:", below, indent)
    elif isinstance(value, list | tuple) and value:
        for below in value:
            yield from _item(below, indent)
    else:
        first, *rest = _inline(value, indent + _INDENT)
        yield indent + first
        yield from rest


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _block(value, indent + _INDENT)
    elif isinstance(value, list | tuple) and value:
        yield head
        yield from _block(value, indent)
    else:
        first, *rest = _inline(value, indent + _INDENT)
        yield f"{head} {first}"
        yield from rest


def _item(value: object, indent: str) -> Iterator[str]:
    lines = iter(_block(value, indent + _INDENT))
    first = next(lines)
    yield f"{indent}- {first[len(indent) + len(_INDENT) :]}"
    yield from lines


def _inline(value: object, indent: str) -> list[str]:
    """Write a scalar or an empty collection; only a literal block takes more than one line."""
    if isinstance(value, str):
        return _literal(value, indent) if _is_literal(value) else [_plain_or_quoted(value)]
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        value = int(value)
    return [json.dumps(value, allow_nan=False)]


def _is_literal(text: str) -> bool:
    lines = text.split("\n")
    return (
        len(lines) > 1
        and bool(lines[0])
        and bool(lines[-1])
        and not any(line.startswith(" ") for line in lines[:1])
        and not any(line.endswith(" ") for line in lines)
        and not _UNSAFE_RAW.search(text)
    )


def _literal(text: str, indent: str) -> list[str]:
    return ["|-", *(indent + line if line else "" for line in text.split("\n"))]


def _plain_or_quoted(text: str) -> str:
    plain = (
        text[:1].isalnum()
        and text == text.strip()
        and text.isprintable()
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and not _UNSAFE_RAW.search(text)
        and scalar(text) is text
    )
    return text if plain else _UNSAFE_RAW.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
