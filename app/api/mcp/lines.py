"""Lines that are no message: they are answered, so that a client does not wait for what will never come."""

import json
from typing import Any, Final

from anyio import BrokenResourceError, ClosedResourceError
from anyio.streams.memory import MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

_NO_JSON: Final = (
    "This line is no JSON, is nested too deep, or holds half of a character (a lone surrogate, as where a text was "
    "cut within an emoji)."
)
_NO_MESSAGE: Final = "This line is no JSON-RPC message."


async def relay(reading: Any, onwards: MemoryObjectSendStream[SessionMessage | Exception], writing: Any) -> None:
    """Pass messages on, and answer what is none; the library would drop it without a word.

    Clients send one easily: JavaScript writes a lone surrogate as an escape, which is refused here.
    """
    async with reading, onwards:
        try:
            async for item in reading:
                if isinstance(item, ValidationError):
                    await writing.send(SessionMessage(_answer(item)))
                else:
                    await onwards.send(item)
        except (BrokenResourceError, ClosedResourceError):  # the client is gone
            return


def _answer(error: ValidationError) -> JSONRPCError:
    found = error.errors(include_url=False, include_context=False)
    if found[0]["type"] == "json_invalid":
        said, problem = _read(found[0]["input"]), ErrorData(code=PARSE_ERROR, message=_NO_JSON)
    else:
        said = next((each["input"] for each in found if _number(each["input"]) is not None), None)
        problem = ErrorData(code=INVALID_REQUEST, message=_NO_MESSAGE)
    return JSONRPCError(jsonrpc="2.0", id=_number(said), error=problem)


def _read(line: str) -> Any:
    """Read a line as loosely as Python does, only for the number that it may bear."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _number(message: Any) -> int | str | None:
    number = message.get("id") if isinstance(message, dict) else None
    if isinstance(number, str):
        return number if number.isascii() else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
