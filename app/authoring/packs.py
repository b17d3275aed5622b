"""The pages of rule packs: reading a file, approving a version, and which packs a product subscribes to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, StringConstraints
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.authoring.changes import Difference, differences
from app.authoring.packchecks import check_pack
from app.authoring.proving import prove_examples
from app.authoring.queries import draft, product
from app.authoring.sentences import sentence
from app.catalog.actions import save_draft
from app.catalog.document import canonical, parse
from app.catalog.models import Content, ContentKind
from app.catalog.queries import products
from app.catalog.yamlfile import Problem
from app.clock import Now
from app.conduct import rescan
from app.database import SessionDep
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.access import CurrentPerson, Trainer, allow
from app.people.models import Role
from app.redlines.content import RedLinesDocument
from app.redlines.models import RulePackVersion
from app.redlines.packs.actions import approve, read_version
from app.redlines.packs.queries import StoredVersion, subscribers, version, versions
from app.redlines.queries import card_of
from app.web.forms import Bound, Form, RawForm, bind, blank, sent_form
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

_MOST_SHOWN: Final = 100
LARGEST: Final = 1 << 20
"""Bytes of a file; what any content file may have."""

Reader = Annotated[CurrentPerson, Depends(allow(Role.TRAINER, Role.COMPLIANCE))]
Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class FileForm(Form):
    """Nothing but the file that is sent beside it."""


class SubscribeForm(Form):
    """One choice for each pack, empty for none; `step` is the draft's that the page was made from."""

    step: int
    packs: list[Annotated[str, StringConstraints(max_length=80)]] = Field(default_factory=list)


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=4, max_part_size=LARGEST + 1) as form:
        yield form  # the block closes the file


_Sent = Annotated[FormData, Depends(_read)]


@router.get("/review/packs", dependencies=[Depends(allow(Role.TRAINER, Role.COMPLIANCE))])
def overview(request: Request, session: SessionDep, moment: Now) -> Response:
    """Show every rule pack, its versions and who subscribes, and ask for a file."""
    return _overview(request, session, moment, blank())


@router.post("/review/packs")
def read(request: Request, session: SessionDep, person: Reader, moment: Now, raw: _Sent) -> Response:
    """Read a file as the next version of its pack; what is wrong with it is listed, and nothing stored."""
    form = bind(FileForm, raw)
    upload = raw.get("file")
    data = upload.file.read(LARGEST + 1) if isinstance(upload, UploadFile) else b""
    problems: tuple[Problem, ...] = ()
    if not data:
        form.wrong("file", _("Choose a file that is not empty."))
    elif len(data) > LARGEST:
        form.wrong("file", _("The file is larger than 1 MB."))
    else:
        document, problems = _checked(data)
        if document is not None:
            try:
                stored = read_version(session, document, by=person.email, moment=moment)
            except InvalidError as error:
                form.wrong("file", error.message)
            else:
                return redirect(request, _target(session, document, stored), _said(stored))
        else:
            form.wrong("file", _("The file was not read: each line below names a place in it."))
    return _overview(request, session, moment, form, problems, status=422)


def _checked(data: bytes) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    parsed = parse(RedLinesDocument, data, "")
    if parsed.document is None or parsed.located is None:
        return None, parsed.problems
    located = parsed.located
    name = parsed.document.pack.id if parsed.document.pack else ""
    failing = [located.problem(trail, message) for trail, message in prove_examples(parsed.document, "")]
    problems = tuple(sorted([*check_pack(parsed, name), *failing]))
    return (None if problems else canonical(parsed.document)), problems


def _target(session: Session, document: dict[str, Any], stored: RulePackVersion | None) -> str:
    slug = document["pack"]["id"]
    number = stored.number if stored else versions(session, slug)[0].number
    return f"/review/packs/{slug}/{number}"


def _said(stored: RulePackVersion | None) -> str:
    if stored is None:
        return _("This version was read before; nothing has changed.")
    return _("Read. It holds for nobody before somebody else approves it.")


def _overview(
    request: Request,
    session: Session,
    moment: datetime,
    form: Bound[Any],
    problems: tuple[Problem, ...] = (),
    *,
    status: int = 200,
) -> Response:
    names = {each.id: each.name for each in products(session)}
    subscribed = {
        slug: [names[each.product_id] for each in held if each.product_id in names]
        for slug, held in subscribers(session, moment).items()
    }
    packs = [(slug, list(rows)) for slug, rows in groupby(versions(session), key=lambda each: each.slug)]
    context = {
        "packs": packs,
        "subscribed": subscribed,
        "form": form,
        "problems": [replace(each, message=sentence(each.message)) for each in problems[:_MOST_SHOWN]],
    }
    return page(request, "review/packs.html", context, status=status)


