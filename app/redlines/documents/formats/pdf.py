"""PDF: the text of each page; pictures of text are not read."""

from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.formats.taken import Taken
from app.redlines.documents.limits import MOST_PAGES
from app.redlines.documents.places import Place

_BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What the library raises, beside its own errors, on files that do not follow the format."""


def take(data: bytes, taken: Taken) -> None:
    """Take the text of a PDF.

    Raises UnreadableError: `damaged`, `encrypted`, `too_large`, `too_complex`, `too_much_text`.
    """
    try:
        _take_pages(data, taken)
    except (DependencyError, FileNotDecryptedError) as error:
        raise UnreadableError(Code.ENCRYPTED) from error
    except LimitReachedError as error:
        raise UnreadableError(Code.TOO_LARGE) from error
    except (PyPdfError, *_BROKEN) as error:
        raise UnreadableError(Code.DAMAGED) from error


def _take_pages(data: bytes, taken: Taken) -> None:
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError(Code.ENCRYPTED)
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise UnreadableError(Code.TOO_LARGE)
    for number in range(count):
        place = Place("page", number + 1)
        text = reader.pages[number].extract_text()
        taken.add(place, text)
        if not text.strip():
            taken.unread.append(place)
