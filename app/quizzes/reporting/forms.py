"""What somebody may say about a question."""

from typing import Annotated

from pydantic import StringConstraints

from app.web.forms import Form

LONGEST = 2000


class ReportForm(Form):
    """What is wrong with a question."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
