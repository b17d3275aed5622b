"""Pages of this feature, by noun. The import comes before people, whose addresses take any word."""

from fastapi import APIRouter

from app.people import account, admin, admin_audit, admin_components, admin_import, admin_teams, admin_tokens, sign_in

router = APIRouter()
for _noun in (sign_in, account, admin_import, admin_teams, admin_tokens, admin_audit, admin_components, admin):
    router.include_router(_noun.router)
