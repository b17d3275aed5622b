"""Which aims hold on which database."""

import pytest

from bench import aims

AIMS = [
    (aims.per_core(300), {"per_core": 300.0}, "≥ 300 held"),
    (aims.per_core(300), {"per_core": 299.9}, "≥ 300 missed"),
    (aims.of_bare(0.5), {"ratio": 0.49}, "≥ 0.5 × bare missed"),
    (aims.p99(160), {"p99_ms": 160}, "p99 ≤ 160 ms held"),
    (aims.p99_of_bare(3), {"p99_ratio": 3.01}, "p99 ≤ 3 × bare missed"),
    (aims.grows(1.2), {"ratio": 1.2}, "≤ 1.2 × held"),
    (aims.at_most("seconds", 10, "s"), {"seconds": 11}, "≤ 10 s missed"),
]


@pytest.mark.parametrize(("aim", "figures", "said"), AIMS)
def test_an_aim_is_held_or_missed(aim: aims.Aim, figures: dict[str, float], said: str) -> None:
    assert aims.said((aim,), figures) == said


def test_an_operation_may_have_other_aims_on_another_database() -> None:
    assert aims.of_operation("course_page", "sqlite") == (aims.per_core(370), aims.of_bare(0.35))
    assert aims.of_operation("course_page", "postgresql") == (aims.of_bare(0.4),)
    assert aims.of_operation("home", "sqlite") == aims.of_operation("home", "postgresql")


def test_what_has_no_aim_is_said_so() -> None:
    assert aims.said(aims.of_operation("lesson_page", "sqlite"), {}) == "–"
