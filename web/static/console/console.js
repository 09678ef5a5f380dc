// What the library does with code within tags, which our policy refuses.
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-goes-to-value]")) window.location = target.value;
});

for (const button of document.querySelectorAll("[data-prints]")) {
  button.addEventListener("click", () => window.print());
}

const RELOAD_MS = 5000;
if (document.querySelector("[data-reloads]")) setTimeout(() => window.location.reload(), RELOAD_MS);
