"""The bare stack: Starlette and SQLAlchemy Core, the same reads and writes, a page of the same size, no product.

`python -m bench.ceiling DATABASE_URL PORT` serves it. What the product costs above this is the price of the product.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from secrets import token_hex
from typing import Any

import uvicorn
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlmodel import col
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.audit.models import AuditEntry
from app.catalog.models import Content, ContentVersion
from app.database import Database
from app.people.access import digest
from app.people.models import Person, SignInSession
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from bench import barepages
from bench.bareclearance import clearance
from bench.barepages import page


def person(connection: Connection, request: Request) -> int:
    """Find who is signed in; return the id."""
    token = request.cookies["session"]
    row = connection.execute(
        select(col(Person.id), col(Person.name), col(SignInSession.expires_at))
        .join(SignInSession, col(SignInSession.person_id) == col(Person.id))
        .where(col(SignInSession.digest) == digest(token))
    ).one()
    return int(row.id)


def quiz(connection: Connection, slug: str) -> Any:
    """Return the published version of a quiz."""
    return connection.execute(
        select(col(ContentVersion.id), col(ContentVersion.content_id), col(ContentVersion.document))
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(col(Content.slug) == slug)
    ).one()


def start(request: Request, connection: Connection) -> Response:
    """Start an attempt."""
    somebody = person(connection, request)
    version = quiz(connection, request.path_params["slug"])
    number = connection.execute(
        select(func.count()).where(col(Attempt.person_id) == somebody, col(Attempt.content_id) == version.content_id)
    ).scalar_one()
    items = connection.execute(
        select(col(ItemVersion.id)).where(col(ItemVersion.content_id) == version.content_id)
    ).scalars()
    values = {
        "person_id": somebody,
        "product_id": 1,
        "content_id": version.content_id,
        "content_version_id": version.id,
        "number": number + 1,
        "step": 0,
        "started_at": datetime.now(UTC),
    }
    attempt = connection.execute(insert(Attempt).values(values).returning(col(Attempt.id))).scalar_one()
    connection.execute(
        insert(AttemptItem),
        [
            {
                "attempt_id": attempt,
                "position": place,
                "item_version_id": item,
                "option_order": [2, 0, 3, 1],
                "flagged": False,
            }
            for place, item in enumerate(items, start=1)
        ],
    )
    connection.execute(_audit(connection))
    return RedirectResponse(f"/attempts/{attempt}", 303)


def show(request: Request, connection: Connection) -> Response:
    """Show a question."""
    somebody = person(connection, request)
    attempt = connection.execute(
        select(col(Attempt.id), col(Attempt.step), col(Content.slug))
        .join(Content, col(Content.id) == col(Attempt.content_id))
        .where(col(Attempt.id) == request.path_params["attempt"], col(Attempt.person_id) == somebody)
    ).one()
    places = connection.execute(
        select(col(AttemptItem.position), col(AttemptItem.answer)).where(col(AttemptItem.attempt_id) == attempt.id)
    ).all()
    item = connection.execute(
        select(col(ItemVersion.document))
        .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
        .where(col(AttemptItem.attempt_id) == attempt.id, col(AttemptItem.position) == 1)
    ).scalar_one()
    options = [(option["text"],) for option in item["options"]]
    return page(attempt.slug, [*places, *options], int(request.query_params["size"]))


def save(request: Request, connection: Connection) -> Response:
    """Keep an answer."""
    somebody = person(connection, request)
    attempt, place = request.path_params["attempt"], int(request.query_params["q"])
    found = connection.execute(
        select(col(Attempt.id), col(Attempt.step)).where(col(Attempt.id) == attempt, col(Attempt.person_id) == somebody)
    ).one()
    here = (col(AttemptItem.attempt_id) == attempt) & (col(AttemptItem.position) == place)
    connection.execute(select(col(ItemVersion.document)).join(AttemptItem).where(here)).one()
    moment = datetime.now(UTC)
    connection.execute(update(AttemptItem).where(here).values(answer=0, answered_at=moment))
    connection.execute(update(Attempt).where(col(Attempt.id) == attempt).values(step=found.step + 1))
    places = connection.execute(
        select(col(AttemptItem.position), col(AttemptItem.answer)).where(col(AttemptItem.attempt_id) == attempt)
    ).all()
    return JSONResponse({"step": found.step + 1, "answered": sum(row.answer is not None for row in places)})


def finish(request: Request, connection: Connection) -> Response:
    """Mark an attempt."""
    somebody = person(connection, request)
    attempt = request.path_params["attempt"]
    rows = connection.execute(
        select(col(AttemptItem.id), col(AttemptItem.answer), col(ItemVersion.document))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(AttemptItem.attempt_id) == attempt)
    ).all()
    right = [row.answer is not None and row.document["options"][row.answer]["correct"] for row in rows]
    connection.execute(
        update(AttemptItem).where(col(AttemptItem.id) == bindparam("row")),
        [{"row": row.id, "points": int(each), "correct": each} for row, each in zip(rows, right, strict=True)],
    )
    moment = datetime.now(UTC)
    connection.execute(
        update(Attempt)
        .where(col(Attempt.id) == attempt, col(Attempt.person_id) == somebody)
        .values(
            finished_at=moment,
            marked_at=moment,
            points=sum(right),
            max_points=len(right),
            percent=100 * sum(right) / len(right),
            passed=True,
        )
    )
    connection.execute(_audit(connection))
    return RedirectResponse(f"/attempts/{attempt}", 303)


def analyse(request: Request, connection: Connection) -> Response:
    """Read what the analysis reads, and add it up."""
    person(connection, request)
    version = quiz(connection, request.path_params["slug"])
    rows = connection.execute(
        select(
            col(AttemptItem.item_version_id),
            col(AttemptItem.points),
            col(AttemptItem.answer),
            col(AttemptItem.seconds),
            col(Attempt.points),
            col(Attempt.person_id),
        )
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(col(Attempt.content_id) == version.content_id, col(Attempt.number) == 1)
    ).all()
    sums: dict[int, float] = {}
    for row in rows:
        sums[row[0]] = sums.get(row[0], 0) + float(row[1])
    return page("analysis", list(sums.items()), int(request.query_params["size"]))


PAGES = {
    "home": barepages.home,
    "course": barepages.course,
    "lesson": barepages.lesson,
    "matrix": barepages.matrix,
    "report": barepages.report,
}


def application(database: Database) -> Starlette:
    """Build the bare stack."""

    def reading(answer: Callable[[Request, Connection], Response]) -> Callable[[Request], Any]:
        def answered(request: Request) -> Response:
            with database.engine.connect() as connection:
                return answer(request, connection)

        return lambda request: run_in_threadpool(answered, request)

    def writing(answer: Callable[[Request, Connection], Response]) -> Callable[[Request], Any]:
        def answered(request: Request) -> Response:
            with database.engine.execution_options(writes=True).begin() as connection:
                return answer(request, connection)

        return lambda request: run_in_threadpool(answered, request)

    return Starlette(
        routes=[
            Route("/start/{slug}", _async(writing(start)), methods=["POST"]),
            Route("/attempts/{attempt:int}", _async(reading(show))),
            Route("/attempts/{attempt:int}/answers", _async(writing(save)), methods=["POST"]),
            Route("/attempts/{attempt:int}/finish", _async(writing(finish)), methods=["POST"]),
            Route("/analysis/{slug}", _async(reading(analyse))),
            Route("/bare/sign-in", barepages.sign_in),
            *(Route(f"/bare/{name}", _async(reading(answer))) for name, answer in PAGES.items()),
            Route("/api/v1/clearance", partial(clearance, database=database)),
        ]
    )


def _async(answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        response: Response = await answer(request)
        return response

    return endpoint


def _audit(connection: Connection) -> Any:
    newest = connection.execute(
        select(col(AuditEntry.id), col(AuditEntry.digest)).order_by(col(AuditEntry.id).desc()).limit(1)
    ).first()
    return insert(AuditEntry).values(
        id=newest.id + 1 if newest else 1,
        at=datetime.now(UTC),
        actor="bench",
        action="bench",
        subject_kind="bench",
        subject="1",
        details={},
        previous_digest=newest.digest if newest else "",
        digest=token_hex(32),
    )


if __name__ == "__main__":
    uvicorn.run(application(Database(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
