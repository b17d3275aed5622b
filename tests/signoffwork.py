"""Sign-offs in tests: a program with a rubric, a rep who shows, assessors who judge and sign."""

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.catalog.models import Product
from app.people.models import Person, Role
from app.people.passwords import hash_password
from factories import NOW, person, sellable

PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)
RECORDING = b"ID3\x04" + bytes(range(256)) * 8
PAGE = "/products/keeper/sign-offs/pitch"


def rubric(**more: Any) -> dict[str, Any]:
    """A rubric of three criteria, of which one must be met, and two of which are enough."""
    return {
        "id": "pitch",
        "name": {"en": "First pitch", "zh-Hans": "首次讲解"},
        "task": "Show Keeper to a shop owner in five minutes.",
        "criteria": [
            {"id": "opens", "text": "Opens with a question."},
            {"id": "limits", "text": "Names what Keeper cannot do.", "must_pass": True},
            {"id": "closes", "text": "Agrees on a next step."},
        ],
        "pass_percent": 60,
        **more,
    }


def pitched(session: Session, slug: str = "keeper", **more: Any) -> Product:
    """A product whose program asks for nothing but this demonstration."""
    return sellable(session, slug, requirements=[{"sign_off": "pitch"}], rubrics=[rubric(**more)], at=NOW)


def trainer(session: Session, name: str) -> Person:
    """A trainer who can sign."""
    return person(session, f"{name.lower()}@example.com", Role.TRAINER, name=name, password_hash=HASH)


def ask(rep: TestClient, file: bytes | None = None, name: str = "pitch.mp3", **fields: str) -> Response:
    """Send the form on the rep's page."""
    data = {"form": "recording" if file or "link" in fields else "demonstration", **fields}
    return rep.post(PAGE, data=data, files={"file": (name, file or b"")} if file else None)


def judgement(signer: str, outcome: str = "passed", **changed: str) -> dict[str, str]:
    """A filled-in rubric with a signature; everything is met unless `changed` says otherwise."""
    return {
        "version": "2",
        "outcome": outcome,
        **{f"met-{each}": "yes" for each in ("opens", "limits", "closes")},
        "note": "" if outcome == "passed" else "Name the limit.",
        "evidence_url": "",
        "meant": "yes",
        "signed_name": signer,
        "password": PASSWORD,
        **{name.replace("_of_", "-"): value for name, value in changed.items()},
    }
