"""What would an answer to one wording of a question be as an answer to another?

Answers name options by their places in the wording that was shown. Another wording may list them in another order,
so places are found again by what stands there; where that cannot be told, nobody may guess.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.catalog.text import Text, by_locale

Document = Mapping[str, Any]


class UntranslatableError(ValueError):
    """The two wordings differ in more than their key."""


def translate(old: Document, new: Document, answer: Any) -> Any:
    """Give the answer in places of the new wording.

    Raises UntranslatableError when the type differs, or when what was shown then is not what the new wording asks.
    """
    if old["type"] != new["type"] or old["type"] == "essay":
        raise UntranslatableError
    match old["type"]:
        case "single" | "multiple" | "ordering":
            return _chosen(old["options"], new["options"], answer, whole=old["type"] == "ordering")
        case "matching":
            return _matched(old, new, answer)
        case "cloze":
            return _filled(old, new, answer)
        case _:  # what was typed, true and false mean the same in every wording
            return answer


def same_words(one: Text, other: Text) -> bool:
    """Tell whether two texts say the same in every language that both have."""
    left, right = by_locale(one), by_locale(other)
    shared = left.keys() & right.keys()
    return bool(shared) and all(left[locale] == right[locale] for locale in shared)


def _places(old: Sequence[Text], new: Sequence[Text]) -> dict[int, int]:
    return {
        place: found
        for place, text in enumerate(old)
        for found in [next((at for at, other in enumerate(new) if same_words(text, other)), None)]
        if found is not None
    }


def _chosen(old: Sequence[Document], new: Sequence[Document], answer: Any, *, whole: bool) -> Any:
    places = _places([each["text"] for each in old], [each["text"] for each in new])
    known = set(places.values())
    if any(place not in known for place, each in enumerate(new) if whole or each.get("correct")):
        raise UntranslatableError  # what is right now was not among the options then
    if isinstance(answer, list):
        return [_place(places, each) for each in answer]
    return None if answer is None or isinstance(answer, dict) else _place(places, answer)


def _place(places: Mapping[int, int], place: Any) -> int:
    if place not in places:
        raise UntranslatableError
    return places[place]


def _rights(document: Document) -> list[Text]:
    return [*(pair["right"] for pair in document["pairs"]), *document.get("extra", ())]


def _matched(old: Document, new: Document, answer: Any) -> Any:
    if not isinstance(answer, list):
        return None
    lefts = _places([pair["left"] for pair in new["pairs"]], [pair["left"] for pair in old["pairs"]])
    rights = _places(_rights(old), _rights(new))
    known = [_rights(new)[place] for place in rights.values()]
    if len(lefts) < len(new["pairs"]) or any(
        not any(same_words(pair["right"], each) for each in known) for pair in new["pairs"]
    ):
        raise UntranslatableError
    given = [answer[lefts[place]] for place in range(len(new["pairs"]))]
    return [None if each is None else _place(rights, each) for each in given]


def _filled(old: Document, new: Document, answer: Any) -> Any:
    before = {gap["id"]: gap for gap in old["gaps"]}
    after = {gap["id"]: gap for gap in new["gaps"]}
    if before.keys() != after.keys() or any(before[name]["type"] != after[name]["type"] for name in after):
        raise UntranslatableError
    if not isinstance(answer, dict):
        return None
    given = answer.get("gaps", {})
    return {
        "gaps": {
            name: _chosen(before[name]["options"], gap["options"], given.get(name), whole=False)
            if gap["type"] == "choice"
            else given.get(name)
            for name, gap in after.items()
        }
    }
