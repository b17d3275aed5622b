"""The API by noun, and its description."""

from fastapi import APIRouter

from app.api import clearance, openapi

router = APIRouter()
for _noun in (clearance, openapi):
    router.include_router(_noun.router)