@dataclass(frozen=True, slots=True)
class _Opened:
    stored: RulePackVersion
    before: RulePackVersion | None

    @property
    def changes(self) -> list[Difference]:
        return differences(self.before.document, self.stored.document) if self.before else []


def _opened(session: Session, slug: str, number: int) -> _Opened:
    stored = version(session, slug, number)
    if stored is None:
        raise NotFoundError(_("There is no such version."))
    older = next((each for each in versions(session, slug) if each.number < number and each.approved_at), None)
    return _Opened(stored, version(session, slug, older.number) if older else None)


@router.get("/review/packs/{slug}/{number}")
def one_version(request: Request, slug: str, number: Number, session: SessionDep, person: Reader) -> Response:
    """Show a version: where it is from, its red lines, and what it changes."""
    found = _opened(session, slug, number)
    context = {
        "stored": found.stored,
        "header": found.stored.document["pack"],
        "slug": slug,
        "changes": found.changes,
        "before": found.before,
        "rules": [(rule, card_of(rule), _unseen(rule)) for rule in found.stored.document["rules"]],
        "may_approve": person.has(Role.COMPLIANCE) and found.stored.read_by != person.email,
    }
    return page(request, "review/pack.html", context)


def _unseen(rule: dict[str, Any]) -> list[Difference]:
    """Return what the card and the examples of a red line do not show: whoever approves it reads all of it."""
    shown = {"id", "title", "severity", "why", "say_instead", "examples"}
    return differences(None, {key: value for key, value in rule.items() if key not in shown})


@router.post("/review/packs/{slug}/{number}")
def put_in_force(
    request: Request, slug: str, number: Number, session: SessionDep, person: Compliance, moment: Now
) -> Response:
    """Approve a version that somebody else read; it holds at once where products subscribe to its pack."""
    found = _opened(session, slug, number)
    if found.stored.read_by == person.email:
        raise ForbiddenError(_("You read this version in; somebody else has to approve it."))
    approve(session, found.stored, by=person.email, moment=moment)
    held = subscribers(session, moment).get(slug, ())
    rescan.enqueue(session, [each.product_id for each in held], moment)
    return redirect(request, f"/review/packs/{slug}/{number}", _("Approved. It holds where products subscribe to it."))


@router.get("/author/products/{slug}/packs", dependencies=[Depends(allow(Role.TRAINER))])
def choose(request: Request, slug: str, session: SessionDep) -> Response:
    """Show which rule packs a product subscribes to."""
    return _choose(request, session, slug)


@router.post("/author/products/{slug}/packs")
def subscribe(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Store the choice in the draft of the red lines; like all of it, it holds once it is published."""
    stored = draft(session, ContentKind.REDLINES, slug)
    form = bind(SubscribeForm, raw)
    offered = {value for choice in _choices(session, stored) for value, _label in choice.options}
    if form.data is None or not offered.issuperset(form.data.packs):
        raise ConflictError(_("The rule packs have changed since you opened the page. Choose again."))
    chosen = [_subscription(value) for value in form.data.packs if value]
    document = {key: value for key, value in stored.draft.items() if key != "packs"}
    if chosen:
        document["packs"] = chosen
    save_draft(session, stored, document, step=form.data.step, by=person.email, moment=moment)
    told = _("Draft saved. Nobody else sees it before it is published.")
    return redirect(request, f"/author/products/{slug}#packs", told)


def _subscription(value: str) -> dict[str, str]:
    slug, _sign, name = value.partition("@")
    return {"pack": slug, **({"version": name} if name else {})}


@dataclass(frozen=True, slots=True)
class Choice:
    """One rule pack, its newest approved version, and how a product may hold to it: (value, label) each."""

    newest: StoredVersion
    options: list[tuple[str, str]]
    chosen: str


def _choices(session: Session, stored: Content) -> list[Choice]:
    present = {each["pack"]: each.get("version") for each in stored.draft.get("packs", ())}
    found = []
    for slug, rows in groupby(versions(session), key=lambda each: each.slug):
        held = [each for each in rows if each.approved_at]
        if not held:
            continue
        options = [("", _("Not for this product")), (slug, _("The newest approved version"))]
        options += [
            (f"{slug}@{each.header['version']}", _("Always version %(version)s") % {"version": each.header["version"]})
            for each in held
        ]
        pinned = present.get(slug)
        chosen = "" if slug not in present else slug if pinned is None else f"{slug}@{pinned}"
        found.append(Choice(held[0], options, chosen))
    return found


def _choose(request: Request, session: Session, slug: str) -> Response:
    stored = draft(session, ContentKind.REDLINES, slug)
    context = {"product": product(session, slug), "content": stored, "choices": _choices(session, stored)}
    return page(request, "authoring/packs.html", context)
