"""One part of a working copy in an author's form: shown, changed row by row, checked, stored, or refused as stale."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.authoring.forms import Part
from app.authoring.sheets import Sheet, typed
from app.authoring.words import field_label
from app.catalog.actions import save_draft
from app.catalog.document import digest
from app.catalog.models import Content
from app.catalog.text import LOCALES
from app.errors import ConflictError
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

_CONTROLS = ("step", "base", "rows", "locale")


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that says one thing in what is stored and another in what was typed."""

    label: str
    stored: str
    typed: str


@dataclass
class Editor:
    """How one part is edited: where it stands in its document, and its form.

    `find` gives the part in a document, None where it is not there (yet); `put` gives the document with the part
    in place. `view` adds what the page shows besides, `turn` changes rows as a button asks.
    """

    template: str
    content: Content
    find: Callable[[Part], Part | None]
    put: Callable[[Part, Part], Part]
    lay: Callable[[Part], Sheet]
    read: Callable[[Sheet, Part], Part | None]
    after: Callable[[Part], str]
    view: Callable[[Sheet, Part], Mapping[str, Any]] = field(default=lambda _sheet, _part: {})
    blank: Part = field(default_factory=dict)
    turn: Callable[[Sheet, str], None] = Sheet.change_rows
    receive: Callable[[Sheet, FormData], None] = field(default=lambda _sheet, _raw: None)
    """Takes the files that a form brings."""
    note: Callable[[Session, Part, str, datetime], None] = field(default=lambda *_: None)
    """Is told of a save: the document as it was before, by whom, and when."""

    @property
    def stored(self) -> Part:
        """The part as it is stored, or an empty one."""
        return self.find(self.content.draft) or self.blank


def show(
    request: Request,
    editor: Editor,
    sheet: Sheet | None = None,
    *,
    status: int = 200,
    clashes: tuple[Clash, ...] = (),
    locale: str = "",
) -> Response:
    """Show a part in its form; without a sheet, as it is stored."""
    part = editor.stored
    sheet = sheet or editor.lay(part)
    context = {
        "form": sheet,
        "content": editor.content,
        "step": editor.content.step,
        "base": digest(part),
        "clashes": clashes,
        "locale": _locale_to_show(sheet, locale),
        "field_label": field_label,
        **editor.view(sheet, part),
    }
    return page(request, editor.template, context, fragment="editor", status=status)


def _locale_to_show(sheet: Sheet, wanted: str) -> str:
    for name in sheet.errors:
        for locale in LOCALES:
            if f".{locale}" in name:
                return locale
    return wanted if wanted in LOCALES else current_locale()


def answer(request: Request, session: Session, editor: Editor, raw: FormData, *, by: str, moment: datetime) -> Response:
    """Take what an author sent: change rows, or store the part and go on; 422 when it is wrong, 409 when stale."""
    sheet = typed(raw)
    editor.receive(sheet, raw)
    control = {name: sheet.values.pop(name, [""])[0] for name in _CONTROLS}
    locale = control["locale"]
    if control["rows"]:
        editor.turn(sheet, control["rows"])
        return show(request, editor, sheet, status=422 if sheet.errors else 200, locale=locale)
    part = editor.read(sheet, editor.stored)
    if part is None:
        return show(request, editor, sheet, status=422, locale=locale)
    try:
        store(session, editor, part, step=control["step"], base=control["base"], by=by, moment=moment)
    except ConflictError:
        clashes = tuple(_clashes(editor.lay(editor.stored), sheet))
        return show(request, editor, sheet, status=409, clashes=clashes, locale=locale)
    return redirect(request, editor.after(part), _("Draft saved. Nobody else sees it before it is published."))


def store(session: Session, editor: Editor, part: Part, *, step: str, base: str, by: str, moment: datetime) -> None:
    """Store a part. A page made before somebody else saved another part of the document is not stale.

    Raises ConflictError when this part was changed since the page was made.
    """
    content = editor.content
    session.refresh(content, with_for_update=True)
    if step != str(content.step) and base != digest(editor.stored):
        raise ConflictError(_("Somebody saved this draft after you opened it."))
    before, document = content.draft, editor.put(content.draft, part)
    if digest(document) != content.draft_digest:
        save_draft(session, content, document, step=content.step, by=by, moment=moment)
        editor.note(session, before, by, moment)


