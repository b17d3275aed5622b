"""Threads of their own for webhooks: neither does a slow receiver hold up other work, nor other work a message."""

from collections.abc import Mapping
from threading import Event, Thread

from app.config import Settings
from app.database import Database
from app.jobs.worker import Handler, Prepared, Worker
from app.webhooks import collecting, queues, tidying, watching
from app.webhooks.delivering import AT_ONCE, Courier

LANES = 2 * AT_ONCE
"""Threads; one receiver has half of them at most."""
IDLE = 2.0
"""Seconds between looks for new work."""
KINDS = (collecting.JOB, watching.JOB, queues.JOB)
"""What the lanes do, and nobody else while they run."""
PERIODIC = {collecting.JOB: collecting.EVERY, watching.JOB: watching.EVERY, tidying.JOB: tidying.EVERY}


def handlers(courier: Courier) -> Mapping[str, Handler | Prepared]:
    """Return the handlers of all jobs of webhooks."""
    return {
        collecting.JOB: collecting.COLLECT,
        watching.JOB: watching.WATCH,
        queues.JOB: courier.job,
        tidying.JOB: tidying.work,
    }


def start(database: Database, settings: Settings, stop: Event, *, courier: Courier | None = None) -> list[Thread]:
    """Start the lanes; they end once `stop` is set and what they send is sent."""
    courier = courier or Courier(settings)
    threads = []
    for number in range(LANES):
        worker = Worker(database, handlers(courier), kinds=KINDS, avoiding=courier.avoiding)
        threads.append(Thread(target=worker.run, args=(stop, IDLE), name=f"webhooks-{number + 1}", daemon=True))
        threads[-1].start()
    return threads
