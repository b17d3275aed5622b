"""What a browser may send about red lines."""

from typing import Annotated

from pydantic import Field

from app.web.forms import Form, Line


class AttestForm(Form):
    """A signature: `version` and `number` say which page was signed, and which signature this makes."""

    version: Annotated[int, Field(ge=1)]
    number: Annotated[int, Field(ge=1, le=1000)]
    signed_name: Line
    understood: bool = False
