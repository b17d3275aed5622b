"""Who acted, without saying who it was: a pack names those whom it is about, and the others by their part."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlmodel import Session, col

from app.people.models import Person, PersonRole, Role
from app.reports.evidence.subjects import Kind, Subject

SYSTEM = "system"
_UNKNOWN = "account"


class Accounts:
    """Names for accounts in one pack.

    Whom it is about stands with the address. Everybody else is `trainer 1`, `manager 2`: the same word is the same
    person throughout the pack, so that two-person rules can be checked.
    """

    def __init__(self, session: Session, subject: Subject, about: Mapping[int, str]) -> None:
        self._session = session
        self._everybody = subject.kind is Kind.PRODUCT
        self._about = dict(about)
        self._addresses = set(about.values())
        self._labels: dict[int | str, str] = {}
        self._counts: dict[str, int] = {}

    def learn(self, accounts: Collection[int | str]) -> None:
        """Give a word to each account that has none yet, in their order; two statements at most."""
        known = self._labels
        new = [
            each
            for each in dict.fromkeys(accounts)
            if each not in known and each not in self._about and each not in self._addresses and each != SYSTEM
        ]
        if not new:
            return
        ids = [each for each in new if isinstance(each, int)]
        addresses = [each for each in new if isinstance(each, str)]
        found = self._session.execute(
            select(col(Person.id), col(Person.email), col(PersonRole.role))
            .outerjoin(PersonRole, col(PersonRole.person_id) == col(Person.id))
            .where(col(Person.id).in_(ids) | col(Person.email).in_(addresses))
        ).all()
        parts: dict[int | str, set[Role]] = {}
        both: dict[int | str, tuple[int, str]] = {}
        for person_id, email, role in found:
            for name in (person_id, email):
                both[name] = (person_id, email)
                parts.setdefault(name, set()).update({role} if role else set())
        for each in new:
            if each in known:  # its number, or its address, came before it
                continue
            held = parts.get(each, set())
            word = next((role.value for role in _BY_WEIGHT if role in held), _UNKNOWN)
            self._counts[word] = self._counts.get(word, 0) + 1
            for name in both.get(each, (each,)):
                known[name] = f"{word} {self._counts[word]}"

    def holders(self, people: Collection[int]) -> Mapping[int, str]:
        """Return the address of each of the people whose records these are; in the pack of a product, of everybody."""
        if not self._everybody:
            return self._about
        rows = self._session.execute(select(col(Person.id), col(Person.email)).where(col(Person.id).in_(people)))
        return {row[0]: row[1] for row in rows}

    def word(self, account: int | str | None, holder: tuple[int, str] | None = None) -> str | None:
        """Say who acted; `holder` (id, address) is whose row it is."""
        if account is None or account == SYSTEM:
            return account if account is None else SYSTEM
        if holder is not None and account in holder:
            return holder[1]
        if isinstance(account, int) and account in self._about:
            return self._about[account]
        if account in self._addresses:
            return str(account)
        return self._labels[account]


_BY_WEIGHT = (Role.COMPLIANCE, Role.TRAINER, Role.MANAGER, Role.ADMIN, Role.REP)
