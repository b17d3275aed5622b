import pytest

from app.quizzes.interchange import words
from app.quizzes.interchange.outcome import FileCode, Loss, LossCode, SkipCode, Skipped, UnreadableError
from app.web.i18n import use_locale


def test_every_code_has_a_sentence_of_its_own() -> None:
    use_locale("en")
    losses = [words.loss(Loss(code)) for code in LossCode]
    skips = [words.skip(Skipped(1, "", code)) for code in SkipCode]
    refusals = [words.unreadable(UnreadableError(code)) for code in FileCode]
    for sentences in (losses, skips, refusals):
        assert len(set(sentences)) == len(sentences)
        assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UnreadableError(FileCode.empty), "The file is empty."),
        (UnreadableError(FileCode.malformed, 7), "Line 7: The file is not written correctly."),
        (UnreadableError(FileCode.header, detail="prompt"), "The first row does not name the columns. (prompt)"),
    ],
)
def test_a_line_and_a_detail_are_said_along(error: UnreadableError, sentence: str) -> None:
    use_locale("en")
    assert words.unreadable(error) == sentence
