"""Quizzes as the bare stack does them: what no product can do without, in statements built once."""

from datetime import UTC, datetime
from secrets import token_hex

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.audit.models import AuditEntry
from app.catalog.models import Content, ContentVersion
from app.people.access import digest
from app.people.models import Person, SignInSession
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from bench.barepages import page

_WHO = (
    select(col(Person.id), col(Person.name), col(SignInSession.expires_at))
    .join(SignInSession, col(SignInSession.person_id) == col(Person.id))
    .where(col(SignInSession.digest) == bindparam("digest"))
)
_QUIZ = (
    select(col(ContentVersion.id), col(ContentVersion.content_id), col(ContentVersion.document))
    .join(Content, col(Content.id) == col(ContentVersion.content_id))
    .where(col(Content.slug) == bindparam("slug"))
)
_NUMBER = select(func.count()).where(
    col(Attempt.person_id) == bindparam("person"), col(Attempt.content_id) == bindparam("content")
)
_ITEMS = select(col(ItemVersion.id)).where(col(ItemVersion.content_id) == bindparam("content"))
_BEGIN = insert(Attempt).returning(col(Attempt.id))
_DRAW = insert(AttemptItem)
_ATTEMPT = (
    select(col(Attempt.id), col(Attempt.step), col(Content.slug))
    .join(Content, col(Content.id) == col(Attempt.content_id))
    .where(col(Attempt.id) == bindparam("attempt"), col(Attempt.person_id) == bindparam("person"))
)
_PLACES = select(col(AttemptItem.position), col(AttemptItem.answer)).where(
    col(AttemptItem.attempt_id) == bindparam("attempt")
)
_HERE = (col(AttemptItem.attempt_id) == bindparam("attempt")) & (col(AttemptItem.position) == bindparam("place"))
_ITEM = (
    select(col(ItemVersion.document))
    .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
    .where(_HERE)
)
_ANSWER = update(AttemptItem).where(_HERE).values(answer=bindparam("said"), answered_at=bindparam("moment"))
_STEP = update(Attempt).where(col(Attempt.id) == bindparam("attempt")).values(step=bindparam("next"))
_ANSWERS = (
    select(col(AttemptItem.id), col(AttemptItem.answer), col(ItemVersion.document))
    .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
    .where(col(AttemptItem.attempt_id) == bindparam("attempt"))
)
_MARK_ITEM = (
    update(AttemptItem)
    .where(col(AttemptItem.id) == bindparam("row"))
    .values(points=bindparam("earned"), correct=bindparam("right"))
)
_MARK = (
    update(Attempt)
    .where(col(Attempt.id) == bindparam("attempt"), col(Attempt.person_id) == bindparam("person"))
    .values(
        finished_at=bindparam("moment"),
        marked_at=bindparam("moment"),
        points=bindparam("earned"),
        max_points=bindparam("most"),
        percent=bindparam("share"),
        passed=True,
    )
)
_FIRST_ATTEMPTS = (
    select(
        col(AttemptItem.item_version_id),
        col(AttemptItem.points),
        col(AttemptItem.answer),
        col(AttemptItem.seconds),
        col(Attempt.points),
        col(Attempt.person_id),
    )
    .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
    .where(col(Attempt.content_id) == bindparam("content"), col(Attempt.number) == 1)
)
_LAST_ENTRY = select(col(AuditEntry.id), col(AuditEntry.digest)).order_by(col(AuditEntry.id).desc()).limit(1)
_ENTRY = insert(AuditEntry)


def start(request: Request, connection: Connection) -> Response:
    """Start an attempt."""
    somebody = _person(connection, request)
    version = connection.execute(_QUIZ, {"slug": request.path_params["slug"]}).one()
    asked = {"person": somebody, "content": version.content_id}
    number = connection.execute(_NUMBER, asked).scalar_one()
    items = connection.execute(_ITEMS, asked).scalars()
    values = {
        "person_id": somebody,
        "product_id": 1,
        "content_id": version.content_id,
        "content_version_id": version.id,
        "number": number + 1,
        "step": 0,
        "started_at": datetime.now(UTC),
    }
    attempt = connection.execute(_BEGIN, values).scalar_one()
    drawn = {"attempt_id": attempt, "option_order": [2, 0, 3, 1], "flagged": False}
    connection.execute(
        _DRAW, [{**drawn, "position": place, "item_version_id": item} for place, item in enumerate(items, start=1)]
    )
    _record(connection)
    return RedirectResponse(f"/attempts/{attempt}", 303)


def show(request: Request, connection: Connection) -> Response:
    """Show a question."""
    asked = {"attempt": request.path_params["attempt"], "person": _person(connection, request), "place": 1}
    attempt = connection.execute(_ATTEMPT, asked).one()
    places = connection.execute(_PLACES, asked).all()
    item = connection.execute(_ITEM, asked).scalar_one()
    options = [(option["text"],) for option in item["options"]]
    return page(attempt.slug, [*places, *options], int(request.query_params["size"]))


def save(request: Request, connection: Connection) -> Response:
    """Keep an answer."""
    asked = {
        "attempt": request.path_params["attempt"],
        "person": _person(connection, request),
        "place": int(request.query_params["q"]),
    }
    found = connection.execute(_ATTEMPT, asked).one()
    connection.execute(_ITEM, asked).one()
    connection.execute(_ANSWER, {**asked, "said": 0, "moment": datetime.now(UTC)})
    connection.execute(_STEP, {"attempt": found.id, "next": found.step + 1})
    places = connection.execute(_PLACES, asked).all()
    return JSONResponse({"step": found.step + 1, "answered": sum(row.answer is not None for row in places)})


def finish(request: Request, connection: Connection) -> Response:
    """Mark an attempt."""
    asked = {"attempt": request.path_params["attempt"], "person": _person(connection, request)}
    rows = connection.execute(_ANSWERS, asked).all()
    right = [row.answer is not None and row.document["options"][row.answer]["correct"] for row in rows]
    connection.execute(
        _MARK_ITEM,
        [{"row": row.id, "earned": int(each), "right": each} for row, each in zip(rows, right, strict=True)],
    )
    earned, most = sum(right), len(right)
    marked = {"earned": earned, "most": most, "share": 100 * earned / most, "moment": datetime.now(UTC)}
    connection.execute(_MARK, {**asked, **marked})
    _record(connection)
    return RedirectResponse(f"/attempts/{asked['attempt']}", 303)


def analyse(request: Request, connection: Connection) -> Response:
    """Read what the analysis reads, and add it up."""
    _person(connection, request)
    version = connection.execute(_QUIZ, {"slug": request.path_params["slug"]}).one()
    sums: dict[int, float] = {}
    for row in connection.execute(_FIRST_ATTEMPTS, {"content": version.content_id}):
        sums[row[0]] = sums.get(row[0], 0) + float(row[1])
    return page("analysis", list(sums.items()), int(request.query_params["size"]))


def _person(connection: Connection, request: Request) -> int:
    """Find who is signed in; return the id."""
    return int(connection.execute(_WHO, {"digest": digest(request.cookies["session"])}).one().id)


def _record(connection: Connection) -> None:
    newest = connection.execute(_LAST_ENTRY).first()
    connection.execute(
        _ENTRY,
        {
            "id": newest.id + 1 if newest else 1,
            "at": datetime.now(UTC),
            "actor": "bench",
            "action": "bench",
            "subject_kind": "bench",
            "subject": "1",
            "details": {},
            "previous_digest": newest.digest if newest else "",
            "digest": token_hex(32),
        },
    )
