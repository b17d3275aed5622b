"""The Salesforce recipe, as far as it can be held without Salesforce.

What it sends is sent to a running server; what it reads of answers is in what the server answers and in the OpenAPI
document; the answers that its own tests make up are like the real ones; and it takes no word that Apex keeps.
"""

import json
import re
from typing import Any, Final

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.api.dealschemas import Role
from app.api.reconcile import EXAMPLE_ANSWER
from app.catalog.content import DEAL_STAGES
from app.config import ROOT
from crmside import Crm

FOLDER = ROOT / "docs/recipes/salesforce"
SOURCES = {path.name: path.read_text() for path in sorted(FOLDER.iterdir())}
GATE, RECONCILE, TESTS = (SOURCES[f"Dealworthy{name}.cls"] for name in ("Gate", "Reconcile", "GateTest"))
RESERVED: Final = """
abstract activate and any array as asc autonomous begin bigdecimal blob boolean break bulk by byte case cast
catch char class collect commit const continue currency date datetime decimal default delete desc do double
else end enum exception exit export extends false final finally float for from global goto group having hint
if implements import in inner insert instanceof int integer interface into join like limit list long loop map
merge new not null nulls number object of on or outer override package parallel pragma private protected
public retrieve return rollback select set short sort static string super switch synchronized system
testmethod then this throw time transaction trigger true try undelete update upsert using virtual void
webservice when where while
"""


def constants(source: str) -> dict[str, str]:
    """The texts that a class keeps in constants, with their parts joined."""
    found = re.findall(r"static final String (\w+)\s*=\s*((?:\s*'(?:[^'\\]|\\.)*'\s*\+?)+);", source)
    return {name: "".join(re.findall(r"'((?:[^'\\]|\\.)*)'", written)) for name, written in found}


def maps(source: str) -> dict[str, dict[str, str]]:
    """The maps of texts that a class keeps."""
    found = re.findall(r"Map<String, String> (\w+) = new Map<String, String>\{(.*?)\};", source, re.DOTALL)
    return {name: dict(re.findall(r"'([^']+)' => '([^']+)'", inside)) for name, inside in found}


def classes(source: str, mark: str) -> dict[str, tuple[str, dict[str, str]]]:
    """The classes that answers are read into, by what stands in the mark above: name, and types of fields by name."""
    found = re.findall(rf"// {mark}: (\S+)\n\s*public class (\w+) \{{(.*?)\n    \}}", source, re.DOTALL)
    return {
        place: (name, {field: kind for kind, field in re.findall(r"public ([\w<>.]+) (\w+);", inside)})
        for place, name, inside in found
    }


SENT, TEXTS = constants(GATE) | constants(RECONCILE), constants(TESTS)


def test_what_the_parser_finds_is_what_there_is() -> None:
    assert len(re.findall(r"static final String", GATE + RECONCILE)) == len(SENT)
    assert len(re.findall(r"static final String", TESTS)) == len(TEXTS)
    assert {name for name in SENT if name.endswith("_PATH")} == {"CLEARANCE_PATH", "DEAL_PATH", "RECONCILE_PATH"}
    assert re.findall(r"setEndpoint\((.*?)\);", "".join(SOURCES.values())) == [
        "CREDENTIAL + path",
        "DealworthyGate.CREDENTIAL + RECONCILE_PATH",
    ]


def test_stages_and_roles_are_those_of_dealworthy() -> None:
    assert set(maps(GATE)["STAGES"].values()) <= set(DEAL_STAGES)
    roles = {*maps(GATE)["ROLES"].values(), SENT["OWNER_ROLE"], SENT["OTHER_ROLE"]}
    assert roles <= set(Role.__args__)  # type: ignore[attr-defined]  # a Literal has them


