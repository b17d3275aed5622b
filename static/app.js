// What every page needs beyond HTML and htmx: copy buttons, and focus that follows a swap.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const live = document.getElementById("announcer");
  if (live) live.textContent = button.dataset.copied;
});

// What is new and asks for the focus gets it once: a page that arrives with errors, or a part that was swapped in.
let focused = null;
function follow() {
  const target = document.querySelector("[data-focus]");
  if (!target || target === focused) return;
  focused = target;
  target.focus();
}
follow();
document.addEventListener("htmx:after:swap", follow);

// Answers that a quiz keeps in the browser until they are saved belong to who is signed in.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/sign-out") return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("answer.")) localStorage.removeItem(key);
  } catch {
    // a browser that stores nothing keeps no answers
  }
});
