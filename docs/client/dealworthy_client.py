"""A client of the Dealworthy API in one file: copy it beside your own code.

It needs Python 3.11 and nothing else; to decide from a signed bundle while the gate cannot be reached, it needs the
package `cryptography`. docs/client.md shows how to use it, docs/api.md says what the answers mean.
"""

import argparse
import base64
import hashlib
import hmac
import itertools
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any, Final, Literal
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener
from zoneinfo import ZoneInfo

MOST_CHECKS: Final = 1_000
"""Questions that one request carries."""
LONGEST_WAIT: Final = 30.0
"""Seconds; who is asked to wait longer by `Retry-After` is told at once."""
FORMAT: Final = "dealworthy-clearance-bundle/1"
STOPPING: Final = frozenset({"require_approval", "block"})
REFUSALS: Final = frozenset({"not_cleared", "unknown"})
_DECISIONS: Final = ["not_required", "cleared", "cleared_supervised", "cleared_by_waiver", "not_cleared", "unknown"]
_ENFORCEMENTS: Final = ["observe", "warn", "require_approval", "block"]
_NEVER_WAIVED: Final = frozenset({"suspended", "revoked"})
_CONFLICT, _TOO_MANY, _OUR_FAULT = 409, 429, 500
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Source = Literal["gate", "bundle", "failure_mode"]


class DealworthyError(Exception):
    """Whatever goes wrong here; each of the others is one."""


class UnreachableError(DealworthyError):
    """There was no answer from Dealworthy, after all tries. Whether a change was stored is not known."""


class BundleError(DealworthyError):
    """A bundle is not there, or not one to believe."""


class WebhookError(DealworthyError):
    """A message is not genuine, or too old."""


