"""The OpenAPI document of the API, and a page on which a person reads it."""

from typing import Any

from fastapi import APIRouter, Depends, Request
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
    content = get_openapi(
        title="Dealworthy",
        version=request.app.version,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=[route for router in ROUTERS for route in router.routes],
        servers=[{"url": request.app.state.settings.origin}],
        tags=[
            {"name": "clearance", "description": "The gate: may this rep act for this product, on this deal, now?"},
            {"name": "red lines", "description": "What may not be said to a customer: does this text cross a line?"},
            {"name": "deals", "description": "Deals as the CRM has them, stored where the gate lets their teams be."},
            {"name": "products", "description": "What is sold, and what the gate asks for it."},
            {"name": "certifications", "description": "Who is certified on what, for reports and copies elsewhere."},
            {"name": "people", "description": "The staff, for the system that keeps it."},
        ],
    )
    scopes = _scopes()
    for path, operations in content["paths"].items():
        for method, operation in operations.items():
            _describe_errors(operation)
            operation["security"] = [{"token": [scope]} for scope in scopes[method.upper(), path]]
    for unused in ("HTTPValidationError", "ValidationError"):
        content["components"]["schemas"].pop(unused, None)
    return content


def _scopes() -> dict[tuple[str, str], list[str]]:
    """Say which scopes open each operation: any one of them does."""
    found = {}
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        admitted: set[str] = set()
        for each in route.dependant.dependencies:
            admitted.update(getattr(each.call, "scopes", ()))
        for method in route.methods or ():
            found[method, route.path] = sorted(admitted)
    return found


def _describe_errors(operation: dict[str, Any]) -> None:
    """Say of errors that they are problem documents; FastAPI would have a model of its own for 422, as plain JSON."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
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
    return page(request, "api/docs.html", {"document": content, "operations": operations})
