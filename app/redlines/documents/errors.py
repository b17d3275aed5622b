"""Why a file is not read."""

from enum import StrEnum


class Code(StrEnum):
    """What is in the way."""

    UNKNOWN_KIND = "unknown_kind"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no_text"
    TOO_MUCH_TEXT = "too_much_text"
    TOO_COMPLEX = "too_complex"
    """It would take more time or memory than a file is given."""
    BUSY = "busy"
    """Others are being read, and none was finished in time; later it may be read."""


class UnreadableError(Exception):
    """A file that is not read, and why; `kind` is what it was taken for, or empty.

    `words` in the module of that name says it in a sentence.
    """

    def __init__(self, code: Code, kind: str = "") -> None:
        super().__init__(code.value)
        self.code = code
        self.kind = kind
