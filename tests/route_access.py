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
TRAINER = roles(Role.TRAINER)
ASSESSOR = roles(Role.TRAINER, Role.COMPLIANCE)
LEADER = roles(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN)

ACCESS: dict[tuple[str, str], Access] = {
    # sanctions and appeals
    ("GET", "/certifications/appeals/{event_id}"): SIGNED_IN,
    ("POST", "/certifications/appeals/{event_id}"): SIGNED_IN,
    ("POST", "/certifications/appeals/{event_id}/withdraw"): SIGNED_IN,
    ("GET", "/review/appeals"): roles(Role.COMPLIANCE),
    ("GET", "/review/appeals/{appeal_id}"): roles(Role.COMPLIANCE),
    ("POST", "/review/appeals/{appeal_id}"): roles(Role.COMPLIANCE),
    # rule packs
    ("GET", "/review/packs"): ASSESSOR,
    ("POST", "/review/packs"): ASSESSOR,
    ("GET", "/review/packs/{slug}/{number}"): ASSESSOR,
    ("POST", "/review/packs/{slug}/{number}"): roles(Role.COMPLIANCE),
    ("GET", "/author/products/{slug}/packs"): TRAINER,
    ("POST", "/author/products/{slug}/packs"): TRAINER,
    # notices and mails
    ("GET", "/notices"): SIGNED_IN,
    ("POST", "/notices/seen"): SIGNED_IN,
    ("POST", "/notices/{notice_id}/open"): SIGNED_IN,
    ("GET", "/notices/wish"): SIGNED_IN,
    ("POST", "/notices/wish"): SIGNED_IN,
    ("GET", "/admin/mails"): ADMIN,
    ("POST", "/admin/mails/{mail_id}/again"): ADMIN,
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
    ("GET", "/admin/certifications"): ADMIN,
    ("POST", "/admin/certifications"): ADMIN,
    ("GET", "/admin/certifications/apply"): ADMIN,
    ("POST", "/admin/certifications/apply"): ADMIN,
    ("GET", "/admin/teams"): ADMIN,
    ("POST", "/admin/teams"): ADMIN,
    ("GET", "/admin/teams/{team_id}"): ADMIN,
    ("POST", "/admin/teams/{team_id}"): ADMIN,
    ("GET", "/admin/tokens"): ADMIN,
    ("POST", "/admin/tokens"): ADMIN,
    ("POST", "/admin/tokens/{token_id}/revoke"): ADMIN,
    ("GET", "/admin/audit"): roles(Role.ADMIN, Role.COMPLIANCE),
    ("GET", "/admin/components"): ADMIN,
    # today and one's own certifications
    ("GET", "/"): SIGNED_IN,
    # certificates and badges
    ("GET", "/certificates/verify"): PUBLIC,
    ("POST", "/certificates/verify"): PUBLIC,
    ("GET", "/certificates/{code}"): PUBLIC,
    ("GET", "/certificates/{code}/certificate.pdf"): PUBLIC,
    ("GET", "/certificates/{code}/badge.svg"): PUBLIC,
    ("GET", "/certificates/{code}/badge.png"): PUBLIC,
    ("GET", "/certificates/{code}/badge.jwt"): PUBLIC,
    ("GET", "/certificates/{code}/reissue"): roles(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN),
    ("POST", "/certificates/{code}/reissue"): roles(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN),
    ("GET", "/.well-known/jwks.json"): PUBLIC,
    ("GET", "/badges/keys/{kid}"): PUBLIC,
    ("GET", "/badges/issuer"): PUBLIC,
    ("GET", "/badges/achievements/{slug}"): PUBLIC,
    ("GET", "/badges/achievements/{slug}/{level}"): PUBLIC,
    ("GET", "/badges/status/{purpose}/{number}"): PUBLIC,
    ("POST", "/admin/signing-key"): ADMIN,
    ("GET", "/certifications"): SIGNED_IN,
    # live sessions
    ("GET", "/products/{slug}/sessions/{key}"): SIGNED_IN,
    ("GET", "/sessions"): SIGNED_IN,
    ("POST", "/sessions/calendar"): SIGNED_IN,
    ("POST", "/sessions/calendar/end"): SIGNED_IN,
    ("GET", "/sessions/{session_id}"): SIGNED_IN,
    ("POST", "/sessions/{session_id}/register"): SIGNED_IN,
    ("POST", "/sessions/{session_id}/leave"): SIGNED_IN,
    ("GET", "/sessions/{session_id}/check-in"): SIGNED_IN,
    ("POST", "/sessions/{session_id}/check-in"): SIGNED_IN,
    ("GET", "/sessions/{session_id}/board"): TRAINER,
    ("GET", "/sessions/{session_id}/qr.svg"): TRAINER,
    ("GET", "/sessions/{session_id}/attendance"): TRAINER,
    ("POST", "/sessions/{session_id}/attendance"): TRAINER,
    ("GET", "/author/products/{slug}/sessions"): TRAINER,
    ("POST", "/author/products/{slug}/sessions"): TRAINER,
    ("GET", "/author/products/{slug}/sessions/{session_id}"): TRAINER,
    ("POST", "/author/products/{slug}/sessions/{session_id}"): TRAINER,
    ("POST", "/author/products/{slug}/sessions/{session_id}/cancel"): TRAINER,
    ("GET", "/calendar/{secret}.ics"): PUBLIC,
    # products, lessons and red lines
    ("GET", "/products"): SIGNED_IN,
    ("GET", "/products/{slug}"): SIGNED_IN,
    ("POST", "/products/{slug}/attest"): SIGNED_IN,
    ("GET", "/products/{slug}/lessons/{lesson_id}"): SIGNED_IN,
    ("POST", "/products/{slug}/lessons/{lesson_id}/complete"): SIGNED_IN,
    ("GET", "/media/{name}"): SIGNED_IN,
    ("POST", "/products/{slug}/lessons/{lesson_id}/opened"): SIGNED_IN,
    ("POST", "/products/{slug}/lessons/{lesson_id}/watched"): SIGNED_IN,
    ("GET", "/products/{slug}/red-lines"): SIGNED_IN,
    ("GET", "/products/{slug}/renewal"): SIGNED_IN,
    ("GET", "/products/{slug}/renewal/practice"): SIGNED_IN,
    ("POST", "/products/{slug}/renewal/practice"): SIGNED_IN,
    # quizzes
    ("GET", "/attempts/{attempt_id}"): SIGNED_IN,
    ("GET", "/attempts/{attempt_id}/answers"): SIGNED_IN,
    ("POST", "/attempts/{attempt_id}/answers"): SIGNED_IN,
    ("GET", "/attempts/{attempt_id}/finish"): SIGNED_IN,
    ("POST", "/attempts/{attempt_id}/finish"): SIGNED_IN,
    ("GET", "/attempts/{attempt_id}/essays/{position}"): SIGNED_IN,
    ("POST", "/attempts/{attempt_id}/essays/{position}"): SIGNED_IN,
    ("GET", "/attempts/{attempt_id}/questions/{position}/report"): SIGNED_IN,
    ("POST", "/attempts/{attempt_id}/questions/{position}/report"): SIGNED_IN,
    ("GET", "/quizzes/{slug}"): SIGNED_IN,
    ("GET", "/quizzes/{slug}/attempts"): SIGNED_IN,
    ("POST", "/quizzes/{slug}/attempts"): SIGNED_IN,
    ("GET", "/quizzes/{slug}/changes/{version_id}"): SIGNED_IN,
    ("GET", "/quizzes/{slug}/changes/{version_id}/attempts"): SIGNED_IN,
    ("POST", "/quizzes/{slug}/changes/{version_id}/attempts"): SIGNED_IN,
    # practice, and the questions that come back
    ("GET", "/practice/today"): SIGNED_IN,
    ("POST", "/practice/today"): SIGNED_IN,
    ("GET", "/practice/wish"): SIGNED_IN,
    ("POST", "/practice/wish"): SIGNED_IN,
    ("GET", "/practice/{practice_id}"): SIGNED_IN,
    ("GET", "/practice/{practice_id}/answers"): SIGNED_IN,
    ("POST", "/practice/{practice_id}/answers"): SIGNED_IN,
    ("GET", "/quizzes/{slug}/practice"): SIGNED_IN,
    ("POST", "/quizzes/{slug}/practice"): SIGNED_IN,
    # the team
    ("GET", "/team"): roles(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN),
    ("GET", "/team.csv"): roles(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN),
    ("GET", "/team/people/{person_id}"): roles(Role.MANAGER, Role.TRAINER, Role.COMPLIANCE, Role.ADMIN),
    ("POST", "/team/people/{person_id}/assignments"): roles(Role.MANAGER),
    ("POST", "/team/people/{person_id}/sanctions"): roles(Role.COMPLIANCE),
    # sign-offs
    ("GET", "/products/{slug}/sign-offs/{rubric}"): SIGNED_IN,
    ("POST", "/products/{slug}/sign-offs/{rubric}"): SIGNED_IN,
    ("POST", "/products/{slug}/sign-offs/{rubric}/{request_id}/withdraw"): SIGNED_IN,
    ("GET", "/recordings/{recording_id}"): SIGNED_IN,
    ("GET", "/sign-offs"): TRAINER,
    ("GET", "/sign-offs/agreement"): ASSESSOR,
    ("GET", "/sign-offs/people/{person_id}/{slug}/{rubric}"): TRAINER,
    ("POST", "/sign-offs/people/{person_id}/{slug}/{rubric}"): TRAINER,
    ("GET", "/sign-offs/{request_id}"): ASSESSOR,
    ("POST", "/sign-offs/{request_id}/take"): TRAINER,
    ("POST", "/sign-offs/{request_id}/give-back"): TRAINER,
    ("GET", "/sign-offs/{request_id}/assess"): TRAINER,
    ("POST", "/sign-offs/{request_id}/assess"): TRAINER,
    ("GET", "/sign-offs/{request_id}/second"): TRAINER,
    ("POST", "/sign-offs/{request_id}/second"): TRAINER,
    ("GET", "/team/assignments"): LEADER,
    ("GET", "/team/assignments/new"): LEADER,
    ("POST", "/team/assignments/new"): LEADER,
    ("GET", "/team/assignments/rules/new"): LEADER,
    ("POST", "/team/assignments/rules/new"): LEADER,
    ("POST", "/team/assignments/rules/{rule_id}/end"): LEADER,
    ("GET", "/team/people/{person_id}/leave"): roles(Role.MANAGER, Role.ADMIN),
    ("POST", "/team/people/{person_id}/leave"): roles(Role.MANAGER, Role.ADMIN),
    ("POST", "/team/people/{person_id}/leave/{leave_id}/withdraw"): roles(Role.MANAGER, Role.ADMIN),
    ("GET", "/team/people/{person_id}/periods/{period_id}/extension"): roles(Role.MANAGER, Role.COMPLIANCE),
    ("POST", "/team/people/{person_id}/periods/{period_id}/extension"): roles(Role.MANAGER, Role.COMPLIANCE),
    ("GET", "/team/people/{person_id}/credits/{slug}"): LEADER,
    ("POST", "/team/people/{person_id}/credits/{slug}"): roles(Role.MANAGER),
    # what else counts
    ("GET", "/certifications/{slug}/credits"): SIGNED_IN,
    ("POST", "/certifications/{slug}/credits"): SIGNED_IN,
    ("GET", "/review/credits"): roles(Role.COMPLIANCE),
    ("GET", "/review/credits/{credit_id}"): roles(Role.COMPLIANCE),
    ("POST", "/review/credits/{credit_id}"): roles(Role.COMPLIANCE),
    ("POST", "/review/credits/{credit_id}/end"): roles(Role.COMPLIANCE),
    # deals
    ("GET", "/check"): SIGNED_IN,
    ("POST", "/check"): SIGNED_IN,
    ("POST", "/check/send"): SIGNED_IN,
    ("GET", "/check/sent/{sent_id}"): SIGNED_IN,
    # saying it right
    ("GET", "/drills"): SIGNED_IN,
    ("GET", "/drills/{slug}/{red_line}"): SIGNED_IN,
    ("POST", "/drills/{slug}/{red_line}"): SIGNED_IN,
    ("POST", "/drills/{slug}/{red_line}/wordings"): SIGNED_IN,
    ("GET", "/deals"): SIGNED_IN,
    ("POST", "/deals"): roles(Role.REP, Role.MANAGER, Role.ADMIN),
    ("GET", "/deals/new"): roles(Role.REP, Role.MANAGER, Role.ADMIN),
    ("GET", "/deals/{reference}"): SIGNED_IN,
    ("POST", "/deals/{reference}"): SIGNED_IN,
    ("GET", "/deals/{reference}/edit"): SIGNED_IN,
    ("POST", "/deals/{reference}/products"): SIGNED_IN,
    ("POST", "/deals/{reference}/team"): SIGNED_IN,
    ("POST", "/deals/{reference}/team/remove"): SIGNED_IN,
    ("POST", "/deals/{reference}/team/supervisor"): SIGNED_IN,
    # authoring
    ("GET", "/author"): TRAINER,
    ("GET", "/author/essays"): ASSESSOR,
    ("GET", "/author/essays/{essay_id}"): ASSESSOR,
    ("POST", "/author/essays/{essay_id}"): ASSESSOR,
    ("GET", "/author/reports"): TRAINER,
    ("POST", "/author/reports/{report_id}/settle"): TRAINER,
    ("GET", "/author/products/new"): TRAINER,
    ("POST", "/author/products/new"): TRAINER,
    ("GET", "/author/products/{slug}"): TRAINER,
    ("GET", "/author/products/{slug}/facts"): TRAINER,
    ("POST", "/author/products/{slug}/facts"): TRAINER,
    ("POST", "/author/products/{slug}/lessons"): TRAINER,
    ("GET", "/author/products/{slug}/lessons/_new"): TRAINER,
    ("POST", "/author/products/{slug}/lessons/_new"): TRAINER,
    ("GET", "/author/products/{slug}/lessons/{lesson_id}"): TRAINER,
    ("POST", "/author/products/{slug}/lessons/{lesson_id}"): TRAINER,
    ("POST", "/author/products/{slug}/lessons/{lesson_id}/preview"): TRAINER,
    ("GET", "/author/products/{slug}/program"): TRAINER,
    ("GET", "/author/products/{slug}/program/effect"): TRAINER,
    ("POST", "/author/products/{slug}/program"): TRAINER,
    ("GET", "/author/products/{slug}/discard"): TRAINER,
    ("POST", "/author/products/{slug}/discard"): TRAINER,
    ("GET", "/author/products/{slug}/publish"): TRAINER,
    ("POST", "/author/products/{slug}/publish"): TRAINER,
    ("GET", "/author/products/{slug}/quizzes/_new"): TRAINER,
    ("POST", "/author/products/{slug}/quizzes/_new"): TRAINER,
    ("POST", "/author/products/{slug}/red-lines"): TRAINER,
    ("GET", "/author/products/{slug}/red-lines/_new"): TRAINER,
    ("POST", "/author/products/{slug}/red-lines/_new"): TRAINER,
    ("GET", "/author/products/{slug}/red-lines/{rule_id}"): TRAINER,
    ("POST", "/author/products/{slug}/red-lines/{rule_id}"): TRAINER,
    ("GET", "/author/products/{slug}/red-lines/{rule_id}/touches"): TRAINER,
    ("GET", "/author/products/{slug}/red-lines/{rule_id}/approval"): TRAINER,
    ("POST", "/author/products/{slug}/red-lines/{rule_id}/approval"): TRAINER,
    ("POST", "/author/products/{slug}/red-lines/{rule_id}/approval/withdraw"): TRAINER,
    ("GET", "/author/products/{slug}/versions"): TRAINER,
    ("GET", "/author/products/{slug}/versions/{kind}/{name}/{number}"): TRAINER,
    ("GET", "/author/quizzes/{slug}"): TRAINER,
    ("POST", "/author/quizzes/{slug}"): TRAINER,
    ("POST", "/author/quizzes/{slug}/items"): TRAINER,
    ("GET", "/author/quizzes/{slug}/items/_new"): TRAINER,
    ("POST", "/author/quizzes/{slug}/items/_new"): TRAINER,
    ("GET", "/author/quizzes/{slug}/items/{item_id}"): TRAINER,
    ("POST", "/author/quizzes/{slug}/items/{item_id}"): TRAINER,
    ("GET", "/author/quizzes/{slug}/accommodations"): TRAINER,
    ("POST", "/author/quizzes/{slug}/accommodations"): TRAINER,
    ("POST", "/author/quizzes/{slug}/accommodations/{accommodation_id}/withdraw"): TRAINER,
    ("GET", "/author/quizzes/{slug}/items/{item}/regrade"): TRAINER,
    ("POST", "/author/quizzes/{slug}/items/{item}/regrade"): TRAINER,
    ("GET", "/author/regrades/{regrade_id}"): TRAINER,
    ("GET", "/author/quizzes/{slug}/import"): TRAINER,
    ("POST", "/author/quizzes/{slug}/import"): TRAINER,
    ("GET", "/author/quizzes/{slug}/imports/{upload_id}"): TRAINER,
    ("POST", "/author/quizzes/{slug}/imports/{upload_id}"): TRAINER,
    ("POST", "/author/quizzes/{slug}/imports/{upload_id}/leave"): TRAINER,
    ("GET", "/author/quizzes/{slug}/export"): TRAINER,
    ("GET", "/author/quizzes/{slug}/export/{format_name}"): TRAINER,
    ("GET", "/author/questions"): TRAINER,
    ("GET", "/author/quizzes/{slug}/items/{item_id}/versions"): TRAINER,
    ("GET", "/author/quizzes/{slug}/items/{item_id}/versions/{number}"): TRAINER,
    ("GET", "/author/quizzes/{slug}/preview"): TRAINER,
    ("GET", "/author/quizzes/{slug}/print"): TRAINER,
    ("GET", "/author/quizzes/{slug}/results"): TRAINER,
    ("GET", "/author/quizzes/{slug}/results.csv"): TRAINER,
    ("GET", "/author/quizzes/{slug}/results/{item}"): TRAINER,
    ("GET", "/author/quizzes/{slug}/results/{item}/choices.csv"): TRAINER,
    # what is reviewed
    ("GET", "/review"): roles(Role.COMPLIANCE),
    ("GET", "/review/rules"): roles(Role.COMPLIANCE),
    ("GET", "/review/texts/{text_id}"): roles(Role.COMPLIANCE),
    ("POST", "/review/texts/{text_id}/name"): roles(Role.COMPLIANCE),
    ("POST", "/review/texts/{text_id}/findings/{finding_id}"): roles(Role.COMPLIANCE),
    ("POST", "/review/texts/{text_id}/findings/{finding_id}/violation"): roles(Role.COMPLIANCE),
    ("GET", "/review/red-lines/{review_id}"): roles(Role.COMPLIANCE),
    ("POST", "/review/red-lines/{review_id}"): roles(Role.COMPLIANCE),
    # the API
    ("GET", "/api/docs"): PUBLIC,
    ("GET", "/api/openapi.json"): PUBLIC,
    ("GET", "/api/v1/clearance"): token("clearance:read"),
    ("POST", "/api/v1/clearance/batch"): token("clearance:read"),
    ("POST", "/api/v1/redlines/check"): token("redlines:check"),
}
