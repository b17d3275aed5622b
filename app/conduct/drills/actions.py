"""Storing what somebody tried to say right. It is theirs alone, so the audit log tells nothing of it."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlmodel import Session, col

from app.conduct.drills.queries import Drilled, try_with
from app.conduct.drills.rules import Drill, Outcome, judge
from app.conduct.models import DrillTry
from app.people.models import Person
from app.redlines.checking import Circumstances, RuleSet


def try_drill(  # noqa: PLR0913 (each is one fact about the try)
    session: Session,
    *,
    person_id: int,
    drilled: Drilled,
    drill: Drill,
    text: str,
    rules: RuleSet,
    seen: bool,
    key: str,
    moment: datetime,
) -> Outcome:
    """Judge a new wording and store it; the same `key` and text again, such as a second click, are stored once."""
    # labels such as "Customer:" would let somebody else say it
    said = Circumstances(locale=drill.locale, speaker="rep")
    outcome = judge(text, [each.finding for each in rules.check(text, said)], drill)
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update())
    whole = sha256(f"{person_id}\n{drill.name}\n{key}\n{text}".encode()).hexdigest()
    if try_with(session, whole) is None:
        session.add(
            DrillTry(
                person_id=person_id,
                product_id=drilled.product.id,
                red_line=drill.red_line,
                rewrite=drill.rewrite,
                locale=drill.locale,
                text=text,
                passed=outcome.passed,
                seen=seen,
                key=whole,
                at=moment,
            )
        )
        session.flush()
    return outcome
