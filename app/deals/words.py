"""The words of deals and of the gate, in one place: every page, message and API answer says the same."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.catalog import words as catalog_words
from app.catalog.content import CUSTOMER_ROLES
from app.catalog.text import localized
from app.catalog.words import industry_names
from app.certification import words as standing_words
from app.certification.reasons import Reason
from app.certification.rules import Standing
from app.certification.words import Fix, State
from app.deals.queries import Answer, ProductAnswer
from app.deals.rules import ClearanceDecision, Enforcement, GateCode, ProductDecision
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

_RANK = list(ClearanceDecision)


def stages() -> list[tuple[str, str]]:
    """Return the stages of a deal in order, each with its name."""
    return [
        ("discovery", _("Discovery")),
        ("proposal", _("Proposal")),
        ("negotiation", _("Negotiation")),
        ("contract", _("Contract")),
        ("delivery", _("Delivery")),
        ("renewal", _("Renewal")),
    ]


def stage(slug: str) -> str:
    """Name a stage; one that came from elsewhere is written as it stands."""
    return dict(stages()).get(slug, slug)


def roles() -> list[tuple[str, str]]:
    """Return the parts that somebody may play in a deal, each with its name."""
    return [
        ("owner", _("Owner")),
        ("account-manager", _("Account manager")),
        ("solution-consultant", _("Solution consultant")),
        ("customer-success", _("Customer success")),
        ("specialist", _("Specialist")),
    ]


def role(slug: str) -> str:
    """Name a part; one that came from elsewhere is written as it stands."""
    return dict(roles()).get(slug, slug)


def customer_roles() -> list[tuple[str, str]]:
    """Return the parts that people of a customer play in buying, each with its name."""
    return [(slug, customer_role(slug)) for slug in CUSTOMER_ROLES]


def customer_role(slug: str) -> str:
    """Name a part of a customer's people; one that came from elsewhere is written as it stands."""
    return catalog_words.roles([slug])


def outcome(slug: str) -> str:
    """Name how a deal ended."""
    return {"won": _("Won"), "lost": _("Lost")}.get(slug, slug)


def industries(stored: str | None = None) -> list[tuple[str, str]]:
    """Return the industries to choose from, by name; another one that is stored is among them."""
    names = industry_names()
    if stored:
        names.setdefault(stored, catalog_words.industry(stored))
    return sorted(names.items(), key=lambda each: each[1])


def name(text: Any) -> str:
    """Write a product's name in the language of the request."""
    return localized(text, i18n.current_locale())


def asker(asked_by: str) -> str:
    """Name who asked and has no account: a client by its name, anybody else as they stand."""
    return asked_by.removeprefix("api:")


def listed(names: Iterable[str]) -> str:
    """Write names one after another."""
    return _(", ").join(names)


def state(decision: ClearanceDecision) -> State:
    """Return kind, icon and word of a decision."""
    states: dict[ClearanceDecision, State] = {
        ClearanceDecision.NOT_REQUIRED: ("rest", "cleared", _("Not required")),
        ClearanceDecision.CLEARED: ("go", "cleared", _("Cleared")),
        ClearanceDecision.CLEARED_SUPERVISED: ("due", "supervised", _("Supervised")),
        ClearanceDecision.CLEARED_BY_WAIVER: ("due", "waiver", _("By exception")),
        ClearanceDecision.NOT_CLEARED: ("no", "stop", _("Not cleared")),
        ClearanceDecision.UNKNOWN: ("rest", "unknown", _("Unknown")),
    }
    return states[decision]


def state_of(answer: ProductAnswer) -> State:
    """Return the state of a person for a product: the standing's own word where that says more."""
    decision = answer.decision.decision
    verdict = answer.verdict
    if decision in {ClearanceDecision.CLEARED, ClearanceDecision.NOT_CLEARED} and verdict is not None:
        telling = {Standing.EXPIRED, Standing.SUSPENDED, Standing.REVOKED, Standing.IN_GRACE, Standing.RENEWAL_OPEN}
        if verdict.standing in telling:
            return standing_words.state(verdict.standing, allowed=verdict.allowed)
    return state(decision)


def worst(answer: Answer) -> ProductAnswer | None:
    """Return the product for which a person's answer is the worst."""
    return max(answer.products, key=lambda each: _RANK.index(each.decision.decision), default=None)


def worst_decision(products: Iterable[ProductDecision]) -> ClearanceDecision:
    """Return the worst decision about several products; about none, nothing is known."""
    return max((each.decision for each in products), key=_RANK.index, default=ClearanceDecision.UNKNOWN)


