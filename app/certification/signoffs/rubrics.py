"""The rubric of a version of a program, by its id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.certification.content import Criterion, Rubric
from app.certification.signoffs.rules import Asked
from app.web.i18n import gettext as _

Document = Mapping[str, Any]
"""A program's document, as it is stored."""


@dataclass(frozen=True, slots=True)
class VersionedRubric:
    """A rubric with the version of the program that it stands in."""

    version_id: int
    version: int
    rubric: Rubric


def asked_rubrics(document: Document) -> list[str]:
    """Return the ids of the demonstrations that a program asks for, on any level and in any alternative."""
    levels = [document, *document.get("levels", ())]
    found = (each for level in levels for each in _sign_offs(level["requirements"]))
    return list(dict.fromkeys(found))


def _sign_offs(requirements: Any) -> Iterator[str]:
    for each in requirements:
        if "sign_off" in each:
            yield each["sign_off"]
        for alternative in each.get("any_of", ()):
            yield from _sign_offs(alternative if isinstance(alternative, list) else [alternative])


def rubric_of(document: Document, rubric: str) -> Rubric:
    """Return what a program says of a rubric; one that it does not describe has one criterion, which must be met."""
    for each in document.get("rubrics", ()):
        if each["id"] == rubric:
            return Rubric.model_validate(each)
    return Rubric(
        id=rubric,
        name=rubric.replace("-", " ").capitalize(),
        criteria=(Criterion(id="shown", text=_("Shows what is asked."), must_pass=True),),
    )


def asked_of(rubric: Rubric) -> Asked:
    """Return what of a rubric decides."""
    return Asked(
        criteria=[each.id for each in rubric.criteria],
        must_pass={each.id for each in rubric.criteria if each.must_pass},
        pass_percent=rubric.pass_percent,
    )
