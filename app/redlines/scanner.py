"""The one place where literals are looked for: all literals of all rules in one pass.

Two engines find the same: hyperscan where it is installed, for long texts, since its database
takes a second to compile; else an Aho-Corasick automaton. Both look through UTF-8.

Word forms differ in their endings: of literals of which one begins the other and a short
ending of letters follows, only the shorter is looked for, of many words the first two; the rest is
read where that is found.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from app.redlines.characters import is_latin
from app.redlines.compacting import Compact
from app.redlines.folding import CODE, LATIN

Found = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Numbers of literals, and where in the bytes each ends."""

LONG_TEXT = 1 << 16
"""Bytes from which on hyperscan is used."""
_LONGEST_ENDING = 4
_WORDS_OF_HEAD = 2
_NO_LITERAL = -1
_BLOCK = 256
_ASCII = 0x80


def _hyperscan() -> Any:
    try:
        return importlib.import_module("hyperscan")
    except ImportError:
        return None


class AhoCorasick:
    """The engine that is always there."""

    def __init__(self, literals: list[bytes]) -> None:
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            literals, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def find(self, data: bytes) -> Found:
        """Return every occurrence, also where they overlap."""
        found = self._automaton.find_matches_as_indexes(data, overlapping=True)
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        return table[:, 0], table[:, 2]


class Hyperscan:
    """The faster engine; `database` is its serialized form, if there is one."""

    def __init__(self, library: Any, literals: list[bytes], database: bytes | None = None) -> None:
        self._library = library
        self._idle: list[Any] = []
        if database is not None:
            self._database = library.loadb(database, library.HS_MODE_BLOCK)
        else:
            self._database = library.Database(mode=library.HS_MODE_BLOCK)
            numbers = list(range(len(literals)))
            self._database.compile(expressions=literals, ids=numbers, elements=len(literals), flags=0, literal=True)
        self._scratch = library.Scratch(self._database)

    def serialized(self) -> bytes:
        """Return the database as bytes for this kind of processor."""
        return bytes(self._library.dumpb(self._database))

    def find(self, data: bytes) -> Found:
        """Return every occurrence, also where they overlap."""
        numbers: list[int] = []
        ends: list[int] = []

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            numbers.append(number)
            ends.append(end)

        try:
            scratch = self._idle.pop()
        except IndexError:
            scratch = self._scratch.clone()
        try:
            self._database.scan(data, match_event_handler=note, scratch=scratch)
        finally:
            self._idle.append(scratch)
        return np.array(numbers, dtype=np.int64), np.array(ends, dtype=np.int64)


Engine = AhoCorasick | Hyperscan


def _encoded(where: Compact) -> tuple[bytes, bool]:
    """Return a compact text as UTF-8, and whether it is ASCII."""
    codes = where.packed & CODE
    if not len(codes) or codes.max() < _ASCII:
        return codes.astype(np.uint8).tobytes(), True
    return codes.tobytes().decode("utf-32-le").encode(), False


