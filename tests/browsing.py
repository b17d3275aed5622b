"""What journeys share: signing in through the form, the audit of a page, and what must never happen in a browser."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize, expect

from app.people.demo import DEMO_PASSWORD

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

_AXE = Axe().axe_script
_RUN = "async options => (await axe.run(options)).violations"
_ALL_RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "preload": {"assets": ["media"]},  # none of these rules reads the style sheets
}
_BY_LOOK = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "scrollable-region-focusable", "target-size"]},
}
"""The rules that find something else on another screen or in other colours, of the same page."""

Looks = tuple[tuple[ViewportSize, Literal["light", "dark"]], ...]
LOOKS: Looks = ((DESKTOP, "light"), (PHONE, "dark"))
"""Both sizes and both colour schemes; each rule sees each page on a desktop, and some see it twice."""
ALL_LOOKS: Looks = (*LOOKS, (PHONE, "light"), (DESKTOP, "dark"))

_STATUS_MESSAGE = "Failed to load resource: the server responded with a status of"
_FIRST_ERROR = 400


@dataclass
class Faults:
    """What went wrong in a browser while nobody looked: errors of scripts and of the policy, and failed requests."""

    found: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    stand_ins: set[str | None] = field(default_factory=set)
    """Hosts of others for which a test answers itself."""

    def watch(self, context: BrowserContext) -> None:
        """Collect from every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Allow answers with these statuses within the block."""
        self.expected |= set(statuses)
        yield
        self.expected -= set(statuses)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_STATUS_MESSAGE):
            self.found.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None} | self.stand_ins:
            self.found.append(f"outside: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left, a film that was not loaded to its end
            self.found.append(f"failed: {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= _FIRST_ERROR and response.status not in self.expected:
            self.found.append(f"status {response.status}: {response.request.method} {response.url}")


def sign_in(page: Page, email: str, password: str = DEMO_PASSWORD) -> None:
    """Sign in through the form, as a person does."""
    page.goto("/sign-in")
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/sign-in"))


def findings(page: Page, rules: Mapping[str, object] = _ALL_RULES) -> list[str]:
    """Let axe look at a page as it stands: one line for each finding, with rule, place and help."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    violations = page.evaluate(_RUN, rules)
    return [
        f"{rule['id']}: {' '.join(node['target'][0:1] if isinstance(node['target'][0], str) else ['(nested)'])}"
        f": {rule['help']}: {_why(node)}"
        for rule in violations
        for node in rule["nodes"]
    ]


def _why(node: dict[str, list[dict[str, str]]]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])


def audit(page: Page, *, thoroughly: bool = False) -> None:
    """Fail when axe finds something: on a desktop in the light, and on a phone in the dark.

    `thoroughly` lets all rules see all four looks: for what is shown on one kind of screen alone, such as the bar at
    the foot of a phone.
    """
    page.wait_for_load_state()  # a click may have brought a page that is still on its way
    before = page.viewport_size
    found: dict[str, str] = {}
    for number, (size, scheme) in enumerate(ALL_LOOKS if thoroughly else LOOKS):
        page.set_viewport_size(size)
        # the whole page at once: what the bar at the head or the foot covers now can be scrolled out from under it
        page.set_viewport_size({**size, "height": page.evaluate("document.documentElement.scrollHeight")})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for line in findings(page, _ALL_RULES if thoroughly or number == 0 else _BY_LOOK):
            found.setdefault(line, f"{size['width']} wide, {scheme}")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if before:
        page.set_viewport_size(before)
    assert not found, "\n".join([page.url, *(f"{line} [{where}]" for line, where in found.items())])


def visit(page: Page, path: str, heading: str | re.Pattern[str]) -> None:
    """Go to an address, see that it is the page it should be, and audit it."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    audit(page)
