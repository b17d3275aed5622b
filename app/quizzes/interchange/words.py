"""The sentences for what a reading or a writing came to, in the language of whoever reads the report."""

from collections.abc import Mapping
from typing import Final

from app.quizzes.interchange.outcome import FileCode, Loss, LossCode, SkipCode, Skipped, UnreadableError
from app.web.i18n import N_, sentence_space
from app.web.i18n import gettext as _

_LOSSES: Final[Mapping[LossCode, str]] = {
    LossCode.formatting: N_("Formatting was turned into plain text."),
    LossCode.link: N_("A link within the other system was left out; its words stay."),
    LossCode.image_left_out: N_("A picture could not be taken in."),
    LossCode.media_left_out: N_("Sound, video or an embedded page could not be taken in."),
    LossCode.scripting: N_("A script was left out."),
    LossCode.feedback: N_("Feedback that has no place here was left out."),
    LossCode.hint: N_("Hints were left out."),
    LossCode.penalty: N_("The penalty for further tries was left out."),
    LossCode.shuffle: N_("The setting for shuffling was left out."),
    LossCode.numbering: N_("The numbering of the answers was left out."),
    LossCode.weight: N_("A mark was changed to the nearest that can be given."),
    LossCode.unit: N_("A unit was left out."),
    LossCode.unit_penalty: N_("The penalty for a wrong unit was left out."),
    LossCode.case: N_("Capital and small letters are treated differently."),
    LossCode.language: N_("The other languages were left out."),
    LossCode.template: N_("The text that an answer begins with was left out."),
    LossCode.attachments: N_("Files cannot be handed in with an answer."),
    LossCode.response_limit: N_("The limit on the length of the answer was left out."),
    LossCode.tag: N_("A tag was left out."),
    LossCode.category: N_("The category was left out."),
    LossCode.id: N_("The id was changed."),
    LossCode.pinned: N_("An answer that keeps its place may be shuffled."),
    LossCode.dossier: N_("What the question belongs to was left out: topic, lesson, red lines or points."),
    LossCode.rubric: N_("The criteria by which an essay is marked, its guidance and its length were left out."),
    LossCode.left_out: N_("The question cannot be written in such a file."),
    LossCode.type: N_("The file has no such type of question; it was written as another."),
    LossCode.other: N_("Something was left out."),
}
_SKIPS: Final[Mapping[SkipCode, str]] = {
    SkipCode.unknown_type: N_("This type of question is not known."),
    SkipCode.malformed: N_("The question is not written correctly."),
    SkipCode.no_prompt: N_("The question asks nothing."),
    SkipCode.no_right_answer: N_("No answer earns the full mark."),
    SkipCode.too_few_options: N_("There are too few answers to choose from."),
    SkipCode.too_many_options: N_("There are too many answers."),
    SkipCode.same_options: N_("Two answers say the same."),
    SkipCode.weights: N_("Its marks cannot be given here."),
    SkipCode.not_a_number: N_("An answer that must be a number is none."),
    SkipCode.accepts_everything: N_("It accepts every answer."),
    SkipCode.calculated: N_("Questions with numbers that are made up anew each time are not taken in."),
    SkipCode.random: N_("Questions that are drawn by the other system are not taken in."),
    SkipCode.description: N_("It is a text without a question."),
    SkipCode.drag_and_drop: N_("Questions that are answered by dragging onto a picture are not taken in."),
    SkipCode.response_processing: N_("It is marked by rules that cannot be followed here."),
    SkipCode.missing_file: N_("It needs a file that is missing."),
    SkipCode.too_large: N_("It is too long."),
    SkipCode.too_deep: N_("It is nested too deep."),
    SkipCode.invalid: N_("It does not make a valid question."),
}
_FILES: Final[Mapping[FileCode, str]] = {
    FileCode.binary: N_("The file is not text."),
    FileCode.empty: N_("The file is empty."),
    FileCode.too_large: N_("The file is too large."),
    FileCode.too_many_items: N_("The file holds more than 5,000 questions."),
    FileCode.too_deep: N_("The file is nested too deep."),
    FileCode.malformed: N_("The file is not written correctly."),
    FileCode.no_questions: N_("There are no questions in the file."),
    FileCode.header: N_("The first row does not name the columns."),
    FileCode.doctype: N_("The file declares a document type; that is not allowed."),
    FileCode.archive: N_("The archive cannot be opened."),
    FileCode.unsafe_name: N_("The archive holds a file with an unsafe name."),
    FileCode.no_manifest: N_("The archive has no manifest."),
    FileCode.missing_file: N_("The archive lacks a file that its manifest names."),
    FileCode.encrypted: N_("The archive is encrypted."),
}


def loss(value: Loss) -> str:
    """Say what was not kept."""
    return _with(_(_LOSSES[value.code]), value.detail)


def skip(value: Skipped) -> str:
    """Say why a question was not taken in."""
    return _with(_(_SKIPS[value.code]), value.detail)


def unreadable(error: UnreadableError) -> str:
    """Say why nothing of a file could be read."""
    sentence = _with(_(_FILES[error.code]), error.detail)
    return _("Line %(line)s: %(sentence)s") % {"line": error.line, "sentence": sentence} if error.line else sentence


def _with(sentence: str, detail: str) -> str:
    return f"{sentence}{sentence_space()}({detail})" if detail else sentence
