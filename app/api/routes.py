"""The API by noun, and its description."""

from app.api import openapi
from app.api.nouns import ROUTERS
from app.web.routing import gathered

router = gathered((*ROUTERS, openapi.router))
