"""What the page takes: a text as it was typed, how it is said, and a few words for who shall look at it."""

from typing import Annotated, Final

from pydantic import StringConstraints
from starlette.datastructures import FormData

from app.catalog.text import LOCALES
from app.redlines.checking import Circumstances
from app.web.forms import Form

MOST_PRODUCTS: Final = 100
_LONGEST = 200


class SaidForm(Form):
    """How and where a text is said; what is left empty restricts nothing."""

    product: tuple[Annotated[str, StringConstraints(max_length=80)], ...] = ()
    locale: str = ""
    region: Annotated[str, StringConstraints(max_length=16)] = ""
    channel: Annotated[str, StringConstraints(max_length=80)] = ""
    speaker: str = ""

    @property
    def circumstances(self) -> Circumstances:
        """The circumstances as the matcher takes them; what no list offers is taken as not given."""
        return Circumstances(
            locale=self.locale if self.locale in LOCALES else None,
            region=self.region.upper() or None,
            channel=self.channel or None,
            speaker="rep" if self.speaker == "rep" else None,
        )

    @property
    def products(self) -> tuple[str, ...]:
        """The slugs asked for, each once."""
        return tuple(dict.fromkeys(filter(None, self.product)))[:MOST_PRODUCTS]


class ReviewForm(Form):
    """What goes along with a text that is sent for review; `key` is the same for a second click."""

    key: Annotated[str, StringConstraints(max_length=_LONGEST)] = ""
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    note: Annotated[str, StringConstraints(max_length=2_000)] = ""


def text_of(raw: FormData) -> str:
    """Return the text as the browser shows it: not trimmed, since places count, with one sign for each line's end."""
    value = raw.get("text")
    text = value if isinstance(value, str) else ""
    # PostgreSQL text cannot hold NUL
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\N{REPLACEMENT CHARACTER}")
