"""Which first attempts somebody wants to look at, as the address says it."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field
from starlette.datastructures import FormData, QueryParams

from app.people.queries import ListedTeam
from app.quizzes.analysis.queries import Wanted
from app.web.forms import Blank, Bound, Form, bind
from app.web.i18n import gettext as _

_FIRST_DAY = date(2000, 1, 1)
_LAST_DAY = date(2100, 12, 31)
_LARGEST = 2**31 - 1

_Number = Annotated[int, Field(ge=1, le=_LARGEST)]
_Day = Annotated[date, Field(ge=_FIRST_DAY, le=_LAST_DAY)]


class WantedForm(Form):
    """What the filters send; `since` and `until` are days, both included."""

    version: Annotated[_Number | None, Blank] = None
    team: Annotated[_Number | None, Blank] = None
    since: Annotated[_Day | None, Blank] = None
    until: Annotated[_Day | None, Blank] = None

    @property
    def query(self) -> str:
        """The same as the end of an address, with its question mark."""
        said: dict[str, Any] = {name: value for name, value in self if value is not None}
        return f"?{urlencode(said)}" if said else ""


def read_wanted(query: QueryParams, teams: list[ListedTeam]) -> tuple[Bound[WantedForm], Wanted]:
    """Read the filters of an address. What cannot be read is said at its field, and lets all through."""
    form = bind(WantedForm, FormData(dict(query)))
    if form.data and form.data.since and form.data.until and form.data.until < form.data.since:
        form.wrong("until", _("Choose a day after the first one."))
    elif form.data and form.data.team and form.data.team not in {team.id for team in teams}:
        form.wrong("team", _("There is no such team."))
    if form.data is None:
        return form, Wanted()
    told = form.data
    inside = _below(teams, told.team) if told.team else None
    return form, Wanted(told.version, inside, told.since, told.until)


def _below(teams: list[ListedTeam], team_id: int) -> set[int]:
    # each team stands after the one above it
    found = {team_id}
    for team in teams:
        if team.parent_id in found:
            found.add(team.id)
    return found
