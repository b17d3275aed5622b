"""Pages from templates: one environment, strict about undefined names, and the response around it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from app.config import ROOT, Settings
from app.web import flash, i18n, navigation

STATIC = ROOT / "static"


def shortened(text: str, most: int) -> str:
    """Cut a text that is longer, between two words where there are some, and end it with one ellipsis."""
    whole = text.unescape() if isinstance(text, Markup) else text
    if len(whole) <= most:
        return text
    cut = whole[:most]
    words = cut[: max(cut.rfind(" "), 0)]
    # Chinese has no spaces between words: what would lose a lot is cut where it is
    kept = words if 4 * len(words) >= 3 * most else cut
    return kept.rstrip(" .,;:!?…。，；：、！？") + "…"


class Templates:
    """The Jinja environment of one application."""

    def __init__(self, settings: Settings, folder: Path = ROOT / "templates") -> None:
        self.settings = settings
        self.static_digests = {
            path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            for path in STATIC.rglob("*")
            if path.is_file()
        }
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=not settings.production,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        self.environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
            i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
        )
        self.environment.filters.update(
            day=i18n.day,
            short_day=i18n.short_day,
            weekday_day=i18n.weekday_day,
            moment=self._moment,
            clock_time=self._clock_time,
            number=i18n.number,
            money=i18n.money,
            truncate=shortened,
        )
        self.environment.globals.update(
            _=_translated,
            static=self.static,
            settings=settings,
            locales=i18n.LOCALES,
            current_locale=i18n.current_locale,
            sentence_space=i18n.sentence_space,
            sentences=i18n.sentences,
            navigation=navigation.places,
        )

    def static(self, path: str) -> str:
        """Give the address of a static file, with its digest, so that browsers may keep it for ever."""
        return f"/static/{path}?v={self.static_digests[path]}"

    def _moment(self, value: datetime) -> str:
        return i18n.moment(value, self.settings.zone)

    def _clock_time(self, value: datetime) -> str:
        return i18n.clock_time(value, self.settings.zone)


def _translated(message: str, **values: Any) -> Markup:
    """Translate a sentence as `_` of the i18n extension does, which looks for `gettext` anew each time."""
    sentence = Markup(i18n.gettext(message))  # noqa: S704 (sentences come from templates and catalogues)
    return sentence % values if "%" in sentence else sentence


def wants_fragment(request: Request) -> bool:
    """Say whether htmx asked for a part of the page, not for a page to go to or to restore."""
    headers = request.headers
    return "hx-request" in headers and "hx-boosted" not in headers and headers.get("hx-request-type") != "full"


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Answer with a page, or with its block `fragment` alone where htmx asked for a part."""
    templates: Templates = request.app.state.templates
    whole = {
        "request": request,
        "person": getattr(request.state, "person", None),
        "flashes": flash.read(request),
        **(context or {}),
    }
    if fragment and wants_fragment(request):
        html = render_block(templates.environment, template, fragment, whole)
    else:
        html = templates.environment.get_template(template).render(whole)
    response = HTMLResponse(html, status, dict(headers or {}))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    flash.forget(request, response)
    return response


def redirect(request: Request, url: str, message: str = "") -> RedirectResponse:
    """Send the browser on after a successful POST (303), with one sentence for the next page."""
    response = RedirectResponse(url, status_code=303)
    if message:
        flash.leave(request, response, message)
    return response
