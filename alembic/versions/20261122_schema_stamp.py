"""schema stamp

Adding is safe while the old version still runs; renaming or dropping is not: first add and copy, release, then drop,
and raise `oldest_code` to the first revision whose code no longer needs what goes.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
oldest_code = "0005"


def upgrade() -> None:
    op.create_table(
        "schema_stamp",
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("product_version", sa.String(32), nullable=False),
        sa.Column("oldest_code", sa.String(32), nullable=False),
        sa.Column("migrated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_stamp")),
    )
