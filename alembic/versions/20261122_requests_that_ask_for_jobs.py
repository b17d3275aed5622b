"""requests that ask for jobs

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
oldest_code = "0005"


def upgrade() -> None:
    op.add_column("job", sa.Column("request_id", sa.String(64), nullable=True))
