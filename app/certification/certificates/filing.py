"""Puts the digests of certificates on record, so that exactly these files can be told again later.

A periodic job of the worker: new certificates have no files on record yet, and after an update of the program the
same rows may give other bytes. Until it has run, a file is told by making it again and comparing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.certification.certificates import documents, queries
from app.certification.certificates.models import CertificateFile
from app.certification.certificates.rules import Snapshot
from app.database import Database
from app.web.i18n import LOCALES

JOB = "certificates.file"
_AT_ONCE = 200
"""Certificates of one run; each takes about 20 ms."""


def prepare(database: Database, _payload: Mapping[str, Any], moment: datetime) -> list[CertificateFile]:
    """Make the files of certificates that have none on record."""
    with database.read() as session:
        waiting = queries.unrecorded(session, documents.engine(), _AT_ONCE)
    return [file for certificate in waiting for file in _files(*certificate, moment)]


def _files(certificate_id: int, design: str, snapshot: Snapshot, moment: datetime) -> Iterator[CertificateFile]:
    for locale in LOCALES:
        yield CertificateFile(
            digest=digest(documents.certificate(snapshot, locale, design=design)),
            certificate_id=certificate_id,
            form="pdf",
            locale=locale,
            engine=documents.engine(),
            made_at=moment,
        )


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(data).hexdigest()
