"""What a browser may send to say when questions may be asked."""

from typing import Annotated

from pydantic import Field

from app.web.forms import Form


class WishForm(Form):
    """From which hour, on which weekdays, and whether at all; Monday is 0."""

    hour: Annotated[int, Field(ge=0, le=23)]
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(default_factory=list, max_length=7)]
    never: bool = False
