"""What a trainer fills in to give somebody more time or more attempts."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from app.web.forms import Form, Line


def _none_is_zero(value: object) -> object:
    return 0 if isinstance(value, str) and not value.strip() else value


Count = BeforeValidator(_none_is_zero)


class AccommodationForm(Form):
    """For whom, how much, and why; the reason is only for trainers."""

    email: Line
    extra_time_percent: Annotated[int, Count, Field(ge=0, le=300)] = 0
    extra_attempts: Annotated[int, Count, Field(ge=0, le=20)] = 0
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