def sentence(reason: Reason) -> str:
    """Say why somebody may not act."""
    if reason.code is GateCode.UNKNOWN_REP:
        return _("Nobody with this address is known here.")
    if reason.code is GateCode.UNKNOWN_PRODUCT:
        return _("This product is not known here, or nothing has been published about it.")
    if reason.code is GateCode.INACTIVE_REP:
        return _("The account of this person has been deactivated.")
    if reason.code is GateCode.UNKNOWN_LEVEL:
        return _("The gate asks for a level that the program does not have (any more).")
    return standing_words.sentence(reason)


def sentences(reasons: Iterable[Reason]) -> str:
    """Say everything that is in the way."""
    return i18n.sentences(sentence(each) for each in reasons)


def fix(reason: Reason, slug: str) -> Fix | None:
    """Return what removes a reason, or None where only others can."""
    return None if isinstance(reason.code, GateCode) else standing_words.fix(reason, slug)


def who_helps(reason: Reason) -> str:
    """Say who can remove a reason that has no fix of the person's own, or nothing."""
    sentences = {
        "unknown_rep": _("An administrator can add the account."),
        "unknown_product": _("Its trainer can publish the product's program."),
        "inactive_rep": _("An administrator can activate the account again."),
        "suspended": _("Compliance decides when the suspension ends."),
        "revoked": _("Compliance can reinstate the certification."),
    }
    return sentences.get(reason.code, "")


def minutes(count: int) -> str:
    """Write a number of minutes."""
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": i18n.number(count)}


def steps(count: int) -> str:
    """Write a number of steps."""
    return ngettext("one step", "%(count)s steps", count) % {"count": i18n.number(count)}


def minutes_to_yes(reasons: Iterable[Reason]) -> int:
    """Add up the minutes of work that removes the reasons."""
    return sum(reason.minutes for reason in reasons)


def enforcement(value: Enforcement) -> str:
    """Name what a refusal does."""
    return {
        Enforcement.OBSERVE: _("observe"),
        Enforcement.WARN: _("warn"),
        Enforcement.REQUIRE_APPROVAL: _("require approval"),
        Enforcement.BLOCK: _("block"),
    }[value]


def decided(action: str, person: str) -> str:
    """Say in one line what was decided about a deal."""
    lines = {
        "deal.created": _("Deal created"),
        "deal.changed": _("Facts changed"),
        "deal.replaced": _("Replaced as a whole"),
        "deal.reconciled": _("Taken over from the CRM"),
        "deal.refused": _("Not created: %(person)s"),
        "deal.won": _("Closed as won"),
        "deal.lost": _("Closed as lost"),
        "deal.reopened": _("Opened again"),
        "contacts.changed": _("The customer's people changed"),
        "deal.change_refused": _("A change was refused: %(person)s"),
        "products.changed": _("Products changed"),
        "products.refused": _("Products refused: %(person)s"),
        "member.added": _("%(person)s added"),
        "member.refused": _("%(person)s refused"),
        "member.removed": _("%(person)s removed"),
        "supervisor.named": _("Supervision of %(person)s changed"),
        "waiver.asked": _("Exception asked for: %(person)s"),
        "waiver.withdrawn": _("Request for an exception taken back: %(person)s"),
        "waiver.approved": _("Exception given: %(person)s"),
        "waiver.refused": _("Exception refused: %(person)s"),
        "waiver.ended": _("Exception ended early: %(person)s"),
        "waiver.given": _("Exception given in an emergency: %(person)s"),
        "waiver.upheld": _("Exception reviewed and upheld: %(person)s"),
        "waiver.faulted": _("Exception reviewed and faulted: %(person)s"),
    }
    return lines.get(action, action) % {"person": person}


def worst_of(products: Iterable[Mapping[str, Any]]) -> State:
    """Return the state of a decision that was kept: the worst of its products."""
    return state(max((ClearanceDecision(each["decision"]) for each in products), key=_RANK.index))


def basis(products: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Say under which versions a decision was made: "Keeper CRM: program 3, red lines 5"."""
    lines = []
    for each in products:
        values = {**each, "product": names.get(each["product"], each["product"])}
        if each["program_version"] and each["redlines_version"]:
            lines.append(_("%(product)s: program %(program_version)s, red lines %(redlines_version)s.") % values)
        elif each["program_version"]:
            lines.append(_("%(product)s: program %(program_version)s.") % values)
    return i18n.sentences(lines)
