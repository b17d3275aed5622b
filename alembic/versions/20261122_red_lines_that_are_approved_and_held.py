"""red lines that are approved and held

Adding is safe while the old version still runs; renaming or dropping is not: first add and copy, release, then drop.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certification_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("red_line", sa.JSON(), nullable=True))

    op.create_table(
        "rule_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_pack")),
        sa.UniqueConstraint("slug", name=op.f("uq_rule_pack_slug")),
    )
    op.create_table(
        "rule_pack_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_pack_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.String(320), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_pack_id"], ["rule_pack.id"], name=op.f("fk_rule_pack_version_rule_pack_id_rule_pack")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_pack_version")),
        sa.UniqueConstraint("rule_pack_id", "number", name=op.f("uq_rule_pack_version_rule_pack_id_number")),
    )
    op.create_table(
        "drill_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("red_line", sa.String(80), nullable=False),
        sa.Column("rewrite", sa.String(), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_drill_try_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_drill_try_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_try")),
        sa.UniqueConstraint("key", name=op.f("uq_drill_try_key")),
    )
    with op.batch_alter_table("drill_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drill_try_person_id_red_line"), ["person_id", "red_line"], unique=False)
        batch_op.create_index(batch_op.f("ix_drill_try_product_id"), ["product_id"], unique=False)

    op.create_table(
        "red_line_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("red_line", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_red_line_edit_content_id_content")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_red_line_edit_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_line_edit")),
    )
    with op.batch_alter_table("red_line_edit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_red_line_edit_content_id_red_line"), ["content_id", "red_line"], unique=False
        )

    op.create_table(
        "red_line_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("red_line", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_red_line_review_asked_by_person")),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_red_line_review_content_id_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_line_review")),
    )
    with op.batch_alter_table("red_line_review", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_red_line_review_content_id_red_line"), ["content_id", "red_line"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_red_line_review_state"), ["state"], unique=False)

    op.create_table(
        "sent_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(16), nullable=True),
        sa.Column("region", sa.String(16), nullable=True),
        sa.Column("channel", sa.String(80), nullable=True),
        sa.Column("speaker", sa.String(80), nullable=True),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sent_text_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_text")),
        sa.UniqueConstraint("key", name=op.f("uq_sent_text_key")),
    )
    with op.batch_alter_table("sent_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_text_keep_until"), ["keep_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_sent_text_person_id"), ["person_id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sent_text_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("red_line", sa.String(80), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("matched", sa.String(), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposition", sa.String(32), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["duplicate_of"], ["finding.id"], name=op.f("fk_finding_duplicate_of_finding")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_finding_decided_by_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_finding_product_id_product")),
        sa.ForeignKeyConstraint(["sent_text_id"], ["sent_text.id"], name=op.f("fk_finding_sent_text_id_sent_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_disposition"), ["disposition"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_red_line_disposition"), ["red_line", "disposition"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_sent_text_id"), ["sent_text_id"], unique=False)

    op.create_table(
        "name_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sent_text_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_name_opening_person_id_person")),
        sa.ForeignKeyConstraint(
            ["sent_text_id"], ["sent_text.id"], name=op.f("fk_name_opening_sent_text_id_sent_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_opening")),
        sa.UniqueConstraint("sent_text_id", "person_id", name=op.f("uq_name_opening_sent_text_id_person_id")),
    )
    op.create_table(
        "red_line_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_red_line_approval_by_person")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["red_line_review.id"], name=op.f("fk_red_line_approval_review_id_red_line_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_line_approval")),
        sa.UniqueConstraint("review_id", "part", name=op.f("uq_red_line_approval_review_id_part")),
    )
    op.create_table(
        "violation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("consequence", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("certification_event_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(
            ["certification_event_id"],
            ["certification_event.id"],
            name=op.f("fk_violation_certification_event_id_certification_event"),
        ),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_violation_finding_id_finding")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_violation_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_violation_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violation")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_violation_finding_id")),
    )
    with op.batch_alter_table("violation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_violation_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_violation_product_id"), ["product_id"], unique=False)