@pytest.mark.parametrize("name", SOURCES)
def test_no_name_is_a_word_that_apex_keeps(name: str) -> None:
    code = re.sub(r"'(?:[^'\\]|\\.)*'|//[^\n]*|/\*.*?\*/", "", SOURCES[name], flags=re.DOTALL)
    declared = re.findall(r"\b(?:String|Boolean|Integer|Id|List<[\w.]+>|Set<\w+>|[A-Z]\w+) ([a-z_]\w*)\s*[=;,):]", code)
    assert [word for word in declared if word.lower() in RESERVED.split()] == []
    assert (code.count("{"), code.count("("), code.count("[")) == (code.count("}"), code.count(")"), code.count("]"))
    assert [line for line in SOURCES[name].splitlines() if len(line) > 140] == []


KINDS = {"String": "string", "Boolean": "boolean", "Integer": "integer"}


def test_what_is_read_is_in_the_openapi_document(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    schemas = document["components"]["schemas"]
    read = classes(GATE, "schema")
    assert set(read) == {"Reason", "ProductClearance", "Clearance", "ProductState", "StoredDeal", "DealProblem"}
    for schema, (_name, fields) in read.items():
        for field, kind in fields.items():
            said = schemas[schema]["properties"][field]
            if kind in KINDS:
                types = {said.get("type"), *(each.get("type") for each in said.get("anyOf", []))}
                assert KINDS[kind] in types, (schema, field)
            else:
                assert said["items"]["$ref"].rpartition("/")[2] == kind.removeprefix("List<").removesuffix(">")
    for path, method in (("CLEARANCE_PATH", "CLEARANCE_METHOD"), ("DEAL_PATH", "DEAL_METHOD")):
        template = SENT[path].partition("?")[0].replace("{deal}", "{deal_id}")
        assert SENT[method].lower() in document["paths"][template]
    handled = set(re.findall(r"getStatusCode\(\) (?:==|!=) (\d+)", GATE))
    assert handled <= set(document["paths"]["/api/v1/deals/{deal_id}"]["put"]["responses"])
    sent = set(re.findall(r"[?&](\w+)=", SENT["CLEARANCE_PATH"] + SENT["PRODUCT_PART"] + SENT["REGION_PART"]))
    parameters = document["paths"]["/api/v1/clearance"]["get"]["parameters"]
    assert sent <= {each["name"] for each in parameters}


def test_what_is_read_of_a_comparison_is_in_its_lines() -> None:
    lines = [json.loads(line) for line in EXAMPLE_ANSWER.splitlines()]
    known: dict[str, Any] = {
        **{kind: document for line in lines for kind, document in line.items()},
        "deal.differences": {"kind", "what"},
        "deal.not_cleared": {"rep", "role", "products"},
        "wrong": {"line", "id", "errors"},
        "wrong.errors": {"pointer", "detail"},
    }
    read = classes(RECONCILE, "line")
    unknown = {
        f"{place}.{field}" for place, (_name, fields) in read.items() for field in set(fields) - set(known[place])
    }
    assert unknown == set()
    assert len(read) == 6


def test_the_page_names_what_the_files_use() -> None:
    page = (ROOT / "docs/salesforce.md").read_text()
    assert {name for name in SOURCES if name not in page} == set()
    used = set(re.findall(r"\b\w+__c\b", "".join(SOURCES.values())))
    assert {name for name in used if f"`{name}`" not in page} == set()
    (minutes,) = re.findall(r"MINUTES = (\d+)", SOURCES["DealworthyGuard.cls"])
    (at_once,) = re.findall(r"AT_ONCE = (\d+)", SOURCES["DealworthyPut.cls"])
    (rows,) = re.findall(r"AT_ONCE = (\d+)", RECONCILE)
    assert f"good for {minutes} minutes" in page
    assert f"{at_once} × 10 seconds" in page
    assert f"{rows} opportunities, about" in page
    assert re.findall(r"MILLISECONDS = (\d+)", GATE + RECONCILE) == ["10000", "120000"]


def filled(template: str, **values: str) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    assert "{" not in re.sub(r'[{\[,:] *[{"]|: *\{|^\{', "", template), template
    return template


def like(made_up: Any, real: Any, place: str = "") -> None:
    """Fail where a made-up answer has something that the real one has not, or has it as another kind of thing."""
    if isinstance(made_up, dict):
        assert isinstance(real, dict), place
        for name, value in made_up.items():
            assert name in real, f"{place}/{name}"
            like(value, real[name], f"{place}/{name}")
    elif isinstance(made_up, list):
        assert isinstance(real, list), place
        for value in made_up[:1] if real else []:
            like(value, real[0], f"{place}/0")
    elif made_up is not None and real is not None:
        assert isinstance(real, type(made_up)), place


def clearance(deal: str, *, allowed: bool, enforcement: str) -> str:
    return filled(
        TEXTS["CLEARANCE"],
        decision="cleared" if allowed else "not_cleared",
        allowed=json.dumps(allowed),
        enforcement=enforcement,
        owner="ana@example.com",
        deal=deal,
    )


def send(crm: Crm, method: str, path: str, kind: str = "", content: str = "") -> httpx2.Response:
    headers = {"authorization": f"Bearer {crm.token}", **({"content-type": kind} if kind else {})}
    return httpx2.request(method, crm.server.url + path, headers=headers, content=content or None)


def test_its_requests_are_answered_as_its_tests_make_them_up(crm: Crm) -> None:
    """Each request of the recipe, to the real server; each answer of the recipe's mock, beside the real one."""
    put, kind = SENT["DEAL_METHOD"], SENT["JSON_TYPE"]
    deal = filled(TEXTS["SENT_DEAL"].replace("{currency}", "EUR"), owner="ana@example.com")
    stored = send(crm, put, filled(SENT["DEAL_PATH"], deal="0065g00000AbCdEAAV"), kind, deal)
    assert stored.status_code == 200, stored.text
    like(json.loads(TEXTS["ANSWER_STORED"].replace("{clearance}", clearance("x", allowed=True, enforcement="block"))),
         stored.json())  # fmt: skip

    refused = send(crm, put, filled(SENT["DEAL_PATH"], deal="D-2"), kind, deal.replace("ana@", "ben@"))
    assert (refused.status_code, refused.headers["content-type"]) == (409, SENT["PROBLEM_TYPE"])
    like(json.loads(TEXTS["ANSWER_REFUSED"].replace("{clearance}", clearance("x", allowed=False, enforcement="block"))),
         refused.json())  # fmt: skip

    wrong = send(crm, put, filled(SENT["DEAL_PATH"], deal="D-2"), kind, deal.replace("keeper", "nothing"))
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, SENT["PROBLEM_TYPE"])
    like(json.loads(TEXTS["ANSWER_PROBLEM"]), wrong.json())

    path = SENT["CLEARANCE_PATH"] + SENT["PRODUCT_PART"] + SENT["REGION_PART"]
    values = {"rep": "ben%40example.com", "deal": "D-1", "role": "owner", "stage": "proposal"}
    asked = send(crm, SENT["CLEARANCE_METHOD"], filled(path, **values, product="keeper", region="FR"))
    assert asked.status_code == 200, asked.text
    like(json.loads(clearance("D-1", allowed=False, enforcement="warn")), asked.json())
    assert asked.json()["products"][0]["enforcement"] == "warn"

    team = [{"rep": "ana@example.com", "role": "owner"}, {"rep": "eve@example.com", "role": "specialist"}]
    row = {**json.loads(deal), "id": "D-1", "products": ["pilot"], "team": team}
    compared = send(crm, SENT["RECONCILE_METHOD"], SENT["RECONCILE_PATH"], SENT["LINES_TYPE"], json.dumps(row))
    assert compared.status_code == 200, compared.text
    lines = {kind: said for line in compared.text.splitlines() for kind, said in json.loads(line).items()}
    like(json.loads(filled(TEXTS["ANSWER_DEAL_LINE"], deal="D-1"))["deal"], lines["deal"])
    like(json.loads(TEXTS["ANSWER_SUMMARY_LINE"])["summary"], lines["summary"])
    assert (lines["deal"]["stops"], [each["rep"] for each in lines["deal"]["not_cleared"]]) == (
        True,
        ["eve@example.com"],
    )
    assert {"kind", "what"} <= lines["deal"]["differences"][0].keys()
