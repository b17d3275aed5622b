<%!
from alembic.script import ScriptDirectory
from app.schema import oldest_code
%>\
"""${message}

Adding is safe while the old version still runs; renaming or dropping is not: first add and copy, release, then drop,
and raise `oldest_code` to the first revision whose code no longer needs what goes.

Revision: ${up_revision}
After: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op

${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
oldest_code = ${repr(oldest_code(ScriptDirectory.from_config(config).get_revision(down_revision)))}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
