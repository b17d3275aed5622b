"""The people of a demonstration, whom `seed` creates and the sign-in page offers in development."""

from app.people.models import Role
from app.web.i18n import N_

DEMO_PASSWORD = "dealworthy demo"  # noqa: S105 (shown to everybody, in development only)

DEMO_PEOPLE: tuple[tuple[str, str, Role], ...] = (
    (N_("Rep"), "rep@example.com", Role.REP),
    (N_("Rep, second"), "rep2@example.com", Role.REP),
    (N_("Trainer"), "trainer@example.com", Role.TRAINER),
    (N_("Manager"), "manager@example.com", Role.MANAGER),
    (N_("Compliance"), "compliance@example.com", Role.COMPLIANCE),
    (N_("Admin"), "admin@example.com", Role.ADMIN),
)
"""What each one shows, the e-mail address, and the role."""
