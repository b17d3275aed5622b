"""Every noun of the API, in the order in which people read of them: what is served is what is described."""

from typing import Final

from fastapi import APIRouter

from app.api import bundle, certifications, clearance, deals, decisions, people, products, reconcile, redlines

ROUTERS: Final[tuple[APIRouter, ...]] = (
    clearance.router,
    bundle.router,
    decisions.router,
    reconcile.router,  # before deals, whose addresses have an id where this one has a word
    deals.router,
    redlines.router,
    products.router,
    certifications.router,
    people.router,
)
