// What every page needs beyond HTML and htmx: copy buttons, and focus that follows a swap.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const live = document.getElementById("announcer");
  if (live) live.textContent = button.dataset.copied;
});

document.addEventListener("htmx:after:swap", () => {
  const target = document.querySelector("[data-focus]");
  if (target) target.focus();
});
