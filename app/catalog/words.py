"""The words for lessons: kinds, topics, industries, the people a talk track is for, and watched time."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from app.catalog.content import Audience, LessonKind, LessonTopic
from app.catalog.video import clock, is_enough
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import pgettext


def kind(value: LessonKind) -> str:
    """Name a kind of lesson."""
    names: dict[LessonKind, str] = {
        "page": _("Page"),
        "video": _("Video"),
        "case": _("Customer case"),
        "talk_track": _("Talk track"),
        "document": _("Document"),
        "link": _("Link"),
    }
    return names[value]


def topic(value: LessonTopic) -> str:
    """Name what a lesson is about."""
    names: dict[LessonTopic, str] = {
        "product": _("product"),
        "case": _("case"),
        "sourcing": _("where customers come from"),
        "negotiation": _("negotiation"),
        "renewal": _("renewal"),
        "delivery": _("delivery"),
        "talk_track": _("talk track"),
    }
    return names[value]


def audience(value: Audience) -> str:
    """Name for whom a lesson is."""
    return {"internal": _("Internal, do not send"), "external": _("External")}[value]


def industry_names() -> dict[str, str]:
    """Name the industries that courses and deals choose from, so that a deal finds its talk tracks."""
    return {
        "bakery": _("Bakery"),
        "beauty": _("Beauty"),
        "cafe": _("Café"),
        "e-commerce": _("E-commerce"),
        "education": _("Education"),
        "finance": pgettext("industry", "Finance"),
        "fitness": _("Fitness"),
        "healthcare": _("Healthcare"),
        "home-textiles": _("Home textiles"),
        "hospitality": _("Hospitality"),
        "insurance": _("Insurance"),
        "logistics": _("Logistics"),
        "manufacturing": _("Manufacturing"),
        "online-retail": _("Online retail"),
        "public-sector": _("Public sector"),
        "restaurant": _("Restaurant"),
        "retail": _("Retail"),
    }


def industry(slug: str) -> str:
    """Name an industry; one that is not known here is written as it stands in the course."""
    return industry_names().get(slug) or slug.replace("-", " ").capitalize()


def roles(slugs: Iterable[str]) -> str:
    """Name the people of a customer whom a talk track is for."""
    names = {
        "owner": _("owner"),
        "finance": _("finance"),
        "operations": _("operations"),
        "it": _("IT"),
        "security": _("security"),
        "marketing": _("marketing"),
        "procurement": _("procurement"),
        "support": _("support"),
    }
    return _listed(names.get(slug, slug) for slug in slugs) or _("everybody")


def stages(slugs: Iterable[str]) -> str:
    """Name the stages of a deal that a talk track is for."""
    names = {
        "discovery": _("discovery"),
        "proposal": _("proposal"),
        "negotiation": _("negotiation"),
        "contract": _("contract"),
        "delivery": _("delivery"),
        "renewal": _("renewal"),
    }
    return _listed(names.get(slug, slug) for slug in slugs) or _("every stage")


def industries(slugs: Iterable[str]) -> str:
    """Name the industries that a talk track is for."""
    return _listed(industry(slug) for slug in slugs) or _("every industry")


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)


def watched(seconds: float, length: float) -> str:
    """Say how much of a video was watched."""
    return _("Watched %(watched)s of %(length)s. Skipping ahead does not count.") % {
        "watched": clock(seconds),
        "length": clock(length),
    }


def left_to_watch(seconds: float, length: float) -> str:
    """Say how much of a video is left, or nothing when enough was watched."""
    if is_enough(seconds, length):
        return ""
    return _("%(left)s of the video left") % {"left": clock(length - seconds)}


def confirm_from(moment: datetime, zone: ZoneInfo) -> str:
    """Say from when on a video may be confirmed."""
    return _("You can confirm the video from %(time)s on, when its length has passed. Nothing is lost.") % {
        "time": i18n.clock_time(moment, zone)
    }
