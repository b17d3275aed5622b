"""quizzes that carry a certification

Adding is safe while the old version still runs; renaming or dropping is not: first add and copy, release, then drop.

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content_type", sa.String(80), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_by", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_media")),
    )
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("extra_time_percent", sa.Integer(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(320), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_accommodation_content_id_content")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    with op.batch_alter_table("accommodation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accommodation_content_id"), ["content_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_accommodation_person_id_content_id"), ["person_id", "content_id"], unique=False
        )

    op.create_table(
        "practice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_practice_content_id_content")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_content_id"), ["content_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_practice_person_id_content_id"), ["person_id", "content_id"], unique=False)

    op.create_table(
        "quiz_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("format", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("report", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_quiz_upload_content_id_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_upload")),
    )
    with op.batch_alter_table("quiz_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_upload_content_id"), ["content_id"], unique=False)

    op.create_table(
        "spaced_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("stability", sa.Float(), nullable=True),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_spaced_card_content_id_content")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_spaced_card_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spaced_card")),
        sa.UniqueConstraint("person_id", "content_id", "item", name=op.f("uq_spaced_card_person_id_content_id_item")),
    )
    with op.batch_alter_table("spaced_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spaced_card_content_id"), ["content_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spaced_card_person_id_due_at"), ["person_id", "due_at"], unique=False)

    op.create_table(
        "spaced_wish",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_spaced_wish_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_spaced_wish")),
    )
    op.create_table(
        "practice_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("option_order", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correct", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_practice_item_item_version_id_item_version")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_practice_item_practice_id_practice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_item")),
        sa.UniqueConstraint("practice_id", "position", name=op.f("uq_practice_item_practice_id_position")),
    )
    with op.batch_alter_table("practice_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_item_item_version_id"), ["item_version_id"], unique=False)

    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("policy", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_regrade_content_id_content")),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_regrade_item_version_id_item_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    with op.batch_alter_table("regrade", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regrade_content_id"), ["content_id"], unique=False)

    op.create_table(
        "attempt_regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points_before", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("points_after", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("percent_before", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("percent_after", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_regrade_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_attempt_regrade_regrade_id_regrade")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_regrade")),
        sa.UniqueConstraint("regrade_id", "attempt_id", name=op.f("uq_attempt_regrade_regrade_id_attempt_id")),
    )
    with op.batch_alter_table("attempt_regrade", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_regrade_attempt_id_at"), ["attempt_id", "at"], unique=False)

    op.create_table(
        "essay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_item_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_item_id"], ["attempt_item.id"], name=op.f("fk_essay_attempt_item_id_attempt_item")
        ),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_essay_content_id_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_essay")),
        sa.UniqueConstraint("attempt_item_id", name=op.f("uq_essay_attempt_item_id")),
    )
    with op.batch_alter_table("essay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_essay_content_id"), ["content_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_essay_state"), ["state"], unique=False)

    op.create_table(
        "item_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_item_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_item_id"], ["attempt_item.id"], name=op.f("fk_item_report_attempt_item_id_attempt_item")
        ),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_item_report_content_id_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_report")),
    )
    with op.batch_alter_table("item_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_report_attempt_item_id"), ["attempt_item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_report_content_id"), ["content_id"], unique=False)

    op.create_table(
        "essay_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("essay_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(4000), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(["essay_id"], ["essay.id"], name=op.f("fk_essay_mark_essay_id_essay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_essay_mark")),
        sa.UniqueConstraint("essay_id", "number", name=op.f("uq_essay_mark_essay_id_number")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Integer(), nullable=True))
