"""Every page that a role reaches by following links keeps the promises that all pages make."""

import fcntl
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from lxml import html
from lxml.html import HtmlElement
from playwright.sync_api import Page

from app.people.demo import DEMO_PEOPLE
from browsing import DESKTOP, PHONE, audit
from route_access import ACCESS

OF_ONE_ROUTE = 2
"""So many pages of the same route are looked at: the third lesson is made like the first."""

LARGEST = 60_000
"""Bytes over the wire of a page with all that belongs to it, except films."""

RAW = re.compile(r"%\(\w+\)|\{\{|\}\}|\bUndefined\b|\bNone[,)\]]|&(?:lt|amp|#\d+);|<[a-z/]")
"""What must never be read on a page: a placeholder, a template's mark, an escaped tag."""

TITLE_OF_ITS_OWN = {
    "/",
    "/account",
    "/attempts/{attempt_id}",
    "/author",
    "/author/products/{slug}/facts",
    "/author/products/{slug}/program",
    "/certificates/{code}",
    "/password/{token}",
    "/team",
}
"""Pages whose title names the page while their heading speaks to the reader, or names a person."""

REACHED = {
    "rep@example.com": {
        "/check",
        "/check/sent/{sent_id}",
        "/deals/{reference}/brief",
        "/deals/{reference}/waivers/new",
        "/decisions/{number}",
        "/drills",
        "/drills/{slug}/{red_line}",
        "/waivers",
        "/waivers/{waiver_id}",
    },
    "manager@example.com": {
        "/deals/import",
        "/deals/{reference}/history",
        "/deals/{reference}/waivers/emergency",
        "/gate",
        "/gate/{slug}",
        "/incidents",
        "/reconciliations",
        "/waivers/{waiver_id}",
    },
    "admin@example.com": {
        "/admin/crm",
        "/admin/webhooks",
        "/admin/webhooks/dead",
        "/admin/webhooks/deliveries",
        "/gate/{slug}",
        "/reconciliations",
    },
    "trainer@example.com": {
        "/author/products/{slug}/packs",
        "/author/products/{slug}/publish",
        "/author/products/{slug}/red-lines/{rule_id}",
        "/field-notes",
        "/gate",
        "/incidents",
        "/incidents/lessons",
        "/incidents/new",
        "/review/packs",
    },
    "compliance@example.com": {
        "/gate/{slug}",
        "/incidents",
        "/incidents/lessons",
        "/incidents/new",
        "/reconciliations",
        "/review",
        "/review/packs",
        "/review/packs/{slug}/{number}",
        "/review/red-lines/{review_id}",
        "/review/rules",
        "/review/texts/{text_id}",
        "/waivers/{waiver_id}",
    },
}
"""Where links must lead some of the roles, beside the pages of everybody."""

FILES = (".csv", ".ics", ".jwt", ".pdf", ".png", ".svg", ".zip", "/export/{format_name}")

FACTS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  const loaded = performance.getEntriesByType("resource")
    .filter((each) => !/\\.(mp4|m3u8|ts|vtt)(\\?|$)/.test(each.name));
  return {
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((each) => each.innerText.trim()),
    text: document.body.innerText,
    ids,
    links: [...document.querySelectorAll("a[href]")].filter((each) => !each.closest("[hidden]"))
      .map((each) => each.href),
    bytes: [performance.getEntriesByType("navigation")[0], ...loaded]
      .reduce((sum, each) => sum + each.encodedBodySize, 0),
  };
}"""

WIDER = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > wide + 1 && !each.closest(".scroll, .matrix, svg"))
    .map((each) => `${each.tagName.toLowerCase()}.${each.className}`).slice(0, 5).concat("wider than the phone");
}"""


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(route)) + r"\Z")


PAGES = {
    route: _pattern(route)
    for method, route in sorted(ACCESS, key=lambda each: each[1].count("{"))
    if method == "GET" and not route.startswith("/api/")
}
"""The addresses of pages as the routers have them; what is written out comes before what is left open."""


def route_of(address: str) -> str | None:
    """Say by which route an address is answered."""
    path = urlsplit(address).path
    return next((route for route, pattern in PAGES.items() if pattern.match(path)), None)


@dataclass
class Facts:
    """What a page says: as it was sent, or as it stands in the browser, which adds what it weighs."""

    title: str
    headings: list[str]
    text: str
    ids: list[str]
    links: list[str]
    bytes: int = 0

    def problems(self, route: str) -> Iterator[str]:
        if len(self.headings) != 1 or not self.headings[0]:
            yield f"one heading is wanted, there are {self.headings}"
        elif route not in TITLE_OF_ITS_OWN and not _agree(self.title, self.headings[0]):
            yield f"title {self.title!r} and heading {self.headings[0]!r} say different things"
        if not self.title.endswith(" · Dealworthy"):
            yield f"title {self.title!r}"
        if raw := RAW.search(self.text):
            yield f"raw text: {self.text[max(0, raw.start() - 40) : raw.end() + 40]!r}"
        if twice := [each for each, count in Counter(self.ids).items() if count > 1]:
            yield f"ids that stand twice: {twice}"
        if self.bytes > LARGEST:
            yield f"{self.bytes} bytes"


