"""Pages of this feature."""

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
from app.web.routing import gathered

_PARTS = (
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
)
router = gathered(part.router for part in _PARTS)
