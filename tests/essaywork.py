"""Essays in tests: a quiz with one, a rep who writes, assessors who read."""

import re
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from taking import Taker

WROTE = "I would ask what they pay today. Then I would show what changes."


def essay(item: str = "pitch", **more: Any) -> dict[str, Any]:
    """An essay of ten points by two criteria, of which the first needs four."""
    return {
        "id": item,
        "type": "essay",
        "prompt": f"Write about {item}.",
        "guidance": "Look for a question before any claim.",
        "criteria": [
            {"id": "asks", "title": "Asks before it claims", "points": 6, "needed": 4},
            {"id": "limits", "title": "Names a limit", "points": 4},
        ],
        **more,
    }


def write(taker: Taker, attempt: str, position: int, text: str = WROTE) -> None:
    """Write an essay of a running attempt."""
    assert taker.send(attempt, [*taker.open(attempt, position).fields, ("text", text)]).status_code == 303


def write_all(taker: Taker, attempt: str, text: str = WROTE) -> None:
    """Write every essay of an attempt that has nothing else."""
    for position in range(1, taker.total(attempt) + 1):
        write(taker, attempt, position, text)


def number_of(page: str) -> str:
    """Read which verdict a marking page or a mending page carries."""
    return str(re.findall(r'name="number" value="(\d+)"', page)[0])


def queued(assessor: TestClient) -> list[str]:
    """The addresses of the essays in the queue, in its order."""
    return re.findall(r'href="(/author/essays/\d+)"', assessor.get("/author/essays").text)


def verdict(assessor: TestClient, address: str, decision: str, **fields: str) -> Response:
    """Open an essay and send a verdict: `asks` and `limits` are points."""
    opened = assessor.get(address)
    assert opened.status_code == 200, opened.text
    return send_verdict(assessor, address, number_of(opened.text), decision, **fields)


def send_verdict(assessor: TestClient, address: str, number: str, decision: str, **fields: str) -> Response:
    """Send a verdict of a page that was opened before."""
    points = {f"points-{name}": value for name, value in fields.items() if name != "comment"}
    data = {"number": number, "decision": decision, "comment": fields.get("comment", ""), **points}
    return assessor.post(address, data=data)
