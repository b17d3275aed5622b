"""A text held against the red lines in force: those of its products, and of the rule packs they subscribe to."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.catalog.queries import in_force
from app.clock import local_day
from app.errors import NotFoundError
from app.redlines.cache import matcher_of
from app.redlines.documents.places import Place
from app.redlines.documents.transcripts import Mapped, plain
from app.redlines.findings import Finding
from app.redlines.packs.queries import approved, chosen
from app.redlines.queries import Card, card_of
from app.telemetry.said import redlines_checked
from app.web.i18n import gettext as _

if TYPE_CHECKING:
    from app.redlines.matcher import Matcher

MOST_CHARACTERS: Final = 1_000_000
"""Code points that a page or the API take at once."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and how a text is said; what is not given restricts nothing.

    `locale` is the language of the text, `speaker` overrides its labels.
    """

    locale: str | None = None
    region: str | None = None
    channel: str | None = None
    speaker: str | None = None


@dataclass(frozen=True)
class RuleSet:
    """The red lines that hold for some products at one moment.

    `digest` names them by what the documents say that they come from: the same digest, the same rules. `asked` are the
    products that they were asked for, `products` the ones that hold each of them by its id.
    """

    digest: str
    day: date
    asked: tuple[str, ...]
    rules: tuple[Mapping[str, Any], ...]
    products: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.matcher)

    @cached_property
    def matcher(self) -> "Matcher":
        """The compiled rules, shared by every request that asks for the same ones."""
        return matcher_of(self.rules, self.digest)

    @cached_property
    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """The documents of the red lines by id."""
        return {rule["id"]: rule for rule in reversed(self.rules)}

    def check(
        self, text: str | Mapped, said: Circumstances, *, products: Collection[str] = (), everything: bool = False
    ) -> "list[Found]":
        """Return what a text crosses, in its order; with `everything` also what is allowed where it stands.

        Of a transcript with times only what is said is read. `text[start:end] == matched` for every finding. What is
        said is about `products`, else about those that the rules were asked for.
        """
        spoken = plain(text) if isinstance(text, str) else text
        started = perf_counter()
        crossed = check_transcript(self.matcher, spoken, said, products=products or self.asked, on=self.day)
        redlines_checked(perf_counter() - started, ((finding.severity, finding.state) for finding, _ in crossed))
        return [
            Found(finding, self.documents[finding.red_line], self.products.get(finding.red_line, ()), spoken, heard)
            for finding, heard in crossed
            if everything or finding.state != "suppressed"
        ]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its red line, and the slugs of the products that hold it.

    `heard` is the same finding in what is `spoken`, without what stands between the words of a transcript.
    """

    finding: Finding
    rule: Mapping[str, Any]
    products: tuple[str, ...]
    spoken: Mapped
    heard: Finding

    @property
    def card(self) -> Card:
        """The red line in the reader's language."""
        return card_of(self.rule)

    @property
    def place(self) -> Place:
        """The cue in which it was said, with its time; or its line."""
        return self.spoken.place(self.heard.start)


def check_transcript(
    matcher: "Matcher",
    spoken: Mapped,
    said: Circumstances,
    *,
    products: Collection[str] = (),
    on: date | None = None,
) -> list[tuple[Finding, Finding]]:
    """Return what is crossed by what was said: each finding in `spoken.source`, and the same in `spoken.text`."""
    findings = matcher.check(
        spoken.text,
        products=products,
        locale=said.locale,
        region=said.region,
        channel=said.channel,
        speaker=said.speaker,
        on=on,
    )
    if spoken.text is spoken.source:
        return [(finding, finding) for finding in findings]
    return [(_in_source(finding, spoken), finding) for finding in findings]


def _in_source(finding: Finding, spoken: Mapped) -> Finding:
    start, end = spoken.origin(finding.start, finding.end)
    return replace(finding, start=start, end=end, matched=spoken.source[start:end])


def rule_set(session: Session, products: Collection[str], as_of: datetime) -> RuleSet:
    """Return the red lines in force at `as_of` for products by their slugs, or for all products.

    Three statements at most, whatever the number of rules. Raises NotFoundError for a slug that is not there.
    """
    slugs = _slugs(session, products)
    versions = in_force(session, [ContentKind.REDLINES], as_of, products=slugs)
    wanted = {each["pack"] for version in versions for each in version.document.get("packs", ())}
    packs = approved(session, wanted, as_of)
    rules: dict[str, Mapping[str, Any]] = {}
    holders: dict[str, list[str]] = defaultdict(list)
    for version in versions:
        sources = [(f"v{version.digest}", version.document["rules"])]
        for subscription in version.document.get("packs", ()):
            pack = chosen(packs.get(subscription["pack"], ()), subscription.get("version"))
            if pack is not None:
                sources.append((f"p{pack.digest}", pack.document["rules"]))
        for source, documents in sources:
            for rule in documents:
                rules[f"{source} {rule['id']}"] = rule
                holders[rule["id"]].append(slugs[version.product_id])
    digest = sha256("\n".join(dict.fromkeys(name.partition(" ")[0] for name in rules)).encode()).hexdigest()
    return RuleSet(
        digest=digest,
        day=local_day(as_of),
        asked=tuple(products),
        rules=tuple(rules.values()),
        products={name: tuple(sorted(set(held))) for name, held in holders.items()},
    )


def _slugs(session: Session, products: Collection[str]) -> dict[int, str]:
    """Return the slugs of the products asked for by id; of all that are sold when none is named."""
    wanted = select(col(Product.id), col(Product.slug)).order_by(col(Product.slug))
    if products:
        wanted = wanted.where(col(Product.slug).in_(products))
    else:
        wanted = wanted.where(col(Product.retired_at).is_(None))
    found = {row[0]: row[1] for row in session.execute(wanted)}
    missing = sorted(set(products) - set(found.values()))
    if missing:
        raise NotFoundError(_("There is no product %(slug)s.") % {"slug": missing[0]})
    return found