class ProblemError(DealworthyError):
    """Dealworthy answered with a problem document (RFC 9457); `errors` are (JSON pointer, sentence)."""

    def __init__(self, status: int, document: Mapping[str, Any], wait: float = 0.0) -> None:
        """Take what was answered; `wait` are the seconds of `Retry-After`."""
        self.status, self.wait = status, wait
        self.title: str = document.get("title", "")
        self.detail: str = document.get("detail", "")
        self.request_id: str = document.get("request_id", "")
        self.errors = tuple((each.get("pointer", ""), each.get("detail", "")) for each in document.get("errors", ()))
        places = "".join(f"\n  {pointer or '/'}: {detail}" for pointer, detail in self.errors)
        super().__init__(f"{status} {self.title}: {self.detail}{places}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question: may `rep` act for `products`? `deal` alone asks about the products of a stored deal."""

    rep: str
    products: Sequence[str] = ()
    deal: str | None = None
    role: str | None = None
    stage: str | None = None
    region: str | None = None
    as_of: datetime | None = None

    def body(self) -> dict[str, Any]:
        """Write it as the API takes it. Raises ValueError for a moment without an offset."""
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise ValueError("as_of needs an offset, such as datetime.now(UTC) has")
        given = {**asdict(self), "products": list(self.products)}
        given["as_of"] = self.as_of.isoformat() if self.as_of else None
        return {name: value for name, value in given.items() if value not in (None, [])}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductClearance:
    """The answer for one product. `reasons` and `basis` are as the API gives them; from a bundle only codes."""

    product: str
    decision: str
    allowed: bool
    enforcement: str
    failure_mode: str
    valid_through: str | None
    reasons: tuple[dict[str, Any], ...] = ()
    basis: dict[str, Any] | None = None

    @property
    def stops(self) -> bool:
        """Whether the caller has to stop; observing and warning let everybody pass."""
        return not self.allowed and self.enforcement in STOPPING


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """The answer to one question, and where it comes from.

    `source` is `gate`; `bundle` while the gate cannot be reached; `failure_mode` when the bundle is too old or none can
    be believed, as `note` says. `age` is how old the facts are; None where there are none.
    """

    decision: str
    allowed: bool
    rep: str
    deal: str | None
    as_of: str
    decision_id: str | None
    products: tuple[ProductClearance, ...]
    source: Source = "gate"
    age: timedelta | None = timedelta(0)
    note: str = ""

    @property
    def stops(self) -> bool:
        """Whether the caller has to stop."""
        return any(each.stops for each in self.products) or not (self.allowed or self.products)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Clearance":
        """Read what the API answers; keys that are not known here are left out."""
        return cls(
            **{name: document[name] for name in ("decision", "allowed", "rep", "deal", "as_of", "decision_id")},
            products=tuple(_product(each) for each in document["products"]),
        )


def _product(document: Mapping[str, Any]) -> ProductClearance:
    names = ("product", "decision", "allowed", "enforcement", "failure_mode", "valid_through", "basis")
    return ProductClearance(reasons=tuple(document["reasons"]), **{name: document[name] for name in names})


class RefusedError(ProblemError):
    """The gate stops a deal, and nothing of it was stored; `clearance` says of every member why."""

    def __init__(self, status: int, document: Mapping[str, Any], wait: float = 0.0) -> None:
        """Take what was answered, as `ProblemError` does."""
        super().__init__(status, document, wait)
        self.clearance = tuple(Clearance.read(each) for each in document["clearance"])


@dataclass
class Listing:
    """A list, page after page as it is iterated over. `as_of` is that of its first page, once there is one."""

    _client: "Client"
    _path: str
    _query: list[tuple[str, str]]
    as_of: str | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give each item."""
        cursor: str | None = ""
        while cursor is not None:
            query = [*self._query, ("cursor", cursor)] if cursor else self._query
            page = self._client.request("GET", self._path, query=query)
            self.as_of = self.as_of or page.get("as_of")
            yield from page["items"]
            cursor = page["next"]


class _NoRedirects(HTTPRedirectHandler):
    """The token goes to nobody else."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none; the answer is then an error."""


class Client:
    """Asks one installation, with one token.

    `timeout` is in seconds, for each try. `tries` counts the first one too; between them it waits `backoff` seconds,
    doubled each time and shortened at random. `bundle` is where `fetch_bundle` keeps today's clearances (and, beside
    them, `….jwks.json`): clearances are answered from there while the gate cannot be reached.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float = 10.0,
        bundle: str | Path | None = None,
        tries: int = 4,
        backoff: float = 0.5,
    ) -> None:
        """Take an address by https (by http on this machine alone). Raises ValueError."""
        parts = urlsplit(base_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("the address of Dealworthy begins with https://, because the token goes with each request")
        self.origin = base_url.rstrip("/")
        self.timeout, self.tries, self.backoff = timeout, tries, backoff
        self.bundle = Path(bundle) if bundle else None
        self._token = token
        self._opener: OpenerDirector = build_opener(_NoRedirects)

    def clearance(
        self,
        rep: str,
        products: Sequence[str] = (),
        *,
        deal: str | None = None,
        role: str | None = None,
        stage: str | None = None,
        region: str | None = None,
        as_of: datetime | None = None,
    ) -> Clearance:
        """Answer whether somebody may act now, or might at a past moment. Raises ProblemError, UnreachableError.

        UnreachableError only without a `bundle`, and for past moments.
        """
        check = Check(rep=rep, products=products, deal=deal, role=role, stage=stage, region=region, as_of=as_of)
        body = check.body()
        body["product"] = body.pop("products", [])
        try:
            return Clearance.read(self.request("GET", "/api/v1/clearance", query=_pairs(body)))
        except UnreachableError as error:
            return self._without_gate([check], error)[0]

    def clearances(self, checks: Iterable[Check]) -> list[Clearance]:
        """Answer many questions, in their order, 1,000 in a request. Raises as `clearance`."""
        found: list[Clearance] = []
        waiting = iter(checks)
        while some := list(itertools.islice(waiting, MOST_CHECKS)):
            try:
                body = {"checks": [each.body() for each in some]}
                answer = self.request("POST", "/api/v1/clearance/batch", body=body)
                found += [Clearance.read(each) for each in answer["results"]]
            except UnreachableError as error:
                found += self._without_gate(some, error)
        return found

    def put_deal(self, deal_id: str, deal: Mapping[str, Any]) -> dict[str, Any]:
        """Store a whole deal under the CRM's own id. Raises RefusedError where the gate stops it, ProblemError."""
        return self.request("PUT", f"/api/v1/deals/{quote(deal_id, safe='')}", body=deal)

    def deal(self, deal_id: str) -> dict[str, Any]:
        """Return a deal, and how it stands at the gate. Raises ProblemError (404)."""
        return self.request("GET", f"/api/v1/deals/{quote(deal_id, safe='')}")

    def deals(self, *, at_risk: bool | None = None) -> Listing:
        """List deals: all, those at risk, or the others."""
        asked = {} if at_risk is None else {"at_risk": json.dumps(at_risk)}
        return Listing(self, "/api/v1/deals", _pairs({"limit": "200", **asked}))

    def certifications(
        self,
        *,
        rep: str | None = None,
        products: Sequence[str] = (),
        standings: Sequence[str] = (),
        updated_since: str | None = None,
    ) -> Listing:
        """List who stands where. For the next run, keep `as_of` of the list and hand it in as `updated_since`."""
        asked = {"rep": rep, "product": list(products), "standing": list(standings), "updated_since": updated_since}
        return Listing(self, "/api/v1/certifications", _pairs({"limit": "200", **asked}))

    def check_text(self, text: str, products: Sequence[str] = (), **circumstances: str) -> dict[str, Any]:
        """Return what a text crosses; circumstances are `locale`, `region`, `channel` and `speaker`."""
        body = {"text": text, "products": list(products), **circumstances}
        return self.request("POST", "/api/v1/redlines/check", body=body)

    def put_person(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Store or change a person. Raises ProblemError (409 for somebody who was deactivated)."""
        return self.request("POST", "/api/v1/people", body=person)

    def deactivate(self, email: str) -> dict[str, Any]:
        """Close a person's account now."""
        return self.request("POST", f"/api/v1/people/{quote(email, safe='')}/deactivate")

    def reconcile(
        self, rows: Iterable[Mapping[str, Any]], *, recording: bool = False, whole: bool = True
    ) -> Iterator[dict[str, Any]]:
        """Send the CRM's deals as they are read, and give the lines of the answer as they come.

        It is not tried again, since `rows` may be gone: UnreachableError means to send them once more.
        """
        query = _pairs({"recording": json.dumps(recording), "whole": json.dumps(whole)})
        lines = (json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
        request = self._made("POST", "/api/v1/deals/reconcile", query, lines, "application/x-ndjson")
        last: dict[str, Any] = {}
        try:
            with self._sent(request) as response:
                for line in response:
                    last = json.loads(line)
                    yield last
        except (OSError, HTTPException, ValueError) as error:
            raise UnreachableError(f"the answer broke off: {error}") from error
        if "summary" not in last:
            raise UnreachableError(last.get("error", {}).get("detail", "the answer broke off"))

    def request(
        self, method: str, path: str, *, query: Sequence[tuple[str, str]] = (), body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request until there is an answer, the same one each time. Raises ProblemError, UnreachableError."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = self._made(method, path, query, content, "application/json")
        if method != "GET":
            request.add_header("Idempotency-Key", str(uuid.uuid4()))
        try:
            found: dict[str, Any] = json.loads(self._answered(request))
        except ValueError as error:
            raise UnreachableError(f"what answers at {self.origin} is not Dealworthy") from error
        return found

    def _answered(self, request: Request) -> bytes:
        """Send a request as often as it may help."""
        for left in reversed(range(self.tries)):
            waited = self.backoff * 2 ** (self.tries - 1 - left) * random.uniform(0.5, 1)  # noqa: S311 (no secret)
            try:
                with self._sent(request) as response:
                    return response.read()
            except ProblemError as problem:
                if not left or not _passes(problem) or problem.wait > LONGEST_WAIT:
                    raise
                waited = max(waited, problem.wait)
            except (UnreachableError, OSError, HTTPException) as error:
                if not left:
                    raise UnreachableError(f"{self.origin} did not answer: {error}") from error
            time.sleep(waited)
        raise UnreachableError("no try was allowed")

    def _made(self, method: str, path: str, query: Sequence[tuple[str, str]], content: Any, kind: str) -> Request:
        url = self.origin + path + ("?" + urlencode(query) if query else "")
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = kind
        return Request(url, data=content, headers=headers, method=method)  # noqa: S310 (see __init__)

    def _sent(self, request: Request) -> HTTPResponse:
        """Send a request once. Raises ProblemError for what Dealworthy says, UnreachableError for what a proxy does."""
        try:
            response: HTTPResponse = self._opener.open(request, timeout=self.timeout)
        except HTTPError as error:
            with error:
                document = _problem(error)
            if document is None and error.code >= _OUR_FAULT:
                raise UnreachableError(f"{error.code} {error.reason}") from error
            document = document or {"title": str(error.reason)}
            kind = RefusedError if error.code == _CONFLICT and "clearance" in document else ProblemError
            said = error.headers.get("Retry-After", "")
            raise kind(error.code, document, float(said) if said.isdecimal() else 0.0) from None
        return response

    def fetch_bundle(self) -> datetime:
        """Fetch today's clearances and the keys, verify and keep them; return until when they are good.

        Once an hour is usual; three times in a quarter of an hour is the limit. Raises BundleError, ProblemError,
        UnreachableError; what was kept before stays then.
        """
        if self.bundle is None:
            raise BundleError("say where to keep it: Client(…, bundle=PATH)")
        keys = self.request("GET", "/.well-known/jwks.json")
        token = self._answered(self._made("GET", "/api/v1/clearance/bundle", (), None, "")).decode("ascii", "replace")
        claims = verified(token, keys, self.origin)
        for path, text in ((_keys_beside(self.bundle), json.dumps(keys)), (self.bundle, token)):
            growing = path.with_name(path.name + ".new")
            growing.write_text(text, "utf-8")
            growing.replace(path)
        return datetime.fromisoformat(claims["good_until"])

    def _without_gate(self, checks: Sequence[Check], error: UnreachableError) -> list[Clearance]:
        if self.bundle is None or any(each.as_of for each in checks):
            raise error
        try:
            claims = verified(
                self.bundle.read_text("utf-8"), json.loads(_keys_beside(self.bundle).read_text("utf-8")), self.origin
            )
        except (BundleError, OSError, ValueError) as problem:
            return [_nobody_knows(each, f"there is no bundle to believe: {problem}") for each in checks]
        moment = datetime.now(UTC)
        return [decide(claims, each, moment) for each in checks]


def _keys_beside(bundle: Path) -> Path:
    return bundle.with_name(bundle.name + ".jwks.json")


def _pairs(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    several = ((name, value if isinstance(value, list) else [value]) for name, value in asked.items())
    return [(name, value) for name, values in several for value in values if value is not None]


def _problem(error: HTTPError) -> dict[str, Any] | None:
    if "problem+json" not in error.headers.get("Content-Type", ""):
        return None
    try:
        found: dict[str, Any] = json.loads(error.read())
    except (ValueError, OSError, HTTPException):
        return None
    return found


def _passes(problem: ProblemError) -> bool:
    """Tell whether the same request may be answered otherwise soon."""
    return problem.status == _TOO_MANY or problem.status >= _OUR_FAULT


def verified(token: str, keys: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Return what is in a bundle that an installation signed, old or not. Raises BundleError for anything else."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (only who keeps a bundle needs it)
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 (as above)
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers  # noqa: PLC0415 (as above)
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 (as above)
    except ImportError as error:
        raise BundleError("install the package cryptography to verify bundles") from error
    try:
        head, body, signature = token.strip().split(".")
        header = json.loads(_unpacked(head))
        if (header["alg"], header["typ"]) != ("RS256", "clearance-bundle+jws"):
            raise BundleError("it is no clearance bundle")
        key = {each["kid"]: each for each in keys["keys"]}[header["kid"]]
        numbers = RSAPublicNumbers(*(int.from_bytes(_unpacked(key[name]), "big") for name in ("e", "n")))
        numbers.public_key().verify(_unpacked(signature), f"{head}.{body}".encode(), PKCS1v15(), SHA256())
        claims: dict[str, Any] = json.loads(_unpacked(body))
        if (claims["iss"], claims["format"]) != (issuer, FORMAT):
            raise BundleError("it is from another installation, or in another format")
    except (InvalidSignature, ValueError, LookupError, TypeError, RecursionError) as error:
        raise BundleError("its signature is not that of this installation") from error
    return claims


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def decide(claims: Mapping[str, Any], check: Check, moment: datetime) -> Clearance:
    """Answer a question from what is in a verified bundle, as docs/offline.md says."""
    age = moment - datetime.fromisoformat(claims["issued_at"])
    good = moment < datetime.fromisoformat(claims["good_until"])
    if not check.products:
        return _nobody_knows(check, "a bundle does not know which products a deal has; name them", age)
    products = tuple(_decided(claims, check, each, moment, good=good) for each in dict.fromkeys(check.products))
    return Clearance(
        decision=max((each.decision for each in products), key=_DECISIONS.index),
        allowed=all(each.allowed for each in products),
        rep=check.rep.lower(),
        deal=check.deal,
        as_of=claims["issued_at"] if good else moment.isoformat(),
        decision_id=None,
        products=products,
        source="bundle" if good else "failure_mode",
        age=age,
        note="" if good else "the bundle is too old",
    )


def _nobody_knows(check: Check, note: str, age: timedelta | None = None) -> Clearance:
    return Clearance(
        decision="unknown",
        allowed=False,
        rep=check.rep.lower(),
        deal=check.deal,
        as_of=datetime.now(UTC).isoformat(),
        decision_id=None,
        products=tuple(_unknown(each, "closed") for each in check.products),
        source="failure_mode",
        age=age,
        note=note,
    )


def _unknown(product: str, failure_mode: str, code: str | None = None) -> ProductClearance:
    """Let everybody act, or nobody, because nothing is known."""
    is_open = failure_mode == "open"
    return ProductClearance(
        product=product,
        decision="unknown",
        allowed=is_open,
        enforcement="observe" if is_open else "block",
        failure_mode=failure_mode,
        valid_through=None,
        reasons=({"code": code},) if code else (),
    )


_Part = tuple[str, str | None, list[str], str]
"""Decision, last day, codes of reasons, enforcement: for one requirement."""


def _decided(
    claims: Mapping[str, Any], check: Check, product: str, moment: datetime, *, good: bool
) -> ProductClearance:
    asked = claims["products"].get(product)
    if asked is None:
        return _unknown(product, "closed", "unknown_product")
    if not good:
        return _unknown(product, asked["failure_mode"])
    today = moment.astimezone(ZoneInfo(claims["timezone"])).date().isoformat()
    parts = list(_parts(claims, check, product, today))
    refusing = [each for each in parts if each[0] in REFUSALS]
    ends = [through for _decision, through, _codes, _enforcement in parts if through is not None]
    codes = dict.fromkeys(code for each in refusing or parts for code in each[2])
    return ProductClearance(
        product=product,
        decision=max((each[0] for each in parts), key=_DECISIONS.index),
        allowed=not refusing,
        enforcement=max((each[3] for each in refusing or parts), key=_ENFORCEMENTS.index),
        failure_mode=asked["failure_mode"],
        valid_through=min(ends, default=None) if not refusing else None,
        reasons=tuple({"code": code} for code in codes),
    )


def _parts(claims: Mapping[str, Any], check: Check, product: str, today: str) -> Iterator[_Part]:
    answers = claims["reps"].get(check.rep.lower())
    slugs = list(claims["products"])
    before = sum(len(claims["products"][each]["requirements"]) for each in slugs[: slugs.index(product)])
    for number, requirement in enumerate(claims["products"][product]["requirements"], start=before):
        enforcement = requirement["enforcement"]
        if answers is None:
            yield "unknown", None, ["unknown_rep"], enforcement
        elif not _applies(requirement, claims, check):
            yield "not_required", None, [], enforcement
        else:
            answer = claims["answers"][answers[number]]
            yield *_standing(claims, answer, (check.deal, check.rep.lower(), product), today), enforcement


def _applies(requirement: Mapping[str, Any], claims: Mapping[str, Any], check: Check) -> bool:
    stages = claims["stages"]
    early = check.stage in stages and stages.index(check.stage) < stages.index(requirement["from_stage"])
    elsewhere = check.region is not None and requirement["regions"] and check.region not in requirement["regions"]
    another = check.role in claims["roles"] and requirement["roles"] and check.role not in requirement["roles"]
    return not (early or elsewhere or another)


def _standing(
    claims: Mapping[str, Any], answer: Mapping[str, Any], scope: tuple[str | None, str, str], today: str
) -> tuple[str, str | None, list[str]]:
    decision, through, codes = answer["decision"], answer["valid_through"], list(answer["codes"])
    if decision == "cleared" and through is not None and through < today:
        decision, codes = "not_cleared", ["expired"]
    if decision == "not_cleared" and not _NEVER_WAIVED.intersection(codes):
        for waiver in claims["waivers"]:
            if (waiver["deal"], waiver["rep"], waiver["product"]) == scope and today <= waiver["through"]:
                return "cleared_by_waiver", waiver["through"], codes
    return decision, through if decision == "cleared" else None, codes


def verify_webhook(
    secret: str | Iterable[str], headers: Mapping[str, str], body: bytes, tolerance: float = 300.0
) -> dict[str, Any]:
    """Return what a message says. `body` is as it came; `tolerance` is in seconds. Raises WebhookError.

    Hand in both secrets while one is being changed for the other.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message_id or not (stamp.isascii() and stamp.isdecimal()):
        raise WebhookError("it is not signed")
    if abs(time.time() - int(stamp)) > tolerance:
        raise WebhookError("it is too old, or a clock is wrong")
    signatures = [each.encode() for each in given.get("webhook-signature", "").split(" ")]
    signed = f"{message_id}.{stamp}.".encode() + body
    known = [secret] if isinstance(secret, str) else list(secret)
    expected = [b"v1," + base64.b64encode(hmac.digest(_key(each), signed, hashlib.sha256)) for each in known]
    if not any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures):
        raise WebhookError("it is not genuine")
    found: dict[str, Any] = json.loads(body)
    return found


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try it from a command line; 0 is allowed, 1 is not allowed, 2 is no answer."""
    parser = argparse.ArgumentParser(prog="dealworthy_client.py", description="Ask Dealworthy who may act on a deal.")
    parser.add_argument("--url", default=os.environ.get("DEALWORTHY_BASE_URL"), help="or DEALWORTHY_BASE_URL")
    parser.add_argument("--bundle", help="where today's clearances are kept, for when the gate cannot be reached")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds of each try")
    parser.add_argument("--tries", type=int, default=4, help="before it gives up")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("bundle", help="fetch today's clearances")
    asking = verbs.add_parser("clearance", help="may this rep act for these products?")
    asking.add_argument("--rep", required=True, help="an e-mail address")
    asking.add_argument("--product", action="append", default=[], dest="products", help="may be repeated")
    for name in ("deal", "role", "stage", "region"):
        asking.add_argument(f"--{name}")
    given = vars(parser.parse_args(arguments))
    url, verb, token = given.pop("url"), given.pop("verb"), os.environ.get("DEALWORTHY_TOKEN")
    if not url or not token:
        parser.error("set DEALWORTHY_TOKEN, and --url or DEALWORTHY_BASE_URL")
    try:
        client = Client(url, token, **{name: given.pop(name) for name in ("bundle", "timeout", "tries")})
        if verb == "bundle":
            sys.stdout.write(f"Good until {client.fetch_bundle().isoformat()}.\n")
            return 0
        answer = client.clearance(**given)
    except (DealworthyError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    shown = {**asdict(answer), "stops": answer.stops, "age": answer.age.total_seconds() if answer.age else None}
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    return 0 if answer.allowed else 1


if __name__ == "__main__":
    sys.exit(main())
