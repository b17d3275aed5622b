"""archives and retention

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
oldest_code = "0005"

_REFUSED = "audit entries are only ever added"
_ARCHIVED = "COALESCE((SELECT max(through_id) FROM audit_anchor), 0)"
_WITH_ANSWERS = sa.text("finished_at IS NOT NULL AND answers_forgotten_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("through_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("through_id", name=op.f("pk_audit_anchor")),
    )
    op.add_column("attempt", sa.Column("answers_forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_attempt_with_answers",
        "attempt",
        ["finished_at", "id"],
        sqlite_where=_WITH_ANSWERS,
        postgresql_where=_WITH_ANSWERS,
    )
    _let_archived_entries_go()


def _let_archived_entries_go() -> None:
    """Refuse to delete an audit entry that is not in an archive, and to change or delete an anchor."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry WHEN OLD.id > {_ARCHIVED} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_anchor_no_{verb.lower()} BEFORE {verb} ON audit_anchor "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse_unless_archived() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF OLD.id > {_ARCHIVED} THEN RAISE EXCEPTION '{_REFUSED}'; END IF; RETURN OLD; END $$"
    )
    op.execute("DROP TRIGGER audit_entry_no_change ON audit_entry")
    op.execute(
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse_unless_archived()"
    )
    op.execute(
        "CREATE TRIGGER audit_anchor_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
    )
