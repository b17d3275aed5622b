"""What a browser may send about policies: days, a reason, and several requirements on one page."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, field_validator
from starlette.datastructures import FormData

from app.catalog.content import DEAL_STAGES, DealStage
from app.certification.content import Coverage, Enforcement
from app.deals.facts import OWNER
from app.deals.policies.content import PolicyDocument, RequirementDocument
from app.web.forms import Blank, Bound, Form, bind
from app.web.i18n import gettext as _

MOST_ROWS: Final = 10
_MOST_REGIONS: Final = 40
_ROW: Final = re.compile(r"requirements\.(\d{1,2})\.[a-z_]+")
_REGION: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_LONGEST_REGION: Final = 20

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class RequirementForm(Form):
    """One requirement; regions are codes with commas between them."""

    enforcement: Enforcement
    coverage: Coverage = "every"
    level: Annotated[str, StringConstraints(max_length=100)] = ""
    from_stage: DealStage = DEAL_STAGES[0]
    regions: Annotated[str, StringConstraints(max_length=1000)] = ""
    roles: tuple[str, ...] = ()

    @field_validator("regions")
    @classmethod
    def _are_codes(cls, regions: str) -> str:
        found = split(regions)
        for each in found:
            if len(each) > _LONGEST_REGION or not _REGION.fullmatch(each):
                raise ValueError(_("Write codes such as CN, with commas between them."))
        if len(found) > _MOST_REGIONS:
            raise ValueError(_("These are too many regions; leave it empty for all."))
        return regions


class DaysForm(Form):
    """From when on, for how long, and what callers do while they get no answer."""

    starts_on: date
    ends_on: Annotated[date | None, Blank] = None
    failure_mode: Literal["closed", "open"] = "closed"


class PolicyForm(DaysForm):
    """A policy to set, with the reason, and the step of the page that it was written on."""

    reason: Reason
    step: Annotated[int, Field(ge=0, le=2**31 - 1)]


class WithdrawForm(Form):
    """A policy to take back or to end, as the page showed it."""

    reason: Reason
    seen: Literal["coming", "running"]
    step: Annotated[int, Field(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: the levels of the program in force, and the deal roles."""

    levels: Collection[str]
    roles: Collection[str]


@dataclass
class Sheet:
    """The form as typed, whole; `document` is what it asks, where it can be read."""

    form: Bound[Any]
    count: int
    document: PolicyDocument | None = None


@dataclass
class _Rows:
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    found: list[RequirementForm] = field(default_factory=list)


def read(form: type[DaysForm], raw: FormData, choices: Choices) -> Sheet:
    """Read a form; what is wrong is said with the field it is wrong in."""
    bound: Bound[Any] = bind(form, raw)
    bound.values = {**_typed(raw, PolicyForm), **bound.values}
    rows = _Rows()
    numbers = _numbers(raw)
    for place, number in enumerate(numbers):
        _read_row(rows, place, _row(raw, number), choices)
    _check_twice(rows)
    if not numbers:
        rows.errors["requirements"] = _("Ask for at least one thing; to ask for nothing, observe.")
    bound.values.update(rows.values)
    document = None if rows.errors else _document(rows.found, str(bound.get("failure_mode", "closed")))
    for name, sentence in rows.errors.items():
        bound.wrong(name, sentence)
    return Sheet(bound, len(numbers), document=document)


def lay(document: Mapping[str, Any], **values: Any) -> Sheet:
    """Show a policy for changing."""
    bound: Bound[Any] = Bound(values={"failure_mode": "closed", **values})
    requirements: Sequence[Mapping[str, Any]] = document["requirements"]
    bound.values["failure_mode"] = document.get("failure_mode", "closed")
    for place, each in enumerate(requirements):
        bound.values |= {
            f"requirements.{place}.{name}": value
            for name, value in {
                "enforcement": each["enforcement"],
                "coverage": each.get("coverage", "every"),
                "level": each.get("level") or "",
                "from_stage": each.get("from_stage", DEAL_STAGES[0]),
                "regions": ", ".join(each.get("regions", ())),
                "roles": list(each.get("roles", ())),
            }.items()
        }
    return Sheet(bound, len(requirements), document=PolicyDocument.model_validate(document))


def change_rows(raw: FormData, wish: str) -> FormData:
    """Add a row, or remove one (`remove:2`), and leave everything else as it was typed."""
    numbers = _numbers(raw)
    fields = [(name, value) for name, value in raw.multi_items() if not _ROW.fullmatch(name)]
    verb, _colon, which = wish.partition(":")
    kept = [number for place, number in enumerate(numbers) if not (verb == "remove" and which == str(place))]
    for place, number in enumerate(kept):
        fields += [(f"requirements.{place}.{name}", value) for name, value in _row(raw, number).multi_items()]
    if verb == "add" and len(kept) < MOST_ROWS:
        fields.append((f"requirements.{len(kept)}.enforcement", "observe"))
    return FormData(fields)


def split(regions: str) -> list[str]:
    """Read codes with commas between them, each once."""
    return list(dict.fromkeys(filter(None, (each.strip() for each in regions.replace("，", ",").split(",")))))


def _read_row(rows: _Rows, place: int, raw: FormData, choices: Choices) -> None:
    bound = bind(RequirementForm, raw)
    data = bound.data
    if data and data.level not in choices.levels:
        bound.wrong("level", _("The program in force has no such level. Choose one of the list."))
    if data and not set(data.roles) <= set(choices.roles):
        bound.wrong("roles", _("Choose one of the list."))
    if data and data.coverage == "owner" and data.roles and OWNER not in data.roles:
        bound.wrong("roles", _("Only the owner counts here, and the owner is not among these roles."))
    rows.values |= {f"requirements.{place}.{name}": value for name, value in bound.values.items()}
    rows.errors |= {f"requirements.{place}.{name}": sentence for name, sentence in bound.errors.items()}
    if bound.data:
        rows.found.append(bound.data)


def _check_twice(rows: _Rows) -> None:
    documents = [_requirement(each) for each in rows.found]
    for place, each in enumerate(documents):
        if not rows.errors and each in documents[:place]:
            rows.errors[f"requirements.{place}.enforcement"] = _("This requirement stands here already.")


def _document(rows: Iterable[RequirementForm], failure_mode: str) -> PolicyDocument | None:
    if failure_mode not in {"closed", "open"}:
        return None
    return PolicyDocument.model_validate({"requirements": tuple(map(_requirement, rows)), "failure_mode": failure_mode})


def _requirement(row: RequirementForm) -> RequirementDocument:
    return RequirementDocument(
        level=row.level or None,
        regions=tuple(split(row.regions)),
        from_stage=row.from_stage,
        roles=row.roles,
        coverage=row.coverage,
        enforcement=row.enforcement,
    )


def _numbers(raw: FormData) -> list[int]:
    found = {int(match[1]) for name in raw if (match := _ROW.fullmatch(name))}
    return sorted(found)[:MOST_ROWS]


def _row(raw: FormData, number: int) -> FormData:
    prefix = f"requirements.{number}."
    return FormData(
        [(name.removeprefix(prefix), value) for name, value in raw.multi_items() if name.startswith(prefix)]
    )


def _typed(raw: FormData, form: type[Form]) -> dict[str, str]:
    """Return what was typed into the fields of a larger form, so that nothing is lost while one tries."""
    return {name: str(raw[name]).replace("\x00", "") for name in form.model_fields if isinstance(raw.get(name), str)}
