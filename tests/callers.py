"""A client of HTTP that costs next to nothing, for tests in which hundreds ask at once and the server shall be busy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from typing import Any
from urllib.parse import urlencode

NO_ANSWER = (OSError, HTTPException)
"""What is raised where nobody answers, or not to the end."""


@dataclass(frozen=True)
class Reply:
    """An answer, read to its end."""

    status_code: int
    headers: HTTPMessage
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Caller:
    """One connection to the server at `base`, which is opened when something is asked, and again after a failure."""

    def __init__(self, base: str, headers: Mapping[str, str], *, timeout: float = 20) -> None:
        self._connection = HTTPConnection(base.removeprefix("http://"), timeout=timeout)
        self._headers = headers

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        return self.send("GET", path, params=params)

    def post(self, path: str) -> Reply:
        return self.send("POST", path)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        json: Any = None,  # named as other clients name it
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask, with a form or with JSON, and read the answer; it follows no redirect. Raises one of `NO_ANSWER`."""
        sent, body = {**self._headers, **(headers or {})}, b""
        if data is not None:
            body, sent["content-type"] = urlencode(data).encode(), "application/x-www-form-urlencoded"
        elif json is not None:
            body, sent["content-type"] = _json(json), "application/json"
        try:
            self._connection.request(method, f"{path}?{urlencode(params)}" if params else path, body, sent)
            answer = self._connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        except NO_ANSWER:
            self.close()
            raise

    def close(self) -> None:
        self._connection.close()


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()
