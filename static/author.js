// The toolbar of a lesson's text: wraps the selection in Markdown. Without it the text is typed as it is.
const marks = {
  bold: ["**", "**"],
  heading: ["\n## ", "\n"],
  list: ["\n- ", "\n"],
  quote: ["\n> ", "\n"],
  link: ["[", "](https://)"],
  redline: ["\n\n[[redline: ", "]]\n\n"],
};

for (const toolbar of document.querySelectorAll("[data-toolbar]")) toolbar.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-mark]");
  if (!button) return;
  const area = document.getElementById(button.closest("[data-toolbar]").dataset.toolbar);
  const [before, after] = marks[button.dataset.mark];
  const { selectionStart: start, selectionEnd: end } = area;
  const chosen = area.value.slice(start, end);
  area.focus();
  area.setRangeText(before + chosen + after, start, end);
  area.setSelectionRange(start + before.length, start + before.length + chosen.length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
