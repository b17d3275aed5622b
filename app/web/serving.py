"""Serving a request: what an endpoint depends on and the endpoint itself, in one turn of one thread.

FastAPI reads what a route declares, and would send each synchronous dependency to a thread of its own, then the
endpoint, then the end of its session. Here these run one after another in the same thread, in the order in which
they are declared. What waits for the sender, such as for a form, is taken before, on the event loop.
"""

import dis
import json
import math
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, Final, TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, RouteContext
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]
BeforeCommit = Callable[[Request, Response], None]

_WRONG: Final = object()
"""Stands for the value of a dependency whose parameters are wrong."""
_ROOM: Final = CapacityLimiter(math.inf)
"""For threads of those who hold a session: the session counts them, and they must never wait for other threads."""


class Route(APIRoute):
    """A route that does more than its endpoint. It is served by a `RouteTable`, never by a router alone."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers where there is no `RouteTable`."""

        async def refuse(request: Request) -> Response:
            raise TypeError(f"{request.url.path} must be served by a RouteTable")

        return refuse

    def around(self, handler: Handler) -> Handler:
        """Give what answers requests in the place of `handler`."""
        return handler

    def before_commit(self, request: Request, response: Response) -> None:
        """Do what belongs to the same transaction, when the answer is known."""


class _Place(Enum):
    LOOP = "waits"
    THREAD = "blocks"
    ANYWHERE = "does neither"


@dataclass(frozen=True, slots=True)
class _Step:
    call: Callable[..., Any]
    dependant: Dependant
    inputs: tuple[tuple[str, int], ...]
    """The parameters that take values of earlier steps, by their numbers."""
    place: _Place
    coroutine: bool
    asks: bool
    """Whether `call` has parameters that are read from the address or the headers."""
    opens: bool
    """Whether `call` makes a context manager, which is left when the endpoint has answered."""
    early: bool = False
    """Whether it is taken before its turn, so that an error has to wait."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Stands for the value of an early step."""

    error: Exception


@dataclass(slots=True)
class _Stage:
    on_loop: bool
    steps: list[_Step] = field(default_factory=list)
    limit: Any = None
    """How many requests at once may be beyond the beginning of this stage, where it opens what there are few of."""


def serving(context: RouteContext) -> ASGIApp:
    """Make the application that answers the requests of a route."""
    route = context.original_route
    handler: Handler = _Server(context).respond
    if isinstance(route, Route):
        handler = route.around(handler)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await handler(Request(scope, receive, send))
        await response(scope, receive, send)

    return app


class _Server:
    """Answers the requests of one route."""

    def __init__(self, context: RouteContext) -> None:
        steps: list[_Step] = []
        _flatten(context.dependant, steps, {})
        *before, self._endpoint = _sender_first(steps)
        self._on_loop = self._endpoint.coroutine
        if self._on_loop and any(step.opens for step in before):
            raise TypeError(f"{context.path}: an asynchronous endpoint cannot hold a session")
        self._stages = _stages(before, on_loop=self._on_loop)
        route = context.original_route
        self._before_commit = route.before_commit if isinstance(route, Route) else None

    async def respond(self, request: Request) -> Response:
        """Answer one request."""
        turn = _Turn(request, await _body(request) if self._endpoint.dependant.body_params else None)
        *first, last = self._stages
        async with AsyncExitStack() as stack:
            try:
                for stage in first:
                    await turn.begin(stage, stack)
                    await (turn.wait(stage, stack) if stage.on_loop else turn.hop(turn.work, stage))
                await turn.begin(last, stack)
                if self._on_loop:
                    await turn.wait(last, stack)
                    return await turn.wait_for_answer(self._endpoint)
                return await turn.hop(turn.finish, last, self._endpoint, self._before_commit)
            except BaseException as error:
                await turn.abandon(error)
                raise


