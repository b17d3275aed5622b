"""A rep at a browser without JavaScript who takes a quiz: reads the page, fills its form in, presses a button."""

import re
from html.parser import HTMLParser

from fastapi.testclient import TestClient
from httpx2 import Response

Fields = list[tuple[str, str]]


class QuestionPage(HTMLParser):
    """The form of a question: what it sends unchanged, and what its labels say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.prompt = ""
        self.fields: Fields = []
        self.kept: Fields = []
        self.choices: dict[str, str] = {}
        self.selects: dict[str, str] = {}
        self.options: dict[str, dict[str, str]] = {}
        self._inside = False
        self._value = ""
        self._select = ""
        self._area = ""
        self._label_for = ""
        self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._text = ""
        if tag == "form":
            self._inside = given.get("id") == "question"
        if not self._inside:
            return
        if tag == "input":
            self._input(given)
        elif tag == "label":
            self._label_for = given.get("for", "")
        elif tag == "textarea":
            self._area = given["name"]
        elif tag == "select":
            self._select = given["name"]
            self.options[self._select] = {}
        elif tag == "option":
            self._value = given["value"]
            if "selected" in given:
                self.kept.append((self._select, given["value"]))

    def _input(self, given: dict[str, str]) -> None:
        if given.get("type") == "hidden":
            self.fields.append((given["name"], given["value"]))
        elif given.get("type") in {"radio", "checkbox"}:
            self._value = given["value"]
            if "checked" in given:
                self.kept.append((given["name"], given["value"]))
        else:
            self.kept.append((given["name"], given["value"]))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        text = self._text.strip()
        if not self._inside:
            return
        if tag == "form":
            self._inside = False
        elif tag == "h1":
            self.prompt = text
        elif tag == "option":
            self.options[self._select][text] = self._value
        elif tag == "textarea":
            self.kept.append((self._area, text))
        elif tag == "label" and self._label_for:
            self.selects[text] = self._label_for
        elif tag == "span" and self._value:
            self.choices[text] = self._value
            self._value = ""

    def filled_in(self, *texts: str, **lines: str) -> Fields:
        """What the form sends when these choices are ticked and these lines have these values."""
        ticked = [("choice", self.choices[text]) for text in texts]
        chosen = []
        for label, value in lines.items():
            name = self.selects[label]
            chosen.append((name, self.options[name][value] if name in self.options else value))
        return [*self.fields, *ticked, *chosen]


class Taker:
    """A rep with a browser in which they are signed in."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def start(self, slug: str = "keeper-quiz") -> str:
        """Press Start; return the address of the attempt."""
        response = self.client.post(f"/quizzes/{slug}/attempts")
        assert response.status_code == 303, response.text
        return response.headers["location"]

    def open(self, attempt: str, position: int = 1) -> QuestionPage:
        """Look at a question."""
        response = self.client.get(attempt, params={"q": position})
        assert response.status_code == 200, response.text
        return QuestionPage(response.text)

    def send(self, attempt: str, fields: Fields, **more: str) -> Response:
        """Send a filled form."""
        body: dict[str, list[str]] = {}
        for name, value in [*fields, *more.items()]:
            body.setdefault(name, []).append(value)
        return self.client.post(f"{attempt}/answers", data=body)

    def answer(self, attempt: str, position: int, *texts: str, **lines: str) -> Response:
        """Open a question, fill it in and press Save and continue."""
        return self.send(attempt, self.open(attempt, position).filled_in(*texts, **lines), go="next")

    def answer_all(self, attempt: str, right: bool = True, wrong: tuple[str, ...] = ()) -> None:  # noqa: FBT002 (reads well)
        """Answer every question made by factories.single, those named in `wrong` wrong."""
        for position in range(1, self.total(attempt) + 1):
            page = self.open(attempt, position)
            item = re.findall(r"What about (.*)\?", page.prompt)[0]
            rightly = right and item not in wrong
            assert self.send(attempt, page.filled_in(f"{item}: {'right' if rightly else 'wrong'}")).status_code == 303

    def total(self, attempt: str) -> int:
        """How many questions an attempt has."""
        return int(re.findall(r"Question 1 of (\d+)", self.client.get(attempt, params={"q": 1}).text)[0])

    def finish(self, attempt: str) -> str:
        """Press Finish and read the result."""
        assert self.client.post(f"{attempt}/finish").status_code == 303
        return self.client.get(attempt).text
