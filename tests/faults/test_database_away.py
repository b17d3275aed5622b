"""The database goes away, or stands still: requests say so or wait, and nobody has to start anything again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx2
import pytest

from clusters import Cluster
from faults.company import Company, at_work
from faults.houses import House, house
from faults.promises import assert_kept
from forks import Forks
from servers import NO_TLS

pytestmark = pytest.mark.faults

AWAY = 1.5
"""Seconds."""


@pytest.fixture
def installed(forks: Forks, tmp_path: Path, migrated: dict[str, Path]) -> Iterator[House]:
    with house("postgresql", forks, tmp_path, migrated) as made:
        yield made


@pytest.fixture
def company(installed: House) -> Company:
    company = installed.found(reps=12)
    installed.serve(1)
    return company


@pytest.fixture
def cluster(installed: House) -> Cluster:
    assert installed.cluster is not None
    return installed.cluster


def test_pages_say_that_it_is_away_and_go_on_when_it_is_back(
    installed: House, cluster: Cluster, company: Company
) -> None:
    (base,) = installed.bases
    with httpx2.Client(base_url=base, cookies=company.reps[0].cookies, timeout=20, verify=NO_TLS) as client:
        assert client.get("/").status_code == 200
        cluster.kill()
        gone = [client.get(path) for path in ("/", "/quizzes/keeper-quiz", "/readyz", "/healthz")]
        written = client.post("/quizzes/keeper-quiz/attempts")
        cluster.start()
        back = [client.get(path) for path in ("/", "/readyz")]
    assert [reply.status_code for reply in gone] == [503, 503, 503, 200]
    assert (written.status_code, written.headers["retry-after"]) == (503, "5")
    assert [reply.status_code for reply in back] == [200, 200]


def test_work_goes_on_where_it_was_when_the_database_is_back(
    installed: House, cluster: Cluster, company: Company
) -> None:
    with at_work(company, installed.bases) as told:
        told.wait_for(20)
        cluster.kill()
        Event().wait(AWAY)
        cluster.start()
        told.wait_for(20)
    assert_kept(installed.database, company, told)


def test_what_waits_for_a_database_that_stands_still_is_done_once_it_moves(
    installed: House, cluster: Cluster, company: Company
) -> None:
    (base,) = installed.bases
    with at_work(company, installed.bases) as told:
        told.wait_for(20)
        cluster.pause()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(httpx2.get, f"{base}/healthz", timeout=20, verify=NO_TLS) for _ in range(4)]
            assert [each.result().status_code for each in asked] == [200] * 4
        Event().wait(AWAY)
        cluster.go_on()
        told.wait_for(20)
    assert_kept(installed.database, company, told)
