"""The files under deploy/ name commands and settings that exist, and keep to what they promise."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import build_parser
from app.config import ROOT, Settings

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {f"DEALWORTHY_{name.upper()}" for name in Settings.model_fields}


def documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def pods(found: Any) -> list[dict[str, Any]]:
    """What has containers, however deep."""
    if not isinstance(found, dict):
        return []
    inner = [pod for value in found.values() for pod in pods(value)]
    return [found, *inner] if "containers" in found else inner


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_every_pod_runs_without_rights_and_with_a_command_that_exists(path: Path) -> None:
    for pod in [pod for document in documents(path) for pod in pods(document)]:
        assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            if "command" not in container:
                build_parser().parse_args(container["args"])


def test_every_setting_that_is_set_exists() -> None:
    maps = [each for path in MANIFESTS for each in documents(path) if each["kind"] in {"ConfigMap", "Secret"}]
    named = {name for each in maps for name in [*each.get("data", {}), *each.get("stringData", {})]}
    compose = documents(DEPLOY / "compose.yaml")[0]
    named |= set(compose["x-app"]["environment"])
    named |= {line.partition("=")[0] for line in (DEPLOY / "settings.env").read_text().splitlines() if line[:1] == "D"}
    assert named <= KNOWN
    assert "DEALWORTHY_SECRET_KEY" in named


def test_every_service_of_the_compose_file_runs_a_command_that_exists() -> None:
    services = documents(DEPLOY / "compose.yaml")[0]["services"]
    ours = {name: each["command"] for name, each in services.items() if each.get("image") == "dealworthy"}
    for command in ours.values():
        build_parser().parse_args(command)
    assert set(ours) == {"migrate", "server-1", "server-2", "worker"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_hardened_and_starts_a_command_that_exists(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "User=dealworthy"} <= set(lines)
    (started,) = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    if not started.startswith("/bin/sh"):
        build_parser().parse_args(shlex.split(started)[1:])
