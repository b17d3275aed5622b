"""Hold all deals of HubSpot against Dealworthy, once a night. Beside it lies dealworthy_client.py.

Environment: HUBSPOT_TOKEN (private app, scopes crm.objects.deals.read and crm.objects.owners.read), DEALWORTHY_BASE_URL
and DEALWORTHY_TOKEN (scope deals:write). It prints who is on a deal without being cleared, and what differs; it ends
with 1 where there is any, so that whoever watches the nightly jobs sees it.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from dealworthy_client import Client

HUBSPOT = os.environ.get("HUBSPOT_URL", "https://api.hubapi.com")
PROPERTIES = [
    "dealname",
    "amount",
    "deal_currency_code",
    "dealstage",
    "closedate",
    "hubspot_owner_id",
    "hs_all_collaborator_owner_ids",
    "dealworthy_account",
    "dealworthy_region",
    "dealworthy_products",
]
STAGES = {
    "appointmentscheduled": "discovery",
    "qualifiedtobuy": "discovery",
    "presentationscheduled": "proposal",
    "decisionmakerboughtin": "negotiation",
    "contractsent": "contract",
    "closedwon": "delivery",
    "closedlost": "contract",
}
OUTCOMES = {"closedwon": "won", "closedlost": "lost"}


def pages(path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Read a list of HubSpot to its end."""
    after: str | None = ""
    while after is not None:
        asked = urlencode({**query, "limit": 100, **({"after": after} if after else {})})
        headers = {"Authorization": f"Bearer {os.environ['HUBSPOT_TOKEN']}"}
        with urlopen(Request(f"{HUBSPOT}{path}?{asked}", headers=headers), timeout=30) as response:  # noqa: S310 (https)
            page = json.load(response)
        yield from page["results"]
        after = page.get("paging", {}).get("next", {}).get("after")


def row(deal: dict[str, Any], emails: dict[str, str]) -> dict[str, Any]:
    """Write a deal of HubSpot as Dealworthy compares it."""
    given = deal["properties"]
    owner = given["hubspot_owner_id"]
    others = [each for each in (given.get("hs_all_collaborator_owner_ids") or "").split(";") if each not in {"", owner}]
    team = [{"rep": emails[owner], "role": "owner"}] if owner in emails else []
    team += [{"rep": emails[each], "role": "specialist"} for each in others if each in emails]
    return {
        "id": deal["id"],
        "name": given["dealname"],
        "account": given.get("dealworthy_account") or given["dealname"],
        "amount": f"{float(given.get('amount') or 0):.2f}",
        "currency": given.get("deal_currency_code") or "EUR",
        "stage": STAGES.get(given["dealstage"], given["dealstage"]),
        "close_date": (given.get("closedate") or "")[:10] or None,
        "region": given.get("dealworthy_region") or None,
        "outcome": OUTCOMES.get(given["dealstage"]),
        "products": [each for each in (given.get("dealworthy_products") or "").split(";") if each],
        "team": team,
    }


def main() -> int:
    """Compare, and print what an administrator should look at."""
    client = Client(os.environ["DEALWORTHY_BASE_URL"], os.environ["DEALWORTHY_TOKEN"], timeout=600)
    emails = {each["id"]: each["email"] for each in pages("/crm/v3/owners/")}
    deals = pages("/crm/v3/objects/deals", properties=",".join(PROPERTIES), archived="false")
    found = 0
    for line in client.reconcile(row(deal, emails) for deal in deals):
        kind, said = next(iter(line.items()))
        if kind == "deal" and (said["differences"] or said["not_cleared"] or not said["known"]):
            found += 1
            people = ", ".join(each["rep"] for each in said["not_cleared"]) or "nobody"
            differences = ", ".join(f"{each['kind']} {each['what']}" for each in said["differences"]) or "nothing"
            sys.stdout.write(f"{said['id']}: not cleared: {people}; different: {differences}\n")
        elif kind in {"missing", "wrong"}:
            found += 1
            sys.stdout.write(f"{said['id']}: {kind} {json.dumps(said, ensure_ascii=False)}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
