"""The OpenAPI document of the API, and a page on which a person reads it."""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from app.api.nouns import ROUTERS
from app.api.refusals import problem_example
from app.people.access import PerhapsSignedIn, anybody
from app.web.templating import page

router = APIRouter(prefix="/api", dependencies=[Depends(anybody)])

_DESCRIPTION = """\
Ask Dealworthy who may sell what, and whether a text crosses a red line. JSON in and out, names in snake_case, moments
in ISO 8601 with an offset.

People are named by e-mail address whatever its case, products by slug, deals by the CRM's own id. Whatever is not
known is a refusal with its reason, never an error. Errors are problem documents (RFC 9457) with `errors[]`, each
with a JSON pointer. Send `Accept-Language` for messages in Chinese. `X-Request-Id` goes through."""


_OF_FASTAPI = {"$ref": "#/components/schemas/HTTPValidationError"}


def document(request: Request) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of this installation."""
    return _document(request.app.version, request.app.state.settings.origin)


@cache
def _document(version: str, origin: str) -> dict[str, Any]:
    content = get_openapi(
        title="Dealworthy",
        version=version,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=[route for router in ROUTERS for route in router.routes],
        servers=[{"url": origin}],
        tags=[
            {"name": "clearance", "description": "The gate: may this rep act for this product, on this deal, now?"},
            {"name": "red lines", "description": "What may not be said to a customer: does this text cross a line?"},
            {"name": "deals", "description": "Deals as the CRM has them, stored where the gate lets their teams be."},
            {"name": "products", "description": "What is sold, and what the gate asks for it."},
            {"name": "certifications", "description": "Who is certified on what, for reports and copies elsewhere."},
            {"name": "people", "description": "The staff, for the system that keeps it."},
        ],
    )
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        for method in route.methods or ():
            operation = content["paths"][route.path][method.lower()]
            operation["security"] = [{"token": [scope]} for scope in sorted(_admitted(route.dependant))]
            _write_examples(operation, route)
            _describe_errors(operation)
    for unused in ("HTTPValidationError", "ValidationError"):
        content["components"]["schemas"].pop(unused, None)
    return content


def _write_examples(operation: dict[str, Any], route: APIRoute) -> None:
    """Write the examples as they are; FastAPI leaves out every null in them."""
    sent = (route.openapi_extra or {}).get("requestBody", {})
    described = [(operation.get("requestBody", {}), sent)]
    described += [(operation["responses"][str(status)], said) for status, said in route.responses.items()]
    for written, meant in described:
        for media, content in meant.get("content", {}).items():
            if "example" in content:
                written["content"][media]["example"] = content["example"]


def _admitted(dependant: Dependant) -> set[str]:
    found = set(getattr(dependant.call, "scopes", ()))
    return found.union(*(_admitted(each) for each in dependant.dependencies))


def _describe_errors(operation: dict[str, Any]) -> None:
    """Say of errors that they are problem documents; FastAPI would have a model of its own for 422, as plain JSON."""
    for status, response in operation["responses"].items():
        if not status.startswith(("4", "5")):
            continue
        described = response.get("content", {}).get("application/json", {})
        if described.get("schema") in (None, _OF_FASTAPI):
            described = {"schema": {"$ref": "#/components/schemas/Problem"}}
        described.setdefault("example", problem_example(int(status), response["description"]))
        response["content"] = {"application/problem+json": described}


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """Give the document to tools."""
    return JSONResponse(document(request))


@router.get("/docs")
def docs(request: Request, _person: PerhapsSignedIn) -> Response:
    """Show the document to people."""
    content = document(request)
    operations = [
        (method.upper(), path, operation)
        for path, methods in content["paths"].items()
        for method, operation in methods.items()
    ]
    return page(request, "api/docs.html", {"document": content, "operations": operations, "written": _written})


def _written(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
