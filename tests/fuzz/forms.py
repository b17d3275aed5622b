"""The forms of pages, found as a person finds them: by following links."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from fastapi.testclient import TestClient
from lxml import html

from route_access import ACCESS

_PATTERNS: Final = sorted(
    ((method, path, re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))) for method, path in ACCESS),
    key=lambda each: each[1].count("{"),
)
_BASE: Final = "http://testserver"
_ENDS: Final = {"/sign-out"}
"""Forms after which there would be nobody to go on with."""


@dataclass(frozen=True)
class Form:
    """One form of a page: where it goes, what a browser would send, and which of its fields take a file."""

    action: str
    fields: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]
    files: tuple[str, ...]

    @property
    def route(self) -> str:
        """The address as the router has it."""
        return route_of("POST", self.action)


def route_of(method: str, address: str) -> str:
    """Return the path of the route that an address leads to, or nothing."""
    path = urlsplit(address).path
    return next((route for each, route, pattern in _PATTERNS if each == method and pattern.fullmatch(path)), "")


def found(browser: TestClient, *, pages: int, forms: int, most: int) -> Iterator[Form]:
    """Follow links from the first page to `most` others: `pages` of each kind, and `forms` of each that they hold."""
    seen: Counter[str] = Counter()
    kept: Counter[tuple[str, tuple[str, ...]]] = Counter()
    known, waiting = {"/"}, deque(["/"])
    while waiting:
        address = waiting.popleft()
        answer = browser.get(address, follow_redirects=True)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = html.fromstring(answer.text)
        for form in _forms(page, address):
            kind = (form.route, tuple(sorted({name for name, _value in form.fields})))
            kept[kind] += 1
            if form.route and form.route not in _ENDS and kept[kind] <= forms:
                yield form
        for link in _links(page, address):
            route = route_of("GET", link)
            if route and link not in known and seen[route] < pages and len(known) <= most:
                known.add(link)
                seen[route] += 1
                waiting.append(link)


def _links(page: Any, address: str) -> Iterator[str]:
    for link in page.xpath("//a/@href"):
        whole = urldefrag(urljoin(_BASE + address, link)).url
        if whole.startswith(_BASE):
            yield whole.removeprefix(_BASE)


def _forms(page: Any, address: str) -> Iterator[Form]:
    for form in page.forms:
        if form.method != "POST":
            continue
        fields = [each for each in page.xpath("//input|//select|//textarea") if _owner(each, page) is form]
        files = [each.get("name") for each in fields if each.get("type") == "file" and each.get("name")]
        buttons = [each for each in page.xpath("//button[@name]") if _owner(each, page) is form]
        action = urljoin(_BASE + address, form.get("action") or "").removeprefix(_BASE)
        yield Form(
            action,
            tuple(pair for each in fields for pair in _values(each)),
            tuple((each.get("name"), each.get("value") or "") for each in buttons),
            tuple(files),
        )


def _owner(element: Any, page: Any) -> Any:
    named = element.get("form")
    if named:
        return next((form for form in page.forms if form.get("id") == named), None)
    return next(element.iterancestors("form"), None)


def _values(element: Any) -> Iterator[tuple[str, str]]:
    """Give what a field sends; a box or choice that is not ticked counts too, for somebody may tick it."""
    name = element.get("name")
    if not name or element.get("type") == "file":
        return
    if element.tag == "select":
        chosen = element.xpath("./option[@selected]|.//option[1]")[-1:]
        yield from ((name, each.get("value") or "") for each in chosen)
    elif element.tag == "textarea":
        yield name, element.text or ""
    else:
        yield name, element.get("value") or ""
