"""Subtitles and call transcripts, WebVTT and SubRip, as the text that was said.

What stands around the words (numbers, times, notes, marks) is left out, so that a sentence that
runs over two cues is one; the way back to the characters of the original is kept.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from app.redlines.documents.places import Part, Place, place_in

_LONG_PAUSE: Final = 4.0
"""Seconds after which what is said next begins a line of its own."""

_LONGEST_NAME: Final = 40
"""Characters of a speaker's name that the matcher takes for a label."""

_TIME: Final = r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{2})[.,]([0-9]{1,3})"
_TIMING: Final = re.compile(rf"[ \t\ufeff]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?![0-9])")
_TIMED: Final = re.compile(rf"(?:^|[\r\n]){_TIMING.pattern}")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_HEADER: Final = re.compile(r"\s*\ufeff?WEBVTT(?:\s|$)")
_ASIDE: Final = re.compile(r"(?:NOTE(?:[ \t]|$)|STYLE[ \t]*$|REGION[ \t]*$)")
_MARK: Final = re.compile(
    r"<v(?:\.[^\s>]{0,60})?[ \t]+(?P<voice>[^<>\r\n]{1,200})>"
    r"|</?(?:c|i|b|u|s|v|lang|ruby|rt|font)(?:[.\s][^<>\r\n]{0,200})?>|<[0-9:.]{5,16}>|\{\\[^{}\r\n]{0,60}\}"
    r"|&(?P<entity>amp|lt|gt|nbsp|lrm|rlm|quot|apos|#39);",
    re.IGNORECASE,
)
_ENTITIES: Final = {
    "amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "lrm": "", "rlm": "", "quot": '"', "apos": "'", "#39": "'",
}  # fmt: skip
_TURN: Final = re.compile(r"(?:>|&gt;)+[ \t]*|[-–—][ \t]*(?=[^\W\d_\-–—]|[<&])")
_SPEAKER: Final = re.compile(
    r"(?:[A-Z][\w.'’-]*(?: [A-Z(\[][\w.'’)\]-]*){0,4}|[\u4e00-\u9fff]{2,4}(?:[(（][^:：\n]{1,12}[)）])?"
    r"|(?i:rep|sales|ae|agent|customer|client|prospect|buyer)\b[^:：\n,。!?\"]{0,30})[:：](?!//)"
)
_NOT_IN_NAMES: Final = re.compile(r"[:：,，。!！?？\"]")
_WIDE: Final = re.compile("[\u3000-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")


class _Segment(NamedTuple):
    """Some of the plain text from `at` on, and where in the source it comes from."""

    at: int
    length: int
    source: int
    width: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """The running text of a transcript, and the way back to `source`; any other text is itself."""

    source: str
    text: str
    parts: tuple[Part, ...] = ()
    segments: tuple[_Segment, ...] = ()

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return which code points of the source a span of the text stands for."""
        if not self.segments:
            return start, end
        first = self._segment(start)
        offset = start - first.at
        begin = first.source + (offset if first.length == first.width else 0)
        if start >= end:
            return begin, begin
        last = self._segment(end - 1)
        if last.length != last.width:
            return begin, last.source + last.width
        return begin, last.source + end - last.at

    def place(self, position: int) -> Place:
        """Return the cue in which a position of the text was said, with its time; or its line."""
        return place_in(self.parts, self.text, position)

    def _segment(self, position: int) -> _Segment:
        number = bisect_right(self.segments, position, key=lambda segment: segment.at) - 1
        return self.segments[max(0, number)]


def is_transcript(text: str) -> bool:
    """Tell whether a text has the times of cues."""
    return "-->" in text and _TIMED.search(text) is not None


def plain(text: str) -> Mapped:
    """Return what was said in a transcript; a text that is none is returned as it is."""
    if not is_transcript(text):
        return Mapped(text, text)
    writer = _Writer(text)
    for line in _spoken(text):
        writer.line(line)
    return writer.mapped()


@dataclass(frozen=True, slots=True)
class _Cue:
    number: int
    start: float
    end: float

    @property
    def place(self) -> Place:
        seconds = int(self.start)
        return Place("cue", self.number, f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that was said; `apart` when a blank line or a long pause is before it."""

    start: int
    end: int
    cue: _Cue | None
    apart: bool


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _lines(text: str) -> Iterator[tuple[int, int]]:
    ends = [(0, 0), *(found.span() for found in _BREAK.finditer(text)), (len(text), len(text))]
    yield from ((before[1], after[0]) for before, after in pairwise(ends))


