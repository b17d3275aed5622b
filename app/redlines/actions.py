"""Every write of red lines outside their documents: signatures."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.evidence import announce
from app.catalog.queries import OpenProduct
from app.people.models import Person
from app.redlines.models import Attestation
from app.redlines.queries import RedLines, signature
from app.web.i18n import current_locale


def attest(
    session: Session,
    *,
    signer: tuple[int, str],
    product: OpenProduct,
    red_lines: RedLines,
    number: int,
    signed_name: str,
    meaning: str,
    moment: datetime,
) -> Attestation:
    """Store a signature under one version, as its `number`th; the same number again changes nothing.

    `signer` is the person's id and e-mail address.
    """
    person_id, email = signer
    # one writer a person, so that two clicks at once make one signature
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(key_share=True))
    stored = signature(session, person_id, red_lines.version_id, number)
    if stored is not None:
        return stored
    stored = Attestation(
        person_id=person_id,
        product_id=product.id,
        content_version_id=red_lines.version_id,
        number=number,
        signed_name=signed_name,
        meaning=meaning,
        locale=current_locale(),
        signed_at=moment,
    )
    session.add(stored)
    announce(session, person_id, product.id, moment)
    record(
        session,
        at=moment,
        actor=email,
        action="redlines.attested",
        subject=("product", product.slug),
        details={"version": red_lines.number, "signed_name": signed_name, "meaning": meaning},
    )
    return stored
