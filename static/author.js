// What authors' forms do beyond HTML and htmx: the toolbar of a text, the fields of a kind, and a word about what is
// not saved. Without it everything is typed, opened and saved by hand.
const marks = {
  bold: ["**", "**"],
  heading: ["\n## ", "\n"],
  list: ["\n- ", "\n"],
  quote: ["\n> ", "\n"],
  link: ["[", "](https://)"],
};

const reveal = () => {
  for (const part of document.querySelectorAll("[data-toolbar], [data-insert], [data-gap]")) part.hidden = false;
};

reveal();

const wrap = (area, before, after) => {
  const { selectionStart: start, selectionEnd: end } = area;
  const chosen = area.value.slice(start, end);
  area.focus();
  area.setRangeText(before + chosen + after, start, end);
  area.setSelectionRange(start + before.length, start + before.length + chosen.length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

const gapsIn = (text) => [...text.matchAll(/\[\[([^[\]\n]*)\]\]/g)].map((found) => found[1].trim());

// the first gap that another language has and this one lacks, or the next number
const nextGap = (area, areas) => {
  const here = gapsIn(area.value);
  const known = new Set(areas.flatMap((each) => gapsIn(each.value)));
  for (const gap of known) if (!here.includes(gap)) return gap;
  let number = 1;
  while (known.has(String(number))) number += 1;
  return String(number);
};

const insertGap = (form) => {
  const areas = [...form.querySelectorAll("textarea[name^='prompt.']")];
  const area = areas.find((each) => each.offsetParent);
  area.setRangeText(`[[${nextGap(area, areas)}]]`, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  form.querySelector("button[name='rows'][value='show']").click();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("button[data-gap]")) insertGap(event.target.form ?? event.target.closest("form"));
  const mark = event.target.closest("button[data-mark]");
  if (mark) wrap(document.getElementById(mark.closest("[data-toolbar]").dataset.toolbar), ...marks[mark.dataset.mark]);
  const insert = event.target.closest("button[data-insert]");
  if (insert) wrap(document.getElementById(insert.dataset.into), `\n\n${insert.dataset.insert}\n\n`, "");
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "f-kind") return;
  for (const part of document.querySelectorAll("details[data-kind]")) {
    if (part.dataset.kind.split(" ").includes(event.target.value)) part.open = true;
  }
});

let unsaved = false;

const showUnsaved = () => {
  for (const mark of document.querySelectorAll("[data-unsaved]")) mark.hidden = !unsaved;
  for (const mark of document.querySelectorAll("[data-saved]")) mark.hidden = unsaved;
};

const notSaved = (event) => {
  const name = event.target.name;
  if (unsaved || !event.target.closest(".editor") || name === "locale" || name === "attempt") return;
  unsaved = true;
  showUnsaved();
};

document.addEventListener("input", notSaved);

// What is typed while examples are tried must not be taken back by the answer: until the next request has it, the
// answer leaves the field alone.
document.addEventListener("input", (event) => {
  if (event.target.closest("[data-live]")) event.target.setAttribute("hx-morph-skip", "");
});
document.addEventListener("htmx:before:request", () => {
  for (const field of document.querySelectorAll("#editor [hx-morph-skip]")) field.removeAttribute("hx-morph-skip");
});
document.addEventListener("htmx:after:swap", (event) => {
  reveal();
  if (event.target.closest?.("#editor")) showUnsaved();
});
document.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "rows") unsaved = false;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

// a page that comes back refused was typed by hand and is not stored
if (document.querySelector(".editor [role=alert]")) {
  unsaved = true;
  showUnsaved();
}
