"""Videos by their links: how each kind is shown, and which seconds of it were really watched.

The browser says from where to where it played, about every five seconds. It cannot be trusted to say how long that
took, so the wall clock decides: nobody watches ten seconds in five, in however many tabs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

DONE_SHARE: Final = 0.95
"""The part of a video that counts as all of it: players round its length, and people leave at the closing titles."""

LEFTOVER: Final = timedelta(seconds=5)
"""Wall time that one report may leave to the next, about one interval between reports: they arrive unevenly."""

LONGEST_REPORT: Final = timedelta(seconds=60)
"""The longest play that one report may cover: browsers slow the timers of a hidden tab down to one a minute."""

Interval = tuple[float, float]


class VideoKind(StrEnum):
    """How a link is played."""

    FILE = "file"
    HLS = "hls"
    YOUTUBE = "youtube"
    VIMEO = "vimeo"
    BILIBILI = "bilibili"
    PAGE = "page"


COUNTED: Final = frozenset({VideoKind.FILE, VideoKind.HLS, VideoKind.YOUTUBE, VideoKind.VIMEO})
"""Kinds whose player reports its place. For the others the rep confirms, and the record says so."""


@dataclass(frozen=True, slots=True)
class Player:
    """What a page needs to play a link: the address to load, and the origin that it comes from ("" = our own)."""

    kind: VideoKind
    url: str
    origin: str

    @property
    def counted(self) -> bool:
        """Whether watched seconds are counted."""
        return self.kind in COUNTED


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of one person and one video; `intervals` are in order and apart from each other."""

    intervals: tuple[Interval, ...] = ()
    position: float = 0

    @property
    def seconds(self) -> float:
        """How many different seconds were watched."""
        return sum(end - start for start, end in self.intervals)


@dataclass(frozen=True, slots=True)
class Report:
    """The browser's word: it played `start` to `end` without a jump and stands at `position` (all in seconds)."""

    start: float
    end: float
    position: float


@dataclass(frozen=True, slots=True)
class Credit:
    """What a report brought: the new state, and the moment up to which wall time has been spent."""

    watch: Watch
    spent_until: datetime


def player(url: str, start: float = 0, page_origin: str = "") -> Player:
    """Tell how to play a link, beginning at `start`; `page_origin` is ours, for players that ask who embeds them."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if found := _youtube_id(host, parts.path, parts.query):
        query = {"enablejsapi": 1, "playsinline": 1, "rel": 0, "start": int(start), "origin": page_origin}
        return _embed(VideoKind.YOUTUBE, "https://www.youtube-nocookie.com", f"/embed/{found}", query)
    if host in {"vimeo.com", "www.vimeo.com", "player.vimeo.com"} and (
        match := re.fullmatch(r"/(?:video/)?(\d+)(?:/(\w+))?/?", parts.path)
    ):
        query = {"dnt": 1, **({"h": match[2]} if match[2] else {})}
        return _embed(VideoKind.VIMEO, "https://player.vimeo.com", f"/video/{match[1]}", query)
    if host in {"www.bilibili.com", "bilibili.com", "m.bilibili.com"} and (
        match := re.fullmatch(r"/video/(BV[0-9A-Za-z]{10})/?", parts.path)
    ):
        query = {"bvid": match[1], "autoplay": 0, "danmaku": 0}
        return _embed(VideoKind.BILIBILI, "https://player.bilibili.com", "/player.html", query)
    origin = f"https://{parts.netloc}" if host else ""
    kind = {".mp4": VideoKind.FILE, ".m4v": VideoKind.FILE, ".webm": VideoKind.FILE, ".m3u8": VideoKind.HLS}.get(
        PurePosixPath(parts.path).suffix.lower(), VideoKind.PAGE
    )
    return Player(kind, url, origin)


def _embed(kind: VideoKind, origin: str, path: str, query: Mapping[str, object]) -> Player:
    return Player(kind, f"{origin}{path}?{urlencode(query)}", origin)


def _youtube_id(host: str, path: str, query: str) -> str:
    if host == "youtu.be":
        found = path.strip("/")
    elif host in {"www.youtube.com", "youtube.com", "m.youtube.com", "www.youtube-nocookie.com"}:
        match = re.fullmatch(r"/(?:embed|shorts|live)/([^/]+)/?", path)
        found = match[1] if match else parse_qs(query).get("v", [""])[0] if path == "/watch" else ""
    else:
        return ""
    return found if re.fullmatch(r"[0-9A-Za-z_-]{11}", found) else ""


def credit(watch: Watch, report: Report, *, spent_until: datetime, moment: datetime, length: float) -> Credit:
    """Add what a report shows to what was watched.

    Only seconds not seen before count, at most as many as passed on the wall since `spent_until`, within the length
    of the video. Wall time is spent once: in whatever order and number reports come, what they bring together is
    never more than the time between the first `spent_until` and the last `moment`.
    """
    start, end = max(0.0, report.start), min(report.end, length)
    opened = max(spent_until, moment - LONGEST_REPORT)
    available = max(0.0, (moment - opened).total_seconds())
    end = min(end, start + available)
    played = [(start, end)] if end > start else []
    intervals = merged(_within([*watch.intervals, *played], length))
    used = timedelta(seconds=max(0.0, end - start))
    position = min(max(0.0, report.position), length)
    return Credit(Watch(intervals, position), max(spent_until, opened + used, moment - LEFTOVER))


def _within(intervals: Iterable[Interval], length: float) -> list[Interval]:
    # a video may have been replaced by a shorter one
    return [(start, min(end, length)) for start, end in intervals if start < length]


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Put intervals in order and join those that overlap or touch."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def is_enough(seconds: float, length: float) -> bool:
    """Tell whether so many watched seconds are a watched video."""
    return seconds >= DONE_SHARE * length


def confirmable_at(opened_at: datetime, length: float) -> datetime:
    """Return from when on somebody may say that they watched a video: nobody has before its length has passed."""
    return opened_at + timedelta(seconds=DONE_SHARE * length)


def clock(seconds: float) -> str:
    """Write a length of time as players do: 6:12, or 1:06:12."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
