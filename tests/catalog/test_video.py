"""Which player shows a link, and which seconds count as watched."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.video import (
    LEFTOVER,
    LONGEST_REPORT,
    Credit,
    Player,
    Report,
    VideoKind,
    Watch,
    clock,
    credit,
    is_enough,
    merged,
    player,
)

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LENGTH = 100.0
YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?enablejsapi=1&playsinline=1&rel=0&start=6&origin=https%3A%2F%2Fdw.example"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/static/demo/intro.mp4", Player(VideoKind.FILE, "/static/demo/intro.mp4", "")),
        ("https://cdn.example/a.webm", Player(VideoKind.FILE, "https://cdn.example/a.webm", "https://cdn.example")),
        (
            "https://cdn.example:8443/A.MP4?x=1",
            Player(VideoKind.FILE, "https://cdn.example:8443/A.MP4?x=1", "https://cdn.example:8443"),
        ),
        (
            "https://cdn.example/a/index.m3u8",
            Player(VideoKind.HLS, "https://cdn.example/a/index.m3u8", "https://cdn.example"),
        ),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3",
            Player(VideoKind.YOUTUBE, YOUTUBE, "https://www.youtube-nocookie.com"),
        ),
        ("https://youtu.be/dQw4w9WgXcQ", Player(VideoKind.YOUTUBE, YOUTUBE, "https://www.youtube-nocookie.com")),
        (
            "https://www.youtube.com/shorts/dQw4w9WgXcQ",
            Player(VideoKind.YOUTUBE, YOUTUBE, "https://www.youtube-nocookie.com"),
        ),
        (
            "https://vimeo.com/76979871",
            Player(VideoKind.VIMEO, "https://player.vimeo.com/video/76979871?dnt=1", "https://player.vimeo.com"),
        ),
        (
            "https://vimeo.com/76979871/ab12",
            Player(VideoKind.VIMEO, "https://player.vimeo.com/video/76979871?dnt=1&h=ab12", "https://player.vimeo.com"),
        ),
        (
            "https://www.bilibili.com/video/BV1xx411c7mD/",
            Player(
                VideoKind.BILIBILI,
                "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&autoplay=0&danmaku=0",
                "https://player.bilibili.com",
            ),
        ),
        (
            "https://v.qq.com/x/page/a.html",
            Player(VideoKind.PAGE, "https://v.qq.com/x/page/a.html", "https://v.qq.com"),
        ),
        (
            "https://www.youtube.com/watch?v=short",
            Player(VideoKind.PAGE, "https://www.youtube.com/watch?v=short", "https://www.youtube.com"),
        ),
        (
            "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
            Player(
                VideoKind.PAGE,
                "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
                "https://youtube.com.evil.example",
            ),
        ),
    ],
)
def test_each_kind_of_link_has_its_player(url: str, shown: Player) -> None:
    assert player(url, start=6.4, page_origin="https://dw.example") == shown


def test_only_players_that_report_their_place_are_counted() -> None:
    urls = ("/a.mp4", "https://x.example/a.m3u8", "https://youtu.be/dQw4w9WgXcQ", "https://vimeo.com/1")
    assert [player(url).counted for url in urls] == [True] * 4
    assert not player("https://www.bilibili.com/video/BV1xx411c7mD").counted
    assert not player("https://v.qq.com/x/page/a.html").counted


@pytest.mark.parametrize(
    ("before", "report", "waited", "after"),
    [
        pytest.param((), Report(0, 5, 5), 5, ((0, 5),), id="five seconds in five"),
        pytest.param((), Report(0, 50, 50), 5, ((0, 5),), id="fifty seconds in five: five"),
        pytest.param((), Report(90, 200, 200), 30, ((90, 100),), id="clipped to the length"),
        pytest.param((), Report(150, 160, 160), 30, (), id="behind the end"),
        pytest.param(((0, 10),), Report(10, 15, 15), 5, ((0, 15),), id="goes on"),
        pytest.param(((0, 10),), Report(5, 10, 10), 5, ((0, 10),), id="seen twice counts once"),
        pytest.param(((0, 10),), Report(40, 45, 45), 5, ((0, 10), (40, 45)), id="a jump leaves a gap"),
        pytest.param(((0, 10), (12, 20)), Report(8, 14, 14), 6, ((0, 20),), id="a gap is filled"),
        pytest.param(((0, 10),), Report(30, 30, 30), 5, ((0, 10),), id="only the position moved"),
        pytest.param((), Report(0, 90, 90), 3600, ((0, 60),), id="an idle hour is no credit"),
        pytest.param((), Report(0, 5, 5), 0, (), id="no time has passed"),
        pytest.param((), Report(0, 5, 5), -9, (), id="the clock was set back"),
    ],
)
def test_seconds_count_as_far_as_time_has_passed(
    before: tuple[tuple[float, float], ...], report: Report, waited: int, after: tuple[tuple[float, float], ...]
) -> None:
    moment = START + timedelta(seconds=waited)
    credited = credit(Watch(before), report, spent_until=START, moment=moment, length=LENGTH)
    assert credited.watch == Watch(after, min(report.position, LENGTH))


def test_a_report_that_comes_late_leaves_its_time_to_the_next() -> None:
    first = credit(Watch(), Report(0, 5, 5), spent_until=START, moment=START + timedelta(seconds=6), length=LENGTH)
    assert first == Credit(Watch(((0, 5),), 5), START + timedelta(seconds=5))
    second = credit(
        first.watch,
        Report(5, 10, 10),
        spent_until=first.spent_until,
        moment=START + timedelta(seconds=10),
        length=LENGTH,
    )
    assert second == Credit(Watch(((0, 10),), 10), START + timedelta(seconds=10))


def test_a_video_replaced_by_a_shorter_one_cannot_be_overwatched() -> None:
    credited = credit(
        Watch(((0, 80), (90, 100))), Report(0, 0, 0), spent_until=START, moment=START + timedelta(seconds=5), length=40
    )
    assert credited.watch == Watch(((0, 40),), 0)


@pytest.mark.parametrize(("seconds", "enough"), [(0, False), (94.9, False), (95, True), (100, True)])
def test_ninety_five_percent_is_all_of_it(seconds: float, *, enough: bool) -> None:
    assert is_enough(seconds, 100) is enough


@pytest.mark.parametrize(("seconds", "written"), [(0, "0:00"), (9.9, "0:09"), (372, "6:12"), (3972, "1:06:12")])
def test_lengths_are_written_as_players_do(seconds: float, written: str) -> None:
    assert clock(seconds) == written


def test_merged_intervals_are_in_order_and_apart() -> None:
    assert merged([(5, 6), (0, 2), (2, 3), (1, 2.5)]) == ((0, 3), (5, 6))


seconds = st.floats(min_value=0, max_value=300)
reports = st.lists(
    st.tuples(seconds, seconds, st.floats(min_value=-5, max_value=90)).map(
        lambda each: (Report(min(each[:2]), max(each[:2]), max(each[:2])), each[2])
    ),
    max_size=30,
)


@given(reports)
def test_nobody_watches_more_than_time_passes_or_than_there_is(sent: list[tuple[Report, float]]) -> None:
    watch, spent, moment, latest = Watch(), START, START, START
    for report, wait in sent:
        moment += timedelta(seconds=wait)
        latest = max(latest, moment)
        before = watch
        watch, spent = _both(credit(watch, report, spent_until=spent, moment=moment, length=LENGTH))
        assert watch.seconds >= before.seconds - 1e-6
        assert watch.seconds <= LENGTH + 1e-6
        assert watch.seconds <= (latest - START).total_seconds() + 1e-3
        assert watch.seconds - before.seconds <= LONGEST_REPORT.total_seconds() + 1e-3
        assert 0 <= watch.position <= LENGTH
        assert all(a[1] < b[0] for a, b in zip(watch.intervals, watch.intervals[1:], strict=False))
        assert spent <= latest
        assert spent >= moment - LEFTOVER


def _both(credited: Credit) -> tuple[Watch, datetime]:
    return credited.watch, credited.spent_until
