"""The page of what incidents teach: for compliance, and for trainers, who see no names anywhere on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.catalog.queries import products
from app.clock import Now, Today
from app.database import SessionDep
from app.deals.incidents import lessonwords as words
from app.deals.incidents.charts import trend
from app.deals.incidents.lessons import costs, predictors
from app.deals.incidents.predicting import FEWEST_OTHERS, FEWEST_WHO_CROSSED
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.quizzes.itemparts import without_gaps
from app.redlines.checking import rule_set
from app.web.forms import blank
from app.web.templating import page

router = APIRouter(prefix="/lessons")

Reader = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE, Role.TRAINER))]


@router.get("")
def show(request: Request, session: SessionDep, _reader: Reader, moment: Now, today: Today) -> Response:
    """Show which red lines cost most, and which quiz items of a product told it beforehand."""
    sold = {each.slug: each for each in products(session)}
    chosen = sold.get(request.query_params.get("product", ""))
    found = costs(session, chosen.slug if chosen else "")
    titles = {name: rule["title"] for name, rule in rule_set(session, (), moment).documents.items()}
    context = {
        "costs": found,
        "titles": titles,
        "chart": trend(found, today),
        "products": [(each.slug, each.name) for each in sold.values()],
        "filter": blank(product=chosen.slug if chosen else ""),
        "chosen": chosen,
        "items": predictors(session, chosen.id) if chosen and chosen.id else [],
        "fewest": (FEWEST_WHO_CROSSED, FEWEST_OTHERS),
        "without_gaps": without_gaps,
        "words": words,
    }
    return page(request, "incidents/lessons.html", context)
