"""What a browser may send about certificates."""

from typing import Annotated

from pydantic import StringConstraints

from app.web.forms import Form


class ReissueForm(Form):
    """Why a certificate is issued again."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
