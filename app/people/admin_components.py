"""The page that shows every part that pages are made of, for whoever works on the looks."""

import re

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.errors import NotFoundError
from app.people.access import allow
from app.people.models import Role
from app.web.forms import Bound, Form, blank
from app.web.i18n import gettext as _
from app.web.templating import STATIC, page

router = APIRouter(prefix="/admin/components", dependencies=[Depends(allow(Role.ADMIN))])

_SECTIONS = (
    ("type", "Type"),
    ("states", "Standing"),
    ("icons", "Icons"),
    ("buttons", "Buttons"),
    ("fields", "Fields"),
    ("messages", "Messages"),
    ("redlines", "Red lines"),
    ("progress", "Progress"),
    ("quiz", "Quiz"),
    ("tables", "Tables"),
    ("tabs", "Tabs"),
)
_CELLS = (
    ("go", "cleared", "Cleared", "101 d"),
    ("due", "clock", "Cleared, renewal open", "16 d"),
    ("due", "supervised", "Supervised only", "5 d"),
    ("due", "waiver", "Cleared by waiver", "12 d"),
    ("rest", "progress", "In progress", "5 of 7"),
    ("rest", "todo", "Not started", "Not started"),
    ("no", "expired", "Not cleared", "Expired"),
    ("no", "pause", "Not cleared", "Suspended"),
)
_CARDS = tuple(
    {
        "id": f"sample.{severity}",
        "title": title,
        "severity": severity,
        "never_say": "We guarantee a return within two months.",
        "say_instead": [
            "Bakeries of your size saw 8 to 14 % more repeat visits in the first half year. I can show you two of them."
        ],
        "why": "Nobody can promise another company’s revenue. The range is measured.",
    }
    for severity, title in (("block", "No promised return"), ("warn", "No unproven rank"), ("coach", "No haste"))
)


@router.get("")
def components(request: Request) -> Response:
    """Show the page; in production there is none."""
    if request.app.state.settings.production:
        raise NotFoundError(_("The address is wrong, or the thing is not there for you. Nothing was changed."))
    bad: Bound[Form] = Bound(
        values={"months": "twelve", "basis": "completion"},
        errors={"months": "Write a number of months from 1 to 60.", "basis": "Choose one of the list."},
    )
    context = {
        "sections": _SECTIONS,
        "icons": re.findall(r'<symbol[^>]* ?id="([a-z]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")),
        "good": blank(name="Keeper CRM", closed="expiry", choice="b", why="Measured in 2026.", show=""),
        "bad": bad,
        "cards": _CARDS,
        "cells": _CELLS,
    }
    return page(request, "admin/components.html", context)