def _spoken(text: str) -> Iterator[_Line]:
    """Yield the lines that are words of a cue, and those of no cue that are nothing else."""
    lines = list(_lines(text))
    timings = [_TIMING.match(text, start, end) for start, end in lines]
    is_vtt = _HEADER.match(text) is not None
    skips = is_vtt
    cue: _Cue | None = None
    number, apart, first = 0, False, True
    for place, (start, end) in enumerate(lines):
        timing = timings[place]
        words = text[start:end].strip("\ufeff \t")
        if timing:
            number += 1
            opened = _seconds(*timing.group(1, 2, 3, 4))
            apart = cue is None or opened - cue.end >= _LONG_PAUSE
            cue = _Cue(number, opened, _seconds(*timing.group(5, 6, 7, 8)))
            skips = first = False
        elif not words:
            skips, first, apart = skips and place == 0, True, apart or cue is None
        elif not skips:
            skips = is_vtt and first and _ASIDE.match(words) is not None
            follows = place + 1 < len(lines) and timings[place + 1] is not None
            names_cue = follows and (first or words.isdecimal())
            if not skips and not names_cue:
                yield _Line(start, end, cue, apart or (first and cue is not None))
                apart = False
            first = False


def _bare_name(name: str) -> tuple[int, int]:
    """Return which part of a voice's name can be a label."""
    start = next((place for place, sign in enumerate(name) if sign.isalpha()), len(name))
    return start, min(len(name.rstrip()), start + _LONGEST_NAME)


class _Writer:
    """Writes the running text and remembers where each part of it comes from."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._texts: list[str] = []
        self._segments: list[_Segment] = []
        self._parts: list[tuple[int, Place]] = []
        self._length = 0
        self._done = 0
        self._joint = ""
        self._voice: str | None = None

    def mapped(self) -> Mapped:
        """Return what was written."""
        ends = [*(start for start, _ in self._parts), self._length][1:]
        parts = [Part(start, end, place) for (start, place), end in zip(self._parts, ends, strict=True)]
        segments = tuple(self._segments) or (_Segment(0, 0, 0, 0),)
        return Mapped(self._source, "".join(self._texts), tuple(parts), segments)

    def line(self, line: _Line) -> None:
        """Write one line of what is said."""
        source, end = self._source, line.end
        start = line.start + len(source[line.start : end]) - len(source[line.start : end].lstrip("\ufeff \t"))
        self._joint = "\n" if line.apart or self._joint == "\n" else " "
        place = self._place(line)
        turn = _TURN.match(source, start, end)
        start = turn.end() if turn else start
        speaker = _SPEAKER.match(source, start, end)
        if speaker:
            self._joint = "\n"
            self._voice = speaker[0][:-1]
        elif turn:
            self._joint = "\n"
            self._unknown(start, place)
        for mark in _MARK.finditer(source, start, end):
            self._copy(start, mark.start(), place)
            start = mark.end()
            if mark["voice"]:
                self._name(mark, place)
            elif mark["entity"]:
                self._put(_ENTITIES[mark["entity"].lower()], *mark.span(), place)
        self._copy(start, end, place)

    def _place(self, line: _Line) -> Place:
        if line.cue:
            return line.cue.place
        return Place("line", self._source.count("\n", 0, line.start) + 1)

    def _unknown(self, start: int, place: Place) -> None:
        """Take the turn from a speaker who was named, when the next one is not."""
        if self._voice is not None and _MARK.match(self._source, start) is None:
            self._voice = None
            self._put("Speaker: ", start, start, place)

    def _name(self, mark: re.Match[str], place: Place) -> None:
        """Write a voice as the label of a line, unless it speaks on."""
        voice = mark["voice"].strip()
        if voice == self._voice:
            return
        self._voice = voice
        self._joint = "\n"
        at, (first, last) = mark.start("voice"), _bare_name(mark["voice"])
        if first >= last:
            first, last = 0, min(len(mark["voice"].rstrip()), _LONGEST_NAME - len("Speaker "))
            self._put("Speaker ", at, at, place)
        name = _NOT_IN_NAMES.sub(" ", mark["voice"][first:last])
        self._put(name, at + first, at + last, place)
        self._put(": ", at + last, mark.end(), place)

    def _copy(self, start: int, end: int, place: Place) -> None:
        self._put(self._source[start:end], start, end, place)

    def _put(self, text: str, start: int, end: int, place: Place) -> None:
        if self._joint:
            bare = text.lstrip()
            if not bare:
                return
            start += len(text) - len(bare) if len(text) == end - start else 0
            text = bare
            self._join(text[0], start)
        if text:
            if not self._parts or self._parts[-1][1] != place:
                self._parts.append((self._length, place))
            self._add(text, start, end - start)
            self._done = end

    def _join(self, following: str, start: int) -> None:
        joint, self._joint = self._joint, ""
        if not self._texts:
            return
        wide = _WIDE.match(following) and _WIDE.match(self._texts[-1][-1])
        if not (joint == " " and (wide or self._texts[-1][-1].isspace())):
            self._add(joint, self._done, start - self._done)

    def _add(self, text: str, source: int, width: int) -> None:
        self._segments.append(_Segment(self._length, len(text), source, width))
        self._texts.append(text)
        self._length += len(text)
