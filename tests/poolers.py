"""A PgBouncer in transaction mode before a PostgreSQL, as Debian packages it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

from servers import accepts, free_port, wait_until

_SETTINGS = """
[databases]
* = host={host} port={port} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
max_prepared_statements = 0
server_idle_timeout = 1
"""
"""Few connections, so that each client soon has another one than before."""


def pgbouncer() -> str:
    """Find the program, or skip the test."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip("there is no pgbouncer on this machine; on Debian: apt-get install pgbouncer")
    return found


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """Run a PgBouncer before the PostgreSQL at this address, and give the address to use in its place."""
    program = pgbouncer()
    server, port = make_url(url), free_port()
    with TemporaryDirectory(prefix="pooler") as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings = folder / "pgbouncer.ini"
        text = _SETTINGS.format(host=server.host, port=server.port, own_port=port)
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 (the program found above)
        if version.split()[1].split(".") < ["1", "21"]:
            text = text.replace("max_prepared_statements = 0\n", "")
        settings.write_text(text)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 (as above)
                [program, str(settings)], user="nobody" if os.geteuid() == 0 else None, stdout=log, stderr=log, cwd="/"
            )
        try:
            wait_until(lambda: accepts(port))
            yield server.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        finally:
            process.kill()
            process.wait()
