"""Finding the route of a request without trying every address.

FastAPI tries the routes one after another, twice over for included routers; with hundreds of addresses that costs
more than a page. Here all routes of all features stand in one table by the first part of their path.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.serving import serving

_FOUND = "dealworthy.route"
_NONE: Match = Match.NONE  # reading a member of an enum goes through its class each time
_ANY = ""


class RouteTable(BaseRoute):
    """All of `routes` as one: the first that matches path and method answers, as if they were tried in their order."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = list(iter_route_contexts(routes))
        self._apps: dict[int, ASGIApp] = {id(route): _limited(route) for route in self._routes}
        self._by_name: dict[str, list[RouteContext]] = {}
        for route in self._routes:
            self._by_name.setdefault(str(route.name), []).append(route)
        firsts = {first_part(str(route.path)) for route in self._routes}
        self._by_first = {
            part: [route for route in self._routes if first_part(str(route.path)) in {part, _ANY}] for part in firsts
        }
        whole = {path for route in self._routes if "{" not in (path := str(route.path))}
        self._by_path = {path: [route for route in self._routes if route.path_regex.match(path)] for path in whole}

    def effective_route_contexts(self) -> Iterator[RouteContext]:
        """Go through the routes, as an included router of FastAPI does."""
        yield from self._routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether one of the routes is for a request, or one for its path alone."""
        if scope["type"] != "http":
            return _NONE, {}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        candidates = self._by_path.get(path)
        if candidates is None:
            first = path[1:].partition("/")[0]
            candidates = self._by_first.get(first) or self._by_first.get(_ANY, [])
        partial: tuple[Match, Scope] | None = None
        for route in candidates:
            match, found = route.matches(scope)
            if match is _NONE:
                continue
            found["route"] = route.original_route
            found[_FOUND] = route
            if match is Match.FULL:
                return match, found
            partial = partial or (match, found)
        return partial or (_NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer that `matches` found. HTTPException 405: it does not take the method."""
        route: Any = scope[_FOUND]
        if scope["method"] not in route.methods:
            raise HTTPException(405, headers={"Allow": ", ".join(route.methods)})
        await self._apps[id(route)](scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Give the path of a route by its name."""
        for route in self._by_name.get(name, ()):
            try:
                path: URLPath = route.url_path_for(name, **path_params)
            except NoMatchFound:
                continue
            return path
        raise NoMatchFound(name, path_params)


def gathered(routers: Iterable[APIRouter]) -> APIRouter:
    """Make one router of the routes of several, as they are and in their order.

    `include_router` is for what has to be put in front of their addresses or asked of all of them: it makes each route
    anew, with all that it depends on.
    """
    whole = APIRouter()
    for router in routers:
        whole.routes.extend(router.routes)
    return whole


def _limited(route: RouteContext) -> ASGIApp:
    app = serving(route)
    return RequestBodyLimitMiddleware(app, route.max_body_size) if route.max_body_size else app


def first_part(path: str) -> str:
    """Return the first part of a route's path, `deals` of `/deals/{id}`; nothing where it may be anything."""
    part = path[1:].partition("/")[0]
    return _ANY if "{" in part else part
