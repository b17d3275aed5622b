"""standing by person and product

Revision: 0007
After: 0006
"""

from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
oldest_code = "0005"


def upgrade() -> None:
    op.create_index(op.f("ix_attempt_person_id_product_id"), "attempt", ["person_id", "product_id"])
    op.create_index(op.f("ix_attestation_person_id_product_id"), "attestation", ["person_id", "product_id"])
    op.create_index(op.f("ix_sign_off_person_id_product_id"), "sign_off", ["person_id", "product_id"])
