"""Prove that red lines do what their own examples say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.redlines.anchors import anchor_faults, missing_anchors
from app.redlines.compiler import Compiled, Rule, compile_rules
from app.redlines.matcher import Matcher
from app.redlines.phrases import texts

Kind = Literal["must_flag", "must_not_flag", "say_instead", "phrase", "rewrite", "anchors"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A red line that contradicts itself.

    `index` counts the texts of this kind within the rule from 0; for `phrase` the phrases of
    match, unless.within and require.say in this order; for `rewrite` and `anchors` the drills.
    """

    rule: str
    kind: Kind
    index: int
    text: str
    message: str


def prove(rules: Iterable[Mapping[str, Any]]) -> list[Failure]:
    """Return what is wrong with rules that should be loaded together; empty when they hold.

    Active and shadow rules are proven. An example is judged by its own rule alone, in any
    circumstance; approved wording by the active rules. A drill must cross its own rule, and an
    approved wording must pass it.
    """
    documents = [d for d in rules if d.get("status", "active") in {"active", "shadow"}]
    examined = [{**document, "status": "active"} for document in documents]
    compiled = compile_rules(examined)
    matcher = Matcher.of(compiled)
    failures = [Failure(p.rule, "phrase", p.index, p.text, p.message) for p in compiled.problems]
    failures += _contradictions(compiled)
    in_force = Matcher.of(compile_rules(d for d in documents if d.get("status", "active") == "active"))
    for document in documents:
        failures += _examples(document, matcher)
        failures += _approved_wording(document, in_force)
        failures += _missing_wording(document)
        failures += _drills(document, matcher)
    return failures


def _crossed(matcher: Matcher, text: str) -> dict[str, list[str]]:
    """Return the active findings of a text, overlaps included, by rule."""
    found: dict[str, list[str]] = defaultdict(list)
    for finding in matcher.check_all(text):
        if finding.state == "active":
            found[finding.red_line].append(finding.matched)
    return found


def _why_quiet(matcher: Matcher, rule: str, text: str) -> str:
    found = [f for f in matcher.check_all(text) if f.red_line == rule]
    if not found:
        return "nothing of the rule matches"
    return "; ".join(f"“{f.matched}” is {f.state}: {f.reason}" for f in found)


def _examples(document: Mapping[str, Any], matcher: Matcher) -> Iterator[Failure]:
    name = str(document["id"])
    examples = document.get("examples") or {}
    for index, text in enumerate(texts(examples.get("must_flag"))):
        if name not in _crossed(matcher, text):
            yield Failure(name, "must_flag", index, text, _why_quiet(matcher, name, text))
    for index, text in enumerate(texts(examples.get("must_not_flag"))):
        matched = _crossed(matcher, text).get(name)
        if matched:
            yield Failure(name, "must_not_flag", index, text, f"“{'”, “'.join(matched)}” is flagged")


def _approved_wording(document: Mapping[str, Any], in_force: Matcher) -> Iterator[Failure]:
    for index, text in enumerate(texts(document.get("say_instead"))):
        for rule, matched in _crossed(in_force, text).items():
            message = f"“{'”, “'.join(matched)}” crosses {rule}"
            yield Failure(str(document["id"]), "say_instead", index, text, message)


def _missing_wording(document: Mapping[str, Any]) -> Iterator[Failure]:
    offered = document.get("say_instead")
    if not isinstance(offered, Mapping):
        return
    languages = {locale.partition("-")[0] for locale, wording in offered.items() if texts(wording)}
    for language in document.get("match") or {}:
        if language.partition("-")[0] not in languages:
            message = f"match has “{language}” but say_instead has not"
            yield Failure(str(document["id"]), "say_instead", 0, "", message)


def _drills(document: Mapping[str, Any], matcher: Matcher) -> Iterator[Failure]:
    name = str(document["id"])
    for index, drill in enumerate(document.get("drills") or ()):
        rewrite = str(drill["rewrite"])
        held = (document.get("applies") or {}).get("locales")
        if held and drill["locale"] not in held:
            yield Failure(name, "rewrite", index, rewrite, f"the red line does not hold in {drill['locale']}")
        elif name not in _crossed(matcher, rewrite):
            yield Failure(name, "rewrite", index, rewrite, _why_quiet(matcher, name, rewrite))
        why = _why_unanswerable(document, drill)
        if why:
            yield Failure(name, "anchors", index, rewrite, why)


def _why_unanswerable(document: Mapping[str, Any], drill: Mapping[str, Any]) -> str:
    """Say why no approved wording of the drill's language passes it; empty when one does."""
    locale, anchors = str(drill["locale"]), tuple(drill["anchors"])
    faults = anchor_faults(anchors, locale)
    if faults:
        return faults[0][1]
    offered = document.get("say_instead")
    wordings = texts(offered.get(locale)) if isinstance(offered, Mapping) else texts(offered)
    if not wordings:
        return f"say_instead has no wording in {locale}"
    lacking = min((missing_anchors(wording, anchors, locale) for wording in wordings), key=len)
    return f"no wording of say_instead.{locale} holds “{'”, “'.join(lacking)}”" if lacking else ""


def _contradictions(compiled: Compiled) -> Iterator[Failure]:
    """Yield whole phrases that another rule has with another severity."""
    first: dict[str, Rule] = {}
    reported: set[tuple[str, int]] = set()
    for rule in compiled.rules:
        for index, (number, _) in enumerate(rule.match):
            pattern = compiled.patterns[number]
            if pattern.regex is not None or len(pattern.slots) != 1:
                continue
            for literal in pattern.slots[0].literals:
                other = first.setdefault(literal, rule)
                if other.severity == rule.severity or not _meet(rule, other):
                    continue
                if (rule.id, index) not in reported:
                    reported.add((rule.id, index))
                    message = f"{other.id} has the same phrase with severity {other.severity}"
                    yield Failure(rule.id, "phrase", index, literal, message)


def _meet(one: Rule, other: Rule) -> bool:
    kinds = ((one.products, other.products), (one.locales, other.locales))
    return all(not (ones and others) or bool(ones & others) for ones, others in kinds)
