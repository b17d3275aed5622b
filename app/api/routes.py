"""The API by noun, and its description."""

from fastapi import APIRouter

from app.api import openapi
from app.api.nouns import ROUTERS

router = APIRouter()
for _noun in (*ROUTERS, openapi.router):
    router.include_router(_noun)
