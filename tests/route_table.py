"""The routes that an application really has."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute


def contexts(application: FastAPI) -> Iterator[Any]:
    """Go through its routes, included ones as they are in the end: each has a `path`, `methods` and a `dependant`."""
    for route in application.routes:
        included: Any = getattr(route, "effective_route_contexts", None)
        if included is not None:
            yield from included()
        elif isinstance(route, APIRoute):
            yield route
