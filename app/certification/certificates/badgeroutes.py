"""What badges point at, for machines: who issues, what was achieved, status lists, and the public keys."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import JSONResponse, Response

from app.certification.certificates import badges, keys, queries
from app.certification.certificates.badges import LIST_KEPT
from app.certification.certificates.keys import SigningKeyDep
from app.certification.certificates.rules import Purpose
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import Admin, anybody
from app.web.i18n import gettext as _
from app.web.templating import redirect

router = APIRouter()
_open = [Depends(anybody)]
_KEPT = {"Cache-Control": f"public, max-age={int(LIST_KEPT.total_seconds())}", "Access-Control-Allow-Origin": "*"}
"""Verifiers on other sites may read these in a browser: nothing in them is secret."""


def _json(document: Mapping[str, Any], media_type: str = "application/json") -> Response:
    return JSONResponse(dict(document), headers=_KEPT, media_type=media_type)


@router.get("/.well-known/jwks.json", dependencies=_open)
def key_set(_key: SigningKeyDep, session: SessionDep) -> Response:
    """Give every public key there ever was (RFC 7517)."""
    return _json(keys.key_set(queries.keys(session)), "application/jwk-set+json")


@router.get("/badges/keys/{kid}", dependencies=_open)
def one_key(kid: str, session: SessionDep) -> Response:
    """Give one public key, by the name that badges have for it."""
    for each in queries.keys(session):
        if each.kid == kid:
            return _json(keys.public_key(each), "application/jwk+json")
    raise NotFoundError(_("There is no such key."))


@router.get("/badges/issuer", dependencies=_open)
def issuer_profile() -> Response:
    """Say who issues."""
    return _json({"@context": badges.CONTEXT, **badges.profile()}, "application/ld+json")


@router.get("/badges/achievements/{slug}", dependencies=_open)
def achievement(slug: str, session: SessionDep) -> Response:
    """Say what a badge was given for: the certification on a product."""
    return _achievement(session, slug, "")


@router.get("/badges/achievements/{slug}/{level}", dependencies=_open)
def achievement_of_level(slug: str, level: str, session: SessionDep) -> Response:
    """Say what a badge was given for: a level of the certification on a product."""
    return _achievement(session, slug, level)


def _achievement(session: SessionDep, slug: str, level: str) -> Response:
    found = queries.achievement(session, slug)
    levels = {each["id"] for each in found[1].get("levels", ())} if found else set()
    if found is None or level not in {"", *levels}:
        raise NotFoundError(_("There is no such badge."))
    product, program = found
    described = badges.achievement(slug, product, level, queries.level_title(program, level))
    return _json({"@context": badges.CONTEXT, **described}, "application/ld+json")


@router.get("/badges/status/{purpose}/{number}", dependencies=_open)
def status_list(
    purpose: Purpose,
    number: Annotated[int, Path(ge=0, le=10_000)],
    key: SigningKeyDep,
    session: SessionDep,
    moment: Now,
) -> Response:
    """Give a status list as it is now: who is revoked or suspended, or whose certificate was replaced."""
    if not queries.has_list(session, number):
        raise NotFoundError(_("There is no such status list."))
    places = queries.set_places(session, number, purpose, moment)
    token = key.sign(badges.status_list(purpose, number, places, moment.replace(microsecond=0)))
    return Response(token, media_type="application/vc+jwt", headers=_KEPT)


@router.post("/admin/signing-key")
def rotate(request: Request, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Sign badges with a new key from now on."""
    keys.rotate(session, request.app.state.settings, by=person.email, moment=moment)
    return redirect(request, "/admin", _("Badges are signed with a new key from now on. Those there are stay valid."))
