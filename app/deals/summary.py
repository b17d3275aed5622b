"""The deal in words: the verdict with the shortest way to yes, each cell of the team, each refusal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.certification.words import Fix, days_left
from app.deals import words
from app.deals.facts import Member
from app.deals.gate import DealState, ProductState
from app.deals.queries import Answer, ProductAnswer
from app.deals.rules import ClearanceDecision, Enforcement, Risk
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

_CLOSES_AT = 70
"""Where on the bar of a clearance the deal closes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A notice: its kind (stop, warn, ok or none), its title and its sentences."""

    kind: str
    title: str
    text: str


def verdict(state: DealState, today: date) -> Verdict:
    """Say how a deal stands, and what is the shortest way to yes; of a closed one, how it ended."""
    if state.deal.outcome:
        return _ended(state)
    worst = [each for each in state.products if not each.verdict.allowed]
    worst.sort(key=lambda each: list(Enforcement).index(each.verdict.enforcement), reverse=True)
    if worst:
        return _refusal(state, worst[0])
    if state.risk is Risk.ENDS_BEFORE_CLOSE and state.ends_on and state.deal.close_date:
        return Verdict(
            "warn", _("Cleared today, but not until the deal closes"), _lapses(state, state.deal.close_date, today)
        )
    if state.decision is ClearanceDecision.NOT_REQUIRED:
        text = _("None of its products asks for a certification at this stage.")
        return Verdict("", _("Nothing is asked at this stage"), text)
    if state.decision is ClearanceDecision.CLEARED_SUPERVISED:
        return Verdict("warn", _("Cleared, beside a supervising colleague"), _until(state, today))
    if state.decision is ClearanceDecision.CLEARED_BY_WAIVER:
        return Verdict("warn", _("Cleared, by an exception"), _until(state, today))
    return Verdict("ok", _("Cleared: everybody may sell what this deal carries"), _until(state, today))


def _ended(state: DealState) -> Verdict:
    day = i18n.day(state.deal.closed_on) if state.deal.closed_on else ""
    titles = {"won": _("Won on %(day)s"), "lost": _("Lost on %(day)s")}
    text = _("The deal is closed: nothing is asked of its team any more. Below is how they stand all the same.")
    return Verdict("", titles.get(state.deal.outcome or "", _("Closed on %(day)s")) % {"day": day}, text)


def _lapses(state: DealState, closes: date, today: date) -> str:
    """Say whose clearance ends before the deal closes, by the first day on which one of theirs does."""
    first: dict[int, tuple[date, str]] = {}
    for member, answer in state.lapsing:
        if ends := answer.decision.valid_through:
            first[member.person_id] = min(first.get(member.person_id, (ends, member.name)), (ends, member.name))
    days: dict[date, list[str]] = {}
    for day, name in sorted(first.values()):
        days.setdefault(day, []).append(name)
    if not days:
        return _until(state, today)
    *earlier, (last, people) = days.items()
    sentences = [
        _("%(people)s: valid through %(day)s (%(days)s).")
        % {"people": words.listed(names), "day": i18n.day(day), "days": days_left(day, today)}
        for day, names in earlier
    ]
    sentences.append(
        _("%(people)s: valid through %(day)s (%(days)s), and the deal closes on %(closes)s.")
        % {
            "people": words.listed(people),
            "day": i18n.day(last),
            "days": days_left(last, today),
            "closes": i18n.day(closes),
        }
    )
    return i18n.sentences(sentences)


def _until(state: DealState, today: date) -> str:
    if state.ends_on is None:
        return ""
    return _("Valid through %(day)s (%(days)s)") % {
        "day": i18n.day(state.ends_on),
        "days": days_left(state.ends_on, today),
    }


def _refusal(state: DealState, product: ProductState) -> Verdict:
    number, team = len(product.blocking), len(state.deal.members)
    values = {"number": i18n.number(number), "team": i18n.number(team), "product": words.name(product.name)}
    title = ngettext(
        "Not cleared: %(number)s of %(team)s people may not sell %(product)s",
        "Not cleared: %(number)s of %(team)s people may not sell %(product)s",
        number,
    )
    if not number:
        title = _("Not cleared: nobody on the team answers for %(product)s")
    sentences = [_enforced(product), _way(product.blocking)]
    return Verdict("stop" if product.stops else "warn", title % values, i18n.sentences(sentences))


def _enforced(product: ProductState) -> str:
    record = product.blocking[0][1].record if product.blocking else None
    values = {"product": words.name(product.name), "enforcement": words.enforcement(product.verdict.enforcement)}
    if record is None:
        return _("%(product)s is set to %(enforcement)s.") % values
    stage = words.stage(record.program.document.get("from_stage", "discovery"))
    return _("%(product)s is set to %(enforcement)s from stage %(stage)s on.") % {**values, "stage": stage}


def _way(blocking: Sequence[tuple[Member, ProductAnswer]]) -> str:
    """Name the person with the least to do, or who has to decide where no work helps."""
    if not blocking:
        return _("Add somebody who is cleared.")
    ways = []
    for member, answer in blocking:
        reasons = answer.decision.reasons
        own = [reason for reason in reasons if words.fix(reason, answer.decision.product)]
        ways.append((not own, words.minutes_to_yes(own), member, own, reasons))
    unmended, minutes, member, own, reasons = min(ways, key=lambda way: way[:2])
    if unmended:
        return next(filter(None, map(words.who_helps, reasons)), "")
    sentence = _("The shortest way to yes: %(person)s finishes %(steps)s, %(minutes)s.") % {
        "person": member.name,
        "steps": words.steps(len(own)),
        "minutes": words.minutes(minutes),
    }
    others = len(blocking) - 1
    if not others:
        return sentence
    more = ngettext("Then %(count)s more person.", "Then %(count)s more people.", others) % {"count": others}
    return i18n.sentences((sentence, more))


@dataclass(frozen=True, slots=True)
class Help:
    """One thing that would help: what, where, how long; or who can."""

    label: str
    url: str
    minutes: int


def helps(answer: Answer, *, own: bool) -> list[Help]:
    """List what would help somebody, each thing once: the own steps, or for others the product with all its minutes."""
    found: dict[str, Help] = {}
    for each in answer.products:
        product = words.name(each.name)
        fixes = {
            fix.url: fix
            for reason in each.decision.reasons
            if (fix := words.fix(reason, each.decision.product)) is not None
        }
        for fix in fixes.values() if own or len(fixes) == 1 else ():
            label = _("%(what)s: %(product)s") % {"what": fix.label, "product": product}
            found[fix.url] = Help(label, fix.url if own else _product_url(each), fix.minutes)
        if not own and len(fixes) > 1:
            label = _("Finish %(product)s") % {"product": product}
            url = _product_url(each)
            found[url] = Help(label, url, sum(fix.minutes for fix in fixes.values()))
        for who in filter(None, map(words.who_helps, each.decision.reasons)):
            found[who] = Help(who, "", 0)
    return list(found.values())


def _product_url(answer: ProductAnswer) -> str:
    return f"/products/{answer.decision.product}"


def note(answer: ProductAnswer, closes: date | None, today: date) -> str:
    """Say under a decision until when it holds, or why it does not."""
    decision = answer.decision
    ends = decision.valid_through
    if decision.allowed and ends:
        through = _("Through %(day)s") % {"day": i18n.day(ends)}
        if closes and ends < closes:
            return _("%(through)s (%(days)s), before the deal closes") % {
                "through": through,
                "days": days_left(ends, today),
            }
        return through
    return i18n.sentences(words.sentence(reason) for reason in decision.reasons)


@dataclass(frozen=True, slots=True)
class RefusedReason:
    """One reason of a refusal with its mend."""

    product: str
    sentence: str
    fix: Fix | None
    who_helps: str


def refused(answers: Iterable[Answer]) -> list[tuple[str, list[RefusedReason]]]:
    """Return, for each person who stopped a change, the name and every reason."""
    return [
        (
            answer.name,
            [
                RefusedReason(
                    words.name(each.name),
                    words.sentence(reason),
                    words.fix(reason, each.decision.product),
                    words.who_helps(reason),
                )
                for each in answer.products
                if not each.decision.allowed
                for reason in each.decision.reasons
            ],
        )
        for answer in answers
    ]


def may_be_supervised(answer: Answer) -> bool:
    """Tell whether a colleague's name would let somebody act, or does already."""
    return any(each.verdict is not None and each.verdict.supervised_only for each in answer.products)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a clearance reaches beside the close of the deal, in hundredths of a bar, and whether it is too short."""

    ends: int
    closes: int
    short: bool


def reach(answer: ProductAnswer, closes: date | None, today: date) -> Reach | None:
    """Measure how far a clearance with a last day reaches, for a deal that is still to close."""
    ends = answer.decision.valid_through
    if not answer.decision.allowed or ends is None or closes is None or closes < today:
        return None
    whole = max((closes - today).days, 1)
    return Reach(min(_CLOSES_AT * (ends - today).days // whole, 100), _CLOSES_AT, ends < closes)


def supervision(member: Member, answer: Answer, name: str, supervisor: Answer) -> str:
    """Say beside whom somebody acts, and what happens when that colleague lapses; nothing where it does not matter."""
    leaning = [
        (product, number)
        for product in answer.products
        for number, part in enumerate(product.parts)
        if part.facts.verdict is not None
        and part.facts.verdict.supervised_only
        and part.decision.decision is not ClearanceDecision.NOT_REQUIRED
    ]
    if not leaning:
        return ""
    values = {"name": name, "member": member.name}
    beside = [supervisor.product(product.decision.product).parts[number] for product, number in leaning]
    if not all(each.certified for each in beside):
        return _("%(name)s is not cleared, so %(member)s may not act beside them.") % values
    standings = [each.facts.verdict for each in beside]
    ends = [each.ends_on for each in standings if each is not None and each.ends_on is not None]
    if not ends:
        return _("Acts beside %(name)s. If %(name)s lapses, %(member)s is not cleared any more.") % values
    sentence = _("Acts beside %(name)s. If %(name)s lapses on %(day)s, %(member)s is not cleared any more.")
    return sentence % {**values, "day": i18n.day(min(ends))}


def load(deals: int, closes: date | None) -> str:
    """Say how much else somebody has to do."""
    if not deals:
        return _("On no open deal")
    values = {"count": i18n.number(deals)}
    on = ngettext("On %(count)s open deal", "On %(count)s open deals", deals) % values
    return _("%(on)s, the next closes %(day)s") % {"on": on, "day": i18n.day(closes)} if closes else on
