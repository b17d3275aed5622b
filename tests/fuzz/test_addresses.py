"""Every page and address, asked with what nobody types in its path and in its query: no error of ours."""

import re
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from fuzz.examples import EXAMPLES, SEED, tried
from fuzz.submissions import TEXTS
from fuzz.worlds import World, fault
from route_access import ACCESS
from test_hostile_requests import QUERIES, filled

PATHS = sorted(path for method, path in ACCESS if method == "GET" and not path.startswith("/api/"))
SHORT = st.one_of(st.sampled_from([text for text in TEXTS if len(text) <= 400]), st.text(st.characters(), max_size=12))


@st.composite
def addresses(draw: st.DrawFn, path: str) -> str:
    """Draw an address of a route: with something in a place of its path, or in its query, that nobody means."""
    names = re.findall(r"\{([^}]*)\}", path)
    values = {name: _quoted(draw(SHORT)) or "x" for name in names if draw(st.integers(0, 3)) == 0}
    asked = draw(st.lists(st.tuples(st.sampled_from(QUERIES), SHORT), max_size=6))
    return f"{filled(path, **values)}?{urlencode(asked, errors='surrogatepass')}"


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def test_no_address_breaks(world: World) -> None:
    browser = world.browser(world.people[-1])
    broken: list[str] = []
    for path in PATHS if EXAMPLES > 1 else PATHS[::16]:

        @seed(SEED)
        @tried(max(EXAMPLES, 2))
        @given(addresses(path))
        def ask(address: str) -> None:
            answer = browser.get(address)
            if (said := fault(answer)) and answer.headers.get("content-type", "").startswith(("text/html", "text/pl")):
                broken.append(f"{address[:600]}: {said}")

        ask()
    print(f"{len(PATHS)} addresses, {EXAMPLES} times each")  # noqa: T201 (shown by a long run)
    if broken:
        pytest.fail("\n".join(broken), pytrace=False)
