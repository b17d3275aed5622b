"""Every write of reviews: asking, approving, returning, withdrawing, and noting who wrote what.

Whoever writes locks the working copy first, then the review, so that an edit, a request and a decision about the same
red line happen one after another.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.audit.actions import Event, record, record_all
from app.catalog.models import Content
from app.database import stored_id
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.queries import person_by_email
from app.people.somebody import Somebody
from app.redlines.models import RedLineApproval, RedLineEdit, RedLineReview, ReviewState, Verdict
from app.redlines.reviewing import rules, words
from app.redlines.reviewing.queries import Life, Opened, life, lives, opened
from app.redlines.reviewing.rules import Need, Refusal
from app.web.i18n import gettext as _


def ask(
    session: Session,
    content: Content,
    red_line: str,
    *,
    reason: str,
    seen: str,
    complete: bool,
    by: Somebody,
    moment: datetime,
) -> RedLineReview:
    """Ask for the approval of a red line as it is written now; the same person asking again changes nothing.

    `seen` is the digest of the words on the page, `complete` whether the form has no fault and every example holds.
    Raises ConflictError, InvalidError without a reason, NotFoundError.
    """
    session.refresh(content, with_for_update=True)
    found = life(session, content, red_line)
    if found.after is None:
        raise NotFoundError(_("There is no such red line in this draft. It may have been removed."))
    if found.digest != seen:
        raise ConflictError(_("Somebody changed this red line after you opened it. Look at it once more."))
    if found.current and found.current.state is ReviewState.OPEN:
        if found.current.asked_by != by.id:
            raise ConflictError(_("%(name)s has sent it for approval already.") % {"name": found.current.asker})
        return _review(session, found.current.id)
    refusal = rules.may_ask(found.before, found.after, [each.facts for each in found.reviews], complete=complete)
    if refusal:
        raise ConflictError(words.refusal(refusal))
    if not reason.strip():
        raise InvalidError(_("Say why it changes."))
    _withdraw_all(session, [found], by=by.email, moment=moment)
    review = RedLineReview(
        content_id=stored_id(content),
        red_line=red_line,
        digest=seen,
        document=found.after,
        reason=reason.strip(),
        state=ReviewState.OPEN,
        asked_at=moment,
        asked_by=by.id,
    )
    session.add(review)
    session.flush()
    record(
        session,
        at=moment,
        actor=by.email,
        action="red_line.approval_asked",
        subject=("red_line", red_line),
        details={"review": review.id, "product": content.slug, "digest": seen, "reason": review.reason},
    )
    return review


def decide(
    session: Session,
    review_id: int,
    *,
    verdict: Verdict,
    parts: Collection[str],
    note: str,
    by: Somebody,
    moment: datetime,
) -> RedLineReview:
    """Approve or return parts of a red line; the same decision by the same person again changes nothing.

    Whoever returns without naming a part returns all that nobody has decided about. Raises ConflictError when the
    words changed, the request is closed or somebody else was faster; ForbiddenError for an author; InvalidError
    without a part to approve, or without a note to return it with.
    """
    found = _locked(session, review_id)
    asked = found.asked
    wanted = set(parts) & set(found.life.parts)
    known = {each.part: each for each in asked.approvals}
    again = wanted and all(
        part in known and (known[part].by, known[part].verdict) == (by.id, verdict) for part in wanted
    )
    if again:
        return _review(session, review_id)
    refusal = rules.may_decide(asked.facts, found.life.digest, found.life.authors, by.id)
    if refusal is Refusal.AUTHOR:
        raise ForbiddenError(words.refusal(refusal))
    if refusal:
        raise ConflictError(words.refusal(refusal))
    if verdict is Verdict.RETURNED:
        wanted = (wanted or set(found.life.parts)) - set(known)
        if not note.strip():
            raise InvalidError(_("Say what has to change."))
    if not wanted:
        raise InvalidError(_("Tick what you approve."))
    taken = sorted(part for part in wanted if part in known and known[part].by != by.id)
    if taken:
        raise ConflictError(
            _("%(who)s decided about “%(part)s” already.") % {"who": known[taken[0]].name, "part": words.part(taken[0])}
        )
    ordered = [part for part in found.life.parts if part in wanted and part not in known]
    return _decided(session, found, verdict, ordered, note=note.strip(), by=by, moment=moment)


def _decided(
    session: Session,
    found: Opened,
    verdict: Verdict,
    parts: Iterable[str],
    *,
    note: str,
    by: Somebody,
    moment: datetime,
) -> RedLineReview:
    parts = tuple(parts)
    review = _review(session, found.asked.id)
    session.add_all(
        RedLineApproval(review_id=found.asked.id, part=part, verdict=verdict, note=note, by=by.id, at=moment)
        for part in parts
    )
    said = (*found.asked.facts.said, *(rules.Said(part, verdict, by.id) for part in parts))
    review.state = rules.state_after(found.life.parts, said)
    review.closed_at = None if review.state is ReviewState.OPEN else moment
    session.flush()
    details = {"review": review.id, "product": found.product.slug, "digest": review.digest, "note": note}
    record_all(
        session,
        at=moment,
        actor=by.email,
        events=[
            Event(f"red_line.part_{verdict.value}", ("red_line", review.red_line), {**details, "part": part})
            for part in parts
        ],
    )
    return review


def withdraw(session: Session, review_id: int, *, by: Somebody, moment: datetime) -> RedLineReview:
    """Take a request back; a second time changes nothing. Raises ConflictError when it was decided about already."""
    found = _locked(session, review_id)
    if found.asked.state not in (ReviewState.OPEN, ReviewState.WITHDRAWN):
        raise ConflictError(words.refusal(Refusal.CLOSED))
    _withdraw_all(session, [found.life], by=by.email, moment=moment)
    return _review(session, review_id)


def note_edits(session: Session, content: Content, before: dict[str, Any] | None, *, by: str, moment: datetime) -> None:
    """Note who stored other words of red lines, and withdraw the requests that are about older ones.

    Call it after the draft was saved, with the document as it was `before`, and after something was published. Where
    `by` is no person, as when files are read, nobody is noted.
    """
    changed = rules.reworded(before, content.draft)
    author = person_by_email(session, by) if changed else None
    if author is not None:
        session.add_all(
            RedLineEdit(
                content_id=stored_id(content), red_line=name, digest=words, person_id=stored_id(author), at=moment
            )
            for name, words in changed.items()
        )
        session.flush()
    settle(session, content, by=by, moment=moment)


def settle(session: Session, content: Content, *, by: str, moment: datetime) -> None:
    """Withdraw the requests of a product that are about older words, or about words that need no approval any more."""
    _withdraw_all(session, lives(session, content).values(), by=by, moment=moment, only_stale=True)


def forget(session: Session, content: Content) -> None:
    """Delete what is known of the red lines of a working copy that is discarded unpublished."""
    mine = select(col(RedLineReview.id)).where(col(RedLineReview.content_id) == content.id)
    session.execute(delete(RedLineApproval).where(col(RedLineApproval.review_id).in_(mine)))
    for table in (RedLineReview, RedLineEdit):
        session.execute(delete(table).where(col(table.content_id) == content.id))


def _withdraw_all(
    session: Session, found: Iterable[Life], *, by: str, moment: datetime, only_stale: bool = False
) -> None:
    events = []
    for each in found:
        for asked in each.reviews:
            stale = asked.digest != each.digest or each.need is not Need.APPROVAL
            if asked.state is ReviewState.OPEN and (stale or not only_stale):
                review = _review(session, asked.id)
                review.state, review.closed_at = ReviewState.WITHDRAWN, moment
                details = {"review": asked.id, "digest": asked.digest}
                events.append(Event("red_line.request_withdrawn", ("red_line", asked.red_line), details))
    if events:
        session.flush()
        record_all(session, at=moment, actor=by, events=events)


def _locked(session: Session, review_id: int) -> Opened:
    found = opened(session, review_id)
    session.refresh(found.content, with_for_update=True)
    return opened(session, review_id)


def _review(session: Session, review_id: int) -> RedLineReview:
    review = session.get(RedLineReview, review_id)
    assert review is not None  # noqa: S101 (it was read a moment ago, and rows stay)
    session.refresh(review, with_for_update=True)
    return review
