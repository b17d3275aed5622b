"""Every page that a role reaches by following links keeps the promises that all pages make."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
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

SAME_FOR_ALL = ("/products", "/quizzes", "/account")
"""Where pages begin that look alike whoever reads them; axe sees those of one role."""

FILES = (".csv", ".ics", ".jwt", ".pdf", ".png", ".svg", ".zip", "/export/{format_name}")

FACTS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  const loaded = performance.getEntriesByType("resource")
    .filter((each) => !/\\.(mp4|m3u8|ts|vtt)(\\?|$)/.test(each.name));
  return {
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((each) => each.innerText.trim()),
    lang: document.documentElement.lang,
    text: document.body.innerText,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
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
class Crawl:
    """A walk along links, and what it found wrong."""

    page: Page
    origin: str
    audits_all: bool = True
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def walk(self, start: str) -> None:
        """Look at every page within reach."""
        waiting, known = [self.origin + start], {self.origin + start}
        while waiting:
            address = waiting.pop(0)
            route = route_of(address)
            if route is None:
                self._knock(address)
                continue
            if self.seen[route] >= OF_ONE_ROUTE:
                continue
            self.seen[route] += 1
            for link in self._look(address, route):
                target = urldefrag(urljoin(address, link)).url
                if target.startswith(self.origin + "/") and target not in known:
                    known.add(target)
                    waiting.append(target)

    def _knock(self, address: str) -> None:
        """See that an address that is not a page of the product leads somewhere all the same."""
        answer = self.page.request.get(address)
        if answer.status != 200:
            self.wrong.append(f"{address}: status {answer.status}")

    def _look(self, address: str, route: str) -> list[str]:
        if route.endswith(FILES):
            assert self.page.request.get(address).status == 200, address
            return []
        self.page.set_viewport_size(DESKTOP)
        answer = self.page.goto(address)
        assert answer is not None, address
        if answer.status != 200:
            self.wrong.append(f"{address}: status {answer.status}")
            return []
        facts = self.page.evaluate(FACTS)
        self.page.set_viewport_size(PHONE)
        problems = [*self._problems(facts, route), *self.page.evaluate(WIDER)]
        if self.seen[route] == 1 and (self.audits_all or not route.startswith(SAME_FOR_ALL)):
            try:
                audit(self.page)
            except AssertionError as error:
                problems.append(str(error))
        self.wrong += [f"{address}: {problem}" for problem in problems]
        return list(facts["links"])

    def _problems(self, facts: dict[str, object], route: str) -> Iterator[str]:
        title, headings, text = str(facts["title"]), facts["headings"], str(facts["text"])
        if not isinstance(headings, list) or len(headings) != 1 or not headings[0]:
            yield f"one heading is wanted, there are {headings}"
        elif route not in TITLE_OF_ITS_OWN and not _agree(title, headings[0]):
            yield f"title {title!r} and heading {headings[0]!r} say different things"
        if not title.endswith(" · Dealworthy"):
            yield f"title {title!r}"
        if raw := RAW.search(text):
            yield f"raw text: {text[max(0, raw.start() - 40) : raw.end() + 40]!r}"
        if facts["twice"]:
            yield f"ids that stand twice: {facts['twice']}"
        if int(str(facts["bytes"])) > LARGEST:
            yield f"{facts['bytes']} bytes"


def _agree(title: str, heading: str) -> bool:
    """Whether a tab and its page are recognisably the same: one holds a word of some length of the other."""
    words = re.findall(r"[^\W\d_]{4,}|[\u4e00-\u9fff]{2}", title.removesuffix(" · Dealworthy").lower())
    return heading in title or any(word in heading.lower() for word in words)


@pytest.mark.parametrize("email", [email for _part, email, _role in DEMO_PEOPLE])
def test_every_page_within_reach(sign_in_as: Callable[..., Page], email: str) -> None:
    page = sign_in_as(email)
    origin = "http://" + urlsplit(page.url).netloc
    crawl = Crawl(page, origin, audits_all=email == "rep@example.com")
    crawl.walk("/")
    assert crawl.wrong == [], "\n".join(crawl.wrong)
    everybody = {"/", "/products/{slug}", "/products/{slug}/lessons/{lesson_id}", "/account"}
    assert (everybody | REACHED.get(email, set())) - set(crawl.seen) == set()


def test_every_page_in_chinese(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as("manager@example.com")
    page.get_by_role("button", name="简体中文").click()
    crawl = Crawl(page, "http://" + urlsplit(page.url).netloc, audits_all=False)
    crawl.walk("/")
    assert crawl.wrong == [], "\n".join(crawl.wrong)
