"""The fixtures of the client's tests: a CRM beside a running server."""

from client.conftest import crm, installation

__all__ = ["crm", "installation"]