def facts_of(document: HtmlElement) -> Facts:
    """Read a page as it was sent."""
    links = document.xpath("//a[@href][not(ancestor-or-self::*[@hidden])]/@href")
    return Facts(
        title=document.findtext(".//title") or "",
        headings=[each.text_content().strip() for each in document.iterfind(".//h1")],
        text=" ".join(document.xpath("//body//text()[not(parent::script or parent::style)]")),
        ids=document.xpath("//@id"),
        links=links,
    )


def kinds_of(document: HtmlElement) -> set[str]:
    """What a page is made of: its tags, their classes, and the types of its controls."""
    kinds: set[str] = set()
    for each in document.iter("*"):
        kinds |= {f"{each.tag!s} {each.get('type', '')}", *(f".{name}" for name in each.get("class", "").split())}
    return kinds


@dataclass(frozen=True)
class Looked:
    """What was before a browser's eyes: a page made of the same need not come there again, whichever role reads it.

    Kept in a file, so that the workers of one run share the looking.
    """

    file: Path

    def claim(self, route: str, kinds: set[str]) -> tuple[bool, bool]:
        """Take on to look at what is new here.

        Return whether no page of this route has had one of these, and whether no page at all has; pages of a route
        that nobody has looked at are new in both ways.
        """
        with self.file.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            known: dict[str, list[str]] = json.loads(file.read() or "{}")
            of_route = set(known.get(route, []))
            new = not kinds <= of_route
            unheard_of = not of_route or not kinds <= set(chain.from_iterable(known.values()))
            if new:
                file.truncate(0)
                json.dump({**known, route: sorted(of_route | kinds)}, file)
        return new, unheard_of


@dataclass
class Crawl:
    """A walk along links, and what it found wrong.

    Every page is read as it is sent; what a page of its route has not shown yet is looked at in the browser.
    """

    page: Page
    looked: Looked
    audits: bool = True
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def walk(self, start: str) -> None:
        """Read every page within reach."""
        first = urljoin(self.page.url, start)
        waiting, known = [first], {first}
        while waiting:
            address = waiting.pop(0)
            route = route_of(address)
            if route and self.seen[route] >= OF_ONE_ROUTE:
                continue
            for link in self._read(address, route):
                target = urldefrag(urljoin(address, link)).url
                if target.startswith(urljoin(first, "/")) and target not in known:
                    known.add(target)
                    waiting.append(target)

    def _read(self, address: str, route: str | None) -> Iterator[str]:
        """Read a page and yield its links. What is not a page of the product must lead somewhere all the same."""
        answer = self.page.request.get(address)
        if answer.status != HTTPStatus.OK:
            self.wrong.append(f"{address}: status {answer.status}")
        elif route:
            self.seen[route] += 1
            if not route.endswith(FILES):
                yield from self._weigh(address, route, html.document_fromstring(answer.text()))

    def _weigh(self, address: str, route: str, document: HtmlElement) -> Iterator[str]:
        facts, kinds = facts_of(document), kinds_of(document)
        problems = list(facts.problems(route))
        yield from facts.links
        new, unheard_of = self.looked.claim(route, kinds)
        if new:
            shown, seen = self._look(address, audited=self.audits and unheard_of)
            problems += [*shown.problems(route), *seen]
            yield from shown.links
        self.wrong += [f"{address}: {problem}" for problem in dict.fromkeys(problems)]

    def _look(self, address: str, *, audited: bool) -> tuple[Facts, list[str]]:
        """Open a page in the browser: what it says there, and what is wrong with how it looks."""
        self.page.set_viewport_size(DESKTOP)
        self.page.goto(address)
        facts = Facts(**self.page.evaluate(FACTS))
        self.page.set_viewport_size(PHONE)
        problems = list(self.page.evaluate(WIDER))
        if audited:
            try:
                audit(self.page)
            except AssertionError as error:
                problems.append(str(error))
        return facts, problems


def _agree(title: str, heading: str) -> bool:
    """Whether a tab and its page are recognisably the same: one holds a word of some length of the other."""
    words = re.findall(r"[^\W\d_]{4,}|[\u4e00-\u9fff]{2}", title.removesuffix(" · Dealworthy").lower())
    return heading in title or any(word in heading.lower() for word in words)


@pytest.fixture
def looked(shared: Path) -> Looked:
    return Looked(shared / "looked-at.json")


@pytest.mark.parametrize("email", [email for _part, email, _role in DEMO_PEOPLE])
def test_every_page_within_reach(sign_in_as: Callable[..., Page], looked: Looked, email: str) -> None:
    page = sign_in_as(email)
    audit(page, thoroughly=True)  # the head and the foot of all pages of this role
    crawl = Crawl(page, looked)
    crawl.walk("/")
    assert crawl.wrong == [], "\n".join(crawl.wrong)
    everybody = {"/", "/products/{slug}", "/products/{slug}/lessons/{lesson_id}", "/account"}
    assert (everybody | REACHED.get(email, set())) - set(crawl.seen) == set()


def test_every_page_in_chinese(sign_in_as: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in_as("manager@example.com")
    page.get_by_role("button", name="简体中文").click()
    crawl = Crawl(page, Looked(tmp_path / "looked-at.json"), audits=False)
    crawl.walk("/")
    assert crawl.wrong == [], "\n".join(crawl.wrong)
