"""Browsers and a CRM that ask one server, one kept connection each, and measure every answer."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2

from bench.certified import Certified

STEP = re.compile(r'name="step" value="(\d+)"')


@dataclass
class Client:
    """Somebody with a connection to one server; `bytes` is the size of the largest answer on the wire."""

    client: httpx2.Client
    latencies: list[float] = field(default_factory=list)
    bytes: int = 0

    def timed(self, method: str, path: str, status: int, **more: object) -> httpx2.Response:
        """Send a request and note how long it took. Raises RuntimeError for an answer that was not expected."""
        began = time.perf_counter()
        response = self.client.request(method, path, **more)  # type: ignore[arg-type]  # options by name
        self.latencies.append(time.perf_counter() - began)
        if response.status_code != status:
            message = f"{method} {path} answered {response.status_code}: {response.text[:500]}"
            raise RuntimeError(message)
        self.bytes = max(self.bytes, response.num_bytes_downloaded)
        return response


@dataclass
class Sitting(Client):
    """A rep at the product: starts the quiz, answers each question, finishes. Every answer is checked."""

    items: int = 0
    attempt: str = ""
    step: int = 0

    def start(self) -> None:
        """Start an attempt."""
        self.attempt = self.timed("POST", "/quizzes/sat/attempts", 303).headers["location"]
        self.step = 0

    def show(self) -> int:
        """Open a question; return the size of the page in bytes, unpacked."""
        page = self.timed("GET", f"{self.attempt}?q=1", 200).text
        if (found := STEP.search(page)) is None:
            raise RuntimeError("the page shows no question")
        self.step = int(found[1])
        return len(page.encode())

    def save(self, position: int) -> None:
        """Answer a question, as the page's script does."""
        data = {"step": str(self.step), "position": str(position), "choice": "0"}
        reply = self.timed("POST", f"{self.attempt}/answers", 200, data=data, headers={"Accept": "application/json"})
        stored = reply.json()
        if stored["answered"] != position:
            message = f"the answer to question {position} is not stored: {stored}"
            raise RuntimeError(message)
        self.step = stored["step"]

    def answer(self) -> Iterator[None]:
        """Answer every question, one at each turn."""
        for position in range(1, self.items + 1):
            self.save(position)
            yield None

    def finish(self) -> None:
        """Finish the attempt."""
        self.timed("POST", f"{self.attempt}/finish", 303)

    def analyse(self) -> int:
        """Open the item analysis; return the size of the page in bytes, unpacked."""
        page = self.timed("GET", "/author/quizzes/analysed/results", 200).text
        if "1,000" not in page:
            raise RuntimeError("the analysis does not count the attempts")
        return len(page.encode())


@dataclass
class BareSitting(Sitting):
    """The same at the bare stack, whose pages have the product's sizes."""

    sizes: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        """Start an attempt."""
        self.attempt = self.timed("POST", "/start/sat", 303).headers["location"]

    def show(self) -> int:
        """Open a question."""
        return len(self.timed("GET", f"{self.attempt}?size={self.sizes['attempt_page']}", 200).content)

    def save(self, position: int) -> None:
        """Answer a question."""
        reply = self.timed("POST", f"{self.attempt}/answers?q={position}", 200).json()
        if reply["answered"] != position:
            message = f"the answer to question {position} is not stored: {reply}"
            raise RuntimeError(message)

    def analyse(self) -> int:
        """Read what the analysis reads."""
        return len(self.timed("GET", f"/analysis/analysed?size={self.sizes['item_analysis']}", 200).content)


@dataclass
class Caller(Client):
    """A CRM that asks the gate about one rep and five products at a time; the bare stack answers at the same address.

    Questions are numbered through a run, so that each is another one. Every answer is checked.
    """

    gate: Certified | None = None

    def ask(self, number: int) -> None:
        """Ask one question."""
        assert self.gate is not None
        rep, products, allowed = self.gate.question(number)
        asked = {"rep": rep, "product": products, "stage": "proposal", "region": "EU"}
        answer = self.timed("GET", "/api/v1/clearance", 200, params=asked).json()
        if answer["allowed"] is not allowed or len(answer["products"]) != len(products):
            message = f"the gate answered about {rep} otherwise than it should: {answer}"
            raise RuntimeError(message)


@dataclass
class Visitor(Client):
    """Somebody who opens pages."""

    def open(self, path: str, piece: str) -> int:
        """Open a page; return its size in bytes, unpacked. Raises RuntimeError when the piece is not on it."""
        page = self.timed("GET", path, 200).text
        if piece not in page:
            message = f"{path} does not show {piece!r}: {page[:2000]}"
            raise RuntimeError(message)
        return len(page.encode())


@dataclass
class BareVisitor(Visitor):
    """The same at the bare stack, whose pages have the product's sizes."""

    def read(self, bare: str, path: str, size: int) -> int:
        """Open what stands for a page of the product."""
        found = len(self.timed("GET", bare, 200, params={"path": path, "size": size}).content)
        if found < size:
            message = f"{bare} is {found} bytes instead of {size}"
            raise RuntimeError(message)
        return found
