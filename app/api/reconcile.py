"""The CRM's current teams against ours: lines in, and what differs or is not cleared as lines out, while it works."""

import json
import logging
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing
from dataclasses import asdict
from typing import IO, Annotated, Any, Final

from anyio import CancelScope, CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.api.clearance import product_document
from app.api.problems import MEBIBYTE, ProblemRoute, UnsupportedTypeError
from app.api.receiving import LARGEST, MOST_LINES, received
from app.api.refusals import refusals
from app.api.schemas import Schema
from app.api.security import needs_apart
from app.clock import now
from app.database import Database, reads
from app.deals.reconciling import runs
from app.deals.reconciling.reading import Broken, lines
from app.deals.reconciling.sweeping import Finding, Found, Missing, Progress, Summary, Sweep
from app.people.tokens import KnownToken
from app.people.tokens import Scope as TokenScope
from app.web.i18n import gettext as _

NDJSON: Final = "application/x-ndjson"
_KINDS: Final = {NDJSON, "application/ndjson", "application/jsonl"}
AT_ONCE: Final = 2
"""Runs that work at the same moment in one process; more of them take turns, and leave the threads of pages alone."""
_TOGETHER: Final = 200
"""Lines of an answer that are sent together, unless there is a reason to send them earlier."""
_LARGEST_PIECE: Final = MEBIBYTE
"""Bytes of an answer that wait for more."""
_limiter: RunVar[CapacityLimiter] = RunVar("reconciling")

log = logging.getLogger(__name__)


class LargeRoute(ProblemRoute):
    """A route that takes many lines."""

    largest_body = LARGEST


class ReconcileQuery(Schema):
    """How to take the rows."""

    recording: bool = Field(
        default=False, description="Store the deals as the CRM has them, also where somebody is not cleared."
    )
    whole: bool = Field(
        default=True, description="The rows are all open deals of the CRM: those that are open here only are `missing`."
    )


EXAMPLE_ROW: Final = (
    '{"id": "D-20417", "stage": "contract", "close_date": "2026-12-11", "products": ["keeper-crm"], '
    '"team": [{"rep": "ana@example.com", "role": "owner"}]}\n'
)
EXAMPLE_ANSWER: Final = (
    '{"progress": {"run": 12, "rows": 0, "same": 0, "different": 0, "unknown": 0, "missing": 0, "not_cleared": 0, '
    '"wrong": 0, "recorded": 0}}\n'
    '{"deal": {"line": 1, "id": "D-20417", "known": true, "decision": "cleared", "allowed": true, "stops": false, '
    '"differences": [{"kind": "other_fact", "what": "stage", "crm": "contract", "here": "proposal"}], '
    '"not_cleared": [], "recorded": false, "errors": []}}\n'
    '{"summary": {"run": 12, "rows": 1, "same": 0, "different": 1, "unknown": 0, "missing": 0, "not_cleared": 0, '
    '"wrong": 0, "recorded": 0}}\n'
)

router = APIRouter(
    prefix="/api/v1/deals",
    tags=["deals"],
    route_class=LargeRoute,
    responses=refusals(
        TokenScope.DEALS_WRITE,
        more={
            408: "The lines did not come within ten minutes.",
            413: f"More than {LARGEST // MEBIBYTE} MiB, or than {MOST_LINES:,} lines.",
            415: f"The body is not `{NDJSON}`, or it is packed with something other than gzip.",
        },
    ),
)


