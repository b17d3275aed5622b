"""Running what is asynchronous in a thread of its own, where no browser has a loop running already."""

from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import anyio

Result = TypeVar("Result")


def run_apart(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run it to its end, and return what it returns."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, work).result()