def _flatten(dependant: Dependant, steps: list[_Step], numbers: dict[Any, int]) -> int:
    """Append what `dependant` needs, then itself, each once; return its number."""
    key = dependant.call
    if dependant.use_cache and key in numbers:
        return numbers[key]
    inputs = [(each.name, _flatten(each, steps, numbers)) for each in dependant.dependencies]
    steps.append(_step(dependant, tuple((name, number) for name, number in inputs if name)))
    numbers[key] = len(steps) - 1
    return numbers[key]


def _step(dependant: Dependant, inputs: tuple[tuple[str, int], ...]) -> _Step:
    call: Any = dependant.call
    code = call if hasattr(call, "__code__") else type(call).__call__
    generates, waits = isgeneratorfunction(code), isasyncgenfunction(code)
    coroutine = iscoroutinefunction(code)
    place = _Place.ANYWHERE if coroutine else _Place.THREAD
    if waits or (coroutine and _awaits(code)):
        place = _Place.LOOP
    if generates or waits:
        call = contextmanager(call) if generates else asynccontextmanager(call)
    asks = dependant.path_params or dependant.query_params or dependant.header_params or dependant.cookie_params
    return _Step(call, dependant, inputs, place, coroutine=coroutine, asks=bool(asks), opens=generates)


def _sender_first(steps: Sequence[_Step]) -> list[_Step]:
    """Take what waits for the sender alone, such as a form, before anything blocks: no session is held meanwhile.

    What is wrong with it is said where it was declared: after who may not ask at all has been turned away.
    """
    blocking = next((number for number, step in enumerate(steps) if step.place is _Place.THREAD), len(steps))
    late = range(blocking, len(steps) - 1)
    early = [number for number in late if steps[number].place is _Place.LOOP and not steps[number].inputs]
    ordered = [*steps[:blocking], *(replace(steps[number], early=True) for number in early)]
    for number in range(blocking, len(steps)):
        step = steps[number]
        if number in early:
            ordered.append(_told(blocking + early.index(number)))
        else:
            moved = ((name, each + len(early) * (each >= blocking)) for name, each in step.inputs)
            ordered.append(replace(step, inputs=tuple(moved)))
    return ordered


def _told(number: int) -> _Step:
    """Make the step that says what became of an early one."""
    inputs = (("found", number),)
    return _Step(_outcome, Dependant(), inputs, _Place.ANYWHERE, coroutine=False, asks=False, opens=False)


def _outcome(found: Any) -> Any:
    if isinstance(found, _Failure):
        raise found.error
    return found


@cache
def _awaits(function: Callable[..., Any]) -> bool:
    return any(instruction.opname == "SEND" for instruction in dis.get_instructions(function))


def _stages(steps: Sequence[_Step], *, on_loop: bool) -> list[_Stage]:
    """Part the steps where they go from the loop to a thread or back; the last stage is where the endpoint is."""
    stages = [_Stage(on_loop=True)]
    for step in steps:
        if step.place is not _Place.ANYWHERE and (step.place is _Place.LOOP) is not stages[-1].on_loop:
            stages.append(_Stage(on_loop=step.place is _Place.LOOP))
        stages[-1].steps.append(step)
        stages[-1].limit = stages[-1].limit or step.dependant.concurrency
    if stages[-1].on_loop is not on_loop:
        stages.append(_Stage(on_loop=on_loop))
    return stages if stages[0].steps or len(stages) == 1 else stages[1:]


