// The pages of a running attempt: answers go to the server as they are given, the clock runs, number keys choose, words
// are counted.
// Without this file the same forms work by their buttons.
const form = document.getElementById("question");
const finish = document.getElementById("finish");
const saved = document.getElementById("saved");
const clock = document.getElementById("clock");

const PAUSE = 500; // milliseconds without typing before a save
const LONGEST_WAIT = 15000;
const REFUSED = new Set([400, 404, 405, 413, 415, 422]);
const DAY = 24 * 60 * 60 * 1000;
const ATTEMPT = location.pathname.split("/")[2];

let changed = false; // the page holds something newer than what was last sent
let pending = null; // what was sent and not yet answered
let button = null; // the button that waits until everything is saved
let tries = 0;
let pause = 0;
let retry = 0;
let ends = null; // when the time runs out, by both clocks of this device

// What is given and not yet saved is kept in this browser, for a reload without a network; signing out clears it.
const unsent = {
  key: (position) => `answer.${ATTEMPT}.${position}`,
  keep() {
    const kept = { step: form.elements.step.value, body: String(new URLSearchParams(new FormData(form))), at: Date.now() };
    try {
      localStorage.setItem(this.key(form.elements.position.value), JSON.stringify(kept));
    } catch {
      // a browser that stores nothing still sends
    }
  },
  drop() {
    try {
      localStorage.removeItem(this.key(form.elements.position.value));
    } catch {
      // there is nothing to drop then
    }
  },
  all() {
    const found = new Map();
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith("answer."))) {
        const kept = JSON.parse(localStorage.getItem(key));
        if (Date.now() - kept.at > DAY) localStorage.removeItem(key);
        else if (key.startsWith(unsent.key(""))) found.set(key.split(".")[2], kept);
      }
    } catch {
      // nothing can be read
    }
    return found;
  },
};

const show = (text, kept) => {
  saved.querySelector("[data-text]").textContent = text;
  saved.querySelector("svg").toggleAttribute("hidden", !kept);
};

const post = (url, body) =>
  fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(LONGEST_WAIT) });

const later = (action) => {
  clearTimeout(retry);
  retry = setTimeout(action, Math.min(LONGEST_WAIT, 1000 * 2 ** tries));
  tries += 1;
};

const send = () => {
  clearTimeout(pause);
  if (pending || !(changed || button)) return;
  pending = new URLSearchParams(new FormData(form));
  if (button) pending.set(button.name, button.value);
  changed = false;
  deliver();
};

// The same body goes out until it is answered: the server may have kept it although its reply was lost.
const deliver = async () => {
  const pressed = button;
  const slow = setTimeout(show, 300, saved.dataset.saving, false);
  const response = await post(form.action, pending).catch(() => null);
  clearTimeout(slow);
  if (response?.status === 409) return leave();
  if (REFUSED.has(response?.status)) return refuse();
  const reply = response?.ok && !response.redirected ? await response.json().catch(() => null) : null;
  if (!reply) {
    show(response?.redirected ? saved.dataset.signedOut : saved.dataset.trying, false);
    return later(deliver);
  }
  tries = 0;
  const went = pressed && pending.get(pressed.name) === pressed.value;
  pending = null;
  accept(reply);
  if (changed) unsent.keep();
  else unsent.drop();
  if (went && pressed === button) button = null;
  if (went && pressed.name === "go" && !changed) return location.assign(reply.next);
  return send();
};

// The server cannot read what this page sends, as after an update in between: a new page can, and is given it again.
const refuse = () => {
  tries = 0;
  pending = null;
  button = null;
  changed = false;
  show(saved.dataset.refused, false);
};

// What is stored differs from what this page was made from: the server shows both.
const leave = () => {
  pending = null;
  changed = false;
  unsent.drop();
  form.submit();
};

const accept = (reply) => {
  form.elements.step.value = reply.step;
  show(reply.saved, reply.kept);
  document.getElementById("answered").value = reply.answered;
  const here = document.querySelector(`#map [value="${form.elements.position.value}"]`);
  here.classList.toggle("set", reply.here);
  here.querySelector("[data-answered]").hidden = !reply.here;
  here.querySelector("[data-flagged]").hidden = !reply.flagged;
  const flag = document.getElementById("flag");
  flag.value = reply.flagged ? "0" : "1";
  flag.setAttribute("aria-pressed", String(reply.flagged));
  if (clock && Number.isFinite(reply.left)) setClock(reply.left); // more time may have been given
};

