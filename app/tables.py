"""Imports every feature's tables, so that the metadata is whole for migrations and tests."""

from sqlmodel import SQLModel

import app.api.models
import app.audit.models
import app.catalog.models
import app.certification.certificates.models
import app.certification.live.models
import app.certification.models
import app.certification.signoffs.models
import app.conduct.models
import app.deals.fieldnotes.models
import app.deals.incidents.models
import app.deals.models
import app.deals.policies.models
import app.deals.reconciling.models
import app.deals.waivers.models
import app.jobs.models
import app.mails.models
import app.notices.models
import app.people.models
import app.quizzes.models
import app.redlines.models
import app.schema
import app.webhooks.models  # noqa: F401 (imported for the tables they declare)

metadata = SQLModel.metadata