@router.post(
    "/reconcile",
    summary=f"Compare up to {MOST_LINES:,} deals of the CRM with ours",
    operation_id="reconcile",
    max_body_size=LARGEST + MEBIBYTE,  # so that we are the ones who say what is too large
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A JSON object in each line, as they are found; `summary` is the last one.",
            "content": {NDJSON: {"schema": {"type": "string"}, "example": EXAMPLE_ANSWER}},
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "A deal as JSON in each line. Only `id` must be there; what is left out is not compared.",
            "content": {NDJSON: {"schema": {"type": "string"}, "example": EXAMPLE_ROW}},
        }
    },
)
@reads
async def reconcile(
    request: Request,
    client: Annotated[KnownToken, Depends(needs_apart(TokenScope.DEALS_WRITE))],
    query: Annotated[ReconcileQuery, Query()],
    idempotency_key: Annotated[
        str | None, Header(description="Accepted and not needed: the same lines again change nothing more.")
    ] = None,
) -> StreamingResponse:
    """Say what differs, who is on a deal there without being cleared, and which open deals are not there.

    Nothing is stored without `recording`. A row that cannot be read is answered as `wrong` with its line, and the
    others go on. An answer without `summary` is not whole: send the lines again.
    """
    del idempotency_key
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise UnsupportedTypeError(
            _("Send a JSON object in each line, with the header Content-Type: %(type)s.") % {"type": NDJSON}
        )
    file = await received(request)
    try:
        sweep = await run_in_threadpool(_begun, request.app.state.database, client, query)
    except BaseException:
        file.close()
        raise
    return Working(_chunks(sweep, file, request.app.state.settings.origin))


def _begun(database: Database, client: KnownToken, query: ReconcileQuery) -> Sweep:
    with database.write() as session:
        run_id = runs.begin(session, by=client.actor, recording=query.recording, moment=now())
    return Sweep(
        database=database, run_id=run_id, by=client.actor, clock=now, recording=query.recording, whole=query.whole
    )


class Working(StreamingResponse):
    """An answer that is worked out while it is sent; who hangs up ends the work."""

    def __init__(self, work: Generator[bytes, None, None]) -> None:
        super().__init__(
            _stepwise(work),
            media_type=NDJSON,
            headers={"Cache-Control": "no-store", "Vary": "Accept-Language", "X-Accel-Buffering": "no"},
        )
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, and see to it that the work has ended afterwards."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._work.close)


async def _stepwise(work: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Take each step of the work in a thread. A step that has begun is waited for, so that no two are at once."""
    while (chunk := await to_thread.run_sync(next, work, None, limiter=_turns())) is not None:
        yield chunk


def _turns() -> CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        _limiter.set(limiter := CapacityLimiter(AT_ONCE))
        return limiter


def _chunks(sweep: Sweep, file: IO[bytes], origin: str) -> Generator[bytes, None, None]:
    with file, closing(sweep.findings(lines(file))) as findings:
        waiting: list[bytes] = []
        size = 0
        try:
            for finding in findings:
                waiting.append(_line(document(finding, sweep.run_id, origin)))
                size += len(waiting[-1])
                is_full = len(waiting) == _TOGETHER or size > _LARGEST_PIECE
                if isinstance(finding, Progress | Summary) or is_full:
                    yield b"".join(waiting)
                    waiting, size = [], 0
        except Exception:
            log.exception("run %s failed", sweep.run_id)
            error = {"run": sweep.run_id, "detail": _("Something went wrong on our side. Send the lines again.")}
            yield b"".join([*waiting, _line({"error": error})])


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def document(finding: Finding, run_id: int, origin: str) -> dict[str, Any]:
    """Write one line of the answer: an object whose only key says what it is."""
    match finding:
        case Progress():
            return {"progress": {"run": run_id, **asdict(finding.counts)}}
        case Summary():
            return {"summary": {"run": run_id, **asdict(finding.counts)}}
        case Broken():
            return {"wrong": {"line": finding.line, "id": finding.id, "errors": _errors(finding.errors)}}
        case Missing():
            return {"missing": {"id": finding.reference, "name": finding.name, "team": list(finding.people)}}
        case Found():
            return {"deal": _deal(finding, origin)}


def _deal(found: Found, origin: str) -> dict[str, Any]:
    row, state = found.row, found.row.state
    return {
        "line": row.line,
        "id": row.crm.id,
        "known": row.here is not None,
        "decision": state.decision if state else None,
        "allowed": state.allowed if state else None,
        "stops": state.stops if state else False,
        "differences": [asdict(each) for each in row.differences],
        "not_cleared": [
            {
                "rep": refusal.member.email,
                "role": refusal.member.role,
                "products": [
                    product_document(each.decision, each.basis, each.failure_mode, origin) for each in refusal.products
                ],
            }
            for refusal in row.refusals
        ],
        "recorded": found.recorded,
        "errors": _errors(found.problems),
    }


def _errors(problems: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"pointer": place, "detail": detail} for place, detail in problems]
