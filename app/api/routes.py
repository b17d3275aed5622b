"""The API by noun, and its description."""

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

from app.api import openapi
from app.api.nouns import ROUTERS


class _Apart(APIRouter):
    """The router of the API, which requests for pages pass by without trying its addresses."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for one of the addresses."""
        return super().matches(scope) if "/api/" in scope["path"] else (Match.NONE, {})


router = _Apart()
for _noun in (*ROUTERS, openapi.router):
    router.include_router(_noun)
