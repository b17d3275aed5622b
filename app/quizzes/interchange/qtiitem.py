"""Reads one QTI item, 2.1 names throughout, as the keys that our item of that kind has."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any, Final

from app.catalog.document import SLUG
from app.quizzes.interchange import dossiers
from app.quizzes.interchange.checking import WHOLE_ESSAY
from app.quizzes.interchange.choices import Choice, options_of
from app.quizzes.interchange.drafts import Draft
from app.quizzes.interchange.outcome import LossCode, SkipCode, SkipError
from app.quizzes.interchange.qtibody import MARKED, asked, interactions, prose, without
from app.quizzes.interchange.qtikeys import Response
from app.quizzes.interchange.qtiprocessing import Rule, rules, shown_by_choice
from app.quizzes.interchange.xmltree import Element, child, children, words

GAP: Final = "GAP_"
"""What stands before the id of a gap in a response identifier that we wrote."""

_LONGEST_ID: Final = 80
_INLINE: Final = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
_TRUE, _FALSE = "true", "false"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_POINTS: Final = 1000
_MOST_PARTS: Final = 1000
_MOST_GAPS: Final = 20
_ROUNDED: Final = Fraction(1, 10**9)
_LONGEST_NUMBER: Final = 20
_OVERALL: Final = frozenset({"general", "general_fb", "generalfeedback", "solution"})


class QtiItem:
    """One item: its interaction or interactions, and what it loses in `draft`."""

    def __init__(self, element: Element, draft: Draft) -> None:
        """Look at an assessmentItem. Raises SkipError when it is of no kind that is known."""
        body = child(element, "itemBody")
        if body is None:
            raise SkipError(SkipCode.no_prompt)
        if element.get("adaptive", "false") == "true":
            raise SkipError(SkipCode.response_processing, "adaptive")
        if child(element, "templateDeclaration") is not None or child(element, "templateProcessing") is not None:
            raise SkipError(SkipCode.calculated)
        self.element, self.body, self.draft = element, body, draft
        self.interactions = interactions(body)
        if not self.interactions:
            raise SkipError(SkipCode.description)
        if len(self.interactions) > _MOST_GAPS:
            raise SkipError(SkipCode.too_many_options, "interactions")
        names = [each.get("responseIdentifier", "") for each in self.interactions]
        self.kinds = [str(each.tag) for each in self.interactions]
        if unknown := [kind for kind in dict.fromkeys(self.kinds) if kind not in _READERS.keys() | _INLINE]:
            raise SkipError(SkipCode.unknown_type, ", ".join(unknown))
        self.rules: Mapping[str, Rule] = {} if self.kinds == ["extendedTextInteraction"] else rules(element, names)

    def document(self) -> dict[str, Any]:
        """Give the document of the item, without its id."""
        if len(self.interactions) > 1 or (self.kinds[0] in _INLINE and self._is_within_text()):
            if not set(self.kinds) <= _INLINE:
                raise SkipError(SkipCode.unknown_type, ", ".join(dict.fromkeys(self.kinds)))
            own = self._cloze()
        elif (reader := _READERS.get(self.kinds[0])) is None:
            raise SkipError(SkipCode.unknown_type, self.kinds[0])
        else:
            own = self._head() | reader(self, self.interactions[0])
        if not own["prompt"]:
            raise SkipError(SkipCode.no_prompt)
        return own | {"feedback": self._overall_feedback() or None}

    def response(self, interaction: Element) -> Response:
        """Give the response of an interaction. Raises SkipError when nothing says how it is marked."""
        name = interaction.get("responseIdentifier", "")
        if name not in self.rules:
            raise SkipError(SkipCode.no_right_answer, name[:80])
        return Response(self.element, self.rules[name], self.draft)

    def choices(self, interaction: Element, name: str) -> tuple[list[Choice], list[str], Fraction]:
        """Give the choices of an interaction with their marks, their identifiers, and the points of a full mark."""
        found = list(children(interaction, name))
        names = [each.get("identifier", "") for each in found]
        marks, points = self.response(interaction).marks(names)
        choices = []
        for place, (each, mark) in enumerate(zip(found, marks, strict=True)):
            text, media = self.thing(each, place)
            choices.append(Choice(text, mark, self._said_to(each), media))
        return choices, names, points

    def thing(self, element: Element, place: int) -> tuple[str, dict[str, Any] | None]:
        """Give the text and the picture of something to choose; a picture alone has its description or a letter."""
        media: list[dict[str, str]] = []
        element = without(element, "feedbackInline")
        text = prose(element, self.draft, self.draft.pictures(media, most=1))
        if not text and media:
            text = media[0].get("alt") or _LETTERS[place % len(_LETTERS)]
        return text, media[0] if media else None

    def _head(self) -> dict[str, Any]:
        prompt, media, guidance = asked(self.body, self.draft, {})
        return {"prompt": prompt, "media": media} | ({"guidance": guidance} if self._is_essay() and guidance else {})

    def _is_essay(self) -> bool:
        return self.kinds == ["extendedTextInteraction"]

    def _is_within_text(self) -> bool:
        """Say whether words follow a single gap, as in a sentence to complete."""
        name = self.interactions[0].get("responseIdentifier", "")
        if name.startswith(GAP):
            return True
        marked, _, _ = asked(self.body, Draft.silent(), {name: 0})
        after = MARKED.split(marked)[-1]
        return self.kinds[0] == "inlineChoiceInteraction" or any(letter.isalnum() for letter in after)

    def _cloze(self) -> dict[str, Any]:
        names = [each.get("responseIdentifier", "") for each in self.interactions]
        if len(set(names)) < len(names):
            raise SkipError(SkipCode.malformed, "responseIdentifier")
        prompt, media, _ = asked(self.body, self.draft, {name: place for place, name in enumerate(names)})
        gaps, worth = [], []
        for place, each in enumerate(self.interactions):
            gap, points = self._gap(each, place)
            gaps.append(gap)
            worth.append(points)
        total = sum(worth, Fraction(0))
        for gap, points in zip(gaps, _proportion(worth), strict=True):
            gap["points"] = _bounded(points)
        if "[[" in prompt:
            prompt = prompt.replace("[[", "[ [")
            self.draft.lose(LossCode.formatting, "[[")
        return {
            "type": "cloze",
            "prompt": MARKED.sub(lambda found: f"[[{gaps[int(found[1])]['id']}]]", prompt),
            "media": media,
            "gaps": gaps,
            "points": _bounded(self._rounded(total)),
        }

    def _rounded(self, total: Fraction) -> Fraction:
        """Give the declared mark of which the total falls short by rounding alone."""
        declared = self.most_points()
        return declared if declared is not None and abs(declared - total) * 100 <= total else total

    def most_points(self) -> Fraction | None:
        """Give the most points that the item declares."""
        for each in children(self.element, "outcomeDeclaration"):
            value = words(each) if each.get("identifier") == "MAXSCORE" else ""
            if value.replace(".", "", 1).isdecimal() and len(value) < _LONGEST_NUMBER:
                return Fraction(value)
        return None

    def _gap(self, interaction: Element, place: int) -> tuple[dict[str, Any], Fraction]:
        if interaction.tag == "textEntryInteraction":
            document, points = self.response(interaction).typed()
        else:
            choices, _, points = self.choices(interaction, "inlineChoice")
            document, losses = options_of(choices, one=True)
            if document["type"] != "single":
                raise SkipError(SkipCode.weights, "inlineChoiceInteraction")
            self.draft.losses += losses
            document = {"type": "choice", "options": _pinned(interaction, "inlineChoice", document["options"])}
        name = interaction.get("responseIdentifier", "").removeprefix(GAP)
        is_ours = (
            interaction.get("responseIdentifier") != name and re.fullmatch(SLUG, name) and len(name) <= _LONGEST_ID
        )
        return {"id": name if is_ours else f"g{place + 1}"} | document, points

    def _said_to(self, choice: Element) -> str:
        """Give what is said to whoever chose this: within it, or after all by its identifier."""
        name = choice.get("identifier")
        said = [each for each in children(choice, "feedbackInline") if each.get("identifier") == name]
        if shown_by_choice(self.element):
            said += [
                each
                for each in children(self.element, "modalFeedback")
                if each.get("identifier") == name and each.get("showHide", "show") == "show"
            ]
        return "\n\n".join(filter(None, (prose(each, self.draft) for each in said)))

    def _overall_feedback(self) -> str:
        """Give what is said to everybody; what depends on the mark is lost."""
        set_values = {"".join(each.itertext()).strip() for each in self.element.iter("baseValue")}
        choices = (
            {each.get("identifier") for each in self.body.iter("simpleChoice")} if _has_options(self.kinds) else set()
        )
        found = []
        for each in children(self.element, "modalFeedback"):
            name, shows = each.get("identifier", ""), each.get("showHide", "show") == "show"
            if (name.lower() in _OVERALL and shows) or (not shows and name not in choices | set_values):
                found.append(prose(each, self.draft))
            elif name not in choices or not shows or not shown_by_choice(self.element):
                self.draft.lose(LossCode.feedback, f"{name}: {prose(each, self.draft)}")
        return "\n\n".join(filter(None, found))


def _choice(item: QtiItem, interaction: Element) -> dict[str, Any]:
    choices, names, points = item.choices(interaction, "simpleChoice")
    most = interaction.get("maxChoices", "1")
    is_single = item.response(interaction).is_single
    if sorted(names) == [_FALSE, _TRUE] and is_single and {each.mark for each in choices} == {0.0, 1.0}:
        return _true_false(dict(zip(names, choices, strict=True))) | {"points": _bounded(points)}
    document, losses = options_of(choices, one=is_single or most == "1")
    item.draft.losses += losses
    right = sum(each.mark > 0 for each in choices)
    if not is_single and most not in {"0", "1"}:
        if most.isdecimal() and int(most) < right:
            raise SkipError(SkipCode.weights, f"maxChoices: {most}")
        item.draft.lose(LossCode.response_limit, f"maxChoices: {most}")
    options = _pinned(interaction, "simpleChoice", document["options"])
    return document | {"options": options, "points": _bounded(points)}


def _true_false(choices: Mapping[str, Choice]) -> dict[str, Any]:
    return {
        "type": "true_false",
        "answer": choices[_TRUE].mark == 1,
        "feedback_true": choices[_TRUE].feedback or None,
        "feedback_false": choices[_FALSE].feedback or None,
    }


def _text_entry(item: QtiItem, interaction: Element) -> dict[str, Any]:
    document, points = item.response(interaction).typed()
    return document | {"points": _bounded(points)}


def _extended_text(item: QtiItem, _interaction: Element) -> dict[str, Any]:
    return {"type": "essay", "criteria": [WHOLE_ESSAY], "points": _bounded(item.most_points() or Fraction(1))}


def _match(item: QtiItem, interaction: Element) -> dict[str, Any]:
    sets = list(children(interaction, "simpleMatchSet"))
    if len(sets) != 2:  # noqa: PLR2004 - what is matched with what
        raise SkipError(SkipCode.malformed, "simpleMatchSet")
    texts = [
        {each.get("identifier", ""): item.thing(each, 0)[0] for each in children(side, "simpleAssociableChoice")}
        for side in sets
    ]
    if any(True for _ in interaction.iter("img", "object")):
        raise SkipError(SkipCode.unknown_type, "matchInteraction: picture")
    right, points = item.response(interaction).pairs()
    turned = [(second, first) for first, second in right]
    for pairs, (lefts, rights) in ((right, texts), (turned, (texts[1], texts[0]))):
        if sorted(left for left, _ in pairs) == sorted(lefts) and all(end in rights for _, end in pairs):
            by_left = dict(pairs)
            break
    else:
        raise SkipError(SkipCode.weights, "matchInteraction")
    if interaction.get("shuffle", "false") != "true":
        item.draft.lose(LossCode.shuffle)
    return {
        "type": "matching",
        "pairs": [{"left": text, "right": rights[by_left[name]]} for name, text in lefts.items()],
        "extra": [text for name, text in rights.items() if name not in by_left.values()],
        "points": _bounded(points),
    }


def _order(item: QtiItem, interaction: Element) -> dict[str, Any]:
    response = item.response(interaction)
    found = {each.get("identifier", ""): each for each in children(interaction, "simpleChoice")}
    if response.rule.kind != "match" or sorted(response.correct) != sorted(found):
        raise SkipError(SkipCode.response_processing, "orderInteraction")
    options = []
    for place, name in enumerate(response.correct):
        text, media = item.thing(found[name], place)
        options.append({"text": text} | ({"media": media} if media else {}))
    return {"type": "ordering", "options": options, "points": _bounded(response.rule.points)}


_READERS: Final[Mapping[str, Callable[[QtiItem, Element], dict[str, Any]]]] = {
    "choiceInteraction": _choice,
    "textEntryInteraction": _text_entry,
    "extendedTextInteraction": _extended_text,
    "matchInteraction": _match,
    "orderInteraction": _order,
}


def tagged(document: dict[str, Any], keywords: list[str], draft: Draft) -> dict[str, Any]:
    """Put the keywords of an item into its document."""
    found, losses = dossiers.sort(keywords)
    for loss in losses:
        draft.lose(loss.code, loss.detail)
    return document | found


def _pinned(interaction: Element, name: str, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the place of options that do; without shuffling all of them do."""
    shuffled = interaction.get("shuffle", "false") == "true"
    return [
        option | ({"pinned": True} if not shuffled or each.get("fixed") == "true" else {})
        for option, each in zip(options, children(interaction, name), strict=True)
    ]


def _proportion(worth: list[Fraction]) -> list[Fraction]:
    """Give what gaps are worth in small whole numbers, where rounding alone is in the way."""
    total = sum(worth, Fraction(0))
    shares = [(each / total).limit_denominator(_MOST_PARTS) for each in worth]
    if any(abs(share - each / total) > _ROUNDED for share, each in zip(shares, worth, strict=True)):
        return worth
    by = lcm(*(share.denominator for share in shares))
    return [share * by for share in shares] if by <= _MOST_PARTS else worth


def _bounded(points: Fraction | int) -> float:
    if not 0 < points <= _MOST_POINTS:
        raise SkipError(SkipCode.weights, f"{float(points):g}")
    return float(points)


def _has_options(kinds: list[str]) -> bool:
    return kinds == ["choiceInteraction"]
