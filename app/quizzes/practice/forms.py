"""What a browser may send to practice."""

from typing import Annotated

from pydantic import Field

from app.quizzes.models import PracticeKind
from app.web.forms import Blank, Form


class KindForm(Form):
    """What to practise of a quiz."""

    kind: PracticeKind = PracticeKind.MISSED


class PracticeForm(Form):
    """Everything of an answer but the answer: the place, and whether the person does not know."""

    position: Annotated[int, Field(ge=1, le=1000)]
    unknown: Annotated[bool | None, Blank] = None