def _clashes(stored: Sheet, sheet: Sheet) -> list[Clash]:
    names = dict.fromkeys([*sheet.values, *stored.values])
    pairs = [(name, "\n".join(stored.all(name)), "\n".join(sheet.all(name))) for name in names]
    return [Clash(field_label(name), before, after) for name, before, after in pairs if before.strip() != after.strip()]


def part_of(key: str, part_id: str) -> Callable[[Part], Part | None]:
    """Find a lesson, a red line or a question in its document by its id."""
    return lambda document: next((each for each in document.get(key, ()) if each["id"] == part_id), None)


def put_part(key: str) -> Callable[[Part, Part], Part]:
    """Put a lesson, a red line or a question in its place, or at the end when it is new."""

    def put(document: Part, part: Part) -> Part:
        parts = list(document.get(key, ()))
        places = [place for place, each in enumerate(parts) if each["id"] == part["id"]]
        if places:
            parts[places[0]] = part
        else:
            parts.append(part)
        return {**document, key: parts}

    return put


def add_part(key: str) -> Callable[[Part, Part], Part]:
    """Add a new lesson, red line or question at the end. Raises ConflictError when its id is taken by then."""

    def add(document: Part, part: Part) -> Part:
        parts = list(document.get(key, ()))
        if any(each["id"] == part["id"] for each in parts):
            raise ConflictError(_("This id is taken; write another."))
        return {**document, key: [*parts, part]}

    return add


def with_new_id(
    read: Callable[[Sheet, Part], Part | None], noun: str, taken: Collection[str]
) -> Callable[[Sheet, Part], Part | None]:
    """Read a new part: its id is made of its title where none was typed, and must be free."""

    def checked(sheet: Sheet, before: Part) -> Part | None:
        made = make_id(sheet, "prompt" if sheet.all("prompt.en") else "title", noun)
        if sheet.get("id").strip() in taken:
            sheet.errors["id"] = _("This id is taken; write another.")
        part = read(sheet, before)
        if made and part is None and "id" not in sheet.errors:
            sheet.set("id", "")
        return part

    return checked


def make_id(sheet: Sheet, field: str, noun: str) -> bool:
    """Fill in an id that was not typed, and say whether that was done.

    It is made of the English words of `field`; without Latin letters of `noun` and a few digits that follow from
    the words, so that a form that is sent twice asks for the same id twice.
    """
    if sheet.get("id").strip():
        return False
    words = next((said for locale in LOCALES if (said := sheet.get(f"{field}.{locale}").strip())), "")
    sheet.set("id", slug_of(sheet.get(f"{field}.en")) or f"{noun}-{hashlib.sha256(words.encode()).hexdigest()[:6]}")
    return True


def with_stored_id(read: Callable[[Sheet, Part], Part | None], part_id: str) -> Callable[[Sheet, Part], Part | None]:
    """Read a part that keeps its id, whatever was sent."""

    def checked(sheet: Sheet, before: Part) -> Part | None:
        sheet.set("id", part_id)
        return read(sheet, before)

    return checked


def slug_of(title: str) -> str:
    """Make an id of a title; empty when the title has no Latin letters or digits."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60].strip("-")


def rearrange(parts: list[Part], wish: str) -> list[Part]:
    """Move or remove a part as a button asks: `up:id`, `down:id`, `remove:id`; anything else changes nothing."""
    verb, _colon, part_id = wish.partition(":")
    ids = [each["id"] for each in parts]
    if part_id not in ids:
        return parts
    place = ids.index(part_id)
    moved = [each for each in parts if each["id"] != part_id]
    if verb in ("up", "down"):
        moved.insert(max(0, place + (-1 if verb == "up" else 1)), parts[place])
    elif verb != "remove":
        return parts
    return moved
