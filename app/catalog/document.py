"""What every content document has in common: strict frozen models, ids, a digest, faults by their place."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from app.catalog.yamlfile import Limits, Located, Problem, Trail, read


class Document(BaseModel):
    """A part of a content file. Unknown keys are refused, numbers and truth are never guessed from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, allow_inf_nan=False)


class FileDocument(Document):
    """A whole YAML file. `schema` numbers the form that it is written in; a file that does not say is in the first."""

    schema_: Literal[1] = Field(alias="schema")

    @model_validator(mode="before")
    @classmethod
    def _first_form(cls, value: object) -> object:
        # no default value: the number is always written back
        return {"schema": 1, **value} if isinstance(value, dict) else value


Model = TypeVar("Model", bound=BaseModel)


def canonical(document: Document) -> dict[str, object]:
    """Give the JSON document that is stored: defaults left out, keys as in the file."""
    return document.model_dump(mode="json", exclude_defaults=True)


def digest(document: Document | Mapping[str, object]) -> str:
    """Give the SHA-256, in hexadecimal, of the canonical JSON document: equal content, equal digest."""
    content = canonical(document) if isinstance(document, Document) else dict(document)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _matching(pattern: str, sentence: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


def _day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    message = "must be a day such as 2026-09-14"
    raise ValueError(message)


SLUG: Final = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"

_Line = StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=500)

Slug = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=80),
    _matching(SLUG, "must be an id of lower-case letters, digits, dots and hyphens, such as what-it-is"),
]
Region = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=20),
    _matching(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", "must be a region code such as CN"),
]
Line = Annotated[str, _Line]
"""One string of at most 500 characters, the same in every language."""

Url = Annotated[
    str,
    _Line,
    _matching(r"""https://[^\s"'<>\\]+|/(?![/\\])[^\s"'<>\\]*""", "must begin with https:// or with a single /"),
]
Day = Annotated[date, BeforeValidator(_day)]


class Faults:
    """Collects what is wrong between the fields of one model, each with its place."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        self._found: list[tuple[Trail, str]] = []

    def add(self, message: str, *at: str | int) -> None:
        """Note a fault of the part at `at`, counted from the model that is being validated."""
        self._found.append((at, message))

    def check(self) -> None:
        """Raise what was found, if anything, as one error that `problems_of` takes apart again."""
        if self._found:
            text = "; ".join(message for _, message in self._found)
            raise PydanticCustomError("faults", "{text}", {"text": text, "found": self._found})


def twice(values: list[str]) -> list[int]:
    """Give the positions of the values that stand earlier in the list already."""
    seen: set[str] = set()
    again = []
    for position, value in enumerate(values):
        if value in seen:
            again.append(position)
        seen.add(value)
    return again


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Model]):
    """One file as a document, with the places that later checks need; there is no document when it has problems."""

    document: Model | None
    located: Located | None
    problems: tuple[Problem, ...]


def parse(model: type[Model], data: bytes | str, file: str, *, limits: Limits | None = None) -> Parsed[Model]:
    """Read a YAML file as `model`, with all of its problems at once."""
    reading = read(data, file, limits=limits)
    if reading.root is None:
        return Parsed(None, None, reading.problems)
    document, problems = validate(model, reading.root)
    found = (*reading.problems, *problems)
    return Parsed(None if found else document, reading.root, tuple(sorted(found)))


def validate(model: type[Model], located: Located) -> tuple[Model | None, list[Problem]]:
    """Validate a value that was read; a problem stands where its value does."""
    try:
        return model.model_validate(located.value), []
    except ValidationError as error:
        return None, problems_of(error, located)


def problems_of(error: ValidationError, located: Located) -> list[Problem]:
    """Give the errors of a validation as problems of the file that the value came from, in the order of the file."""
    problems: list[Problem] = []
    errors = error.errors(include_url=False)
    for details in errors:
        if details["type"] == "too_short" and any(_is_below(other, details) for other in errors):
            continue  # pydantic counts only the entries that are right
        trail = _trail(details, located.value)
        found = details.get("ctx", {}).get("found")
        if found is not None:
            problems += [located.problem((*trail, *at), message) for at, message in found]
        else:
            problems.append(located.problem(trail, _sentence(details)))
    return sorted(set(problems))


def _is_below(details: ErrorDetails, other: ErrorDetails) -> bool:
    length = len(other["loc"])
    return len(details["loc"]) > length and details["loc"][:length] == other["loc"]


def _trail(details: ErrorDetails, value: object) -> Trail:
    """Leave out of an error's location what only names the branch of a union."""
    trail: list[str | int] = []
    last = len(details["loc"]) - 1
    for position, step in enumerate(details["loc"]):
        entries = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(entries, dict) and step in entries:
            value = entries[step]
        elif not (details["type"] == "missing" and position == last):
            continue
        trail.append(step)
    if details["type"].startswith("union_tag") and "discriminator" in details.get("ctx", {}):
        trail.append(str(details["ctx"]["discriminator"]).strip("'"))
    return tuple(trail)


_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "is not a key that is known here",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "literal_error": "must be one of: {expected}",
    "tuple_type": "must be a list",
    "dict_type": "must be a map",
    "model_type": "must be a map",
    "model_attributes_type": "must be a map",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "union_tag_not_found": "is missing",
    "union_tag_invalid": "must be one of: {expected_tags}",
    "value_error": "{error}",
}


def _sentence(details: ErrorDetails) -> str:
    kind = details["type"]
    if details["input"] is None and kind not in ("missing", "value_error"):
        return "is empty"
    context = {name: str(value).removesuffix(".0") for name, value in details.get("ctx", {}).items()}
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return f"must have {bound} {'entry' if bound.endswith(' 1') else 'entries'}"
    if "expected" in context:
        context["expected"] = context["expected"].replace("'", "").replace(" or ", ", ")
    if "expected_tags" in context:
        context["expected_tags"] = context["expected_tags"].replace("'", "")
    template = _SENTENCES.get(kind)
    return template.format(**context) if template else details["msg"]
