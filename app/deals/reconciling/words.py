"""What pages say about runs: how they ended, and what they found."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.certification.words import State
from app.deals import words as deal_words
from app.deals.ledger import content
from app.deals.reconciling.models import SourceForm
from app.deals.reconciling.rules import DifferenceKind
from app.deals.reconciling.runs import FAILED, HUNG_UP
from app.deals.rules import ClearanceDecision, Enforcement
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import pgettext


def forms() -> list[tuple[str, str]]:
    """Return the forms in which a CRM gives its deals, each with its name."""
    return [(SourceForm.CSV.value, _("CSV")), (SourceForm.JSON.value, _("JSON: an array, or an object in each line"))]


def ended(run: Any) -> State:
    """Say how a run ended."""
    if run.finished_at is not None:
        return ("go", "cleared", pgettext("comparison", "Finished"))
    if run.error == HUNG_UP:
        return ("due", "stop", pgettext("comparison", "Broken off"))
    if run.error:
        return ("no", "stop", pgettext("comparison", "Failed"))
    return ("rest", "clock", pgettext("comparison", "Not finished"))


def why(error: str) -> str:
    """Say why a run did not come to its end."""
    kind, _colon, rest = error.partition(":")
    if kind == "status":
        return _("The server answered with status %(status)s, not with 200.") % {"status": rest}
    if kind == "header":
        if not rest:
            return _("The first line must name the columns, each once, and “id” among them.")
        return _("There are columns that are not known here: %(columns)s.") % {"columns": rest}
    sentences = {
        "": _("It is still going on, or the server was stopped in the middle of it."),
        HUNG_UP: _("Whoever sent the deals went away before the end."),
        FAILED: _("Something went wrong on our side; the server's log says what."),
        "sealed": _("The Authorization header cannot be opened any more. Write it once more."),
        "too_many": _("There are more than 100,000 rows."),
    }
    return sentences.get(error) or _(error)


def asker(asked_by: str) -> str:
    """Say who asked for a run: "api:NAME" is a token, "crm:NAME" an address."""
    kind, _colon, name = asked_by.partition(":")
    if kind == "crm":
        return _("fetched from %(name)s") % {"name": name}
    return _("sent by %(name)s") % {"name": name or asked_by}


_FACTS = {
    "name": lambda: _("Name"),
    "account": lambda: _("Customer"),
    "amount": lambda: _("Amount"),
    "currency": lambda: _("Currency"),
    "stage": lambda: _("Stage"),
    "close_date": lambda: _("Close date"),
    "region": lambda: _("Region"),
    "industry": lambda: _("Industry"),
    "outcome": lambda: _("Outcome"),
    "closed_on": lambda: _("Closed on"),
}


def difference(written: Sequence[Any]) -> str:
    """Say what differs, of (kind, what, there, here)."""
    kind, what, crm, here = written
    sentences = {
        DifferenceKind.UNKNOWN_DEAL: _("This deal is not known here."),
        DifferenceKind.PRODUCT_MISSING_HERE: _("Only in the CRM: product %(what)s."),
        DifferenceKind.PRODUCT_NOT_IN_CRM: _("Only here: product %(what)s."),
        DifferenceKind.MEMBER_MISSING_HERE: _("Only in the CRM: %(what)s, %(crm)s."),
        DifferenceKind.MEMBER_NOT_IN_CRM: _("Only here: %(what)s, %(here)s."),
        DifferenceKind.OTHER_ROLE: _("%(what)s: %(crm)s in the CRM, %(here)s here."),
        DifferenceKind.OTHER_FACT: _("%(what)s: %(crm)s in the CRM, %(here)s here."),
    }
    if kind == DifferenceKind.OTHER_FACT:
        values = {"what": _FACTS[what](), "crm": _value(what, crm), "here": _value(what, here)}
    else:
        values = {"what": what, "crm": deal_words.role(crm or ""), "here": deal_words.role(here or "")}
    return sentences[DifferenceKind(kind)] % values


def _value(name: str, value: str | None) -> str:
    if value is None:
        return _("nothing")
    return deal_words.stage(value) if name == "stage" else value


def decision(product: Mapping[str, Any]) -> State:
    """Return the state of what was decided about somebody for a product."""
    return deal_words.state(ClearanceDecision(product["decision"]))


def enforcement(product: Mapping[str, Any]) -> str:
    """Name what that refusal does."""
    return deal_words.enforcement(Enforcement(product["enforcement"]))


def because(product: Mapping[str, Any]) -> str:
    """Say why somebody is not cleared."""
    return i18n.sentences(deal_words.sentence(each) for each in content.decision(product).reasons)
