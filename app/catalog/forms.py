"""What a browser may send about lessons."""

from typing import Annotated, Self

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.catalog.video import Report
from app.errors import InvalidError
from app.web.forms import Form, sent_form
from app.web.i18n import gettext as _

MAX_REPORT_BYTES = 4096
DAY_SECONDS = 24 * 60 * 60


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is wanted")  # noqa: TRY004 (pydantic turns a ValueError into its own)
    return value


Seconds = Annotated[float, BeforeValidator(_no_truth), Field(ge=0, le=DAY_SECONDS, allow_inf_nan=False)]


class WatchedReport(BaseModel):
    """What a player reports: it played `from` to `to` and stands at `position`, in seconds."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    start: Seconds = Field(alias="from")
    end: Seconds = Field(alias="to")
    position: Seconds

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("must not end before it starts")
        return self


class CompleteForm(Form):
    """The button below a lesson; `confirmed` is the box "I have watched it"."""

    confirmed: bool = False


async def _read_report(request: Request) -> Report:
    try:
        report = await _parsed(request)
    except ValueError as error:
        raise InvalidError(_("The player's report could not be read, so it was not counted.")) from error
    return Report(report.start, report.end, report.position)


async def _parsed(request: Request) -> WatchedReport:
    if int(request.headers.get("content-length", 0)) > MAX_REPORT_BYTES:
        raise ValueError("too long")
    if request.headers.get("content-type", "").startswith("application/json"):
        return WatchedReport.model_validate_json(await request.body())
    async with sent_form(request, max_files=0, max_fields=10) as form:
        return WatchedReport.model_validate(dict(form))


WatchedDep = Annotated[Report, Depends(_read_report)]
