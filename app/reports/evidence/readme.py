"""What a pack says of itself in plain words, in the language of whoever takes it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.reports.evidence.subjects import Kind, Wanted
from app.web.i18n import gettext as _
from app.web.i18n import moment


def heading(wanted: Wanted) -> str:
    """Say what the pack is about."""
    subject = wanted.subject
    texts = {
        Kind.PERSON: _("Evidence about %(title)s (%(name)s)"),
        Kind.PRODUCT: _("Evidence about the product %(title)s (%(name)s)"),
        Kind.DEAL: _("Evidence about the deal %(title)s (%(name)s)"),
    }
    return texts[subject.kind] % {"title": subject.title, "name": subject.name}


def text(wanted: Wanted, zone: ZoneInfo, archived: datetime | None) -> str:
    """Explain the pack, part by part."""
    return "\n\n".join([heading(wanted), *paragraphs(wanted, zone, archived)]) + "\n"


def paragraphs(wanted: Wanted, zone: ZoneInfo, archived: datetime | None) -> list[str]:
    """Say what is inside, what is not, and how it is proved. Entries from before `archived` are in an archive."""
    said = [
        _("Everything that was on record at %(as_of)s (%(zone)s). Taken at %(made_at)s by %(by)s.")
        % {
            "as_of": moment(wanted.as_of, zone),
            "zone": zone.key,
            "made_at": moment(wanted.made_at, zone),
            "by": wanted.by,
        },
        _(
            "records: what happened, one file for each kind, as CSV to read in a spreadsheet and as JSON for programs. "
            "Moments are in UTC; days are those of the time zone above."
        ),
        _("texts: the frozen courses, programs, red lines and quizzes that were in force or that a record names."),
        _(
            "audit: entries.json holds every entry of the audit trail about this, as it is stored, with the addresses "
            "of those who acted: another word would break the chain. chain.csv holds the digests of all entries from "
            "the first of them to the last that there was; of entries about others nothing else is here."
        ),
        _(
            "Other people stand in the records as trainer 1, manager 2 and so on. The same word is the same person "
            "everywhere in this pack."
        ),
    ]
    if archived:
        said.append(
            _("Entries of the audit trail from before %(moment)s are in an archive of the installation, and not here.")
            % {"moment": moment(archived, zone)}
        )
    if wanted.whole:
        said.append(_("This pack holds the keys of quizzes and the patterns of red lines. Do not pass it to reps."))
    else:
        said.append(
            _(
                "The keys of quizzes and the patterns of red lines are left out, and so are answers and marks that a "
                "quiz does not open at once. Such texts are marked by whole: false."
            )
        )
    if wanted.subject.kind is Kind.PERSON and not wanted.recordings:
        said.append(_("Recordings are left out; records/recordings.csv names them with their digests."))
    said += [
        _(
            "To prove it, without any connection: python3 verify.py (Python 3.9 or newer). It checks the digest of "
            "every file, the chain of the audit trail, and the digests of certificates and texts; it prints OK, or the "
            "first thing that is wrong."
        ),
        _(
            "That shows that nothing was changed since the pack was made. To show where it comes from, compare two "
            "digests with the installation: the SHA-256 of the zip file with the entry evidence.packed of its audit "
            "trail, and the last line of audit/chain.csv with the entry of the same number."
        ),
    ]
    return said