class _Turn:
    """One request on its way through the steps of its route."""

    __slots__ = ("_body", "_errors", "_open", "_opened", "_request", "_room", "_values")

    def __init__(self, request: Request, body: Any) -> None:
        self._request = request
        self._body = body
        self._values: list[Any] = []
        self._errors: list[Any] = []
        self._open = ExitStack()
        self._opened = False
        self._room: CapacityLimiter | None = None

    async def begin(self, stage: _Stage, stack: AsyncExitStack) -> None:
        """Wait until there is room for what a stage opens."""
        if stage.limit is not None:
            await stack.enter_async_context(stage.limit.get_semaphore())
            self._room = _ROOM

    async def hop(self, work: Callable[..., T], stage: _Stage, *more: Any) -> T:
        """Go to a thread for a stage."""
        return await to_thread.run_sync(work, stage.steps, *more, limiter=self._room)

    async def wait(self, stage: _Stage, stack: AsyncExitStack) -> None:
        """Take the steps of a stage on the event loop."""
        for step in stage.steps:
            try:
                self._values.append(await self._awaited(step, stack))
            except Exception as error:
                if not step.early:
                    raise
                self._values.append(_Failure(error))

    async def _awaited(self, step: _Step, stack: AsyncExitStack) -> Any:
        arguments = self._arguments(step)
        if arguments is None:
            return _WRONG
        if step.coroutine:
            return await step.call(**arguments)
        return await stack.enter_async_context(step.call(**arguments))

    async def wait_for_answer(self, endpoint: _Step) -> Response:
        """Let an asynchronous endpoint answer."""
        response: Response = await endpoint.call(**self._checked(endpoint))
        return response

    def work(self, steps: Sequence[_Step]) -> None:
        """Take steps in this thread; an error closes what they opened."""
        with self._open:
            self._take(steps)
            self._open, self._opened = self._open.pop_all(), True

    def finish(self, steps: Sequence[_Step], endpoint: _Step, before_commit: BeforeCommit | None) -> Response:
        """Take the last steps, let the endpoint answer, and close what was opened: the commit."""
        self._opened = False
        with self._open:
            self._take(steps)
            response: Response = endpoint.call(**self._checked(endpoint))
            if before_commit is not None:
                before_commit(self._request, response)
            return response

    async def abandon(self, error: BaseException) -> None:
        """Close what is still open because of an error on the event loop."""
        if self._opened:
            opened = self._open.pop_all()
            with CancelScope(shield=True):
                await to_thread.run_sync(opened.__exit__, type(error), error, error.__traceback__, limiter=_ROOM)

    def _take(self, steps: Sequence[_Step]) -> None:
        for step in steps:
            arguments = self._arguments(step)
            if arguments is None:
                value = _WRONG
            elif step.opens:
                value = self._open.enter_context(step.call(**arguments))
            else:
                value = _at_once(step.call(**arguments)) if step.coroutine else step.call(**arguments)
            self._values.append(value)

    def _checked(self, endpoint: _Step) -> dict[str, Any]:
        """Return what an endpoint is called with. RequestValidationError: something in the request is wrong."""
        arguments = self._arguments(endpoint)
        if arguments is None or self._errors:
            raise RequestValidationError(self._errors, body=self._body)
        return arguments

    def _arguments(self, step: _Step) -> dict[str, Any] | None:
        """Return what a step is called with; None where something in the request is wrong."""
        values = {name: self._values[number] for name, number in step.inputs}
        wrong = any(value is _WRONG for value in values.values())
        request, asks = self._request, step.dependant
        if step.asks:
            for fields, given in (
                (asks.path_params, request.path_params),
                (asks.query_params, request.query_params),
                (asks.header_params, request.headers),
                (asks.cookie_params, request.cookies),
            ):
                if fields:
                    wrong |= self._note(values, *request_params_to_args(fields, given))
        if asks.body_params:
            reading = request_body_to_args(asks.body_params, self._body, embed_body_fields=False)
            wrong |= self._note(values, *_at_once(reading))
        if asks.request_param_name:
            values[asks.request_param_name] = request
        if asks.http_connection_param_name:
            values[asks.http_connection_param_name] = request
        return None if wrong else values

    def _note(self, values: dict[str, Any], found: dict[str, Any], errors: Sequence[Any]) -> bool:
        values.update(found)
        self._errors.extend(errors)
        return bool(errors)


def _at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing, wherever we are."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise RuntimeError(f"{coroutine!r} waits, but there is nobody to wait")


async def _body(request: Request) -> Any:
    """Read the JSON of a request, as FastAPI does."""
    if not await request.body():
        return PydanticUndefined
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        what = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([what], body=error.doc) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
