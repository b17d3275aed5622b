"""The forms of this feature."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.web.forms import Form
from app.webhooks.events import EventType


class EndpointForm(Form):
    """Where to, and what of."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    events: Annotated[list[EventType], Field(min_length=1)]
