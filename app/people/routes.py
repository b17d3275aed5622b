"""Pages of this feature, by noun. The import comes before people, whose addresses take any word."""

from app.people import account, admin, admin_audit, admin_components, admin_import, admin_teams, admin_tokens, sign_in
from app.web.routing import gathered

_NOUNS = (sign_in, account, admin_import, admin_teams, admin_tokens, admin_audit, admin_components, admin)
router = gathered(noun.router for noun in _NOUNS)
