// Marks in a text while somebody writes it. The server finds; this file draws its marks under the text, moves them as
// the text changes, leads from a mark to its finding and back, and puts approved wording in place so that it can be
// undone. Without it the page is a form.
const form = document.getElementById("check");
const area = form.elements.text;
const file = form.elements.file;
const writer = area.parentElement;
const mirror = writer.querySelector(".mirror");
const announcer = document.getElementById("announcer");

const longPaste = 50_000;

let spans = []; // {id, mark, start, end}: where the findings are in `known`
let known = area.value;
let asked = area.value; // what was sent last
let drawn = []; // what each line of the mirror shows
let current = null;

const say = (words) => { announcer.textContent = words; };

// Where spans are after an edit; those that the edit touches are gone until the next answer.
const moved = (found, before, after) => {
  if (before === after) return found;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head += 1;
  let tail = 0;
  while (tail < most - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail += 1;
  const end = before.length - tail;
  const by = after.length - before.length;
  return found.flatMap((span) => {
    if (span.end <= head) return [span];
    return span.start >= end ? [{ ...span, start: span.start + by, end: span.end + by }] : [];
  });
};

const cardsOf = () => [...document.querySelectorAll("#found [data-first]")];

const answered = () => {
  const found = cardsOf().map(({ id, dataset }) => ({
    id, mark: dataset.mark, start: Number(dataset.first), end: Number(dataset.last), matched: dataset.matched,
  }));
  return found
    .filter((span) => asked.slice(span.start, span.end) === span.matched)
    .sort((one, other) => one.start - other.start || other.end - one.end);
};

const linesOf = (text) => {
  const lines = [];
  let start = 0;
  let next = 0;
  let open = []; // spans that may reach into the line
  for (const line of text.split("\n")) {
    const end = start + line.length;
    while (next < spans.length && spans[next].start < end) open.push(spans[next++]);
    const from = start;
    const marks = open.map((span) => [Math.max(0, span.start - from), Math.min(line.length, span.end - from), span.mark, span.id]);
    lines.push({ line, marks, key: marks.length ? `${line}\u0000${marks.join(" ")}` : line });
    start = end + 1;
    open = open.filter((span) => span.end > start);
  }
  return lines;
};

const rendered = ({ line, marks }) => {
  const row = document.createElement("div");
  let at = 0;
  for (const [first, last, kind, id] of marks) {
    if (last <= at) continue;
    const mark = document.createElement("mark");
    mark.className = kind;
    mark.dataset.of = id;
    mark.textContent = line.slice(Math.max(at, first), last);
    row.append(line.slice(at, Math.max(at, first)), mark);
    at = last;
  }
  row.append(line.slice(at));
  return row;
};

// Only lines that changed are drawn again: a long transcript stays quick.
const draw = () => {
  const lines = linesOf(known);
  const most = Math.min(lines.length, drawn.length);
  let head = 0;
  while (head < most && lines[head].key === drawn[head]) head += 1;
  let tail = 0;
  while (tail < most - head && lines[lines.length - 1 - tail].key === drawn[drawn.length - 1 - tail]) tail += 1;
  const rows = document.createDocumentFragment();
  for (const line of lines.slice(head, lines.length - tail)) rows.append(rendered(line));
  const after = mirror.children[drawn.length - tail] ?? null;
  const old = document.createRange();
  if (drawn.length - tail > head) {
    old.setStartBefore(mirror.children[head]);
    old.setEndAfter(mirror.children[drawn.length - tail - 1]);
    old.deleteContents();
  }
  mirror.insertBefore(rows, after);
  drawn = lines.map((line) => line.key);
};

const follow = () => {
  const value = area.value;
  spans = moved(spans, known, value);
  known = value;
  draw();
};

const ask = () => form.dispatchEvent(new Event("check"));

const lineOf = (place) => mirror.children[known.slice(0, place).split("\n").length - 1];

const select = (span) => {
  area.focus({ preventScroll: true });
  area.setSelectionRange(span.start, span.end);
  (mirror.querySelector(`mark[data-of="${span.id}"]`) ?? lineOf(span.start))?.scrollIntoView({ block: "center" });
};

const spanOf = (element) => spans.find((span) => span.id === element.closest("[data-first]")?.id);

// A wording that is a sentence takes the place of the sentence around the finding, as long as that is still there.
const placeOf = (span, { before = "", after = "" }) => {
  const start = span.start - before.length;
  return known.startsWith(before, start) && known.startsWith(after, span.end) ? { ...span, start, end: span.end + after.length } : null;
};

const replaceBy = (button) => {
  const { wording, done, gone } = button.dataset;
  const found = spanOf(button);
  const span = found && placeOf(found, button.dataset);
  if (!span) {
    say(gone);
    ask();
    return;
  }
  select(span);
  // the browser's own editing command, since that alone can be undone
  if (!document.execCommand("insertText", false, wording)) {
    area.setRangeText(wording, span.start, span.end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(span.start, span.start + wording.length);
  say(done);
};

// The finding of the mark in which the cursor stands is the current one.
const notice = () => {
  const at = document.activeElement === area && area.selectionStart === area.selectionEnd ? area.selectionStart : -1;
  const span = spans.find((each) => each.start <= at && at <= each.end);
  for (const card of cardsOf()) {
    if (card.id === span?.id) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
  const card = span && document.getElementById(span.id);
  if (card && span.id !== current) say(card.querySelector("h3, span > span")?.textContent ?? "");
  current = span?.id ?? null;
};

area.addEventListener("input", (event) => {
  follow();
  ask();
  if (/^insertFrom/.test(event.inputType ?? "")) lineOf(area.selectionEnd)?.scrollIntoView({ block: "nearest" });
});
// Browsers take seconds to paste a whole transcript in a way that can be undone; it may as well be pasted again.
area.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (text.length < longPaste) return;
  event.preventDefault();
  area.setRangeText(text.replaceAll("\r\n", "\n"), area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
});
form.addEventListener("change", (event) => {
  if (event.target === file) {
    if (file.files.length) form.requestSubmit(document.getElementById("check-now"));
  } else if (event.target !== area && !event.target.closest("#review")) ask();
});
form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name === "replace") {
    event.preventDefault();
    replaceBy(button);
  } else if (!button?.hasAttribute("formaction") && !file.files.length) {
    event.preventDefault();
    ask();
  }
});
form.addEventListener("click", (event) => {
  const link = event.target.closest("a.no-mark");
  const span = link && spanOf(link);
  if (link) event.preventDefault();
  if (span) select(span);
  if (event.target.closest('a[href="#f-note"]')) {
    document.getElementById("review").open = true;
    document.getElementById("f-note").focus();
    event.preventDefault();
  }
});
area.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  notice(); // the browser tells of a new selection only later
  const card = current && document.getElementById(current);
  if (!card) return;
  event.preventDefault();
  (card.querySelector("button[name=replace]") ?? card.querySelector("a")).focus();
});
document.addEventListener("selectionchange", notice);
area.addEventListener("selectionchange", notice);

document.addEventListener("htmx:config:request", (event) => {
  if (event.detail.ctx.sourceElement === form) asked = area.value;
});
// An answer that is none must not take the text away: no page of an error, no way to the sign-in page.
const unanswered = (status) => {
  document.getElementById("signed-out").hidden = status !== 401;
  document.getElementById("unanswered").hidden = status === 401 || status === 422 || (status > 0 && status < 400);
};
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement !== form) return;
  unanswered(response.status);
  if (response.status >= 400 && response.status !== 422) event.preventDefault();
});
document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (ctx?.sourceElement === form && error?.name !== "AbortError") unanswered(0);
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.sourceElement !== form) return;
  spans = moved(answered(), asked, area.value);
  known = area.value;
  draw();
  notice();
});

writer.classList.add("live");
spans = answered();
draw();
// what the browser put back into the form was not checked yet
if (area.value !== area.defaultValue) ask();
