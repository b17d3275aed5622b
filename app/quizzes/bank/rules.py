"""Which items of the bank does somebody look for, and which quizzes draw them? Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.catalog.text import Text, by_locale
from app.quizzes.drawing import Rule


@dataclass(frozen=True, slots=True)
class BankQuiz:
    """A quiz or a bank with its working copy; `rules` is empty where it draws by a number or asks everything."""

    id: int
    slug: str
    title: Text
    bank: bool
    product: str
    product_name: Text
    rules: Sequence[Rule]
    items: Sequence[Mapping[str, Any]]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class BankItem:
    """One item with the quiz that it belongs to."""

    quiz: BankQuiz
    document: Mapping[str, Any]

    @property
    def key(self) -> tuple[int, str]:
        """What the item is known by."""
        return self.quiz.id, self.document["id"]


@dataclass(frozen=True, slots=True)
class Use:
    """A quiz that may draw an item; `version` is the one of the source that it is pinned to."""

    quiz: BankQuiz
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; an empty field lets everything through. A category stands for all below it."""

    product: str = ""
    quiz: str = ""
    category: str = ""
    tag: str = ""
    red_line: str = ""
    difficulty: str = ""
    type: str = ""
    critical: bool = False
    text: str = ""

    def finds(self, item: BankItem) -> bool:
        """Say whether an item is one of those looked for."""
        document = item.document
        return (
            self.product in {"", item.quiz.product}
            and self.quiz in {"", item.quiz.slug}
            and self.type in {"", document["type"]}
            and (not self.critical or bool(document.get("critical")))
            and self._marks.fits(document)
            and (not self.text or self._is_said(document))
        )

    @property
    def _marks(self) -> Rule:
        return Rule(
            category=self.category.strip("/ ") or None,
            tag=self.tag or None,
            red_line=self.red_line or None,
            difficulty=self.difficulty or None,
        )

    def _is_said(self, document: Mapping[str, Any]) -> bool:
        wanted = self.text.casefold()
        texts = [document["id"], *by_locale(document["prompt"]).values()]
        return any(wanted in text.casefold() for text in texts)


def found(quizzes: Iterable[BankQuiz], search: Search) -> list[BankItem]:
    """List the items that somebody looks for, quiz by quiz, in the order in which they are written."""
    items = (BankItem(quiz, document) for quiz in quizzes for document in quiz.items)
    return [item for item in items if search.finds(item)]


def uses(item: BankItem, quizzes: Iterable[BankQuiz]) -> list[Use]:
    """List the quizzes that may draw an item, each once."""
    chosen: dict[str, Use] = {}
    for quiz in quizzes:
        own = quiz.slug == item.quiz.slug
        if own and not quiz.bank and not quiz.rules:
            chosen[quiz.slug] = Use(quiz)
        for rule in quiz.rules:
            reaches = own if rule.source is None else rule.source == item.quiz.slug
            if reaches and rule.fits(item.document):
                chosen.setdefault(quiz.slug, Use(quiz, rule.version))
    return list(chosen.values())
