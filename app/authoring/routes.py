"""Pages of this feature."""

from fastapi import APIRouter

from app.authoring import lessons, product, publishing, quizzes, redlines

router = APIRouter()
for each in (product, lessons, redlines, quizzes, publishing):
    router.include_router(each.router)
