"""Pages that read across features."""

from app.reports.appeals import router as appeals_router
from app.reports.assignments import router as assignments_router
from app.reports.changes import router as changes_router
from app.reports.company import router as company_router
from app.reports.credits import router as credits_router
from app.reports.evidence.routes import router as evidence_router
from app.reports.extensions import router as extensions_router
from app.reports.home import router as home_router
from app.reports.leave import router as leave_router
from app.reports.person import router as person_router
from app.reports.products import router as products_router
from app.reports.renewal import router as renewal_router
from app.reports.results import router as results_router
from app.reports.team import router as team_router
from app.web.routing import gathered

_PARTS = (
    home_router,
    products_router,
    results_router,
    changes_router,
    renewal_router,
    team_router,
    company_router,
    person_router,
    appeals_router,
    assignments_router,
    leave_router,
    extensions_router,
    credits_router,
    evidence_router,
)
router = gathered(_PARTS)
