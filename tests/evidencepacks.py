"""Taking evidence packs in tests, and reading them."""

import io
import json
import zipfile
from typing import Any

from fastapi.testclient import TestClient


def take(browser: TestClient, path: str, **form: str) -> zipfile.ZipFile:
    answer = browser.post(path, data=form)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(answer.content))


def rows(pack: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(pack.read(f"records/{name}.json"))
    return found


PATHS = {
    "person": "/team/people/{ana}/evidence",
    "own": "/account/evidence",
    "product": "/review/evidence?product=keeper",
    "deal": "/deals/D-1/evidence",
}
