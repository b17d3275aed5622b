"""What people fill in about somebody's certification."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.web.forms import Blank, Form

Slug = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class AssignmentForm(Form):
    """Ask somebody to get certified on a product, by a day or whenever."""

    product: Slug
    due_on: Annotated[Annotated[date, Field(le=date(2199, 12, 31))] | None, Blank] = None
