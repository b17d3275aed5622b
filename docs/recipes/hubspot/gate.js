// Custom code action of a HubSpot workflow on deals (Node 20): asks Dealworthy whether a deal may go on as it is.
// Secrets: DEALWORTHY_TOKEN (scope deals:write), HUBSPOT_TOKEN (private app, scope crm.objects.owners.read).
// Properties to include in code: see docs/hubspot.md. Branch on the output `action`: go, warn or stop.

const DEALWORTHY = "https://sales.example.com";
const HUBSPOT = "https://api.hubapi.com";

// Internal names of your stages, and of the fields' values, on the left.
const STAGES = {
  appointmentscheduled: "discovery",
  qualifiedtobuy: "discovery",
  presentationscheduled: "proposal",
  decisionmakerboughtin: "negotiation",
  contractsent: "contract",
  closedwon: "delivery",
  closedlost: "contract",
};
const OUTCOMES = { closedwon: "won", closedlost: "lost" };
const OWNER_ROLE = "owner";
const COLLABORATOR_ROLE = "specialist";

const TRIES = 2;
const MILLISECONDS = 6000; // of one request; HubSpot ends the action after 20 seconds
const PAUSE = 500;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const words = (value) => (value || "").split(";").map((each) => each.trim()).filter(Boolean);

// Gives the status and the document of an answer; throws where nobody, or only a proxy, has answered.
async function send(url, token, method, body) {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(MILLISECONDS),
  });
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  if (!isJson) throw new Error(`${response.status} without an answer`);
  return { status: response.status, document: await response.json() };
}

async function emailOf(ownerId) {
  const url = `${HUBSPOT}/crm/v3/owners/${encodeURIComponent(ownerId)}`;
  const { status, document } = await send(url, process.env.HUBSPOT_TOKEN, "GET");
  if (status !== 200 || !document.email) throw new Error(`HubSpot answered ${status} about owner ${ownerId}`);
  return document.email;
}

function day(closedate) {
  if (!closedate) return null;
  const moment = /^\d+$/.test(closedate) ? new Date(Number(closedate)) : new Date(closedate);
  return moment.toISOString().slice(0, 10);
}

async function dealOf(fields) {
  const others = words(fields.hs_all_collaborator_owner_ids).filter((id) => id !== fields.hubspot_owner_id);
  const [owner, ...collaborators] = await Promise.all([fields.hubspot_owner_id, ...others].map(emailOf));
  return {
    name: fields.dealname,
    account: fields.dealworthy_account || fields.dealname,
    amount: fields.amount ? Number(fields.amount).toFixed(2) : "0",
    currency: fields.deal_currency_code || "EUR",
    stage: STAGES[fields.dealstage],
    close_date: day(fields.closedate),
    region: fields.dealworthy_region || null,
    outcome: OUTCOMES[fields.dealstage] || null,
    products: words(fields.dealworthy_products),
    team: [
      { rep: owner, role: OWNER_ROLE },
      ...collaborators.map((rep) => ({ rep, role: COLLABORATOR_ROLE })),
    ],
  };
}

// Putting a deal twice is as good as once, so it is tried again where there was no answer.
async function put(id, deal) {
  const url = `${DEALWORTHY}/api/v1/deals/${encodeURIComponent(id)}`;
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await send(url, process.env.DEALWORTHY_TOKEN, "PUT", deal);
    } catch (error) {
      if (left === 0) return null;
      await pause(PAUSE);
    }
  }
}

// One product that fails closed closes the deal.
function failureMode(clearance) {
  const modes = clearance.flatMap((member) => member.products.map((product) => product.failure_mode));
  return modes.length > 0 && modes.every((mode) => mode === "open") ? "open" : "closed";
}

function reasons(clearance) {
  const lines = clearance.flatMap((member) =>
    member.products
      .filter((product) => !product.allowed)
      .flatMap((product) => product.reasons.map((reason) => `${member.rep}, ${product.product}: ${reason.message}`)),
  );
  return lines.join("\n");
}

function outcome(answer, remembered) {
  if (answer === null) {
    return {
      action: remembered === "open" ? "go" : "stop",
      decision: "unreachable",
      reasons: "Dealworthy did not answer.",
      failure_mode: remembered,
    };
  }
  const { status, document } = answer;
  if (status === 200) {
    const warned = document.states.some((state) => !state.allowed && state.enforcement !== "observe");
    return {
      action: warned ? "warn" : "go",
      decision: document.decision,
      reasons: reasons(document.clearance),
      failure_mode: failureMode(document.clearance),
    };
  }
  if (status === 409 && document.clearance) {
    return {
      action: "stop",
      decision: "not_cleared",
      reasons: reasons(document.clearance),
      failure_mode: failureMode(document.clearance),
    };
  }
  const places = (document.errors || []).map((error) => `${error.pointer}: ${error.detail}`);
  return {
    action: "stop",
    decision: "error",
    reasons: [`${status}: ${document.detail}`, ...places].join("\n"),
    failure_mode: remembered,
  };
}

exports.main = async (event, callback) => {
  const fields = event.inputFields;
  const remembered = fields.dealworthy_failure_mode === "open" ? "open" : "closed";
  try {
    const deal = await dealOf(fields);
    callback({ outputFields: outcome(await put(String(event.object.objectId), deal), remembered) });
  } catch (error) {
    // HubSpot did not say who is on the deal, or a property holds what it should not: nothing was asked.
    callback({ outputFields: { action: "stop", decision: "error", reasons: error.message, failure_mode: remembered } });
  }
};
