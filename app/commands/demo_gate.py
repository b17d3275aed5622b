"""What the demonstration's gate asks: warned today and stopped from Friday on, and more of one region."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from app.catalog.models import Product
from app.catalog.queries import open_product
from app.clock import local_day
from app.commands import demo_story as story
from app.database import stored_id
from app.deals.policies.actions import Wanted, set_policy
from app.deals.policies.content import PolicyDocument
from app.deals.policies.history import histories

KEEPER: Final = "compliance@example.com"
FRIDAY: Final = 4
WARNED_DAYS_AGO: Final = 26
DECIDED_DAYS_AGO: Final = 5
MORE_ASKED_DAYS_AGO: Final = 60

WARN = PolicyDocument.model_validate({"requirements": [{"enforcement": "warn"}]})
BLOCK = PolicyDocument.model_validate({"requirements": [{"enforcement": "block"}]})
LEAD_FOR_CONTRACTS = PolicyDocument.model_validate(
    {
        "requirements": [
            {"enforcement": "block"},
            {
                "level": "lead",
                "regions": ["CN"],
                "from_stage": "contract",
                "coverage": "owner",
                "enforcement": "require_approval",
            },
        ]
    }
)

WHY_WARNED = "Part of the team is still on its way. Until they are through, the gate only warns."
WHY_STOPPED = "Everybody had four weeks, and almost everybody is certified. From Friday on, the gate means it."
WHY_MORE = (
    "In China contracts are signed after the trial, so whoever owns the deal must have led one. "
    "在中国，合同都在试用之后签，商机负责人须具备“试用负责人”等级。"
)


def next_friday(today: date) -> date:
    """Return the first Friday after a day."""
    return today + timedelta(days=(FRIDAY - today.weekday() - 1) % 7 + 1)


@dataclass(frozen=True)
class DemoGate:
    """Sets the policies as of a moment."""

    session: Session
    products: Mapping[str, Product]
    moment: datetime

    def fill(self) -> None:
        """Store every policy, in the order in which people decided on them."""
        self._set(story.WAF, LEAD_FOR_CONTRACTS, WHY_MORE, MORE_ASKED_DAYS_AGO)
        self._set(story.SHOPFRONT, WARN, WHY_WARNED, WARNED_DAYS_AGO)
        friday = next_friday(local_day(self.moment))
        self._set(story.SHOPFRONT, BLOCK, WHY_STOPPED, DECIDED_DAYS_AGO, friday)

    def _set(
        self, slug: str, document: PolicyDocument, reason: str, days_ago: int, starts_on: date | None = None
    ) -> None:
        at = self.moment - timedelta(days=days_ago)
        product_id = stored_id(self.products[slug])
        set_policy(
            self.session,
            open_product(self.session, slug),
            Wanted(document, starts_on or local_day(at), None, reason),
            step=histories(self.session, [product_id])[product_id].step,
            by=KEEPER,
            moment=at,
        )
