"""Whatever the dashboard, the alerts and the documentation name is there to be scraped, and the other way round."""

import json
import re
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.config import ROOT

NAME = re.compile(r"\b(?:dealworthy|process)_[a-z_]+")
_OF_HISTOGRAMS = ("_bucket", "_count", "_sum")


@pytest.fixture
def exposed(application: FastAPI) -> dict[str, str]:
    """The name of each metric that there is, with what it is said to be."""
    client = TestClient(application, base_url="http://localhost", client=("127.0.0.1", 50000))
    text = client.get("/metrics").text
    return dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.MULTILINE))


def families(names: set[str], exposed: dict[str, str]) -> set[str]:
    """Take the ending of a histogram's series away, where that is what the name is of."""
    found = set()
    for name in names:
        ending = next((each for each in _OF_HISTOGRAMS if name.endswith(each)), "")
        family = name.removesuffix(ending)
        found.add(family if family in exposed else name)
    return found


def expressions(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for key, each in node.items() for text in ([each] if key == "expr" else expressions(each))]
    return [text for each in node for text in expressions(each)] if isinstance(node, list) else []


def named(texts: list[str]) -> set[str]:
    return {name for text in texts for name in NAME.findall(text)} - {"dealworthy_"}


def test_the_dashboard_shows_what_there_is(exposed: dict[str, str]) -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/dealworthy.json").read_text())
    shown = families(named(expressions(dashboard)), exposed)
    assert shown - set(exposed) == set()
    assert {name for name in exposed if name.startswith("dealworthy_")} - shown == set()


def test_alerts_watch_what_there_is(exposed: dict[str, str]) -> None:
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())
    assert families(named(expressions(alerts)), exposed) - set(exposed) == set()


def test_every_alert_says_what_to_do() -> None:
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())
    names = [rule["alert"] for group in alerts["groups"] for rule in group["rules"]]
    said = re.findall(r"^\| `(Dealworthy\w+)` \|", (ROOT / "docs/watching.md").read_text(), re.MULTILINE)
    assert said == names


def test_every_metric_is_documented_as_it_says_itself(exposed: dict[str, str]) -> None:
    page = (ROOT / "docs/watching.md").read_text()
    rows = re.findall(r"^\| `(dealworthy_[a-z_]+)` \| (.*?) \|.*\|$", page, re.MULTILINE)
    ours = {name: said for name, said in exposed.items() if name.startswith("dealworthy_")}
    assert dict(rows) == ours
