"""Puts the application together: the only module that knows every feature."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import app.deals.interests  # who gains from a certification registers when it is imported
import app.tables  # noqa: F401 (foreign keys are named by strings, so every table must be known)
from app.api.routes import router as api_router
from app.authoring.routes import router as authoring_router
from app.catalog.mediaroutes import router as media_router
from app.catalog.routes import router as catalog_router
from app.catalog.text import localized
from app.certification.certificates.badgeroutes import router as badges_router
from app.certification.certificates.issuer import set_issuer
from app.certification.certificates.routes import router as certificates_router
from app.certification.credits.routes import router as credits_router
from app.certification.live.routes import router as live_router
from app.certification.past.routes import router as past_router
from app.certification.routes import router as certification_router
from app.certification.sanctions.routes import router as sanctions_router
from app.certification.signoffs.routes import router as signoffs_router
from app.clock import set_zone
from app.conduct.checking.routes import router as checking_router
from app.conduct.drills.routes import router as drills_router
from app.conduct.reviewing.routes import router as reviewing_router
from app.config import Settings
from app.database import Database, Replica
from app.deals.briefing.routes import router as briefing_router
from app.deals.fieldnotes.routes import router as field_notes_router
from app.deals.incidents.routes import router as incidents_router
from app.deals.ledger.actions import Ledger
from app.deals.ledger.routes import router as decisions_router
from app.deals.policies.routes import router as policies_router
from app.deals.reconciling.routes import router as reconciling_router
from app.deals.routes import router as deals_router
from app.deals.waivers.routes import router as waivers_router
from app.notices.routes import router as notices_router
from app.people.routes import router as people_router
from app.quizzes.analysis.routes import router as analysis_router
from app.quizzes.essays.routes import router as essays_router
from app.quizzes.practice.routes import router as practice_router
from app.quizzes.reporting.routes import router as reporting_router
from app.quizzes.routes import router as quizzes_router
from app.quizzes.spaced.routes import router as spaced_router
from app.redlines.routes import router as redlines_router
from app.reports.routes import router as reports_router
from app.telemetry.requests import WatchRequests
from app.telemetry.watching import Telemetry
from app.watching import Watching, add_addresses, own
from app.web import errorpages
from app.web.i18n import LocaleMiddleware, current_locale
from app.web.routing import RouteTable, gathered
from app.web.security import HeadAsGet, OriginCheck, SecurityHeaders
from app.web.templating import STATIC, Templates
from app.webhooks.collecting import collect_soon  # noqa: F401 (who listens to actions registers when it is imported)
from app.webhooks.routes import router as webhooks_router

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes that any request may carry; routes that take no file ask for less."""


class KeptStaticFiles(StaticFiles):
    """Static files whose address carries their digest may be kept by browsers for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file."""
        response = await super().get_response(path, scope)
        kept = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response


def create_app(settings: Settings) -> FastAPI:
    """Build the application for one installation."""
    set_zone(settings.zone)
    set_issuer(settings)

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        gc.freeze()  # what is there now stays: looking through it for what can go would stop requests for long
        async with application.state.watching.serving():
            yield
        gc.unfreeze()
        application.state.database.dispose()
        if application.state.replica is not None:
            application.state.replica.dispose()

    telemetry = Telemetry(settings)
    application = FastAPI(
        title="Dealworthy",
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the redirect would name whatever host the request names
        max_body_size=LARGEST_BODY,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # these would name paths and queries
        middleware=[
            Middleware(SecurityHeaders, https=settings.https),
            Middleware(HeadAsGet),
            Middleware(WatchRequests, metrics=telemetry.metrics, tracing=telemetry.tracing),
            Middleware(LocaleMiddleware),
            Middleware(OriginCheck, origin=settings.origin),
            Middleware(
                GZipMiddleware,
                minimum_size=1000,
                compresslevel=5,
                # lines come while they are worked out: packing would hold them back
                exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/x-ndjson"),
            ),
        ],
    )
    application.state.settings = settings
    application.state.database = Database(settings.database_url)
    application.state.replica = (
        Replica(settings.replica_url, settings.replica_seconds) if settings.replica_url else None
    )
    application.state.watching = Watching(
        settings, telemetry, application.state.database, own("server"), application.state.replica
    )
    application.state.ledger = Ledger(application.state.database)
    application.state.templates = Templates(settings)
    application.state.templates.environment.filters["text"] = lambda text: localized(text, current_locale())
    errorpages.install(application)
    features = (
        api_router,
        people_router,
        catalog_router,
        media_router,
        redlines_router,
        quizzes_router,
        essays_router,
        reporting_router,
        analysis_router,
        spaced_router,  # before practice, whose addresses have a number where these have a word
        practice_router,
        certificates_router,
        badges_router,
        certification_router,
        sanctions_router,
        signoffs_router,
        live_router,
        credits_router,
        past_router,
        checking_router,
        drills_router,
        reviewing_router,
        briefing_router,
        policies_router,
        deals_router,
        reconciling_router,
        field_notes_router,
        incidents_router,
        waivers_router,
        decisions_router,
        notices_router,
        webhooks_router,
        reports_router,
        authoring_router,
    )
    application.router.routes.append(RouteTable(gathered(features).routes))
    application.mount("/static", KeptStaticFiles(directory=STATIC), name="static")
    add_addresses(application, application.state.watching, settings)
    return application
