"""The forms of this feature."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field, StringConstraints

from app.errors import InvalidError
from app.people.models import Role
from app.people.passwords import LONGEST, SHORTEST
from app.people.tokens import Scope
from app.web.forms import Blank, Bound, Form, Line
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

LARGEST_ID = 2_147_483_647
"""The largest number that a database gives a row."""

RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
"""The number of a row in an address; a larger one is a wrong address, not a database error."""

Secret = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]
"""A password exactly as typed."""


class SignInForm(Form):
    """Who somebody is."""

    email: Annotated[str, StringConstraints(min_length=1)]
    password: Secret
    next: str = "/"


class LanguageForm(Form):
    """Which language to speak, and where to go on."""

    locale: str = ""
    next: str = "/"


class NewPasswordForm(Form):
    """A password that is set by a link."""

    password: Secret


class ChangePasswordForm(Form):
    """A password in place of another."""

    old_password: Secret
    password: Secret


class PersonForm(Form):
    """What administrators know of a person."""

    email: Line
    name: Line
    roles: list[Role]
    team: Annotated[str | None, Blank] = None
    manager: Annotated[str | None, Blank] = None
    locale: Literal["en", "zh-Hans", "zh-Hant"] = "en"
    region: Annotated[Annotated[str, StringConstraints(max_length=40)] | None, Blank] = None
    hired_on: Annotated[date | None, Blank] = None


class TeamForm(Form):
    """A team and the one above it."""

    name: Line
    parent: Annotated[Annotated[int, Field(ge=1, le=LARGEST_ID)] | None, Blank] = None


class TokenForm(Form):
    """A client's token; it ends when `expires_on` is over."""

    name: Line
    scopes: list[Scope]
    expires_on: Annotated[Annotated[date, Field(le=date(2999, 12, 31))] | None, Blank] = None


class OverlapForm(Form):
    """How many hours a token still works beside the one that replaces it."""

    hours: Literal["0", "1", "24", "168"]


def judge_password(form: Bound[Any], password: str, email: str) -> None:
    """Mark a new password that is too short, too long, or the person's own address."""
    if len(password) < SHORTEST:
        sentence = ngettext("Use at least %(count)s character.", "Use at least %(count)s characters.", SHORTEST)
        form.wrong("password", sentence % {"count": SHORTEST})
    elif len(password) > LONGEST:
        sentence = ngettext("Use at most %(count)s character.", "Use at most %(count)s characters.", LONGEST)
        form.wrong("password", sentence % {"count": LONGEST})
    elif password.strip().lower() == email:
        form.wrong("password", _("Choose something else than your e-mail address."))


def show_errors(form: Bound[Any], error: InvalidError) -> None:
    """Put what an action refused beside the fields that it named."""
    for each in error.errors:
        form.wrong(each["pointer"].removeprefix("/"), each["detail"])
