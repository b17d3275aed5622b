"""The texts of one GIFT question: each may name its format, else it has that of the prompt."""

from typing import Final

from app.quizzes.interchange.giftblocks import plain
from app.quizzes.interchange.outcome import Loss
from app.quizzes.interchange.texts import TextFormat, clean, normal, read

_FORMATS: Final = {f"[{form}": form for form in TextFormat}


class Texts:
    """Reads texts and collects what they lose."""

    def __init__(self, *, case_sensitive: bool = False) -> None:
        """Begin in Moodle's own format. `case_sensitive`: what is typed is compared by case."""
        self.case_sensitive = case_sensitive
        self.losses: list[Loss] = []
        self._usual = TextFormat.moodle

    def prompt(self, source: str) -> str:
        """Read the prompt, whose format is that of every text which names none."""
        self._usual, words = self._form(source.strip())
        return self._read(words, self._usual)

    def text(self, source: str) -> str:
        """Read any other text."""
        form, words = self._form(source.strip())
        return self._read(words, form)

    def answer(self, source: str) -> tuple[str, str]:
        """Read an answer and the feedback behind it. Markup that is an answer itself, as `<b>`, stays."""
        words, _, feedback = source.partition("#")
        before = len(self.losses)
        text = self.text(words)
        if not text and words.strip():
            del self.losses[before:]
            text = normal(plain(self._form(words.strip())[1]))
        return text, self.text(feedback)

    def accepted(self, source: str) -> tuple[str, str]:
        """Read an answer that is typed, which has no markup, and the feedback behind it."""
        words, _, feedback = source.partition("#")
        return " ".join(clean(plain(self._form(words.strip())[1])).split("\n")).strip(), self.text(feedback)

    def label(self, source: str) -> str:
        """Read the right side of a pair, which names no format."""
        return self._read(source.strip(), self._usual)

    def _form(self, source: str) -> tuple[TextFormat, str]:
        name, bracket, rest = source.partition("]")
        form = _FORMATS.get(name) if bracket else None
        return (self._usual, source) if form is None else (form, rest.strip())

    def _read(self, source: str, form: TextFormat) -> str:
        words = plain(source).strip()
        if form is TextFormat.plain:
            return clean(words)
        result = read(words, form)
        self.losses += result.losses
        return result.text
