"""What a browser may send about addresses of a CRM."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from app.deals.reconciling.models import SourceForm
from app.deals.reconciling.sources import Wish
from app.web.forms import Form
from app.web.i18n import gettext as _


class SourceFormFields(Form):
    """An address, how it is read, and how often."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    form: SourceForm = SourceForm.CSV
    header: Annotated[str, StringConstraints(max_length=4000)] = ""
    every_hours: Annotated[int, Field(ge=1, le=720)] = 24
    recording: bool = False

    @field_validator("header")
    @classmethod
    def _fits_a_header(cls, header: str) -> str:
        if not header.isascii() or not header.isprintable():
            raise ValueError(_("Write the header in one line, such as Bearer and the token."))
        return header

    def wish(self) -> Wish:
        """Hand the values to an action."""
        return Wish(**{name: getattr(self, name) for name in SourceFormFields.model_fields})
