"""What programs ask for of each other: it must be there, and nobody waits for themselves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.authoring.prerequisites import check_prerequisites, ladder
from app.catalog.yamlfile import Located
from app.certification.content import ProgramDocument
from writing import PROGRAM

Asked = list[dict[str, Any]]


def program(*certified: str, levels: dict[str, Asked] | None = None, **more: Any) -> dict[str, Any]:
    asked = [{"attest": "redlines"}, *({"certified": each} for each in certified)]
    above = [{"id": name, "name": name, "requirements": each} for name, each in (levels or {}).items()]
    return {**PROGRAM, "requirements": asked, **({"levels": above} if above else {}), **more}


def faults(product: str, programs: dict[str, dict[str, Any] | None]) -> list[str]:
    document = programs[product]
    assert document is not None
    ladders = {name: None if each is None else ladder(each) for name, each in programs.items()}
    found = check_prerequisites(
        product, ProgramDocument.model_validate(document), Located("program", document, {}), ladders
    )
    return [f"{each.path}: {each.message}" for each in found]


SENIOR = {"senior": [{"sign_off": "pitch"}]}
EITHER = {"any_of": [[{"quiz": "one"}], [{"sign_off": "two"}, {"certified": "b"}]]}


@pytest.mark.parametrize(
    ("programs", "expected"),
    [
        pytest.param({"a": program("b"), "b": program()}, [], id="there"),
        pytest.param({"a": program("b/senior"), "b": program(levels=SENIOR)}, [], id="a level that is there"),
        pytest.param({"a": program("b/standard"), "b": program()}, [], id="the first level by its name"),
        pytest.param({"a": program("b"), "b": None}, [], id="one that cannot be read is blamed elsewhere"),
        pytest.param(
            {"a": program("b")}, ["requirements.1: there is no program of b to be certified under"], id="not there"
        ),
        pytest.param({"a": program("b/senior"), "b": program()}, ["requirements.1: b has no level senior"], id="level"),
        pytest.param(
            {"a": program("a/senior", levels=SENIOR)},
            ["requirements.1: is the product itself; a level builds on those before it"],
            id="itself",
        ),
        pytest.param(
            {"a": program("b"), "b": program("c"), "c": program("a")},
            ["requirements.1: goes in a circle: a → b → c → a"],
            id="a circle of three",
        ),
        pytest.param(
            {"a": program(levels={"senior": [EITHER]}), "b": program("a/senior")},
            ["levels.0.requirements.0.any_of.1.1: goes in a circle: a/senior → b → a/senior"],
            id="a circle through a way and a level",
        ),
        pytest.param(
            {"a": program("b"), "b": program(levels={"senior": [{"certified": "a"}]})}, [], id="above is no circle"
        ),
        pytest.param(
            {"a": program(levels={"senior": [{"certified": "b/senior"}]}), "b": program("a", levels=SENIOR)},
            [],
            id="the first level of the one, the second of the other",
        ),
        pytest.param(
            {"a": program(), "b": program("a/senior")},
            ["levels: b asks for a/senior, which is none of the levels"],
            id="another asks for a level that went",
        ),
        pytest.param(
            {"a": program("b"), "b": program("c"), "c": program("b")}, [], id="a circle of others is theirs to mend"
        ),
    ],
)
def test_what_is_asked_for_is_there_and_forms_no_circle(
    programs: dict[str, dict[str, Any] | None], expected: list[str]
) -> None:
    assert faults("a", programs) == expected


@given(
    st.integers(2, 12).flatmap(
        lambda size: st.tuples(
            st.just(size), st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30)
        )
    )
)
def test_the_last_program_that_closes_a_circle_is_refused_and_no_other(
    graph: tuple[int, set[tuple[int, int]]],
) -> None:
    size, pairs = graph
    # whoever comes first asks for those who come later, which can form no circle
    edges = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    programs = {f"p{n}": program(*(f"p{to}" for start, to in sorted(edges) if start == n)) for n in range(size)}
    assert [fault for name in programs for fault in faults(name, dict(programs))] == []

    reached = {0}
    for start, to in sorted(edges):
        if start in reached:
            reached.add(to)
    last = max(reached)
    closing = {**programs, f"p{last}": program("p0")}
    found = faults(f"p{last}", dict(closing)) if last else []
    assert len(found) == (1 if last else 0)
    assert all(f"circle: p{last} → p0" in each for each in found)
