"""A page in every language: what one journey does in one of them can be done in all."""

import re
from urllib.parse import urljoin

from playwright.sync_api import Page

from app.web.i18n import LOCALE_COOKIE, LOCALES

_HANDLES = re.compile(r'\b(?:action|formaction|href|name)="[^"]*"')
_TAG = re.compile(r"<script.*?</script>|<[^>]*>", re.DOTALL)
_RAW = re.compile(r"%\(\w+\)|\{\{|\}\}|\{%|\bUndefined\b")


def speaks_every_language(page: Page) -> None:
    """Ask for the page in each language: the same links, forms and fields stand there, and no mark of a template."""
    before = next(each for each in page.context.cookies() if each.get("name") == LOCALE_COOKIE)["value"]
    said = {locale: _said(page, locale) for locale in LOCALES}
    speak(page, before)
    for locale, text in said.items():
        assert f'<html lang="{locale}"' in text, f"{page.url} in {locale}"
        assert _RAW.findall(_TAG.sub("", text)) == [], f"{page.url} in {locale}"
        assert _HANDLES.findall(text) == _HANDLES.findall(said[before]), f"{page.url} in {locale}"


def _said(page: Page, locale: str) -> str:
    speak(page, locale)
    answer = page.request.get(page.url)
    assert answer.status == 200, f"{page.url} in {locale}: status {answer.status}"
    return answer.text()


def speak(page: Page, locale: str) -> None:
    """Let the next pages come in this language."""
    page.context.add_cookies([{"name": LOCALE_COOKIE, "value": locale, "url": urljoin(page.url, "/")}])
