"""What is stored: the audit trail, work that waits, secrets, people and content."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import Executable, func, select
from sqlmodel import Session, col

from app.audit.queries import verify
from app.catalog.models import Content, ContentKind, ContentVersion, Product
from app.certification.certificates import keys, queries
from app.commands.diagnosis.checks import Needs, Patient, check
from app.deals.reconciling.models import CrmSource
from app.deals.reconciling.sources import LABEL as CRM_LABEL
from app.jobs.models import Job
from app.mails.models import Mail
from app.mails.server import Conversation
from app.outbound.sealing import SealError, unseal
from app.people.models import Person, PersonRole, Role
from app.webhooks.delivering import LABEL as WEBHOOK_LABEL
from app.webhooks.models import WebhookEndpoint

_SECONDS_FOR_MAIL = 10.0


@check(
    "audit-trail",
    "Find out who changed it, and restore a backup; compare digests that were kept elsewhere.",
    Needs.SCHEMA,
)
def _audit(patient: Patient) -> Iterator[str]:
    with Session(patient.database) as session:
        proof = verify(session)
    if proof.why:
        yield f"The audit trail is broken at entry {proof.broken} ({proof.why})."


@check("worker", "Run `dealworthy worker`, or `serve` without --no-worker, and read what it logs.", Needs.SCHEMA)
def _worker(patient: Patient) -> Iterator[str]:
    late = patient.moment - patient.limits.overdue
    idle = (col(Job.failed_at).is_(None), col(Job.due_at) < late, func.coalesce(col(Job.leased_until), late) <= late)
    number = patient.database.scalar(select(func.count()).select_from(Job).where(*idle))
    if number:
        minutes = patient.limits.overdue.seconds // 60
        yield f"{number} jobs wait for more than {minutes} minutes: nobody works, or not fast enough."


@check(
    "jobs-set-aside",
    "Read the log of the worker, mend the cause, and delete the job or let it be asked for again.",
    Needs.SCHEMA,
)
def _jobs(patient: Patient) -> Iterator[str]:
    failed = col(Job.failed_at).is_not(None)
    for kind, number in patient.database.execute(
        select(col(Job.kind), func.count()).where(failed).group_by(col(Job.kind)).order_by(col(Job.kind))
    ):
        yield f"{number} jobs of the kind {kind} failed too often and were set aside."


@check("mails-set-aside", "Look under Admin, Mails, mend the cause, and let them be tried again.", Needs.SCHEMA)
def _mails(patient: Patient) -> Iterator[str]:
    number = patient.database.scalar(select(func.count()).select_from(Mail).where(col(Mail.failed_at).is_not(None)))
    if number:
        yield f"{number} mails were set aside and reached nobody."


@check("mail-server", "Compare DEALWORTHY_SMTP_URL with what the mail server asks for.")
def _mail_server(patient: Patient) -> Iterator[str]:
    server = patient.settings.mail_server
    if server is None:
        return
    host = urlsplit(patient.settings.origin).hostname or "localhost"
    talk = Conversation(server, host=host, context=ssl.create_default_context(), timeout=_SECONDS_FOR_MAIL)
    if trouble := talk.trouble():
        yield trouble


@check("webhooks", "Look under Admin, Webhooks: test the receiver, then switch it on again.", Needs.SCHEMA)
def _webhooks(patient: Patient) -> Iterator[str]:
    since = patient.moment - patient.limits.failing
    for name, disabled in patient.database.execute(
        select(col(WebhookEndpoint.name), col(WebhookEndpoint.disabled_at))
        .where(col(WebhookEndpoint.removed_at).is_(None))
        .where(col(WebhookEndpoint.disabled_at).is_not(None) | (col(WebhookEndpoint.failing_since) < since))
        .order_by(col(WebhookEndpoint.id))
    ):
        what = "is switched off after failures" if disabled else "has failed for more than a day"
        yield f"The webhook {name} {what}."


@check("sealed-secrets", "Set the DEALWORTHY_SECRET_KEY of before, or make these secrets anew.", Needs.SCHEMA)
def _sealed(patient: Patient) -> Iterator[str]:
    stored = [
        ("webhook", WEBHOOK_LABEL, _secrets_of_webhooks()),
        ("source of deals", CRM_LABEL, _headers_of_sources()),
    ]
    for kind, label, statement in stored:
        for name, sealed in patient.database.execute(statement):
            try:
                unseal(sealed, patient.settings.secret_key, label)
            except SealError:
                yield f"The secret of the {kind} {name} cannot be opened: DEALWORTHY_SECRET_KEY is another one."


def _secrets_of_webhooks() -> Executable:
    return select(col(WebhookEndpoint.name), col(WebhookEndpoint.sealed_secret)).where(
        col(WebhookEndpoint.removed_at).is_(None), col(WebhookEndpoint.sealed_secret) != ""
    )


def _headers_of_sources() -> Executable:
    return select(col(CrmSource.name), col(CrmSource.sealed_header)).where(
        col(CrmSource.stopped_at).is_(None), col(CrmSource.sealed_header) != ""
    )


@check(
    "signing-key",
    "Set the DEALWORTHY_SECRET_KEY of before; otherwise a new key is made with the next badge.",
    Needs.SCHEMA,
)
def _signing_key(patient: Patient) -> Iterator[str]:
    with Session(patient.database) as session:
        stored = queries.keys(session)
    if stored and not keys.opens(stored, patient.settings.secret_key):
        yield "The key that badges are signed with cannot be opened: DEALWORTHY_SECRET_KEY is another one."


@check("administrator", "Run `dealworthy admin create --email you@example.com --name 'Your Name'`.", Needs.SCHEMA)
def _administrator(patient: Patient) -> Iterator[str]:
    admins = patient.database.scalar(
        select(func.count())
        .select_from(PersonRole)
        .join(Person, col(Person.id) == col(PersonRole.person_id))
        .where(col(PersonRole.role) == Role.ADMIN, col(Person.deactivated_at).is_(None))
    )
    if not admins:
        yield "Nobody who is active is an administrator."


@check("programs", "Publish a program for it, or retire the product.", Needs.SCHEMA)
def _programs(patient: Patient) -> Iterator[str]:
    published = (
        select(col(Content.product_id))
        .join(ContentVersion, col(ContentVersion.content_id) == col(Content.id))
        .where(col(Content.kind) == ContentKind.PROGRAM)
    )
    for slug in patient.database.scalars(
        select(col(Product.slug))
        .where(col(Product.retired_at).is_(None), col(Product.id).not_in(published))
        .order_by(col(Product.slug))
    ):
        yield f"The product {slug} has no published program, so nobody can be certified for it."