// Fill the form with what an earlier page could not send, and send it: the server keeps it, or shows both.
const restore = () => {
  const kept = unsent.all();
  const here = form.elements.position.value;
  const mine = kept.get(here);
  if (!mine) {
    const other = [...kept].find(([, each]) => each.step === form.elements.step.value);
    if (other) location.replace(`?q=${other[0]}`);
    return;
  }
  const given = new URLSearchParams(mine.body);
  const step = form.elements.step.value;
  for (const control of form.elements) {
    if (!control.name || control.type === "submit" || control.name === "position") continue;
    if (["radio", "checkbox"].includes(control.type)) control.checked = given.getAll(control.name).includes(control.value);
    else control.value = given.get(control.name) ?? "";
  }
  if (String(new URLSearchParams(new FormData(form))) !== mine.body) {
    // this page has no place for it: what is stored stays
    form.reset();
    form.elements.step.value = step;
    return unsent.drop();
  }
  changed = true;
  send();
};

// Counts as app/quizzes/wordcount.py does: words, and each Chinese character as one.
const HAN = "\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{323af}";
const LETTER = `(?:(?![${HAN}])[\\p{L}\\p{N}])`;
const WORD = new RegExp(`[${HAN}]|${LETTER}+(?:['’.,-]${LETTER}+)*`, "gu");

const count = () => {
  const words = form.querySelector("[data-words]");
  if (!words) return;
  const text = form.elements.text.value;
  words.textContent = words.dataset.words.replace("{count}", (text.match(WORD) ?? []).length);
};

const watch = () => {
  // the address names the question, so that a reload shows this one and not the next that waits for an answer
  history.replaceState(null, "", `?q=${form.elements.position.value}`);
  form.addEventListener("input", () => {
    changed = true;
    unsent.keep();
    count();
    clearTimeout(pause);
    pause = setTimeout(send, PAUSE);
  });
  form.addEventListener("change", send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button = { name: event.submitter.name, value: event.submitter.value };
    send();
  });
  addEventListener("online", () => {
    if (!pending || !tries) return;
    clearTimeout(retry);
    deliver();
  });
  // a page that comes back from the browser's memory was made from an older step
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("beforeunload", (event) => {
    if (pending || changed) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.closest("select, textarea, input:not([type=radio], [type=checkbox])")) return;
    form.querySelectorAll("input[name=choice]")[event.key - 1]?.click();
  });
  restore();
};

const end = async () => {
  if (form) send();
  for (let waited = 0; pending && waited < 3000; waited += 100) await new Promise((next) => setTimeout(next, 100));
  const response = await post(finish.action, new URLSearchParams({ over: "1" })).catch(() => null);
  if (!response?.ok) return later(end);
  pending = null;
  changed = false;
  return location.replace(finish.dataset.after);
};

const written = (seconds) => {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((number) => String(number).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return (hours ? [hours, ...parts] : parts).join(":");
};

// The server says how long is left, because the clock of this device may be wrong. Of its two clocks one may stand
// still while it sleeps and the other may be set: the earlier counts, and the server decides whether time is over.
const setClock = (seconds) => {
  ends = { running: performance.now() + seconds * 1000, wall: Date.now() + seconds * 1000 };
};

const run = () => {
  setClock(Number(clock.dataset.seconds));
  const sentences = new Map([[300, clock.dataset.five], [60, clock.dataset.one]]);
  const tick = () => {
    const left = Math.max(0, Math.ceil(Math.min(ends.running - performance.now(), ends.wall - Date.now()) / 1000));
    clock.querySelector("[data-text]").textContent = clock.dataset.left.replace("{time}", written(left));
    if (sentences.has(left)) document.getElementById("announcer").textContent = sentences.get(left);
    if (left > 0) return;
    clearInterval(timer);
    end();
  };
  const timer = setInterval(tick, 1000);
  tick();
};

if (form) watch();
if (clock) run();
if (finish?.hasAttribute("data-at-once")) end();
