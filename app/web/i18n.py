"""Languages: which one a request speaks, and how sentences, dates, numbers and money look in it.

The locale of a request lives in a context variable that `LocaleMiddleware` sets from the cookie of the language
switch, else from `Accept-Language`. `gettext` is what code imports as `_`; `N_` marks a sentence that is
translated later, when somebody's language is known.
"""

import gettext as stdlib_gettext
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import parse_locale
from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

LOCALES = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}
"""The languages of the product, each by its own name."""

DEFAULT_LOCALE = "en"
LOCALE_COOKIE = "locale"
_CATALOGUES = Path(__file__).parent / "locale"
_TRADITIONAL = {"TW", "HK", "MO"}
_LONGEST_WISH = 500

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def current_locale() -> str:
    """Return the locale of the request in hand, one of `LOCALES`."""
    return _locale.get()


def use_locale(locale: str) -> None:
    """Speak `locale` from here on; for commands and jobs, which have no request."""
    _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block, such as the language of the reader of a mail."""
    before = _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(before)


def match_locale(tag: str) -> str | None:
    """Map a language tag such as `zh-TW` or `en-GB` to one of ours, or None.

    Babel's own negotiation sends zh-TW and zh-HK to Simplified Chinese, so scripts and regions are read here.
    """
    try:
        language, territory, script, *_ = parse_locale(tag, sep="-")
    except ValueError:
        return None
    if language == "en":
        return "en"
    if language == "zh":
        traditional = script == "Hant" or (script is None and territory in _TRADITIONAL)
        return "zh-Hant" if traditional else "zh-Hans"
    return None


def negotiate(accept_language: str) -> str:
    """Choose the best of our locales for an `Accept-Language` header (RFC 9110, section 12.5.4)."""
    return _negotiated(accept_language[:_LONGEST_WISH])


# what is kept is cut before: senders make it as long as they like
@lru_cache(maxsize=1000)
def _negotiated(accept_language: str) -> str:
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if weight > 0 and (locale := match_locale(tag.strip())):
            wishes.append((-weight, position, locale))
    return min(wishes)[2] if wishes else DEFAULT_LOCALE


class LocaleMiddleware:
    """Sets the locale of each request, before any route, dependency or error page runs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request in its language."""
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            chosen = connection.cookies.get(LOCALE_COOKIE, "")
            use_locale(chosen if chosen in LOCALES else negotiate(connection.headers.get("accept-language", "")))
        await self.app(scope, receive, send)


@cache
def _translations(locale: str) -> stdlib_gettext.NullTranslations:
    source = _CATALOGUES / locale.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    if locale == DEFAULT_LOCALE or not source.exists():
        return stdlib_gettext.NullTranslations()
    with source.open("rb") as file:
        catalogue = read_po(file, locale=locale.replace("-", "_"))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return stdlib_gettext.GNUTranslations(compiled)


def gettext(message: str) -> str:
    """Translate one sentence."""
    return _translations(current_locale()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a sentence that counts something."""
    return _translations(current_locale()).ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """Translate a word that means different things in different places."""
    return _translations(current_locale()).pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802 (gettext's customary name for "mark, translate later")
    """Mark a sentence for the catalogues without translating it."""
    return message


def sentence_space() -> str:
    """Return what stands between two sentences: a space, and in Chinese nothing."""
    return "" if current_locale().startswith("zh") else " "


def sentences(parts: Iterable[str]) -> str:
    """Write sentences one after another, leaving out empty ones."""
    return sentence_space().join(filter(None, parts))


def _babel() -> Locale:
    return Locale.parse(current_locale().replace("-", "_"))


_DAY = {"en": "d MMMM y", "zh-Hans": "y 年 M 月 d 日", "zh-Hant": "y 年 M 月 d 日"}
_SHORT_DAY = {"en": "d MMM", "zh-Hans": "M 月 d 日", "zh-Hant": "M 月 d 日"}


# pages name the same few days again and again
@lru_cache(maxsize=4_000)
def _dated(value: date, pattern: str, locale: str) -> str:
    return format_date(value, pattern, locale=locale.replace("-", "_"))


def day(value: date) -> str:
    """Write a calendar day: 4 March 2027."""
    return _dated(value, _DAY[current_locale()], current_locale())


def short_day(value: date) -> str:
    """Write a day of this or the next months: 4 Mar."""
    return _dated(value, _SHORT_DAY[current_locale()], current_locale())


def weekday_day(value: date) -> str:
    """Write a day with its weekday: Thursday, 26 November."""
    pattern = {"en": "EEEE, d MMMM"}.get(current_locale(), "M 月 d 日（EEEE）")
    return _dated(value, pattern, current_locale())


def weekday(value: date) -> str:
    """Write the day of the week: Thursday."""
    return _dated(value, "EEEE", current_locale())


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Write a moment in the site's time zone: 23 November 2026, 09:00."""
    pattern = {"en": "d MMMM y, HH:mm"}.get(current_locale(), "y 年 M 月 d 日 HH:mm")
    return format_datetime(value, pattern, tzinfo=zone, locale=_babel())


def clock_time(value: datetime, zone: ZoneInfo) -> str:
    """Write a time of day with seconds: 10:42:07."""
    return format_time(value, "HH:mm:ss", tzinfo=zone, locale=_babel())


def number(value: float | Decimal) -> str:
    """Write a number with the locale's separators."""
    if type(value) is int and 0 <= value < _ALIKE:
        return f"{value:,}"
    return format_decimal(value, locale=_babel())


_ALIKE = 10_000
"""Whole numbers below this look the same in all of `LOCALES`, and most of what a page counts is below it."""


def exact_number(value: float | Decimal) -> str:
    """Write a number with the locale's separators and all of its decimals."""
    return format_decimal(Decimal(str(value)), locale=_babel(), decimal_quantization=False)


def money(value: Decimal, currency: str) -> str:
    """Write an amount of money, without cents when there are none."""
    digits = "¤#,##0" if value == value.to_integral_value() else "¤#,##0.00"
    return format_currency(value, currency, digits, locale=_babel(), currency_digits=False)
