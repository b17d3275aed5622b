"""The description of the API: of all that is served, valid, with examples that are true to their schemas."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jsonschema_rs import Draft202012Validator, meta
from markupsafe import escape

from app.people.tokens import Scope
from route_access import ACCESS

Media = tuple[str, dict[str, Any]]
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        assert set(methods) <= METHODS
        yield from ((f"{method.upper()} {path}", operation) for method, operation in methods.items())


def bodies(document: dict[str, Any]) -> Iterator[Media]:
    """Walk through every body that is sent or answered."""
    for name, operation in operations(document):
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name} {media}", content
        for status, response in operation["responses"].items():
            for media, content in response.get("content", {}).items():
                yield f"{name} {status} {media}", content


def test_the_document_is_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://testserver"}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    names = [operation["operationId"] for _name, operation in operations(document)]
    assert len(names) == len(set(names))
    tags = {each["name"] for each in document["tags"]}
    assert {tag for _name, operation in operations(document) for tag in operation["tags"]} == tags
    references = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))
    assert references <= set(document["components"]["schemas"])
    for schema in document["components"]["schemas"].values():
        meta.validate(schema)


def test_everything_below_v1_is_described_with_its_scopes(document: dict[str, Any]) -> None:
    described = {
        name: {scope for each in operation["security"] for scope in each["token"]}
        for name, operation in operations(document)
    }
    served = {
        f"{method} {path}": set(access.scopes or ())
        for (method, path), access in ACCESS.items()
        if path.startswith("/api/v1/")
    }
    assert described == served
    assert {scope for scopes in described.values() for scope in scopes} == {scope.value for scope in Scope}


def test_every_body_has_an_example_that_is_true_to_its_schema(document: dict[str, Any]) -> None:
    wrong = {}
    for name, content in bodies(document):
        if "sarif" in name:  # a standard's own form, which its own schema describes
            continue
        schema = {**content["schema"], "components": document["components"]}
        if "example" not in content:
            wrong[name] = "no example"
        elif not (validator := Draft202012Validator(schema)).is_valid(content["example"]):
            wrong[name] = "; ".join(each.message for each in validator.iter_errors(content["example"]))
    assert wrong == {}


def test_errors_are_described_as_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        errors = {status: each for status, each in operation["responses"].items() if status.startswith(("4", "5"))}
        assert {"401", "403", "422", "429"} <= set(errors), name
        assert all(set(each["content"]) == {"application/problem+json"} for each in errors.values()), name
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            assert {"413", "415"} <= set(errors), name
        assert operation["summary"], name
        assert operation["description"], name


def test_a_person_reads_the_document(application: FastAPI, client: TestClient, document: dict[str, Any]) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert '<script src="http' not in answer.text
    for name, operation in operations(document):
        assert f"<code>{name}</code>" in answer.text
        assert f'<p class="lead">{escape(operation["summary"])}</p>' in answer.text
    for schema in document["components"]["schemas"]:
        assert f'id="schema-{schema}"' in answer.text
