"""Who may reach which route: one line for each, read by test_routes.py.

A new route needs a line in `ACCESS`: its method and path as the router has them, and one of

- `PUBLIC`: anybody, signed in or not;
- `SIGNED_IN`: everybody with an account;
- `roles(Role.X, …)`: people who hold at least one of these;
- `token("scope")`: API clients whose token has this scope; `token()` when any token will do.

Path parameters are filled with `1`, and bodies are empty, so an admitted request may well be answered with 404 or 422:
the test only tells "may not" (303 to the sign-in page, 401 or 403) from everything else.
"""

from dataclasses import dataclass

from app.people.models import Role


@dataclass(frozen=True)
class Access:
    """Who is admitted; `public` stands alone, `scope` is for clients and `roles` for people."""

    public: bool = False
    roles: frozenset[Role] = frozenset()
    scope: str | None = None


PUBLIC = Access(public=True)
SIGNED_IN = Access(roles=frozenset(Role))


def roles(*held: Role) -> Access:
    return Access(roles=frozenset(held))


def token(scope: str = "") -> Access:
    return Access(scope=scope)


ADMIN = roles(Role.ADMIN)

ACCESS: dict[tuple[str, str], Access] = {
    # the installation
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    # signing in
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("POST", "/sign-out"): SIGNED_IN,
    ("POST", "/language"): PUBLIC,
    ("GET", "/password/{token}"): PUBLIC,
    ("POST", "/password/{token}"): PUBLIC,
    # one's own account
    ("GET", "/account"): SIGNED_IN,
    ("GET", "/account/password"): SIGNED_IN,
    ("POST", "/account/password"): SIGNED_IN,
    ("POST", "/account/sessions/others/end"): SIGNED_IN,
    ("POST", "/account/sessions/{session_id}/end"): SIGNED_IN,
    ("GET", "/account/record"): SIGNED_IN,
    # administration
    ("GET", "/admin"): ADMIN,
    ("GET", "/admin/people"): ADMIN,
    ("GET", "/admin/people/new"): ADMIN,
    ("POST", "/admin/people/new"): ADMIN,
    ("GET", "/admin/people/import"): ADMIN,
    ("POST", "/admin/people/import"): ADMIN,
    ("GET", "/admin/people/import/apply"): ADMIN,
    ("POST", "/admin/people/import/apply"): ADMIN,
    ("GET", "/admin/people/{person_id}"): ADMIN,
    ("POST", "/admin/people/{person_id}"): ADMIN,
    ("POST", "/admin/people/{person_id}/deactivate"): ADMIN,
    ("POST", "/admin/people/{person_id}/reactivate"): ADMIN,
    ("GET", "/admin/people/{person_id}/password-link"): ADMIN,
    ("POST", "/admin/people/{person_id}/password-link"): ADMIN,
    ("GET", "/admin/teams"): ADMIN,
    ("POST", "/admin/teams"): ADMIN,
    ("GET", "/admin/teams/{team_id}"): ADMIN,
    ("POST", "/admin/teams/{team_id}"): ADMIN,
    ("GET", "/admin/tokens"): ADMIN,
    ("POST", "/admin/tokens"): ADMIN,
    ("POST", "/admin/tokens/{token_id}/revoke"): ADMIN,
    ("GET", "/admin/audit"): roles(Role.ADMIN, Role.COMPLIANCE),
    ("GET", "/admin/components"): ADMIN,
}
