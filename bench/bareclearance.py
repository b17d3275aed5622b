"""The clearance call as the bare stack answers it: what anybody has to read for it, one row kept, no rules.

Seven statements that are built once: the token, the rep, the products with their newest program, what the gate asks
for, the periods with what they were extended to, what was taken away, and what was done. Then one row is kept and
committed, as the ledger does.
"""

from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, or_, select, union_all
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Product
from app.certification.holdings import extended_through
from app.certification.models import CertificationEvent, CertificationPeriod
from app.database import Database
from app.deals.models import KeptClearance
from app.deals.policies.models import GatePolicy
from app.people.access import digest
from app.people.models import ApiToken, Person
from app.quizzes.models import Attempt
from app.redlines.models import Attestation

_TOKEN = select(col(ApiToken.id), col(ApiToken.name), col(ApiToken.scopes)).where(
    col(ApiToken.digest) == bindparam("digest"), col(ApiToken.revoked_at).is_(None)
)
_REP = select(col(Person.id), col(Person.name), col(Person.deactivated_at)).where(
    col(Person.email) == bindparam("email")
)
_PROGRAMS = (
    select(col(Product.id), col(Product.slug), func.max(col(ContentVersion.number)).label("version"))
    .join(Content, col(Content.product_id) == col(Product.id))
    .join(ContentVersion, col(ContentVersion.content_id) == col(Content.id))
    .where(col(Product.slug).in_(bindparam("slugs", expanding=True)), col(Content.kind) == ContentKind.PROGRAM)
    .group_by(col(Product.id), col(Product.slug))
)


def _of(table: Any) -> Any:
    return (col(table.person_id) == bindparam("rep")) & col(table.product_id).in_(bindparam("products", expanding=True))


_POLICIES = select(col(GatePolicy.product_id), col(GatePolicy.id), col(GatePolicy.document)).where(
    col(GatePolicy.product_id).in_(bindparam("products", expanding=True)),
    col(GatePolicy.starts_on) <= bindparam("today"),
    or_(col(GatePolicy.ends_on).is_(None), col(GatePolicy.ends_on) >= bindparam("today")),
)
_PERIODS = select(
    col(CertificationPeriod.id),
    col(CertificationPeriod.product_id),
    col(CertificationPeriod.level),
    col(CertificationPeriod.done_on),
    col(CertificationPeriod.window_opens_on),
    col(CertificationPeriod.valid_through),
    col(CertificationPeriod.grace_through),
    extended_through(None),
).where(_of(CertificationPeriod))
_EVENTS = select(col(CertificationEvent.product_id), col(CertificationEvent.kind), col(CertificationEvent.at)).where(
    _of(CertificationEvent)
)
_DONE: Any = union_all(
    select(col(LessonProgress.product_id), col(LessonProgress.lesson), col(LessonProgress.completed_at)).where(
        _of(LessonProgress)
    ),
    select(col(Attestation.product_id), literal("attest"), col(Attestation.signed_at)).where(_of(Attestation)),
    select(col(Attempt.product_id), literal("quiz"), col(Attempt.finished_at)).where(
        _of(Attempt), col(Attempt.passed).is_(True)
    ),
)
_KEEP = insert(KeptClearance)


def clearance(request: Request, database: Database) -> Response:
    """Answer that a rep holds a period for each product, or not."""
    moment = datetime.now(UTC)
    asked = request.query_params
    key = request.headers["authorization"].removeprefix("Bearer ")
    with database.engine.connect() as connection:
        token = connection.execute(_TOKEN, {"digest": digest(key)}).one()
        rep = connection.execute(_REP, {"email": asked["rep"]}).one()
        products = connection.execute(_PROGRAMS, {"slugs": asked.getlist("product")}).all()
        wanted = {"rep": rep.id, "products": [row.id for row in products], "today": moment.date()}
        policies = {row.product_id: row.id for row in connection.execute(_POLICIES, wanted)}
        periods = {row.product_id: row for row in connection.execute(_PERIODS, wanted)}
        taken = {row.product_id for row in connection.execute(_EVENTS, wanted)}
        done = {row.product_id for row in connection.execute(_DONE, wanted)}
    answers = [_answer(row, periods.get(row.id), policies.get(row.id), row.id in taken or row.id not in done, moment)
               for row in products]  # fmt: skip
    body = {"allowed": all(each["allowed"] for each in answers), "rep": asked["rep"], "products": answers}
    with database.engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            _KEEP,
            {
                "id": token_hex(13),
                "rep": asked["rep"],
                "person_id": rep.id,
                "asked_by": token.name,
                "asked_at": moment,
                "as_of": moment,
                "asked": dict(asked),
                "facts": [],
                "answer": body,
            },
        )
    return JSONResponse(body)


def _answer(product: Any, period: Any, policy: int | None, barred: bool, moment: datetime) -> dict[str, Any]:  # noqa: FBT001 (one call)
    allowed = not barred and period is not None and period.valid_through >= moment.date()
    return {
        "product": product.slug,
        "allowed": allowed,
        "valid_through": period.valid_through.isoformat() if period else None,
        "basis": {"program_version": product.version, "policy": policy, "period": period.id if period else None},
    }
