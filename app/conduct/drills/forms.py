"""What the page takes: which drill, the new wording, and whether the approved ones were looked at."""

from typing import Annotated

from pydantic import StringConstraints

from app.conduct.drills.rules import MOST_CHARACTERS
from app.web.forms import Form


class DrillForm(Form):
    """A try; `key` is the same for a second click."""

    drill: Annotated[str, StringConstraints(max_length=80)] = ""
    key: Annotated[str, StringConstraints(max_length=200)] = ""
    seen: bool = False
    level: Annotated[str, StringConstraints(max_length=1)] = ""
    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS)]
