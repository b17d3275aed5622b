"""certification that lives

Adding is safe while the old version still runs; renaming or dropping is not: first add and copy, release, then drop.

Revision: 0004
After: 0003
"""

import hashlib
import json
import secrets
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_signing_key_kid")),
    )
    op.create_table(
        "assignment_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("region", sa.String(40), nullable=True),
        sa.Column("hired_from", sa.Date(), nullable=True),
        sa.Column("hired_through", sa.Date(), nullable=True),
        sa.Column("due_from", sa.String(32), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("launch_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_assignment_rule_manager_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_assignment_rule_product_id_product")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_assignment_rule_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rule")),
    )
    with op.batch_alter_table("assignment_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_rule_product_id"), ["product_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("through_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(320), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_person_id"), ["person_id"], unique=False)

    op.create_table(
        "live_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("join_url", sa.String(2000), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("presence_percent", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("fallback_code", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_live_session_host_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_live_session_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_session")),
        sa.UniqueConstraint("uid", name=op.f("uq_live_session_uid")),
    )
    with op.batch_alter_table("live_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_session_host_id"), ["host_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_session_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_session_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("calendar_method", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_person_id"), ["person_id"], unique=False)

    op.create_table(
        "notice_wish",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(32), nullable=False),
        sa.Column("sent_for", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_wish_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_wish")),
    )
    op.create_table(
        "requirement_credit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("requirement_kind", sa.String(32), nullable=False),
        sa.Column("requirement_key", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("evidence_url", sa.String(2000), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("through", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(1000), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_because", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_requirement_credit_asked_by_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_requirement_credit_decided_by_person")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_requirement_credit_ended_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_requirement_credit_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_requirement_credit_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_credit")),
    )
    with op.batch_alter_table("requirement_credit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requirement_credit_person_id_product_id"), ["person_id", "product_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_requirement_credit_product_id"), ["product_id"], unique=False)

    op.create_table(
        "sign_off_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("rubric", sa.String(80), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("link", sa.String(2000), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_off_request_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sign_off_request_product_id_product")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_sign_off_request_taken_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_request")),
    )
    with op.batch_alter_table("sign_off_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_off_request_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_off_request_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_off_request_taken_by"), ["taken_by"], unique=False)
        batch_op.create_index(
            "uq_sign_off_request_open",
            ["person_id", "product_id", "rubric"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("answer", sa.String(2000), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["certification_event.id"], name=op.f("fk_appeal_event_id_certification_event")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appeal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_appeal_event_id")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_person_id"), ["person_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(
            ["live_session_id"], ["live_session.id"], name=op.f("fk_attendance_live_session_id_live_session")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_attendance_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_live_session_id"), ["live_session_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attendance_person_id_product_id"), ["person_id", "product_id"], unique=False
        )

    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["live_session_id"], ["live_session.id"], name=op.f("fk_check_in_live_session_id_live_session")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_check_in_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint(
            "live_session_id", "person_id", "part", name=op.f("uq_check_in_live_session_id_person_id_part")
        ),
    )
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_notice_mail_id_mail")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_notice_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "kind", "key", name=op.f("uq_notice_person_id_kind_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_mail_id"), ["mail_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_person_id"), ["person_id"], unique=False)

    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content_type", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["sign_off_request.id"], name=op.f("fk_recording_request_id_sign_off_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_request_id"), ["request_id"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["live_session_id"], ["live_session.id"], name=op.f("fk_registration_live_session_id_live_session")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_registration_open",
            ["live_session_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["certification_period.id"], name=op.f("fk_certificate_period_id_certification_period")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["certificate.id"], name=op.f("fk_certificate_supersedes_id_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("period_id", "issue", name=op.f("uq_certificate_period_id_issue")),
        sa.UniqueConstraint("status_index", name=op.f("uq_certificate_status_index")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_certificate_supersedes_id")),
    )
    op.create_table(
        "period_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["certification_period.id"], name=op.f("fk_period_extension_period_id_certification_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_extension")),
    )
    with op.batch_alter_table("period_extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_period_extension_period_id"), ["period_id"], unique=False)

    op.create_table(
        "certificate_file",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_file_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_certificate_file")),
    )
    with op.batch_alter_table("certificate_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_file_certificate_id"), ["certificate_id"], unique=False)

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule_id", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_assignment_rule_id_person_id"), ["rule_id", "person_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_assignment_rule_id_assignment_rule"), "assignment_rule", ["rule_id"], ["id"]
        )

    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("delta_of", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_attempt_delta_of_content_version"), "content_version", ["delta_of"], ["id"]
        )

    with op.batch_alter_table("content_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("delta", sa.JSON(), nullable=True))

    with op.batch_alter_table("certification_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case", sa.String(500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("preset", sa.String(40), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("deadline", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_certification_event_by_id_person"), "person", ["by_id"], ["id"])

    with op.batch_alter_table("certification_period", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(80), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("origin", sa.String(32), server_default="earned", nullable=False))
        batch_op.add_column(sa.Column("evidence", sa.String(1000), server_default=sa.text("''"), nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_certification_period_person_id_product_id_number"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_certification_period_person_id_product_id_level_number"),
            ["person_id", "product_id", "level", "number"],
        )

    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("program_version_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("scores", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("evidence_url", sa.String(2000), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("signed_name", sa.String(200), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("meaning", sa.String(500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("second_wanted", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("second_of", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_sign_off_request_id"), ["request_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_sign_off_second_of"), ["second_of"])
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_off_request_id_sign_off_request"), "sign_off_request", ["request_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_off_program_version_id_content_version"),
            "content_version",
            ["program_version_id"],
            ["id"],
        )
        batch_op.create_foreign_key(batch_op.f("fk_sign_off_second_of_sign_off"), "sign_off", ["second_of"], ["id"])

    _certify_what_was_awarded()


def _certify_what_was_awarded() -> None:
    """Give each period the certificate that its code has shown until now."""
    names = ("person", "product", "content_version", "certification_period", "certificate")
    person, product, version, period, certificate = (
        sa.Table(name, sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False) for name in names
    )
    redlines = version.alias()
    rows = op.get_bind().execute(
        sa.select(
            period,
            person.c.email,
            person.c.name.label("holder"),
            sa.type_coerce(product.c.name, sa.JSON()).label("product"),
            product.c.slug,
            version.c.number.label("program_version"),
            redlines.c.number.label("redlines_version"),
        )
        .join(person, person.c.id == period.c.person_id)
        .join(product, product.c.id == period.c.product_id)
        .join(version, version.c.id == period.c.program_version_id)
        .outerjoin(redlines, redlines.c.id == period.c.redlines_version_id)
        .order_by(period.c.id)
    )
    issues = [_issue(index, row) for index, row in enumerate(rows.mappings().all())]
    if issues:
        op.bulk_insert(certificate, issues)


def _issue(index: int, row: Any) -> dict[str, Any]:
    salt = secrets.token_hex(16)
    snapshot = {
        "code": row["code"],
        "issue": 1,
        "holder": row["holder"],
        "product": row["product"],
        "slug": row["slug"],
        "level": "",
        "level_name": "",
        "period": row["number"],
        "issued_on": row["done_on"].isoformat(),
        "done_on": row["done_on"].isoformat(),
        "valid_through": row["valid_through"].isoformat(),
        "program_version": row["program_version"],
        "redlines_version": row["redlines_version"],
        "company": "",
        "origin": "",
        "salt": salt,
        "identity": "sha256$" + hashlib.sha256((row["email"].lower() + salt).encode()).hexdigest(),
    }
    whole = json.dumps(["1", snapshot], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    issued_at = row["awarded_at"]
    return {
        "period_id": row["id"],
        "issue": 1,
        "code": row["code"],
        "template": "1",
        "snapshot": snapshot,
        "digest": hashlib.sha256(whole.encode()).hexdigest(),
        "status_index": index,
        "reason": "",
        "issued_at": issued_at if issued_at.tzinfo else issued_at.replace(tzinfo=UTC),
        "issued_by": "system",
    }
