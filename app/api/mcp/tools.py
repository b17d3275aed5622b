"""The tools: their names, what they take and give, and what a token needs for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlmodel import Session

from app.api import clearance, redlines
from app.api.mcp import queries
from app.api.mcp.schemas import CheckCall, ClearanceCall, ProductList, ProductsCall, TalkTracks, TalkTracksCall
from app.api.problems import pointer
from app.api.schemas import Check, Clearance, Schema, TextChecked
from app.errors import AppError, ForbiddenError, InvalidError, NotSignedInError
from app.people.tokens import KnownToken, Scope, token_by_secret
from app.web.i18n import DEFAULT_LOCALE, match_locale, use_locale
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Asking:
    """What an answer is made from, besides what was asked."""

    session: Session
    moment: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A question that an assistant may ask; a token needs one of `scopes` for it."""

    name: str
    title: str
    description: str
    scopes: tuple[Scope, ...]
    takes: type[Schema]
    gives: type[Schema]
    answer: Callable[[Asking, Any], dict[str, Any]]

    def open_to(self, token: KnownToken) -> bool:
        """Say whether a token may call it."""
        return not token.scopes.isdisjoint(self.scopes)

    def read(self, arguments: Mapping[str, Any]) -> Schema:
        """Read the arguments of a call. Raises InvalidError, which points at each place and repeats no value."""
        try:
            return self.takes.model_validate(arguments, strict=True)
        except ValidationError as error:
            found = [
                {"pointer": pointer(each["loc"]), "detail": each["msg"].removeprefix("Value error, ")}
                for each in error.errors(include_url=False, include_input=False)
            ]
        raise InvalidError(_("The arguments are not of the form that this tool takes."), found)


def _check(asking: Asking, asked: CheckCall) -> dict[str, Any]:
    return redlines.document(redlines.read_text(asking.session, asked, asking.moment))


def _talk_tracks(asking: Asking, asked: TalkTracksCall) -> dict[str, Any]:
    return queries.talk_tracks(asking.session, asked, asking.moment, asking.origin)


def _products(asking: Asking, _asked: ProductsCall) -> dict[str, Any]:
    return queries.products(asking.session, asking.moment)


def _clearance(asking: Asking, asked: ClearanceCall) -> dict[str, Any]:
    check = Check(rep=asked.rep, products=asked.products, deal=asked.deal)
    (answer,) = clearance.results(
        asking.session, [check], asking.moment, asking.origin, products=["/products"], moments=[""]
    )
    return answer


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            "check_red_lines",
            "Check a text against the red lines",
            "Says which sentences of a text for a customer cross a red line, why, and what to say instead. Check the "
            "whole text before anybody sends it, and again after changing it. A finding with state `active` and "
            "severity `block` must not go out; a `downgraded` one is excused by what stands around it. `start` and "
            "`end` count Unicode code points. `rules` is how many red lines the text was held against: with 0, "
            "nothing was checked. The text is neither stored nor logged.",
            (Scope.REDLINES_CHECK,),
            CheckCall,
            TextChecked,
            _check,
        ),
        Tool(
            "talk_tracks",
            "What may be said about a product",
            "Gives the published talk tracks of a product that may be shown to customers, for an industry, a role and "
            "a stage, and for each of its red lines the approved wordings (`say_instead`). Material for reps only is "
            "never among them. Use these wordings as they are.",
            (Scope.REDLINES_CHECK,),
            TalkTracksCall,
            TalkTracks,
            _talk_tracks,
        ),
        Tool(
            "products",
            "The products",
            "Lists the products that are sold: slug, name, positioning, what each can do and what it cannot do. Claim "
            "nothing that stands under `cannot`, nor what stands nowhere.",
            (Scope.REDLINES_CHECK, Scope.CLEARANCE_READ),
            ProductsCall,
            ProductList,
            _products,
        ),
        Tool(
            "clearance",
            "May this rep sell this?",
            "Says whether a rep may act for products now, on a deal if one is named, and otherwise for which reasons "
            "not and what mends each. Name a product, or a deal whose products are known. Only `allowed: true` is a "
            "yes.",
            (Scope.CLEARANCE_READ,),
            ClearanceCall,
            Clearance,
            _clearance,
        ),
    )
}


def known_token(session: Session, secret: str, moment: datetime) -> KnownToken:
    """Return the token. Raises NotSignedInError when it is unknown, revoked or over."""
    token = token_by_secret(session, secret, moment)
    if token is None:
        raise NotSignedInError(_("The token is unknown, revoked or over. Ask an administrator for another one."))
    return token


def open_tools(token: KnownToken) -> Sequence[Tool]:
    """Return the tools that a token may call."""
    return [tool for tool in TOOLS.values() if tool.open_to(token)]


def answer(tool: Tool, token: KnownToken, arguments: Mapping[str, Any], asking: Asking) -> dict[str, Any]:
    """Answer a call, in the language that it asks for. Raises AppError with a sentence that says what to mend."""
    if not tool.open_to(token):
        scopes = " / ".join(tool.scopes)
        raise ForbiddenError(_("This token lacks the scope %(scope)s.") % {"scope": scopes})
    asked = tool.read(arguments)
    use_locale(match_locale(getattr(asked, "locale", None) or "") or DEFAULT_LOCALE)
    return tool.answer(asking, asked)


def sentences(error: AppError) -> str:
    """Say in words what an error says, with each place."""
    places = [f"{each['pointer'] or '/'}: {each['detail']}" for each in getattr(error, "errors", ())]
    return "\n".join([error.message, *places])