def _characters(data: bytes, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn numbers of bytes into numbers of characters."""
    units = np.frombuffer(data, dtype=np.uint8)
    leads = (units & 0xC0) != _ASCII
    if len(ends) * _BLOCK > len(units):
        return np.concatenate((_ZERO, np.cumsum(leads, dtype=np.int64)))[ends]
    padded = np.zeros(-(-len(leads) // _BLOCK) * _BLOCK, dtype=bool)
    padded[: len(leads)] = leads
    blocks = padded.reshape(-1, _BLOCK)
    before = np.concatenate((_ZERO, np.cumsum(np.count_nonzero(blocks, axis=1), dtype=np.int64)))
    block, rest = np.divmod(ends, _BLOCK)
    partial = blocks[np.minimum(block, len(blocks) - 1)] & (np.arange(_BLOCK) < rest[:, None])
    characters: NDArray[np.int64] = before[block] + np.count_nonzero(partial, axis=1)
    return characters


_ZERO = np.zeros(1, dtype=np.int64)


class Literals:
    """Literals, by their places; what is looked for is compiled when first needed.

    `fast` says whether hyperscan may be used; None is: for long texts, where it is installed.
    """

    def __init__(self, literals: Sequence[str], *, fast: bool | None = None) -> None:
        self._fast = fast
        known = {literal: number for number, literal in enumerate(literals)}
        self._endings: dict[int, dict[str, int]] = {}
        self._numbers: list[int] = []
        places: dict[str, int] = {}
        keys: list[str] = []
        for literal in sorted(known, key=len):
            head = literal if literal.count(" ") < _WORDS_OF_HEAD else _head(literal)
            key = head if head in places else _shortened(head, places)
            if key not in places:
                places[key] = len(keys)
                keys.append(key)
                self._numbers.append(_NO_LITERAL)
            if key == literal:
                self._numbers[places[key]] = known[literal]
            else:
                self._endings.setdefault(places[key], {})[literal[len(key) :]] = known[literal]
        self._keys = keys
        self._database: bytes | None = None
        self._prepare()

    def _prepare(self) -> None:
        self._lengths = np.array([len(key) for key in self._keys], dtype=np.int64)
        self._has_endings = np.zeros(len(self._keys), dtype=bool)
        self._has_endings[list(self._endings)] = True
        self._ending_lengths = {key: sorted(set(map(len, endings))) for key, endings in self._endings.items()}
        self._engines: dict[type, Engine] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def __getstate__(self) -> dict[str, Any]:
        fast = self._engines.get(Hyperscan)
        return {
            "_fast": self._fast,
            "_endings": self._endings,
            "_numbers": self._numbers,
            "_keys": self._keys,
            "_database": fast.serialized() if isinstance(fast, Hyperscan) else self._database,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def _engine(self, size: int) -> Engine:
        """Return the engine for a text of so many bytes, made once whoever asks first."""
        wanted = size >= LONG_TEXT if self._fast is None else self._fast
        library = _hyperscan() if wanted else None
        kind = AhoCorasick if library is None else Hyperscan
        engine = self._engines.get(kind)
        if engine is None:
            with self._lock:
                engine = self._engines.get(kind)
                if engine is None:
                    engine = self._engines[kind] = self._made(library)
        return engine

    def _made(self, library: Any) -> Engine:
        literals = [key.encode() for key in self._keys]
        if library is None:
            return AhoCorasick(literals)
        try:
            return Hyperscan(library, literals, self._database)
        except library.error:
            # the bytes came from another kind of processor or another version
            return Hyperscan(library, literals)

    def prepare(self) -> None:
        """Compile everything now, so that the first text does not wait."""
        self._engine(0)
        self._engine(LONG_TEXT)

    def scan(self, where: Compact) -> Iterator[tuple[int, int, int]]:
        """Yield (number, start, end) of each occurrence that starts and ends where words do."""
        if not self._keys or not len(where.packed):
            return
        data, ascii_only = _encoded(where)
        keys, ends = self._engine(len(data)).find(data)
        if not len(keys):
            return
        if not ascii_only:
            ends = _characters(data, ends)
        starts = ends - self._lengths[keys]
        latin = where.packed & LATIN
        begins = (latin[starts] & latin[np.maximum(starts - 1, 0)] == 0) | (starts == 0)
        keys, starts, ends = keys[begins], starts[begins], ends[begins]
        whole = ~where.broken(ends)
        for key, start, end in zip(keys[whole].tolist(), starts[whole].tolist(), ends[whole].tolist(), strict=True):
            if self._numbers[key] != _NO_LITERAL:
                yield self._numbers[key], start, end
        if not self._endings:
            return
        more = self._has_endings[keys]
        for key, start, end in zip(keys[more].tolist(), starts[more].tolist(), ends[more].tolist(), strict=True):
            yield from self._longer(where, key, start, end)

    def _longer(self, where: Compact, key: int, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the literals that begin with a key and end a few letters later."""
        lengths = self._ending_lengths[key]
        following = where.text(end, end + lengths[-1])
        for length in lengths:
            number = self._endings[key].get(following[:length])
            if number is not None and length <= len(following) and not where.is_broken(end + length):
                yield number, start, end + length


def _head(literal: str) -> str:
    """Return what a literal of many words is looked for by: the first two, since forms of words multiply."""
    return " ".join(literal.split(" ", _WORDS_OF_HEAD)[:_WORDS_OF_HEAD])


def _shortened(literal: str, keys: Mapping[str, int]) -> str:
    """Return the key that a literal is read from, the same without a short ending of letters; else the literal."""
    for length in range(1, min(_LONGEST_ENDING + 1, len(literal))):
        key = literal[:-length]
        if key in keys:
            return key if all(map(is_latin, literal[-length:])) else literal
    return literal
