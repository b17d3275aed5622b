"""The results of a quiz, for trainers: as a whole, item by item, and as files."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.database import ReplicaSession
from app.people.access import allow
from app.people.models import Role
from app.people.queries import team_tree
from app.quizzes.analysis import queries, words
from app.quizzes.analysis.flags import CRITICAL_FACILITY
from app.quizzes.analysis.forms import WantedForm, read_wanted
from app.quizzes.analysis.queries import Quiz, Wanted
from app.quizzes.analysis.reading import FEWEST_TO_NAME, ItemLine, item_results, results
from app.quizzes.statistics import FEWEST_ATTEMPTS
from app.web.csvfile import csv_file
from app.web.forms import Bound
from app.web.i18n import gettext as _
from app.web.templating import page

router = APIRouter(prefix="/author/quizzes/{slug}", dependencies=[Depends(allow(Role.TRAINER))])

Number = Annotated[int, Query(ge=1, le=10_000)]

ITEMS_A_PAGE = 100
NAMES_SHOWN = 100


def _asked(request: Request, session: Session, slug: str) -> tuple[Quiz, Bound[WantedForm], Wanted, dict[str, Any]]:
    quiz = queries.quiz(session, slug)
    teams = team_tree(session)
    form, wanted = read_wanted(request.query_params, teams)
    context = {
        "quiz": quiz,
        "form": form,
        "query": form.data.query if form.data else "",
        "numbers": [] if quiz.bank else queries.version_numbers(session, quiz.id),
        "teams": teams,
        "words": words,
        "fewest": FEWEST_ATTEMPTS,
    }
    return quiz, form, wanted, context


@router.get("/results")
def show_results(request: Request, slug: str, session: ReplicaSession, number: Number = 1) -> Response:
    """Show how the first attempts went, and each item with its flags."""
    quiz, form, wanted, context = _asked(request, session, slug)
    found = results(session, quiz, wanted)
    pages = max(1, -(-len(found.items) // ITEMS_A_PAGE))
    here = min(number, pages)
    context |= {
        "results": found,
        "counts": queries.counts(session, quiz),
        "items": found.items[(here - 1) * ITEMS_A_PAGE : here * ITEMS_A_PAGE],
        "here": here,
        "pages": pages,
    }
    return page(request, "quizzes/analysis/overview.html", context, status=422 if form.errors else 200)


@router.get("/results.csv")
def download_results(request: Request, slug: str, session: ReplicaSession) -> Response:
    """Give the items with their numbers as a file; filters that cannot be read are answered with the page."""
    quiz, form, wanted, _context = _asked(request, session, slug)
    if form.errors:
        return show_results(request, slug, session)
    found = results(session, quiz, wanted)
    return csv_file(f"{slug}-items.csv", _ITEM_HEAD, map(_item_line, found.items))


_ITEM_HEAD = (
    "item", "version", "type", "prompt", "critical", "red_lines", "first_attempts", "facility", "discrimination",
    "efficiency", "unanswered", "seconds_lower", "seconds_median", "seconds_upper", "flags",
)  # fmt: skip


def _item_line(line: ItemLine) -> tuple[Any, ...]:
    told, document, seconds = line.analysis.statistics, line.analysis.document, line.analysis.seconds
    return (
        line.name,
        line.analysis.wording.number,
        document["type"],
        line.prompt,
        _("yes") if document.get("critical") else _("no"),
        " ".join(document.get("red_line", ())),
        told.attempts,
        *(None if each is None else round(each, 2) for each in (told.facility, told.discrimination, told.efficiency)),
        line.analysis.unanswered,
        *((seconds.lower, seconds.median, seconds.upper) if seconds else (None, None, None)),
        "; ".join(map(words.name, line.flags)),
    )


@router.get("/results/{item}")
def show_item(request: Request, slug: str, item: str, session: ReplicaSession) -> Response:
    """Show one item in depth: what was chosen, version by version, and by whom."""
    quiz, form, wanted, context = _asked(request, session, slug)
    found = item_results(session, quiz, wanted, item)
    context |= {
        "found": found,
        "item": item,
        "critical_facility": CRITICAL_FACILITY,
        "fewest_to_name": FEWEST_TO_NAME,
        "names_shown": NAMES_SHOWN,
    }
    return page(request, "quizzes/analysis/item.html", context, status=422 if form.errors else 200)


@router.get("/results/{item}/choices.csv")
def download_item(request: Request, slug: str, item: str, session: ReplicaSession) -> Response:
    """Give what was chosen in one item as a file, without names."""
    quiz, form, wanted, _context = _asked(request, session, slug)
    if form.errors:
        return show_item(request, slug, item, session)
    return csv_file(f"{slug}-{item}-choices.csv".replace("~", "-"), _CHOICE_HEAD, _choices(session, quiz, wanted, item))


_CHOICE_HEAD = ("item", "version", "part", "choice", "right", "everybody", "top_third", "bottom_third", "attempts")


def _choices(session: Session, quiz: Quiz, wanted: Wanted, item: str) -> Iterator[tuple[Any, ...]]:
    found = item_results(session, quiz, wanted, item)
    for version in found.versions if found else ():
        for part in version.parts:
            for each in part.choices:
                right = "" if each.right is None else _("yes") if each.right else _("no")
                yield (
                    item, version.number, part.title, words.said(each.text), right, each.everybody, each.top,
                    each.bottom, version.attempts,
                )  # fmt: skip
