"""What an assessor and a writer may send."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from starlette.datastructures import FormData

from app.quizzes.essays.rules import points_of
from app.quizzes.forms import LONGEST_ESSAY
from app.quizzes.itemcontent import EssayItem
from app.quizzes.wordcount import count_words
from app.web import i18n
from app.web.forms import Bound, Form, bind
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


class VerdictForm(Form):
    """What an assessor decides; the points by criterion stand beside it, in fields of their own."""

    number: Annotated[int, Field(ge=1)]
    decision: Literal["mark", "return"]
    comment: Annotated[str, StringConstraints(max_length=4000)] = ""


class MendForm(Form):
    """An essay that is sent again."""

    number: Annotated[int, Field(ge=1)]
    text: Annotated[str, StringConstraints(max_length=LONGEST_ESSAY)] = ""


@dataclass
class ReadVerdict:
    """A verdict as it was typed, and the points by criterion that could be read."""

    form: Bound[VerdictForm]
    points: dict[str, str] = field(default_factory=dict)


def verdict(raw: FormData, item: EssayItem) -> ReadVerdict:
    """Read what an assessor sent about an essay; points only count when it is marked, and then all are needed."""
    form = bind(VerdictForm, raw)
    read = ReadVerdict(form)
    decision = form.data.decision if form.data else None
    if decision == "return" and form.data and not form.data.comment:
        form.wrong("comment", _("Say what to mend. The writer sees this and nothing else."))
    for criterion in item.criteria:
        name = f"points-{criterion.id}"
        typed = raw.get(name)
        form.values[name] = typed if isinstance(typed, str) else ""
        if decision != "mark":
            continue
        most = Decimal(str(criterion.points))
        value = points_of(form.values[name], most)
        if value is None:
            form.wrong(name, _("Give points from 0 to %(most)s.") % {"most": i18n.number(most)})
        else:
            read.points[criterion.id] = str(value)
    return read


def mended(raw: FormData, item: EssayItem) -> Bound[Any]:
    """Read an essay that is sent again, within the words that its question asks for."""
    form = bind(MendForm, raw)
    if form.data is None:
        return form
    count = count_words(form.data.text)
    if not count:
        form.wrong("text", _("Fill this in."))
    elif item.min_words and count < item.min_words:
        form.wrong("text", i18n.sentences([_at_least(item.min_words), _now(count)]))
    elif item.max_words and count > item.max_words:
        form.wrong("text", i18n.sentences([_at_most(item.max_words), _now(count)]))
    return form


def _at_least(count: int) -> str:
    sentence = ngettext("Write at least %(count)s word.", "Write at least %(count)s words.", count)
    return sentence % {"count": i18n.number(count)}


def _at_most(count: int) -> str:
    sentence = ngettext("Write at most %(count)s word.", "Write at most %(count)s words.", count)
    return sentence % {"count": i18n.number(count)}


def _now(count: int) -> str:
    sentence = ngettext("There is %(count)s now.", "There are %(count)s now.", count)
    return sentence % {"count": i18n.number(count)}
