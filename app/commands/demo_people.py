"""The demonstration's people as they act: with the roles that their accounts have."""

from collections.abc import Mapping

from app.commands.demo_story import REPS, STAFF
from app.database import stored_id
from app.people.access import CurrentPerson
from app.people.models import Person

_ROLES = {member.email: member.role for member in (*STAFF, *REPS)}


def acting(people: Mapping[str, Person], email: str) -> CurrentPerson:
    """Return somebody of the story as if that person were signed in."""
    person = people[email]
    return CurrentPerson(stored_id(person), email, person.name, frozenset({_ROLES[email]}), 0)
