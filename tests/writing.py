"""A product as a trainer has it before them: Keeper CRM, its stored drafts, and its forms as a browser sends them."""

import base64
import re
from html import unescape
from typing import Any

from fastapi.testclient import TestClient
from starlette.datastructures import FormData

from app.authoring.files import CourseFiles, Tree
from app.authoring.sheets import Sheet, typed
from app.catalog.content import CourseDocument
from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.certification.content import ProgramDocument
from app.database import Database
from app.quizzes.content import QuizDocument
from app.redlines.content import RedLinesDocument

COURSE = {
    "schema": 1,
    "id": "keeper",
    "name": {"en": "Keeper CRM", "zh-Hans": "客管"},
    "positioning": {"scene": "A shop", "audience": "Owners", "difference": "Faster"},
    "can": ["Keep lists"],
    "lessons": [
        {"id": each, "title": each.title(), "kind": "page", "topic": "product", "minutes": 5, "audience": "internal",
         "number": number, "body": {"en": f"About {each}."}}
        for number, each in enumerate(("first", "second"), start=1)
    ],
}  # fmt: skip
PROGRAM = {
    "requirements": [{"lesson": "all"}, {"attest": "redlines"}, {"quiz": "keeper-quiz"}],
    "valid_months": 12,
    "basis": "expiry",
    "renewal_window_days": 30,
    "grace_days": 14,
    "enforcement": "block",
}
RUBRIC: dict[str, Any] = {
    "id": "first-visit",
    "name": {"en": "A first visit", "zh-Hans": "初访"},
    "task": "Show it to an owner.",
    "forms": ["recording", "demonstration"],
    "criteria": [
        {"id": "asks", "text": "Asks first.", "must_pass": True},
        {"id": "prices", "text": {"en": "Names the price.", "zh-Hant": "報價"}},
    ],
    "pass_percent": 80,
    "second_assessor_percent": 20,
}
WHOLE: dict[str, Any] = {
    **PROGRAM,
    "requirements": [
        {"quiz": "keeper-quiz"},
        {"any_of": [[{"sign_off": "first-visit"}, {"lesson": "second"}], [{"certified": "ledger/senior"}]]},
        {"lesson": "first"},
    ],
    "early_days": 10,
    "levels": [
        {"id": "senior", "name": "Senior", "requirements": [{"live_session": "clinic"}, {"attest": "redlines"}]},
        {"id": "coach", "name": {"en": "Coach"}, "requirements": [{"sign_off": "coaching"}]},
    ],
    "deal_level": "senior",
    "rubrics": [RUBRIC],
    "live_sessions": [{"id": "clinic", "name": "Clinic", "minutes": 90, "checks": 3, "presence_percent": 60}],
}
"""A program with every part that there is."""
RULE: dict[str, Any] = {
    "id": "keeper.return",
    "status": "active",
    "severity": "block",
    "category": "guarantee_promissory",
    "title": "No promised return",
    "why": "Nobody can keep it.",
    "match": {"en": [{"text": "guarantee"}]},
    "say_instead": {"en": ["Customers like you typically see more orders."]},
    "examples": {
        "must_flag": ["We guarantee it.", "It is guaranteed."],
        "must_not_flag": ["We do not guarantee it.", "Is it a guarantee?"],
    },
}
QUIZ = {
    "schema": 1,
    "id": "keeper-quiz",
    "product": "keeper",
    "title": "Keeper quiz",
    "pass_percent": 80,
    "items": [{"id": "one", "type": "true_false", "prompt": "Is it true?", "answer": True}],
}
HUB = "/author/products/keeper"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SOUND = b"OggS\0\x02" + bytes(200)


def keeper() -> Tree:
    """Keeper CRM as it is read from files."""
    files = CourseFiles(
        CourseDocument.model_validate(COURSE),
        ProgramDocument.model_validate(PROGRAM),
        RedLinesDocument.model_validate({"schema": 1, "rules": [RULE]}),
    )
    return Tree({"keeper": files}, {"keeper-quiz": QuizDocument.model_validate(QUIZ)})


def fields(html: str) -> dict[str, list[str]]:
    """What a browser would send back of the editor: every field as it stands."""
    form = html[html.index('<form class="stack s5 editor') :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w.-]+)="([^"]*)"', tag))
        boxes = attributes.get("type") in ("radio", "checkbox")
        if "name" in attributes and (not boxes or re.search(r"\schecked", tag)):
            found.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "on")))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, []).append(unescape(text))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options) or re.findall(
            r'<option value="([^"]*)"', options
        )
        found.setdefault(name, []).append(unescape(chosen[0]))
    return found


def asking_for(*requirements: str) -> dict[str, str]:
    """What a trainer chose in the first rows of a program's form, which may have three."""
    return {f"requirements.{row}.asked": "" for row in range(3)} | {
        f"requirements.{row}.asked": each for row, each in enumerate(requirements)
    }


def draft(database: Database, kind: ContentKind, slug: str = "keeper") -> dict[str, Any]:
    with database.read() as session:
        stored = content(session, kind, slug)
        assert stored is not None
        return stored.draft


def send_for_approval(author: TestClient, rule: str = "keeper.return", *, reason: str = "Legal asked for it.") -> None:
    """Ask for the approval of a red line as it is stored."""
    url = f"{HUB}/red-lines/{rule}/approval"
    words = re.search(r'name="seen" value="([^"]+)"', author.get(url).text)
    assert words is not None
    assert author.post(url, data={"reason": reason, "seen": words[1]}).status_code == 303


def approve(approver: TestClient, review: int = 1) -> None:
    """Approve every part of a red line."""
    url = f"/review/red-lines/{review}"
    parts = re.findall(r'name="parts" value="([^"]+)"', approver.get(url).text)
    assert approver.post(url, data={"verdict": "approved", "parts": parts}).status_code == 303


def sent(sheet: Sheet) -> Sheet:
    """The sheet as a browser sends it back."""
    return typed(FormData([(name, value) for name, values in sheet.values.items() for value in values]))
