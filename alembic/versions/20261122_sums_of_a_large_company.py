"""sums of a large company

Revision: 0009
After: 0008
"""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
oldest_code = "0005"


def upgrade() -> None:
    op.create_table(
        "standing_sum",
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("standings", sa.Integer(), nullable=False),
        sa.Column("not_cleared", sa.Integer(), nullable=False),
        sa.Column("lapsing", sa.Integer(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_standing_sum_product_id_product")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_standing_sum")),
    )
