"""The API by noun, and its description."""

from fastapi import APIRouter

from app.api import clearance, openapi, redlines

router = APIRouter()
for _noun in (clearance, redlines, openapi):
    router.include_router(_noun.router)
