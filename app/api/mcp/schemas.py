"""What the tools take and give that the API has no model for."""

from typing import Final

from pydantic import Field

from app.api.schemas import Email, Reference, Schema, Slug, Slugs, Tag, TextCheck, Word
from app.catalog.content import CustomerRole, DealStage

_LOCALE: Final = "The language of the answer's words, such as en or zh-Hans; else English."


class CheckCall(TextCheck):
    """Asks what a text crosses."""

    locale: Tag | None = Field(
        default=None,
        description="The language of the text, such as en or zh-Hans; the answer's words come in it. Else English.",
    )


class ProductsCall(Schema):
    """Asks for every product that is sold."""

    locale: Tag | None = Field(default=None, description=_LOCALE)


class Positioning(Schema):
    """A product in three sentences."""

    scene: str
    audience: str
    difference: str


class ProductFacts(Schema):
    """What may be said of a product, as published."""

    slug: str
    name: str
    positioning: Positioning | None = Field(description="None while nothing is published about the product.")
    can: list[str]
    cannot: list[str]


class ProductList(Schema):
    """The products that are sold, by their slugs."""

    products: list[ProductFacts]


class TalkTracksCall(Schema):
    """Asks for what may be said about a product to a customer."""

    product: Slug = Field(description="The product's slug, as `products` gives it.", examples=["keeper-crm"])
    industry: Word | None = Field(default=None, description="The customer's industry, such as bakery or finance.")
    customer_role: CustomerRole | None = Field(default=None, description="To whom it is said.")
    stage: DealStage | None = Field(default=None, description="How far the deal is.")
    locale: Tag | None = Field(default=None, description=_LOCALE)


class Fits(Schema):
    """For whom a talk track is; an empty list is everybody."""

    industry: list[str]
    customer_role: list[str]
    stage: list[str]


class TalkTrack(Schema):
    """A published talk track that may be shown to customers."""

    id: str
    title: str
    fits: Fits
    text: str = Field(description="Markdown. `[[redline: ID]]` stands where the course shows a red line.")
    url: str


class Wording(Schema):
    """A red line in force, with the approved wordings that take its place."""

    red_line: str
    title: str
    severity: str = Field(description="block, warn or coach.")
    never_say: str
    say_instead: list[str]
    why: str


class TalkTracks(Schema):
    """What may be said about a product, and what must be said otherwise."""

    product: str
    talk_tracks: list[TalkTrack]
    wordings: list[Wording]


class ClearanceCall(Schema):
    """Asks whether a rep may act for products, on a deal."""

    rep: Email = Field(description="The rep's e-mail address, whatever its case.", examples=["ana@example.com"])
    products: Slugs = Field(
        default=[],
        description="Slugs of products. May be left out where the deal is known: then its products are asked for.",
        examples=[["keeper-crm"]],
    )
    deal: Reference | None = Field(default=None, description="The deal's id in the CRM.", examples=["D-20417"])
    locale: Tag | None = Field(default=None, description=_LOCALE)
