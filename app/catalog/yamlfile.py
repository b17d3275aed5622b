"""Reads the YAML of content files so that every value keeps its line and column.

The language is a safe part of YAML 1.2: scalars of the core schema (``no`` is text, only ``true`` and
``false`` are booleans), no anchors, aliases or tags, no key twice, and bounds on bytes, depth and number of
nodes. Nothing is constructed from the stream but text, numbers, booleans, nulls, lists and maps.
`app.catalog.yamltext` writes it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import yaml

Trail = tuple[str | int, ...]

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_INT: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LITERALS: Final[Mapping[str, object]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "false": False,
}
_MAX_NUMBER: Final = 30


class Place(NamedTuple):
    """Where something stands in a file; both counts begin at 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a content file, printed as ``file:line:col: path: message``."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """Give the line that `dealworthy lint` prints; the path of the whole file is a dot."""
        return f"{self.file}:{self.line}:{self.column}: {self.path or '.'}: {self.message}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be: bytes, levels of nesting, values and keys together."""

    size: int = 1 << 20
    depth: int = 32
    nodes: int = 50_000


@dataclass(frozen=True, slots=True)
class Located:
    """A value together with the place of each of its parts; `base` is where the value hangs in its file.

    The place of a map's entry is that of its key, the place of a list's entry that of the entry.
    """

    file: str
    value: object
    places: Mapping[Trail, Place]
    base: Trail = ()

    def problem(self, trail: Trail, message: str) -> Problem:
        """Blame the part at `trail`; a part that is missing is blamed on the nearest one that is there."""
        full = self.base + trail
        known = full
        while known and known not in self.places:
            known = known[:-1]
        place = self.places.get(known, Place(1, 1))
        return Problem(self.file, place.line, place.column, ".".join(map(str, full)), message)

    def under(self, key: str) -> "Located":
        """Give the value below one key of a map. Raises KeyError when there is none."""
        if not isinstance(self.value, dict):
            raise KeyError(key)
        return Located(self.file, self.value[key], self.places, (*self.base, key))


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one file: its value, unless reading had to stop, and everything wrong with it."""

    root: Located | None
    problems: tuple[Problem, ...]


def decode(data: bytes, file: str, limits: Limits | None = None) -> tuple[str | None, list[Problem]]:
    """Turn the bytes of a text file into text with line feeds as its only line ends, and without a BOM."""
    size = (limits or Limits()).size
    if len(data) > size:
        return None, [Problem(file, 1, 1, "", f"is {len(data):,} bytes long; at most {size:,} are read")]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Problem(file, 1, 1, "", "is UTF-16; save it as UTF-8")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        place = _end_of(before)
        return None, [Problem(file, *place, "", f"is not UTF-8 (byte 0x{data[error.start]:02x}); save it as UTF-8")]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if control := _CONTROL.search(text):
        place = _end_of(text[: control.start()])
        return None, [Problem(file, *place, "", f"holds the control character U+{ord(control.group()):04X}")]
    return text, []


def read(data: bytes | str, file: str, *, first_line: int = 1, limits: Limits | None = None) -> Reading:
    """Read one YAML document.

    `first_line` is the line of the file at which `data` begins (front matter begins at 2). A syntax error or
    a passed limit ends the reading; every other problem is collected and the value is there all the same.
    """
    limits = limits or Limits()
    text, problems = decode(data if isinstance(data, bytes) else data.encode(), file, limits)
    if text is None:
        return Reading(None, tuple(problems))
    builder = _Builder(file, first_line, limits)
    try:
        value = builder.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _StoppedError:
        return Reading(None, tuple(builder.problems))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.blame(mark, (), f"is not YAML: {error.problem or error.context}")
        return Reading(None, tuple(builder.problems))
    except yaml.YAMLError as error:
        builder.blame(None, (), f"is not YAML: {error}")
        return Reading(None, tuple(builder.problems))
    return Reading(Located(file, value, builder.places), tuple(builder.problems))


def scalar(text: str) -> object:
    """Give the value of a plain (unquoted) scalar by YAML 1.2's core schema, without infinities."""
    if text in _LITERALS:
        return _LITERALS[text]
    if len(text) > _MAX_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text


def _end_of(text: str) -> Place:
    line = text.count("\n") + 1
    return Place(line, len(text) - (text.rfind("\n") + 1) + 1)


class _Mark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _StoppedError(Exception):
    """A limit is passed: reading on would be what the limit is there to prevent."""


@dataclass(slots=True)
class _Builder:
    """Builds values from parser events, so that a bomb is met before it has been unfolded."""

    file: str
    first_line: int
    limits: Limits
    places: dict[Trail, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0

    def blame(self, mark: _Mark | None, trail: Trail, message: str) -> None:
        self.problems.append(Problem(self.file, *self._place(mark), ".".join(map(str, trail)), message))

    def document(self, events: Iterator[yaml.Event]) -> object:
        value: object = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.blame(event.start_mark, (), "a file holds one document; remove the second ---")
                    raise _StoppedError
            elif isinstance(event, yaml.NodeEvent):
                self.places[()] = self._place(event.start_mark)
                value = self._value(event, events, (), 1)
        if not documents:
            self.places[()] = Place(self.first_line, 1)
        return value

    def _place(self, mark: _Mark | None) -> Place:
        return Place(mark.line + self.first_line, mark.column + 1) if mark else Place(self.first_line, 1)

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], trail: Trail, depth: int) -> object:
        self._count(event, trail, depth)
        if isinstance(event, yaml.AliasEvent):
            self.blame(event.start_mark, trail, f"aliases (*{event.anchor}) are not allowed; write the value out")
            return None
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self.blame(event.start_mark, trail, f"anchors (&{event.anchor}) are not allowed")
        if getattr(event, "tag", None) is not None:
            self.blame(event.start_mark, trail, "tags (!) are not allowed")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, trail, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, trail, depth)
        if not isinstance(event, yaml.ScalarEvent):
            raise TypeError(event)
        plain: bool = event.implicit[0]
        return scalar(event.value) if plain else event.value

    def _count(self, event: yaml.Event, trail: Trail, depth: int) -> None:
        self.nodes += 1
        if depth > self.limits.depth:
            self.blame(event.start_mark, trail[:3], f"is nested deeper than {self.limits.depth} levels")
            raise _StoppedError
        if self.nodes > self.limits.nodes:
            self.blame(event.start_mark, trail[:3], f"the file holds more than {self.limits.nodes:,} values")
            raise _StoppedError

    def _sequence(self, events: Iterator[yaml.Event], trail: Trail, depth: int) -> list[object]:
        values: list[object] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            below = (*trail, len(values))
            self.places[below] = self._place(event.start_mark)
            values.append(self._value(event, events, below, depth + 1))
        return values

    def _mapping(self, events: Iterator[yaml.Event], trail: Trail, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._value(event, events, trail, depth + 1)
            mark = event.start_mark
            if not isinstance(key, str):
                self.blame(mark, trail, f"a key must be text; put {key!r} in quotes")
                key = str(key)
            if (before := self.places.get((*trail, key))) is not None and key in values:
                self.blame(mark, (*trail, key), f"stands here twice; first in line {before.line}")
                self._value(next(events), events, (*trail, key), depth + 1)
                continue
            self.places[*trail, key] = self._place(mark)
            values[key] = self._value(next(events), events, (*trail, key), depth + 1)
        return values
