"""Items as a GIFT file, in one language. What GIFT cannot say goes into comments (`giftnotes`) or is named as lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from app.catalog.text import Text, localized
from app.quizzes.interchange import dossiers, giftkeys, giftnotes
from app.quizzes.interchange.checking import WHOLE_ESSAY
from app.quizzes.interchange.giftblocks import category_of
from app.quizzes.interchange.outcome import Loss, LossCode, Written, collected
from app.quizzes.interchange.texts import clean, from_html, to_html

_ESCAPES: Final = str.maketrans({each: f"\\{each}" for each in "\\#=~{}:"} | {"\n": "\\n"})
_CATEGORY: Final = "$CATEGORY: $course$/top"


def write(items: Sequence[Mapping[str, Any]], _media: Mapping[str, bytes], locale: str) -> Written:
    """Write items in `locale`, as the reader of this format reads them."""
    parts: list[str] = []
    losses: list[tuple[str, Loss]] = []
    category = ""
    for item in items:
        question = Question(item, locale)
        try:
            written = question.write()
        except giftkeys.UnwritableError as error:
            losses.append((item["id"], Loss(LossCode.left_out, str(error))))
            continue
        if question.category != category:
            category = question.category
            parts.append(f"{_CATEGORY}/{category}\n" if category else f"{_CATEGORY}\n")
        parts.append(written)
        losses += ((item["id"], loss) for loss in dict.fromkeys(question.losses))
    return Written("\n".join(parts).encode(), losses=collected(losses))


class Question:
    """One item on its way into a file, with what it loses."""

    def __init__(self, item: Mapping[str, Any], locale: str) -> None:
        """Write `item` in `locale`."""
        self.losses: list[Loss] = []
        self.category = self._category(item.get("category") or "")
        self._item = item
        self._locale = locale

    def write(self) -> str:
        """Give the lines of the question. Raises UnwritableError."""
        kinds: Mapping[str, Callable[[], str]] = {
            "single": self._choices,
            "multiple": self._choices,
            "true_false": self._true_false,
            "short_text": self._short_text,
            "numeric": self._numeric,
            "matching": self._matching,
            "ordering": self._ordering,
            "essay": self._essay,
        }
        kind = self._item["type"]
        if kind not in kinds:
            raise giftkeys.UnwritableError(kind)
        for each in _media(self._item):
            self.losses.append(Loss(LossCode.image_left_out, each["file"]))
        prompt = self._words(self._item["prompt"]).translate(_ESCAPES)
        answer = kinds[kind]()
        if feedback := self._feedback(self._item.get("feedback")):
            answer += f"####{feedback}"  # no blank line here, which would end the question
        notes = " ".join(self._notes())
        return f"// {notes}\n::{self._item['id'].translate(_ESCAPES)}::[plain]{prompt}{{{answer}}}\n"

    def _category(self, category: str) -> str:
        if category and category_of(f"$course$/top/{category}") != category:
            self.losses.append(Loss(LossCode.category, category))
            return ""
        return category

    def _words(self, text: Text) -> str:
        """Give a text in the language that is written."""
        words = localized(text, self._locale)
        if not isinstance(text, str):
            others = sorted(locale for locale, other in text.items() if other != words)
            self.losses += [Loss(LossCode.language, ", ".join(others))] if others else []
        kept = clean(words)
        if not kept:
            raise giftkeys.UnwritableError("control characters")
        if kept != words:
            self.losses.append(Loss(LossCode.formatting))
        return kept

    def _answer(self, text: Text) -> str:
        """Write a text that stands behind `~` or `=`; what looks like a weight or a format is none."""
        words = self._words(text)
        return f"{'[plain]' if words[0] in '[%' else ''}{words.translate(_ESCAPES)}"

    def _feedback(self, text: Text | None, *, arrows: bool = True) -> str:
        if text is None:
            return ""
        return self._answer(text) if arrows else self._without_arrow(text)

    def _without_arrow(self, text: Text) -> str:
        """Write a text where an arrow would part a pair."""
        words = self._words(text)
        if "->" not in words:
            return self._answer(words)
        markup = to_html(words)
        if from_html(markup).text != words:
            self.losses.append(Loss(LossCode.formatting))
        return f"[html]{markup.translate(_ESCAPES)}"

    def _behind(self, text: Text | None, *, arrows: bool = True) -> str:
        return f"#{feedback}" if (feedback := self._feedback(text, arrows=arrows)) else ""

    def _choices(self) -> str:
        options = self._item["options"]
        lines = []
        for option, share in zip(options, giftkeys.shares(self._item, self.losses), strict=True):
            sign = "=" if share == 1 and self._item["type"] == "single" else f"~{giftkeys.percent(share)}"
            lines.append(f"\t{sign}{self._answer(option['text'])}{self._behind(option.get('feedback'))}\n")
        return "\n" + "".join(lines)

    def _true_false(self) -> str:
        answer = self._item["answer"]
        right, wrong = (self._item.get(f"feedback_{str(each).lower()}") for each in (answer, not answer))
        said = f"#{self._feedback(wrong)}" if wrong or right else ""
        return f"{str(answer).upper()}{said}{self._behind(right)}"

    def _short_text(self) -> str:
        lines = []
        for accepted in giftkeys.accepted(self._item, self.losses):
            if "->" in accepted.text:
                raise giftkeys.UnwritableError("->")
            sign = giftkeys.percent(accepted.share, usual=1)
            said = self._behind(accepted.feedback, arrows=False)
            lines.append(f"\t={sign}{self._answer(accepted.text)}{said}\n")
        return "\n" + "".join(lines)

    def _numeric(self) -> str:
        lines = [
            f"\t={giftkeys.percent(share, usual=1)}{number}{self._behind(feedback)}\n"
            for share, number, feedback in giftkeys.numbers(self._item, self.losses)
        ]
        return "#\n" + "".join(lines)

    def _matching(self) -> str:
        return self._pairs([(each["left"], each["right"]) for each in self._item["pairs"]], self._item.get("extra", ()))

    def _ordering(self) -> str:
        self.losses.append(Loss(LossCode.type, "ordering"))
        return self._pairs([(each["text"], str(place)) for place, each in enumerate(self._item["options"], start=1)])

    def _pairs(self, pairs: Sequence[tuple[Text, Text]], extra: Sequence[Text] = ()) -> str:
        lines = [
            f"\t={self._without_arrow(left)} -> {self._words(right).translate(_ESCAPES)}\n" for left, right in pairs
        ]
        lines += [f"\t= -> {self._words(right).translate(_ESCAPES)}\n" for right in extra]
        return "\n" + "".join(lines)

    def _essay(self) -> str:
        said = {"criteria", "min_words", "max_words", "guidance", "needed_percent"} & self._item.keys()
        if said != {"criteria"} or not _is_whole(self._item["criteria"]):
            self.losses.append(Loss(LossCode.rubric))
        return ""

    def _notes(self) -> Iterator[str]:
        item = self._item
        tags, losses = dossiers.write(item, self._words)
        self.losses += losses
        yield giftnotes.write("id", item["id"])
        for tag in tags:
            yield self._note("tag", tag, LossCode.tag)
        if item.get("points", 1) != 1:
            yield giftnotes.write("points", giftkeys.decimal(item["points"]))
        options = item.get("options", ())
        if pinned := ",".join(str(place) for place, each in enumerate(options, start=1) if each.get("pinned")):
            yield giftnotes.write("pinned", pinned)
        if item.get("case_sensitive"):
            yield giftnotes.write("case_sensitive", "yes")
        if item.get("unit"):
            yield self._note("unit", self._line(item["unit"]), LossCode.unit)
            for each in item.get("units", ()):
                factor = giftkeys.decimal(each["factor"])
                yield self._note("units", f"{factor} {self._line(each['unit'])}", LossCode.unit)

    def _line(self, text: Text) -> str:
        return " ".join(self._words(text).split())

    def _note(self, key: str, value: str, code: LossCode) -> str:
        note = giftnotes.write(key, value)
        if giftnotes.find(note) == ((key, value),):
            return note
        self.losses.append(Loss(code, value))
        return ""


def _media(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    options = (option["media"] for option in item.get("options", ()) if option.get("media"))
    return [*item.get("media", ()), *options]


def _is_whole(criteria: Sequence[Mapping[str, Any]]) -> bool:
    return [{**each, "points": each.get("points")} for each in criteria] == [WHOLE_ESSAY]
