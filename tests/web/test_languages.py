"""Which language a browser gets that has not chosen one."""

import tracemalloc

import pytest

from app.web.i18n import negotiate

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        ("", "en"),
        ("zh-TW,en;q=0.5", "zh-Hant"),
        ("en;q=0.5,zh-CN", "zh-Hans"),
        ("fr,zh-HK;q=0.1", "zh-Hant"),
        ("zh-CN;q=0,de", "en"),
        ("zh-CN;q=none", "en"),
    ],
)
def test_the_most_wanted_of_our_languages_is_chosen(asked: str, locale: str) -> None:
    assert negotiate(asked) == locale


def test_nothing_is_kept_of_wishes_without_end() -> None:
    tracemalloc.start()
    for number in range(20):
        negotiate(f"zh-TW;q=0.{number}," + "x" * MEBIBYTE)
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < MEBIBYTE
