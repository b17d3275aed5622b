"""The server of the tools: one client on standard input and output, one token, a database that is only read."""

import json
import logging
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
from anyio import CapacityLimiter
from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolDescription

from app.api.mcp.calls import Calls
from app.api.mcp.lines import relay
from app.api.mcp.tools import TOOLS, Asking, Tool, answer, known_token, open_tools, sentences
from app.clock import now
from app.database import Database
from app.errors import AppError

Given = TypeVar("Given")

_log = logging.getLogger(__name__)

_INSTRUCTIONS: Final = """\
Dealworthy keeps what is said about products true. Before a text for a customer is shown or sent, call check_red_lines \
with the whole text and the slugs of its products (products lists them), change what it finds by say_instead, and \
check again until no finding is active. Take wordings from talk_tracks rather than making up claims. Call clearance \
before you act for a rep on a deal. A clean check is no legal advice: a person answers for what is sent."""


@dataclass(frozen=True)
class Desk:
    """Answers the calls of one client; every call looks at the token anew."""

    database: Database
    secret: str
    origin: str
    calls: Calls = field(default_factory=Calls)
    # one at a time: the client is one program, and a text is read by one core
    turn: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    async def list_tools(
        self, _context: ServerRequestContext[Any], _asked: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """List the tools that the token is good for."""
        try:
            return ListToolsResult(tools=await self._in_turn(self._described))
        except AppError as error:
            raise MCPError(INVALID_REQUEST, sentences(error)) from None

    async def call_tool(self, _context: ServerRequestContext[Any], asked: CallToolRequestParams) -> CallToolResult:
        """Answer a call; what the caller can mend is a result with a sentence, so that an assistant reads it."""
        tool = TOOLS.get(asked.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no tool of this name; the tools are {', '.join(TOOLS)}.")
        arguments = asked.arguments or {}
        try:
            content = await self._in_turn(lambda: self._answered(tool, arguments))
        except AppError as error:
            return _refused(sentences(error))
        except Exception as error:  # noqa: BLE001 (whatever it is, its words may hold the text, which no log may)
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s failed: %s\n%s", tool.name, type(error).__name__, frames)
            return _refused("Something went wrong here; the log of this server says where.")
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(text=text)], structured_content=content)

    async def _in_turn(self, work: Callable[[], Given]) -> Given:
        return await anyio.to_thread.run_sync(work, limiter=self.turn)

    def _described(self) -> list[ToolDescription]:
        with self.database.read() as session:
            return [_description(tool) for tool in open_tools(known_token(session, self.secret, now()))]

    def _answered(self, tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
        moment = now()
        self.calls.count(moment)
        with self.database.read() as session:
            token = known_token(session, self.secret, moment)
            return answer(tool, token, arguments, Asking(session, moment, self.origin))


def _refused(sentence: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)


def _description(tool: Tool) -> ToolDescription:
    return ToolDescription(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            title=tool.title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def serve(database: Database, secret: str, origin: str, version: str) -> None:
    """Serve the client on standard input and output until it closes its end, or Ctrl-C ends the process at once."""
    # a thread waits for standard input, and Python's own handler would wait for that thread; nothing is left half done
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(_serve, Desk(database, secret, origin), version)


async def _serve(desk: Desk, version: str) -> None:
    server: Server[Any] = Server(
        "dealworthy",
        version=version,
        title="Dealworthy",
        instructions=_INSTRUCTIONS,
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
    )
    onwards, messages = anyio.create_memory_object_stream[SessionMessage | Exception]()
    async with stdio_server() as (reading, writing), anyio.create_task_group() as group:
        group.start_soon(relay, reading, onwards, writing)
        await server.run(messages, writing, server.create_initialization_options())
