"""Every form of every page, sent with what nobody types: no error of ours, and nothing stored of what was refused."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, seed

from fuzz.examples import EXAMPLES, SEED, tried
from fuzz.forms import Form, found
from fuzz.submissions import Submission, submissions
from fuzz.worlds import World, fault
from route_access import ACCESS
from test_hostile_requests import FIELDS, filled

REFUSED = 400
COUNTED = {"INSERT INTO rate_limit", "UPDATE rate_limit"}
"""What is stored of a refusal too: that somebody tried."""
ROUTES = [path for method, path in ACCESS if method == "POST" and not path.startswith("/api/") and path != "/sign-out"][
    :: 1 if EXAMPLES > 1 else 8
]
"""Addresses of forms. By default a few, for test_hostile_requests.py sends to each of them."""
MOST = 10_000 if EXAMPLES > 1 else 6
"""Pages that each person looks at for forms."""


def test_no_form_breaks(world: World) -> None:
    broken: list[str] = []
    routes: set[str] = set()
    forms = 0
    browsers = {email: world.browser(email) for email in world.people}
    with world.watched():
        for email, form in all_forms(world):
            routes.add(form.route)
            forms += 1
            broken += faults(world, browsers[email], form)
            if not world.still_there(browsers[email]):
                browsers[email] = world.browser(email)
    print(f"{forms} forms of {len(routes)} addresses, {max(EXAMPLES, 2)} times each")  # noqa: T201 (shown by a long run)
    if broken:
        pytest.fail("\n".join(broken), pytrace=False)
    assert routes >= set(ROUTES)
    world.assert_sound()


def all_forms(world: World) -> Iterator[tuple[str, Form]]:
    """Those that people find, then those of addresses at which nobody found one, with fields of all others."""
    forms = [
        (email, form) for email in world.people for form in found(world.browser(email), pages=2, forms=1, most=MOST)
    ]
    yield from forms
    routes = {form.route for _email, form in forms}
    for path in ROUTES:
        if path not in routes:
            yield world.people[-1], Form(filled(path), tuple((name, "") for name in FIELDS), (), ())


def faults(world: World, browser: TestClient, form: Form) -> list[str]:
    wrong: list[str] = []

    @seed(SEED)
    @tried(max(EXAMPLES, 2))
    @given(submissions(form))
    def send(submission: Submission) -> None:
        world.committed.clear()
        answer = browser.post(
            form.action, content=submission.content, headers={"content-type": submission.content_type}
        )
        said = fault(answer)
        if not said and answer.status_code >= REFUSED and (kept := set(world.committed) - COUNTED):
            said = f"status {answer.status_code}, but stored: {', '.join(sorted(kept))}"
        if said:
            wrong.append(f"{form.action}: {said}: {submission}")

    send()
    return wrong
