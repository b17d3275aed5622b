"""Pages of this feature."""

from fastapi import APIRouter

router = APIRouter()
