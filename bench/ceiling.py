"""The bare stack: Starlette and SQLAlchemy Core, the same reads and writes, a page of the same size, no product.

`python -m bench.ceiling DATABASE_URL PORT` serves it. What the product costs above this is the price of the product.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.database import Database
from bench import barepages, barequizzes
from bench.bareclearance import clearance

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
            Route("/start/{slug}", _async(writing(barequizzes.start)), methods=["POST"]),
            Route("/attempts/{attempt:int}", _async(reading(barequizzes.show))),
            Route("/attempts/{attempt:int}/answers", _async(writing(barequizzes.save)), methods=["POST"]),
            Route("/attempts/{attempt:int}/finish", _async(writing(barequizzes.finish)), methods=["POST"]),
            Route("/analysis/{slug}", _async(reading(barequizzes.analyse))),
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


if __name__ == "__main__":
    uvicorn.run(application(Database(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
