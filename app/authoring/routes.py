"""Pages of this feature."""

from fastapi import APIRouter

from app.authoring import (
    accommodations,
    approving,
    asking,
    discarding,
    lessons,
    packs,
    product,
    program,
    publishing,
    questionbank,
    quizzes,
    redlines,
    regrading,
)
from app.authoring.questionfiles import routes as questionfiles

router = APIRouter()
for each in (
    product,
    program,
    lessons,
    redlines,
    asking,
    approving,
    packs,
    quizzes,
    questionbank,
    questionfiles,
    publishing,
    discarding,
    regrading,
    accommodations,
):
    router.include_router(each.router)
