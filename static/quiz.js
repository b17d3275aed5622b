// The pages of a running attempt: answers go to the server as they are given, the clock runs, number keys choose, words
// are counted.
// Without this file the same forms work by their buttons.
const form = document.getElementById("question");
const finish = document.getElementById("finish");
const saved = document.getElementById("saved");
const clock = document.getElementById("clock");

const PAUSE = 500; // milliseconds without typing before a save
const LONGEST_WAIT = 15000;

let changed = false; // the page holds something newer than what was last sent
let pending = null; // what was sent and not yet answered
let button = null; // the button that waits until everything is saved
let tries = 0;
let pause = 0;
let retry = 0;

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
  if (!response?.ok || response.redirected) {
    show(response?.redirected ? saved.dataset.signedOut : saved.dataset.trying, false);
    return later(deliver);
  }
  tries = 0;
  const went = pressed && pending.get(pressed.name) === pressed.value;
  pending = null;
  const reply = await response.json();
  accept(reply);
  if (went && pressed === button) button = null;
  if (went && pressed.name === "go" && !changed) return location.assign(reply.next);
  return send();
};

// What is stored differs from what this page was made from: the server shows both.
const leave = () => {
  pending = null;
  changed = false;
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
  addEventListener("beforeunload", (event) => {
    if (pending || changed) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.closest("select, textarea, input:not([type=radio], [type=checkbox])")) return;
    form.querySelectorAll("input[name=choice]")[event.key - 1]?.click();
  });
};

const end = async () => {
  if (form) send();
  for (let waited = 0; pending && waited < 3000; waited += 100) await new Promise((next) => setTimeout(next, 100));
  const response = await post(finish.action, new URLSearchParams()).catch(() => null);
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

// The server says how long is left, because the clock of this device may be wrong.
const run = () => {
  const ends = performance.now() + Number(clock.dataset.seconds) * 1000;
  const sentences = new Map([[300, clock.dataset.five], [60, clock.dataset.one]]);
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
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
