"""The disk is full: requests say so, what was told before is there, and work goes on once there is room."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from faults.company import Company, Told, at_work
from faults.houses import House, house
from faults.promises import assert_kept
from forks import Forks

pytestmark = pytest.mark.faults

SIZES = {"sqlite": "8m", "postgresql": "160m"}
ROOM = 64 * 1024
"""Bytes that are left on the disk when it counts as nearly full."""


@pytest.fixture(params=["sqlite", "postgresql"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={SIZES[request.param]}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603 (fixed)
        pytest.skip("NOT TRIED: only root may mount a small disk to fill")
    (folder / request.param).mkdir()
    yield folder / request.param
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 (fixed)


@pytest.fixture
def installed(disk: Path, forks: Forks, tmp_path: Path, migrated: dict[str, Path]) -> Iterator[House]:
    with house(disk.name, forks, tmp_path, migrated, data=disk) as made:
        yield made


def fill(disk: Path) -> Path:
    """Leave little room on the disk; whoever writes takes the rest."""
    ballast = disk.parent / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while (free := shutil.disk_usage(disk).free) > ROOM:
            file.write(b"\0" * min(free - ROOM, 1024 * 1024))
    return ballast


def wait_until_nobody_can_store(told: Told) -> None:
    """Wait until nothing more was told for a while."""
    with suppress(TimeoutError):
        while True:
            told.wait_for(1, seconds=1.5)


def test_work_stops_without_a_loss_and_goes_on_once_there_is_room(installed: House, disk: Path) -> None:
    company: Company = installed.found(reps=40)
    installed.serve(1)
    with at_work(company, installed.bases) as told:
        told.wait_for(10)
        ballast = fill(disk)
        wait_until_nobody_can_store(told)
        ballast.unlink()
        if installed.cluster is not None and not installed.cluster.processes():  # PostgreSQL ends where its log is full
            installed.cluster.start()
        told.wait_for(40)
    assert_kept(installed.database, company, told)
